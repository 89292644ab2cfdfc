"""What an error does to a live run: it halts, goes on without the branch, or ends; what is told of long activities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.store import alerts
from tests.engine.shop import shop


class Model:
    """A function of a user that works or fails, as it is told, and takes a while by a clock."""

    def __init__(self) -> None:
        self.fails, self.takes, self.clock = False, dt.timedelta(0), Late()

    def function(self) -> Any:
        mine = {"model": self}

        def score(rows: pl.LazyFrame) -> pl.LazyFrame:
            model = mine["model"]
            model.clock.later += model.takes
            if model.fails:
                raise ValueError("no such model")
            return rows

        return score


class Late:
    """A clock that stands still unless it is told how late it is."""

    def __init__(self) -> None:
        self.later = dt.timedelta(0)

    def now(self) -> dt.datetime:
        return dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC) + self.later

    def wait(self, event: Any, seconds: float) -> bool:
        return bool(event.wait(min(seconds, 0.05)))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    yield own
    own.close()


def campaign(workspace: cn.Workspace, model: Model, settings: dict[str, Any], **options: Any) -> cn.Campaign:
    """Two branches; one is scored by the function, and both are saved."""
    data = shop()
    c = cn.Campaign("Spring", data=data, workspace=workspace, **settings)
    everybody = c.build_audience("All", data.people)
    scored = everybody.python("Score", model.function(), **options)
    scored.save_audience("Scored")
    c.combine("Either", scored, everybody).save_audience("Everybody")
    c.schedule = cn.Daily("23:00")
    c.publish(confirm=0)
    return c


def failed(workspace: cn.Workspace, settings: dict[str, Any], **options: Any) -> tuple[cn.Campaign, cn.LiveRun, Model]:
    model = Model()
    c = campaign(workspace, model, settings, **options)
    model.fails = True
    return c, c.launch().wait("20s"), model


def saved(workspace: cn.Workspace) -> dict[str, int]:
    return {name: rows for name, _, rows, _ in workspace.audiences.frame().iter_rows()}


SUSPEND: list[tuple[dict[str, Any], dict[str, Any]]] = [({}, {}), ({"on_error": "abort"}, {"on_error": "suspend"})]


@pytest.mark.parametrize(("settings", "options"), SUSPEND)
def test_a_suspended_run_stands_where_it_failed_and_its_campaign_pauses(
    workspace: cn.Workspace, settings: dict[str, Any], options: dict[str, Any]
) -> None:
    c, run, _ = failed(workspace, settings, **options)
    assert (run.state, run.held_at, c.status) == ("paused", "Score", "live (paused, error)")
    assert "it raised ValueError: no such model" in run.error
    assert run.states()["All"] == "done" and run.states()["Score"] == "failed"
    assert saved(workspace) == {}


@pytest.mark.parametrize(("settings", "options"), SUSPEND)
def test_once_the_cause_is_mended_the_campaign_resumes_its_run(
    workspace: cn.Workspace, settings: dict[str, Any], options: dict[str, Any]
) -> None:
    c, run, model = failed(workspace, settings, **options)
    model.fails = False
    c.resume()
    run.wait("20s")
    assert (run.state, run.held_at, run.error, c.status) == ("done", "", "", "live")
    assert saved(workspace) == {"Scored": 5, "Everybody": 5}
    assert set(run.states().values()) == {"done"}


def test_a_run_that_fails_again_is_suspended_again(workspace: cn.Workspace) -> None:
    c, run, model = failed(workspace, {})
    c.resume()
    run.wait("20s")
    assert (run.state, c.status) == ("paused", "live (paused, error)")
    model.fails = False
    c.resume()
    assert run.wait("20s").state == "done"


def test_a_suspended_run_is_not_resumed_while_its_campaign_is_paused(workspace: cn.Workspace) -> None:
    _, run, _ = failed(workspace, {})
    with pytest.raises(cn.RunError, match=r"its campaign is paused\n  expected: a campaign that goes on\n  → campaign.resume\(\)"):
        run.resume()


def test_an_ignored_activity_ends_its_branch_and_the_others_go_on(workspace: cn.Workspace) -> None:
    c, run, _ = failed(workspace, {}, on_error="ignore")
    assert (run.state, c.status, saved(workspace)) == ("done", "live", {"Everybody": 5})
    assert run.states() == {"All": "done", "Score": "failed", "Scored": "skipped", "Either": "done", "Everybody": "done"}
    assert run.notes == {"Score": "ignored", "Scored": "nothing arrived from 'Score'"}
    assert (run["Score"].height, run["Either"].height) == (0, 5)
    (message,) = c.log.frame().filter(level="error")["message"]
    assert message.startswith("'Score' failed and is ignored: ")


def test_the_rows_of_a_run_are_found_after_an_ignored_error(workspace: cn.Workspace) -> None:
    _, run, model = failed(workspace, {}, on_error="ignore")
    model.fails = False
    assert run["Scored"].height == 0
    assert [stop.activity for stop in run.explain(1).path] == ["All", "Either", "Everybody"]
    assert "has not come to" not in str(run.explain(1))
    assert run.lineage("Either").collect()["reached"].all()


def test_where_the_campaign_ignores_errors_the_run_has_failed_and_the_schedule_goes_on(workspace: cn.Workspace) -> None:
    c, run, _ = failed(workspace, {"on_error": "ignore"})
    assert (run.state, c.status, saved(workspace)) == ("failed", "live (error)", {})
    assert [when.day for when in c.launches(2)] == [1, 2]


def test_an_abort_ends_the_run_and_pauses_the_campaign(workspace: cn.Workspace) -> None:
    c, run, model = failed(workspace, {}, on_error="abort")
    assert (run.state, c.status) == ("failed", "live (paused, error)")
    model.fails = False
    c.resume()
    assert (run.state, c.launch().wait("20s").state) == ("failed", "done")


def test_so_many_failures_one_after_the_other_pause_the_campaign(workspace: cn.Workspace) -> None:
    c, _, model = failed(workspace, {"on_error": "ignore", "tolerated_errors": 2})
    assert c.status == "live (error)"
    model.fails = False
    c.launch().wait("20s")
    model.fails = True
    c.launch().wait("20s")
    assert c.status == "live (error)"
    c.launch().wait("20s")
    assert c.status == "live (paused, error)"
    assert "paused: 2 runs failed one after the other" in c.log.frame()["message"].to_list()


# ------------------------------------------------------------------------------------------------------- how long it took


@pytest.mark.parametrize(("seconds", "told"), [(30, []), (31, [("Score", "'Score' took 31 seconds, more than 30 seconds")])])
def test_an_activity_that_takes_longer_than_it_may_is_an_alert(tmp_path: Path, seconds: int, told: list[tuple[str, str]]) -> None:
    model = Model()
    workspace = cn.Workspace(tmp_path / "late", clock=model.clock)
    c = campaign(workspace, model, {}, max_duration="30s")
    model.takes = dt.timedelta(seconds=seconds)
    assert c.launch().wait("20s").state == "done"
    with workspace.store.read() as connection:
        assert [(item.activity, item.title) for item in alerts.list_alerts(connection)] == told
    workspace.close()
