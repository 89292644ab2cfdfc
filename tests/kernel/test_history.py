"""What the log, the tasks and the buttons show and do, without a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.campaign.publication import Panel
from campaign_nb.errors import RunError
from campaign_nb.kernel import acting, displays, outputs
from campaign_nb.kernel.history import history_in, history_of, markup_of
from campaign_nb.kernel.panels import PanelData
from tests.engine.shop import shop


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[cn.Workspace]:
    """A workspace whose clock is moved by hand."""
    made = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    yield made
    displays.close_all()
    made.close()


@pytest.fixture
def halted(workspace: cn.Workspace) -> cn.Campaign:
    """A campaign whose only run has halted before its message."""
    c = cn.Campaign("Spring", data=shop(), workspace=workspace)
    c.build_audience("All", c.data.people).email("Mail", subject="Hi", text="Hello", breakpoint=True)
    return published(c)


@pytest.fixture
def broken(workspace: cn.Workspace) -> tuple[cn.Campaign, list[int]]:
    """A campaign whose only run is suspended by an error, until the list is emptied."""
    wrong = list[int]()

    def read(rows: pl.LazyFrame) -> pl.LazyFrame:
        if wrong:
            raise ValueError("no list today")
        return rows

    c = cn.Campaign("Spring", data=shop(), workspace=workspace)
    c.build_audience("All", c.data.people).python("List", read).email("Mail", subject="Hi", text="Hello")
    c.dry_run()
    wrong.append(1)
    return published(c), wrong


def published(campaign: cn.Campaign) -> cn.Campaign:
    """Publish, and let the run go as far as it can."""
    campaign.publish(confirm=sum(campaign.last_dry_run().messages.values()))
    campaign.workspace.clock.advance(minutes=1)  # type: ignore[attr-defined] # a ManualClock
    return campaign


def settle(campaign: cn.Campaign) -> str:
    """Let the run go on, and return its state."""
    campaign.workspace.clock.advance(minutes=1)  # type: ignore[attr-defined] # a ManualClock
    return campaign.runs[0].wait().state


def test_a_draft_has_no_history(workspace: cn.Workspace) -> None:
    draft = history_of(cn.Campaign("Draft", data=shop(), workspace=workspace))
    assert (draft["log"], draft["tasks"], draft["runs"]) == ([], [], [])


def test_the_history_of_a_campaign_is_newest_first(halted: cn.Campaign) -> None:
    history = history_of(halted)
    assert history["log"][-1]["message"] == "created"
    assert history["log"][0]["message"] == "halted before 'Mail': a breakpoint"
    assert [(task["activity"], task["state"]) for task in history["tasks"]] == [("All", "done")]
    assert [(run["run"], run["state"]) for run in history["runs"]] == [(halted.runs[0].id, "paused")]


def test_a_task_that_failed_stands_before_those_that_led_to_it(broken: tuple[cn.Campaign, list[int]]) -> None:
    tasks = history_of(broken[0])["tasks"]
    assert [task["activity"] for task in tasks] == ["List", "All"]
    assert "no list today" in tasks[0]["error"]


def test_a_listing_of_the_log_has_the_same_lines_newest_first(halted: cn.Campaign) -> None:
    found = history_in(halted.log)
    assert found is not None
    assert [line["message"] for line in found["log"]] == [line["message"] for line in history_of(halted)["log"]]
    assert (found["title"], "tasks" in found) == ("Log of Spring", False)


def test_a_listing_of_tasks_has_its_runs_beside_it(halted: cn.Campaign) -> None:
    found = history_in(halted.tasks)
    assert found is not None
    assert [run["run"] for run in found["runs"]] == [halted.runs[0].id]
    assert (found["title"], [task["activity"] for task in found["tasks"]]) == ("Tasks of Spring", ["All"])


def test_what_is_searched_for_in_a_log_is_all_that_is_shown(halted: cn.Campaign) -> None:
    found = history_in(halted.log.search("breakpoint"))
    assert found is not None and len(found["log"]) == 1


def test_a_listing_is_shown_in_the_zone_of_its_campaign(workspace: cn.Workspace) -> None:
    c = cn.Campaign("Spring", data=shop(), workspace=workspace, time_zone="Asia/Tokyo")
    c.build_audience("All", c.data.people).end("Done")
    published(c)
    for listing in (c.log, c.tasks):
        found = history_in(listing)
        assert found is not None and found["time_zone"] == "Asia/Tokyo"
        assert "; times in Asia/Tokyo" in markup_of(found) and " 18:0" in markup_of(found)
        assert "; times in Asia/Tokyo" in listing._repr_html_()
    assert "; times in Asia/Tokyo" in c.runs._repr_html_() and c.log.frame().schema["at"] == pl.Datetime("us", "UTC")
    now = "as of 2026-07-01 00:00 Asia/Tokyo"  # that of the data
    assert now in repr(c.runs[0]) and now in c.runs[0]._repr_html_() and now in repr(c.dry_run()) and now in repr(c.report())


def test_tasks_of_a_stage_stand_newest_first_and_not_by_their_names(workspace: cn.Workspace) -> None:
    c = cn.Campaign("Spring", data=shop(), workspace=workspace)
    c.build_audience("Zoo", c.data.people).filter("Ant", "id > 0").filter("Cow", "id > 0")
    published(c)
    assert [task["activity"] for task in history_of(c)["tasks"]] == ["Cow", "Ant", "Zoo"]
    assert [(task["rows_in"] is None) for task in history_of(c)["tasks"]] == [False, False, True]


def test_other_listings_are_no_history(workspace: cn.Workspace, halted: cn.Campaign) -> None:
    assert history_in(halted.versions) is None
    assert history_in(workspace.campaigns) is None
    with pytest.raises(NotImplementedError, match=r"^$"):
        displays.show_listing(halted.versions)


def test_a_page_without_widgets_shows_the_newest_lines_as_text() -> None:
    lines = [{"at": None, "level": "info", "activity": "<b>", "message": f"<script>{number}</script>"} for number in range(30)]
    markup = markup_of({"title": "Log of <i>", "log": lines})
    assert "<script>" not in markup and "&lt;script&gt;0" in markup and "30&lt;/script" not in markup
    assert "Log of &lt;i&gt;, the newest 20 of 30" in markup


def test_a_log_is_shown_as_a_panel_beside_its_static_table(halted: cn.Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = list[Any]()
    monkeypatch.setattr(outputs, "display", lambda bundle, **_: shown.append(bundle))
    displays.show_listing(halted.log)
    static, live = shown
    assert set(static) == {"text/html", "text/plain"} and outputs.WIDGET not in static
    assert outputs.WIDGET in live


def test_resume_lets_a_halted_run_go_on(halted: cn.Campaign) -> None:
    acting.act(halted, "resume")
    assert settle(halted) == "done"


def test_retry_resumes_a_campaign_that_an_error_paused(broken: tuple[cn.Campaign, list[int]]) -> None:
    campaign, wrong = broken
    assert campaign.status == "live (paused, error)"
    wrong.clear()
    acting.act(campaign, "retry")
    assert (settle(campaign), campaign.status) == ("done", "completed")


def test_a_run_is_resumed_by_its_id_and_another_id_is_refused(halted: cn.Campaign) -> None:
    with pytest.raises(RunError, match="it is not paused"):
        acting.resume(halted, "no such run")
    acting.resume(halted, halted.runs[0].id)
    assert settle(halted) == "done"


def test_a_button_that_comes_too_late_does_nothing(halted: cn.Campaign) -> None:
    halted.stop()
    for action in ("resume", "retry", "pause", "stop"):
        acting.act(halted, action)
    assert halted.status == "stopped"


def test_the_scheduler_s_panel_tells_halted_runs_and_why(halted: cn.Campaign) -> None:
    read = PanelData(Panel(halted)).read()
    told = {"run": halted.runs[0].id, "campaign": "Spring", "at": "Mail", "why": "a breakpoint", "failed": False}
    assert read["held"] == [told]


def test_the_panel_as_text_says_where_a_run_has_halted_and_what_to_do(halted: cn.Campaign) -> None:
    assert "halted at Mail: a breakpoint → campaign.runs[0].resume()" in repr(Panel(halted))
    assert "a breakpoint → campaign.runs[0].resume()" in Panel(halted)._repr_html_()


def test_the_panel_of_a_paused_campaign_says_that_the_campaign_is_to_be_resumed(broken: tuple[cn.Campaign, list[int]]) -> None:
    told = repr(Panel(broken[0]))
    assert "halted at List: " in told and "→ campaign.resume()" in told
