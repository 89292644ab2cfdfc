"""A stored campaign opened without its cells: it is what was published, and it goes on where it was."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.campaign.opening import definition_of, version_of

PEOPLE = {"id": [1, 2, 3], "mail": ["a@example.org", "b@example.org", "c@example.org"], "ok": [True] * 3, "age": [17, 40, 61]}


class Desk:
    """A folder with a table and a workspace, opened by one kernel after the other."""

    def __init__(self, folder: Path) -> None:
        """Write the table."""
        self.folder, self.spaces = folder, list[cn.Workspace]()
        pl.DataFrame(PEOPLE).write_parquet(folder / "people.parquet")

    def kernel(self, at: str = "2026-07-01 08:00") -> cn.Workspace:
        """The workspace as a new kernel opens it; the others are closed."""
        self.close()
        self.spaces.append(cn.Workspace(self.folder / ".campaign-nb", clock=cn.ManualClock(at)))
        return self.spaces[-1]

    def shop(self, rows: object = None) -> Any:
        """The data model, on the file unless other rows are given."""
        model = cn.DataModel("shop")
        model.table("people", self.folder / "people.parquet" if rows is None else rows, key="id", email="mail", consent={"email": "ok"})
        return model

    def campaign(self, space: cn.Workspace, shop: Any = None, **options: Any) -> cn.Campaign:
        """A campaign that writes to everybody of age and again an hour later, daily at nine."""
        model = self.shop() if shop is None else shop
        spring = cn.Campaign("Spring", data=model, workspace=space, tags=["retail"], time_zone="UTC", **options)
        first = spring.build_audience("Adults", model.people.age >= 18).email("Hello", subject="Hi", html="<p>Hi</p>")
        first.wait("An hour", hours=1).email("Again", subject="Hi", html="<p>Hi</p>")
        spring.schedule = cn.Daily("09:00")
        return spring

    def close(self) -> None:
        """End the kernels."""
        for space in self.spaces:
            space.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "desk").mkdir()
    made = Desk(tmp_path / "desk")
    yield made
    made.close()


def test_an_opened_campaign_is_what_was_published(desk: Desk) -> None:
    written = desk.campaign(desk.kernel())
    written.publish(confirm=4)
    found = cn.Campaign.open("Spring", workspace=desk.kernel("2026-07-01 08:30"))
    assert found.to_json() == written.to_json()
    assert (found.status, found.tags, found.schedule) == ("live", ("retail",), written.schedule)
    assert found["Adults"].schema == written["Adults"].schema
    assert not found.problems


def test_opening_starts_no_scheduler_and_a_started_one_launches_it(desk: Desk) -> None:
    desk.campaign(desk.kernel()).publish(confirm=4)
    space = desk.kernel("2026-07-01 08:30")
    found = cn.Campaign.open("Spring", workspace=space)
    space.clock.advance(hours=1)
    assert (space.scheduler.state, len(found.runs)) == ("stopped", 0)
    space.scheduler.start()
    assert [run["state"] for run in found.runs.frame().to_dicts()] == ["waiting"]
    space.clock.advance(hours=2)
    assert found.runs[0].state == "done"
    assert sorted(space.outbox.frame()["activity"]) == ["Again", "Again", "Hello", "Hello"]


def test_a_run_that_waited_goes_on_in_the_next_kernel(desk: Desk) -> None:
    space = desk.kernel()
    desk.campaign(space).publish(confirm=4)
    space.clock.advance(hours=1.5)
    later = desk.kernel("2026-07-01 09:45")
    found = cn.Campaign.open("Spring", workspace=later)
    later.scheduler.start()
    assert found.runs[0].state == "waiting"
    later.clock.advance(minutes=15)
    assert (len(found.runs), found.runs[0].state) == (1, "done")


def test_an_unknown_name_names_the_nearest(desk: Desk) -> None:
    space = desk.kernel()
    desk.campaign(space).publish(confirm=4)
    with pytest.raises(cn.StoreError, match=r"did you mean 'Spring'\?"):
        cn.Campaign.open("Sprng", workspace=space)


def test_a_workspace_without_a_store_has_no_campaign_and_gets_none(desk: Desk) -> None:
    with pytest.raises(cn.StoreError, match="has no store"):
        cn.Campaign.open("Spring", workspace=desk.kernel())
    assert not (desk.folder / ".campaign-nb").exists()


def test_rows_in_memory_must_be_given_again(desk: Desk) -> None:
    rows = pl.DataFrame(PEOPLE)
    desk.campaign(desk.kernel(), desk.shop(rows)).publish(confirm=4)
    space = desk.kernel("2026-07-01 08:30")
    with pytest.raises(cn.DataError, match=r"open\('Spring', workspace=workspace, data=shop\)"):
        cn.Campaign.open("Spring", workspace=space)
    found = cn.Campaign.open("Spring", workspace=space, data=desk.shop(rows))
    space.scheduler.start()
    space.clock.advance(hours=1)
    assert found.runs[0].state == "waiting"


def test_a_table_that_has_changed_is_told_when_it_is_opened(desk: Desk) -> None:
    desk.campaign(desk.kernel()).publish(confirm=4)
    pl.DataFrame({**PEOPLE, "age": ["17", "40", "61"]}).write_parquet(desk.folder / "people.parquet")
    with pytest.raises(cn.DataError, match="its column 'age' is text now"):
        cn.Campaign.open("Spring", workspace=desk.kernel())


def test_a_function_of_a_notebook_is_named_with_what_to_do(desk: Desk) -> None:
    space = desk.kernel()
    spring = desk.campaign(space)
    spring["Again"].python("Score", lambda rows: rows.with_columns(score=1.0), adds={"score": pl.Float64})
    spring.publish(confirm=4)
    with pytest.raises(cn.DefinitionError, match="its function lived in a notebook"):
        cn.Campaign.open("Spring", workspace=desk.kernel())


def test_a_function_of_a_module_is_imported(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.folder / "scores_of_spring.py").write_text("def score(rows):\n    return rows.with_columns(score=1.0)\n")
    monkeypatch.syspath_prepend(str(desk.folder))
    import scores_of_spring

    spring = desk.campaign(desk.kernel())
    spring["Again"].python("Score", scores_of_spring.score, adds={"score": pl.Float64})
    spring.publish(confirm=4)
    monkeypatch.delitem(sys.modules, "scores_of_spring")
    assert "Score" in cn.Campaign.open("Spring", workspace=desk.kernel()).definition.nodes


def test_what_another_kernel_publishes_is_not_launched_before_it_is_opened_again(desk: Desk) -> None:
    desk.campaign(desk.kernel()).publish(confirm=4)
    here = desk.kernel("2026-07-01 08:30")
    old = cn.Campaign.open("Spring", workspace=here)
    here.scheduler.start()
    there = cn.Workspace(desk.folder / ".campaign-nb", clock=cn.ManualClock("2026-07-01 08:40"))
    newer = desk.campaign(there, desk.shop(pl.DataFrame(PEOPLE)), description="new")
    newer.publish(confirm=4)
    there.close()
    here.clock.advance(hours=1)
    assert len(old.runs) == 0
    with pytest.raises(cn.DataError, match="its data model is not in the workspace"):
        cn.Campaign.open("Spring", workspace=here)


def test_a_run_has_the_definition_that_it_began_with(desk: Desk) -> None:
    space = desk.kernel()
    spring = desk.campaign(space)
    spring.publish(confirm=4)
    space.clock.advance(hours=1.5)
    spring.remove("Again")
    spring.publish(confirm=2)
    later = desk.kernel("2026-07-01 09:40")
    found = cn.Campaign.open("Spring", workspace=later)
    later.scheduler.start()
    later.clock.advance(hours=1)
    assert "Again" not in found.definition.nodes
    assert sorted(later.outbox.frame()["activity"]) == ["Again", "Again", "Hello", "Hello"]


def test_an_opened_campaign_is_changed_and_published_again(desk: Desk) -> None:
    desk.campaign(desk.kernel()).publish(confirm=4)
    space = desk.kernel("2026-07-01 08:30")
    found = cn.Campaign.open("Spring", workspace=space)
    found.remove("Again")
    found.publish(confirm=2)
    space.clock.advance(hours=1)
    assert space.campaigns["Spring"]["version"] == 2
    assert space.outbox.frame()["activity"].to_list() == ["Hello", "Hello"]


def test_a_project_that_was_moved_is_opened_changed_and_published_on_its_own_files(desk: Desk, tmp_path: Path) -> None:
    desk.campaign(desk.kernel()).publish(confirm=4)
    desk.close()
    desk.folder = desk.folder.rename(tmp_path / "moved")
    space = desk.kernel("2026-07-01 08:30")
    space.confirm_here()
    found = cn.Campaign.open("Spring", workspace=space)
    assert found.data.infos["people"].path == str(tmp_path / "moved" / "people.parquet")
    found.remove("Again")
    found.publish(confirm=2)
    space.clock.advance(hours=1)
    assert space.outbox.frame()["activity"].to_list() == ["Hello", "Hello"]


def test_one_that_ended_is_opened_under_the_name_that_it_has_now(desk: Desk) -> None:
    space = desk.kernel()
    spring = desk.campaign(space)
    spring.publish(confirm=4)
    spring.stop()
    again = desk.campaign(space, description="new")
    again.publish(confirm=4)
    old = cn.Campaign.open("Spring (1)", workspace=space)
    assert (old.name, old.status, old.seed) == ("Spring (1)", "stopped", "Spring")
    assert definition_of("Spring", version_of(space, "Spring")[1]) == again.definition
