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


def test_what_is_asked_before_publishing_says_when_and_who_is_left_out(workspace: cn.Workspace) -> None:
    c = written(workspace)
    assert "would send 2 messages\n  One launch, as soon as it is published." in repr(c.publish())
    c.schedule = cn.Daily("10:00", time_zone="UTC")
    asked = c.publish()
    first = c.launches(1)[0]
    assert "would send 2 messages at each launch" in repr(asked) and f"Each launch; first: {first:%a %d %b %Y} 10:00:00 UTC." in repr(asked)
    assert asked.messages() == [("email", "Mail", 2)]
    left = {(label, reason): rows for (label, reason), rows in c.dry_run().reasons().items() if label == "Mail" and rows}
    assert left != {} and {(label, reason): rows for label, reason, rows in asked.left_out()} == left
    shown = asked._repr_html_()
    assert shown.count("<table") == 2 and ">channel<" in shown and ">reason<" in shown and "excluded" not in shown


def test_what_was_asked_says_afterwards_what_has_happened(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.schedule = cn.Daily("10:00", time_zone="UTC")
    asked = c.publish()
    asked.confirm()
    for shown in (repr(asked), asked._repr_html_()):
        assert "Spring was published: 2 messages at each launch" in shown
        assert "would send" not in shown and "confirm=" not in shown and c.status in shown


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


def ended(workspace: cn.Workspace) -> cn.Campaign:
    c = written(workspace)
    c.publish(confirm=2)
    c.runs[0].wait("20s")
    return c


def test_a_campaign_written_again_after_it_has_ended_is_a_new_one_under_its_name(workspace: cn.Workspace) -> None:
    first = ended(workspace)
    again = ended(workspace)
    assert workspace.campaigns.frame().select("name", "status", "version").rows() == [
        ("Spring", "completed", 1),
        ("Spring (1)", "completed", 1),
    ]
    assert (len(first.runs), len(again.runs)) == (1, 1) and first.runs[0].id != again.runs[0].id
    assert first.report().total["sent"] == again.report().total["sent"] == 2


def test_a_campaign_that_was_stopped_can_be_written_again_and_launches(workspace: cn.Workspace) -> None:
    for _ in range(2):
        c = written(workspace)
        c.schedule = cn.Daily("10:00", time_zone="UTC")
        c.publish(confirm=2)
        workspace.clock.advance(days=1)  # type: ignore[attr-defined] # a ManualClock
        c.stop()
    assert [len(c.runs), c.status] == [1, "stopped"]
    assert sorted(workspace.campaigns.frame()["name"]) == ["Spring", "Spring (1)"]


def test_what_has_ended_and_is_written_otherwise_is_a_draft_whose_counts_are_its_own(workspace: cn.Workspace) -> None:
    ended(workspace)
    same, other = written(workspace), written(workspace)
    other["Mail"].end("End")
    assert (same.status, same.view()["status"], same.view()["run"]["mode"]) == ("completed", "completed", "live")
    assert (other.status, other.view()["status"], other.view()["run"]) == ("draft", "draft", None)
    assert len(other.runs) == 1


def test_what_has_ended_is_not_published_again_by_the_same_object(workspace: cn.Workspace) -> None:
    c = ended(workspace)
    with pytest.raises(cn.RunError, match=r"it is completed and can't be published again[\s\S]*or run its cells again, from cn.Campaign"):
        c.publish(confirm=2)


def test_a_campaign_that_goes_on_is_taken_over_by_its_cells_run_again(workspace: cn.Workspace) -> None:
    for _ in range(2):
        c = written(workspace)
        c.schedule = cn.Daily("10:00", time_zone="UTC")
        c.publish(confirm=2)
    assert workspace.campaigns.frame().select("name", "version").rows() == [("Spring", 1)]
    workspace.clock.advance(days=1)  # type: ignore[attr-defined] # a ManualClock
    assert len(c.runs) == 1


def test_a_campaign_that_has_ended_shows_no_next_launch(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.schedule = cn.Daily("10:00", time_zone="UTC")
    panel = c.publish(confirm=2)
    assert len(c.view()["schedule"]["next"]) == 3 and "next: " in repr(panel)
    c.stop()
    assert c.view()["schedule"]["next"] == [] and "next: " not in repr(panel)


def test_a_dry_run_is_reported_as_what_it_would_send(workspace: cn.Workspace) -> None:
    c = written(workspace)
    run = c.dry_run()
    ended(workspace)
    found = c.report(run)
    people = run["Mail", "complement"].height
    assert (found.total["targeted"], found.total["excluded"], found.total["sent"]) == (2 + people, people, 2)
    assert found.exclusions.drop("run").rows() == [("Mail", reason, rows) for _, reason, rows in run.exclusions.rows()]
    assert found.total["opened"] is None and found.runs["run"].to_list() == [run.id]
    assert "Report of Spring: dry run, as of" in repr(found)
    assert found.notes[0] == "A dry run: nothing was sent. Sent are the messages that it would send."


def test_the_report_of_a_dry_run_has_the_answers_that_it_simulated(workspace: cn.Workspace) -> None:
    c = written(workspace)
    found = c.report(c.dry_run(responses=cn.ResponseModel(seed=1, open=1.0, click=0.0)))
    assert (found.total["delivered"], found.total["unique_opened"], found.total["clicked"]) == (2, 2, 0)
    assert "Responses are simulated by a response model: they say nothing about real people." in found.notes


def test_the_report_of_a_dry_run_of_another_campaign_is_refused(workspace: cn.Workspace) -> None:
    other = written(workspace, "Summer")
    with pytest.raises(cn.RunError, match=r"run \w{8} belongs to campaign 'Summer'"):
        written(workspace).report(other.dry_run())


def test_a_dry_run_without_messages_says_so(workspace: cn.Workspace) -> None:
    c = cn.Campaign("Quiet", data=shop(), workspace=workspace)
    c.build_audience("All", c.data.people)
    found = c.report(c.dry_run())
    assert found.total == {} and "It has no message activity." in found.notes
