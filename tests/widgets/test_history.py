"""The panel of log and tasks: its state is plain text, cut in the kernel; the page filters."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest

from campaign_nb.widgets.history import MOST_LINES, HistoryPanel
from tests.render.views import ATTACKS
from tests.widgets.test_panels import texts

NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
TASK = {
    **{"run": "r1", "activity": "Mail", "state": "done", "rows_in": 12_340, "rows_out": 12_000, "note": "", "error": ""},
    **{"started_at": NOON, "ended_at": NOON + dt.timedelta(seconds=75)},
}


@pytest.fixture
def panel() -> Iterator[HistoryPanel]:
    """A panel that shows nothing yet."""
    made = HistoryPanel()
    yield made
    made.close()


def line(message: str, **more: Any) -> dict[str, Any]:
    return {"at": NOON, "level": "info", "activity": None, "message": message, "run": None, **more}


def test_it_is_hidden_until_it_shows_something(panel: HistoryPanel) -> None:
    assert (panel.is_shown, panel.state) == (False, {})
    panel.show({"title": "Spring", "log": [line("published")]})
    assert panel.is_shown
    panel.show({})
    assert not panel.is_shown


def test_a_line_has_its_local_time_level_activity_and_message(panel: HistoryPanel) -> None:
    panel.show({"title": "Spring", "time_zone": "Europe/Paris", "log": [line("no list", level="error", activity="List", run="r1")]})
    assert panel.state["log"] == [
        {"when": "1 Jul 2026, 14:00", "level": "error", "activity": "List", "message": "no list", "run": "r1"},
    ]


def test_a_task_tells_rows_duration_note_and_error(panel: HistoryPanel) -> None:
    panel.show({"title": "Spring", "tasks": [TASK, {**TASK, "state": "failed", "ended_at": None, "note": "ignored", "error": "no list"}]})
    first, second = panel.state["tasks"]
    assert (first["rows_in"], first["rows_out"], first["took"], first["mark"]) == (12_340, 12_000, "1 min 15 s", "done")
    assert (second["took"], second["note"], second["error"], second["mark"]) == ("", "ignored", "no list", "error")


def test_a_short_task_tells_hundredths_of_a_second(panel: HistoryPanel) -> None:
    panel.show({"title": "Spring", "tasks": [{**TASK, "ended_at": NOON + dt.timedelta(milliseconds=70)}]})
    assert panel.state["tasks"][0]["took"] == "0.07 s"


def test_only_what_is_given_has_a_tab_and_the_one_asked_for_opens(panel: HistoryPanel) -> None:
    panel.show({"title": "Spring", "tasks": [TASK]})
    assert (panel.state["tabs"], panel.state["tab"]) == (["tasks"], "tasks")
    panel.show({"title": "Spring", "log": [], "tasks": [TASK]}, tab="tasks", activity="Mail")
    assert (panel.state["tabs"], panel.state["tab"], panel.state["activity"]) == (["log", "tasks"], "tasks", "Mail")


def test_at_most_five_hundred_lines_reach_the_page_and_the_rest_is_told(panel: HistoryPanel) -> None:
    panel.show({"title": "Spring", "log": [line(str(number)) for number in range(1234)]})
    assert (len(panel.state["log"]), panel.state["log"][0]["message"]) == (MOST_LINES, "0")
    assert panel.state["note"] == "the newest 500 of 1,234 lines · UTC"


@pytest.mark.parametrize("text", ATTACKS)
def test_hostile_texts_are_data_with_nothing_hidden(panel: HistoryPanel, text: str) -> None:
    task = {**TASK, "activity": text, "state": text, "note": text, "error": text, "run": text}
    run = {"run": text, "state": text, "started_at": NOON}
    panel.show({"title": text, "log": [line(text, level=text, activity=text)], "tasks": [task], "runs": [run]}, activity=text)
    assert not {"\x1b", "\u202e", "\x00", "\ud800", "\ufffe", "\n"} & set("".join(texts(panel.state)))
    assert panel.state["tasks"][0]["mark"] == "pending"
    json.dumps(panel.state, allow_nan=False)
