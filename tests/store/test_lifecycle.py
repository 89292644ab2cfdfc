"""The life of a campaign: every action in every status, and the reasons."""

from __future__ import annotations

import pytest

from campaign_nb.graph.lifecycle import ACTIONS, FINAL, Status, check

# action: statuses in which it is allowed, by first letter of a line below · status that it leads to
LETTERS = {
    "d": Status.DRAFT,
    "s": Status.SCHEDULED,
    "l": Status.LIVE,
    "c": Status.COMPLETED,
    "x": Status.CLOSED,
    "t": Status.STOPPED,
    "a": Status.ARCHIVED,
}
EXPECTED = {
    "open": ("dslcxta", None),
    "edit": ("dsl", None),
    "edit_tags": ("dslcxta", None),
    "duplicate": ("dslcxta", None),
    "dry_run": ("dslcxta", None),
    "delete": ("d", None),
    "publish": ("d", "live"),
    "schedule": ("d", "scheduled"),
    "publish_version": ("sl", None),
    "start_reached": ("s", "live"),
    "launch": ("sl", "live"),
    "signal": ("l", None),
    "confirm_send": ("l", None),
    "pause": ("l", None),
    "resume": ("l", None),
    "back_to_draft": ("sl", "draft"),
    "close": ("l", "closed"),
    "stop": ("sl", "stopped"),
    "complete": ("l", "completed"),
    "archive": ("slcxt", "archived"),
    "purge": ("a", None),
    "report": ("slcxta", None),
}


def test_the_table_is_the_expected_one() -> None:
    assert {action: (move.allowed, move.to) for action, move in ACTIONS.items()} == {
        action: ({LETTERS[letter] for letter in letters}, to) for action, (letters, to) in EXPECTED.items()
    }


@pytest.mark.parametrize("action", EXPECTED)
def test_an_action_is_refused_in_words_exactly_where_it_is_not_allowed(action: str) -> None:
    paused = action in {"resume", "back_to_draft"}
    for letter, status in LETTERS.items():
        problem = check(action, status, recurring=True, completed_runs=0, error=True, paused=paused, campaign="Spring")
        assert (problem is None) == (letter in EXPECTED[action][0]), status
        if problem is not None:
            assert problem.where == "campaign 'Spring'"
            assert problem.what.startswith(f"it is {status} and can't be ")
            assert problem.expected.startswith("a campaign that is ")


def test_every_status_but_the_first_is_reached_by_some_action() -> None:
    assert {move.to for move in ACTIONS.values() if move.to} == set(Status)


def test_a_final_status_is_left_for_the_archive_only() -> None:
    for status in FINAL:
        assert {move.to for move in ACTIONS.values() if status in move.allowed} - {None} <= {Status.ARCHIVED}


@pytest.mark.parametrize(
    ("action", "status", "flags", "what", "do"),
    [
        ("pause", "live", {"paused": True}, "it is paused and can't be paused", "campaign.resume()"),
        ("launch", "live", {"paused": True}, "it is paused and can't be launched", "campaign.resume()"),
        ("signal", "live", {"paused": True}, "it is paused and can't be signalled", "campaign.resume()"),
        ("resume", "live", {"paused": False}, "it is not paused", "campaign.pause()"),
        ("close", "live", {"recurring": False}, "its schedule does not recur, so there is nothing to close", "campaign.stop()"),
        ("back_to_draft", "scheduled", {"completed_runs": 1}, "it has completed 1 run and can't be brought back to draft", "duplicate"),
        ("back_to_draft", "live", {"completed_runs": 2, "error": True}, "it has completed 2 runs and can't be brought back", "duplicate"),
        ("back_to_draft", "live", {"paused": True}, "it is live without an error and can't be brought back to draft", "campaign.stop()"),
        ("back_to_draft", "live", {"error": True}, "it is running and can't be brought back to draft", "campaign.pause()"),
        ("edit", "stopped", {}, "it is stopped and can't be edited", 'campaign.duplicate("another name")'),
        ("delete", "live", {}, "it is live and can't be deleted", "campaign.stop(), then campaign.archive()"),
        ("delete", "closed", {}, "it is closed and can't be deleted", "campaign.archive()"),
        ("archive", "draft", {}, "it is draft and can't be archived", "campaign.delete()"),
        ("archive", "archived", {}, "it is archived and can't be archived", 'campaign.duplicate("another name")'),
        ("pause", "draft", {}, "it is draft and can't be paused", "campaign.publish()"),
        ("pause", "scheduled", {}, "it is scheduled and can't be paused", "wait for its first launch, or campaign.launch()"),
        ("publish", "live", {}, "it is live and can't be published", "change the definition, then publish its new version"),
    ],
)
def test_a_reason_says_what_stands_in_the_way_and_what_to_do(action: str, status: str, flags: dict[str, bool], what: str, do: str) -> None:
    given = {"recurring": True, "completed_runs": 0, "error": False, "paused": False, **flags}
    problem = check(action, status, **given)  # type: ignore[arg-type] - bools and a count
    assert problem is not None
    assert problem.what.startswith(what)
    assert do in problem.do
    assert bool(do) == bool(problem.do)


def test_back_to_draft_is_for_what_has_not_begun_and_for_what_failed_before_it_ended() -> None:
    assert check("back_to_draft", "scheduled", recurring=True, completed_runs=0, error=False, paused=False) is None
    assert check("back_to_draft", "live", recurring=False, completed_runs=0, error=True, paused=True) is None


def test_what_is_live_and_has_had_no_run_yet_goes_back_to_draft() -> None:
    given = {"recurring": True, "completed_runs": 0, "error": False, "paused": False}
    assert check("back_to_draft", "live", started=False, **given) is None
    assert check("back_to_draft", "live", started=True, **given) is not None
    assert check("back_to_draft", "stopped", started=False, **given) is not None


def test_unknown_actions_and_statuses_are_problems() -> None:
    action = check("pawse", "live", recurring=True, completed_runs=0, error=False, paused=False)
    status = check("pause", "alive", recurring=True, completed_runs=0, error=False, paused=False)
    assert action is not None and "did you mean 'pause'" in action.expected
    assert status is not None and "did you mean 'live'" in status.expected
