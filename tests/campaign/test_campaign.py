"""Campaigns as users hold them: publication, life cycle, documents, copies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import campaign_nb as cn
from campaign_nb.campaign import living
from campaign_nb.graph import cells
from tests.engine.shop import shop


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"), responses=cn.ResponseModel(seed=1, open=1.0, click=0.0))
    yield own
    own.close()


def written(workspace: cn.Workspace, name: str = "Spring") -> cn.Campaign:
    model = shop()
    c = cn.Campaign(name, data=model, workspace=workspace, tags=["retail"], description="Bring them back")
    c.build_audience("All", model.people).email("Mail", subject="Hi", text="Age {{ age }}")
    return c


def test_publishing_asks_for_the_number_of_messages_and_refuses_another(workspace: cn.Workspace) -> None:
    c = written(workspace)
    asked = c.publish()
    assert "would send 2 messages" in repr(asked) and c.status == "draft"
    with pytest.raises(cn.DefinitionError, match=r"publish\(confirm=3\), but the last dry run has 2 messages"):
        c.publish(confirm=3)
    c.publish(confirm=2)
    c.runs[0].wait("20s")
    assert c.status == "completed"


def test_a_published_run_leaves_one_message_per_person_and_its_responses(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.publish(confirm=2)
    c.runs[0].wait("20s")
    outbox = workspace.outbox.frame()
    assert sorted(outbox["address"]) == ["a@example.com", "b@example.com"]
    assert outbox["message_id"].n_unique() == 2
    assert workspace.feedback.frame().filter(event="opened").height == 2
    assert c.report().frame().height > 0


def test_nothing_is_stored_before_publication(tmp_path: Path) -> None:
    workspace = cn.Workspace(tmp_path / "ws")
    c = written(workspace)
    c.dry_run()
    assert not (tmp_path / "ws" / "files").exists()
    assert c.status == "draft"


def test_a_schedule_launches_through_the_clock_and_stops_for_good(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.schedule = cn.Daily("10:00", time_zone="UTC")
    assert [launch.isoformat() for launch in c.launches(2)] == ["2026-07-01T10:00:00+00:00", "2026-07-02T10:00:00+00:00"]
    c.publish(confirm=2)
    workspace.clock.advance(days=2)  # type: ignore[attr-defined] # a ManualClock
    assert len(c.runs) == 2
    c.stop()
    workspace.clock.advance(days=2)  # type: ignore[attr-defined] # a ManualClock
    assert (len(c.runs), c.status) == (2, "stopped")
    with pytest.raises(cn.RunError, match="it is stopped"):
        c.launch()


def test_a_pause_holds_launches_until_it_is_over(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.schedule = cn.Daily("10:00", time_zone="UTC")
    c.publish(confirm=2)
    c.pause()
    workspace.clock.advance(days=1)  # type: ignore[attr-defined] # a ManualClock
    assert (len(c.runs), c.status) == (0, "live (paused)")
    c.resume()
    workspace.clock.advance(days=1)  # type: ignore[attr-defined] # a ManualClock
    assert len(c.runs) == 1


def test_a_launch_in_the_past_is_refused_at_publication(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.schedule = cn.Once("2026-06-30 09:00", time_zone="UTC")
    with pytest.raises(cn.ScheduleError, match="lies in the past"):
        c.publish(confirm=2)


def test_an_empty_campaign_and_a_broken_one_are_refused(workspace: cn.Workspace) -> None:
    model = shop()
    with pytest.raises(cn.DefinitionError, match="it has no activity"):
        cn.Campaign("Empty", data=model, workspace=workspace).publish()
    broken = cn.Campaign("Broken", data=model, workspace=workspace)
    broken.build_audience("All", model.people).filter("Old", cn.col.agee > 3)
    with pytest.raises(cn.DefinitionError, match=r"no column 'agee'[\s\S]*age"):
        broken.dry_run()


def test_a_campaign_goes_through_its_document_and_its_copy_keeps_the_people(workspace: cn.Workspace) -> None:
    c = written(workspace)
    again = cn.Campaign.from_json(c.to_json(), data=c.data, workspace=workspace)
    assert again.definition == c.definition and not again.diff(c)
    copy = c.duplicate("Summer")
    assert copy.name == "Summer" and copy.seed == c.seed and copy.status == "draft"


def test_a_changed_published_campaign_is_the_next_version(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.schedule = cn.Daily("10:00", time_zone="UTC")
    c.publish(confirm=2)
    c["Mail"].end("End")
    c.publish(confirm=2)
    assert workspace.campaigns["Spring"]["version"] == 2
    assert "published" in " ".join(c.log.frame()["message"])
    workspace.clock.advance(days=1)  # type: ignore[attr-defined] # a ManualClock
    assert c.tasks.frame()["activity"].to_list() == ["All", "Mail", "End"]


def test_a_workspace_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "ws").write_text("a file")
    c = written(cn.Workspace(tmp_path / "ws"))
    with pytest.raises(cn.StoreError, match="ws"):
        c.publish(confirm=2)


def test_a_display_is_a_static_bundle_without_a_widget(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.dry_run()
    bundle = c._repr_mimebundle_()
    assert sorted(bundle) == ["application/vnd.campaign+json", "image/svg+xml", "text/plain"]
    assert [node["label"] for node in bundle["application/vnd.campaign+json"]["nodes"]] == ["All", "Mail"]


def test_a_cell_that_runs_again_and_adds_nothing_takes_back_what_it_had_added(workspace: cn.Workspace) -> None:
    told: list[tuple[str, int]] = [("first", 1)]
    cells.provide(lambda: told[-1])
    try:
        model = shop()
        c = cn.Campaign("Cells", data=model, workspace=workspace)
        everybody = c.build_audience("All", model.people)
        told.append(("second", 2))
        everybody.filter("Old", model.people.age > 50)
        told.append(("second", 3))
        living.settle()
        assert list(c.definition.nodes) == ["All"]
    finally:
        cells.provide(None)
