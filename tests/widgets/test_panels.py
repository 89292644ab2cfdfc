"""Panels: their state is data, cut and made visible in the kernel; their buttons call back."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from campaign_nb.widgets.panel import paragraph
from campaign_nb.widgets.panels import DetailsPanel, RunProgress, SchedulerPanel, payload
from tests.render.views import ATTACKS, edge, node, offer, view

SCHEDULE = {
    "workspace": {"id": "w", "label": ".campaign-nb"},
    "time_zone": "Europe/Paris",
    "scheduler": {
        "state": "running",
        "next": None,
        "running": [{"campaign": "Spring", "run": "r1", "progress": 0.5, "activity": "Offer", "rows": 9}],
    },
    "campaigns": [
        {"name": "Late", "next": "2026-03-10T08:00:00+00:00", "last": None},
        {"name": "Soon", "next": "2026-03-09T08:00:00+00:00", "last": {"run": "r0", "state": "failed", "at": "2026-03-02T08:00:00+00:00"}},
    ],
}


@pytest.fixture
def details() -> Iterator[DetailsPanel]:
    """A panel that shows nothing yet."""
    panel = DetailsPanel()
    yield panel
    panel.close()


@pytest.fixture
def scheduler() -> Iterator[SchedulerPanel]:
    """A panel of a workspace with two campaigns."""
    panel = SchedulerPanel(SCHEDULE)
    yield panel
    panel.close()


def texts(state: object) -> Iterator[str]:
    """All texts in a state."""
    if isinstance(state, str):
        yield state
    elif isinstance(state, (list, dict)):
        for value in state.values() if isinstance(state, dict) else state:
            yield from texts(value)


def test_details_are_hidden_until_something_is_shown(details: DetailsPanel) -> None:
    assert details.state == {}
    details.show({"title": "Offer"})
    assert details.state["title"] == "Offer"
    details.show({})
    assert details.state == {}


def test_details_of_an_activity_come_from_its_view(details: DetailsPanel) -> None:
    shown = view([node("Mail", "warning", options=[["to", "email"]], reasons=[["no address", 12]], problems=["no subject"])], [])
    details.show(payload(shown, "Mail"))
    state = details.state
    assert (state["title"], state["subtitle"], state["chips"]) == ("Mail", "Filter", [["Warning", "warning"]])
    assert (state["options"], state["reasons"], state["problems"]) == ([["to", "email"]], [["no address", 12]], ["no subject"])


def test_details_of_a_transition_are_its_columns_and_count(details: DetailsPanel) -> None:
    details.show(payload(offer("done", 12_340), "Offer|A|Mail A"))
    assert (details.state["title"], details.state["subtitle"]) == ("A", "Transition · Offer → Mail A · 12,340 people")
    assert details.state["columns"] == [["customer_id", "Int64"]]


def test_details_of_an_open_end_say_so() -> None:
    assert payload(view([node("a")], [edge("a", None)]), "a||None")["title"] == "a → open end"


def test_details_of_something_unknown_are_empty() -> None:
    assert payload(offer(), "nobody") == {}


def test_at_most_twenty_rows_reach_the_page(details: DetailsPanel) -> None:
    details.show({"title": "x", "rows": {"columns": ["n"], "rows": [[number] for number in range(1000)]}})
    assert details.state["rows"] == {"title": "First 20 rows", "columns": ["n"], "rows": [[number] for number in range(20)]}


def test_values_that_json_or_a_page_can_t_hold_become_text(details: DetailsPanel) -> None:
    details.show({"title": "x", "rows": {"columns": ["v"], "rows": [[2**60], [float("nan")], [None], [True], [b"x"], [1.5]]}})
    assert [row[0] for row in details.state["rows"]["rows"]] == ["1152921504606846976", "nan", None, "True", "b'x'", 1.5]
    json.dumps(details.state, allow_nan=False)


@pytest.mark.parametrize("text", ATTACKS)
def test_hostile_texts_are_data_with_nothing_hidden(details: DetailsPanel, text: str) -> None:
    rows = {"columns": [text], "rows": [[text]]}
    details.show({"title": text, "kind_label": text, "family": text, "icon": text, "state": text, "options": [[text, text]], "rows": rows})
    assert not {"\x1b", "\u202e", "\x00", "\ud800", "\ufffe"} & set("".join(texts(details.state)))
    assert details.state["family"] == "flow"


def test_a_megabyte_of_text_is_cut(details: DetailsPanel) -> None:
    details.show({"title": "x" * 1_000_000, "options": [["x" * 1_000_000, "y" * 1_000_000]]})
    assert len(json.dumps(details.state)) < 3_000


def test_the_scheduler_lists_what_comes_next_first(scheduler: SchedulerPanel) -> None:
    launches = [(one["campaign"], one["when"]) for one in scheduler.state["launches"]]
    assert launches == [("Soon", "9 Mar 2026, 09:00"), ("Late", "10 Mar 2026, 09:00")]


def test_the_scheduler_shows_runs_in_progress_and_past(scheduler: SchedulerPanel) -> None:
    state = scheduler.state
    assert state["running"] == [{"campaign": "Spring", "activity": "Offer", "rows": 9, "amount": "", "progress": 0.5, "paused": False}]
    assert state["runs"] == [{"campaign": "Soon", "when": "2 Mar 2026, 09:00", "state": "failed", "kind": "error", "counts": []}]
    assert (state["scheduler"], state["subtitle"]) == ("running", ".campaign-nb · Europe/Paris")


def test_the_scheduler_tells_what_was_missed_while_it_was_off(scheduler: SchedulerPanel) -> None:
    gap = {"campaign": "Soon", "first": "2026-03-01T08:00:00+00:00", "last": "2026-03-02T08:00:00+00:00", "count": 12_000, "reason": "off"}
    scheduler.update({"time_zone": "Europe/Paris", "missed": [{**gap, "estimated": True}, {**gap, "last": gap["first"], "count": 1}]})
    scheduler._throttle.flush()
    assert [(one["when"], one["note"]) for one in scheduler.state["missed"]] == [
        ("1 Mar 2026, 09:00 to 2 Mar 2026, 09:00", "about 12,000 missed · off"),
        ("1 Mar 2026, 09:00", "1 missed · off"),
    ]


def test_buttons_call_back_with_action_and_campaign(scheduler: SchedulerPanel) -> None:
    seen = list[tuple[str, str]]()
    end = scheduler.on_action(lambda action, campaign: seen.append((action, campaign)))
    scheduler._handle_custom_msg({"action": "pause", "campaign": ""}, [])
    scheduler._handle_custom_msg({"action": "stop", "campaign": "Spring"}, [])
    end()
    scheduler._handle_custom_msg({"action": "stop", "campaign": "Spring"}, [])
    assert seen == [("pause", ""), ("stop", "Spring")]


@pytest.mark.parametrize(
    "message", [{"action": "publish", "campaign": "x"}, {"action": "stop"}, {"action": "stop", "campaign": 1}, "stop", None]
)
def test_other_messages_are_ignored(scheduler: SchedulerPanel, message: object) -> None:
    seen = list[str]()
    scheduler.on_action(lambda action, campaign: seen.append(action))
    scheduler._handle_custom_msg(message, [])
    assert seen == []


def test_the_scheduler_s_last_state_is_shown_when_it_closes() -> None:
    panel = SchedulerPanel(SCHEDULE)
    for state in ("paused", "running", "stopped"):
        panel.update({"scheduler": {"state": state}})
    panel.close()
    assert panel.state["scheduler"] == "stopped"


def test_a_run_s_bar_ends_with_its_last_update() -> None:
    bar = RunProgress("Dry run")
    for number in range(11):
        bar.update(number / 10, "Offer", number * 1000)
    bar.update(7, "Offer", 10_000, state="failed")
    bar.close()
    assert bar.state == {"title": "Dry run", "text": "Offer · 10,000 rows · failed", "progress": 1.0, "kind": "error"}


def test_runs_that_have_halted_have_a_button_that_names_their_run(scheduler: SchedulerPanel) -> None:
    held = {"run": "r7", "campaign": "Spring", "at": "Mail", "why": "a breakpoint", "failed": False}
    scheduler.update({"held": [held, {**held, "run": "r8", "why": "no list\ntoday", "failed": True}]})
    scheduler._throttle.flush()
    assert scheduler.state["held"] == [
        {"run": "r7", "where": "Spring · Mail", "why": "a breakpoint", "button": "Resume"},
        {"run": "r8", "where": "Spring · Mail", "why": "no list\ntoday", "button": "Retry"},
    ]
    seen = list[tuple[str, str]]()
    scheduler.on_action(lambda action, run: seen.append((action, run)))
    scheduler._handle_custom_msg({"action": "go_on", "campaign": "r8"}, [])
    assert seen == [("go_on", "r8")]


def test_details_say_what_the_run_tells_of_an_activity(details: DetailsPanel) -> None:
    shown = view([node("Mail", "waiting", note="halted here: a breakpoint", halted=True)], [])
    details.show(payload(shown, "Mail"))
    assert (details.state["told"], details.state["chips"]) == ("halted here: a breakpoint", [["Halted", "halted"]])


def test_runs_that_wait_stand_apart_with_where_and_until_when(scheduler: SchedulerPanel) -> None:
    scheduler.show(
        {"time_zone": "Europe/Paris", "waiting": [{"campaign": "Spring", "at": "A moment", "until": "2026-03-02T08:00:00+00:00"}]}
    )
    assert scheduler.state["waiting"] == [{"campaign": "Spring", "note": "at A moment, until 2 Mar 2026, 09:00"}]
    scheduler.show({"waiting": [{"campaign": "Spring", "at": "A moment", "until": None}]})
    assert scheduler.state["waiting"] == [{"campaign": "Spring", "note": "at A moment"}]


def test_a_paused_campaign_says_why_and_can_go_on_where_no_halted_run_has_the_button(scheduler: SchedulerPanel) -> None:
    scheduler.show({"pauses": [{"campaign": "Spring", "why": "its audience has moved"}]})
    assert scheduler.state["paused"] == [{"campaign": "Spring", "note": "its audience has moved", "go": True}]
    scheduler.show({"campaigns": [{"name": "Spring", "paused": True}], "held": [{"run": "r", "campaign": "Spring"}]})
    assert scheduler.state["paused"] == [{"campaign": "Spring", "note": "", "go": False}]


def test_no_launches_and_no_runs_are_not_taken_from_elsewhere(scheduler: SchedulerPanel) -> None:
    scheduler.show({**SCHEDULE, "launches": [], "runs": []})
    assert (scheduler.state["launches"], scheduler.state["runs"]) == ([], [])


def test_a_long_text_keeps_its_lines_and_is_cut_behind_a_word() -> None:
    assert paragraph("no list\x1b\n\n  expected:  rows", 40) == "no list\\x1b\nexpected: rows"
    assert paragraph("the service answered nothing", 24) == "the service answered…"
    assert paragraph("x" * 50, 10) == "x" * 9 + "…"
