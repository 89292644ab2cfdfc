"""The life of a campaign: its statuses, what may be done in each, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from campaign_nb.errors import Problem, did_you_mean


class Status(StrEnum):
    """Where a campaign stands; an error and a pause are flags beside it, not statuses.

    >>> Status.LIVE == "live"
    True
    """

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    LIVE = "live"
    COMPLETED = "completed"
    CLOSED = "closed"
    STOPPED = "stopped"
    ARCHIVED = "archived"


class Move(NamedTuple):
    """The statuses in which an action is allowed, and the status that it leads to.

    Nulls: `to` is None when the status stays as it is, or the campaign is gone.
    """

    allowed: frozenset[Status]
    to: Status | None


ANY = frozenset(Status)
PUBLISHED = ANY - {Status.DRAFT}
FINAL = frozenset({Status.COMPLETED, Status.CLOSED, Status.STOPPED, Status.ARCHIVED})
_RUNNING = frozenset({Status.SCHEDULED, Status.LIVE})
_DRAFT = frozenset({Status.DRAFT})
_LIVE = frozenset({Status.LIVE})

ACTIONS: Mapping[str, Move] = MappingProxyType(
    {
        "open": Move(ANY, None),
        "edit": Move(_DRAFT | _RUNNING, None),  # of a published campaign: its next version, a draft
        "edit_tags": Move(ANY, None),
        "duplicate": Move(ANY, None),
        "dry_run": Move(ANY, None),
        "delete": Move(_DRAFT, None),
        "publish": Move(_DRAFT, Status.LIVE),
        "schedule": Move(_DRAFT, Status.SCHEDULED),  # publish, with a first launch that lies ahead
        "publish_version": Move(_RUNNING, None),  # the draft of a next version takes over
        "start_reached": Move(frozenset({Status.SCHEDULED}), Status.LIVE),
        "launch": Move(_RUNNING, Status.LIVE),
        "signal": Move(_LIVE, None),
        "confirm_send": Move(_LIVE, None),
        "pause": Move(_LIVE, None),
        "resume": Move(_LIVE, None),
        "back_to_draft": Move(_RUNNING, Status.DRAFT),
        "close": Move(_LIVE, Status.CLOSED),
        "stop": Move(_RUNNING, Status.STOPPED),
        "complete": Move(_LIVE, Status.COMPLETED),
        "archive": Move(PUBLISHED - {Status.ARCHIVED}, Status.ARCHIVED),
        "purge": Move(frozenset({Status.ARCHIVED}), None),
        "report": Move(PUBLISHED, None),
    }
)

_DUPLICATE = 'campaign.duplicate("another name")'


def check(
    action: str,
    status: str,
    *,
    recurring: bool,
    completed_runs: int,
    error: bool,
    paused: bool,
    campaign: str = "",
    started: bool = True,
) -> Problem | None:
    """Tell why an action is not possible now, or None when it is.

    `started` is whether there was any run: a recurring campaign is live from its publication on, before its first launch.
    Errors: an action or a status that does not exist is a problem too.

    >>> check("pause", "live", recurring=True, completed_runs=3, error=False, paused=False) is None
    True
    >>> print(check("delete", "live", recurring=True, completed_runs=3, error=False, paused=False, campaign="Spring"))
    campaign 'Spring'
      it is live and can't be deleted
      expected: a campaign that is draft
      → campaign.stop(), then campaign.archive()
    """
    where = f"campaign {campaign!r}" if campaign else "campaign"
    if action not in ACTIONS:
        return Problem(where, f"no action {action!r}", did_you_mean(action, ACTIONS))
    if status not in ANY:
        return Problem(where, f"no status {status!r}", did_you_mean(status, [name.value for name in Status]))
    now = Status(status)
    allowed = ACTIONS[action].allowed
    if now not in allowed:
        names = " or ".join(name for name in Status if name in allowed)
        return Problem(where, f"it is {now} and can't be {_PAST[action]}", f"a campaign that is {names}", _instead(action, now))
    if action == "back_to_draft" and not started:
        return None
    what, expected, do = _conditions(action, now, recurring=recurring, completed_runs=completed_runs, error=error, paused=paused)
    return Problem(where, what, expected, do) if what else None


_NOTHING = ("", "", "")

_PAST: Mapping[str, str] = MappingProxyType(
    {
        "open": "opened",
        "edit": "edited",
        "edit_tags": "tagged",
        "duplicate": "duplicated",
        "dry_run": "run dry",
        "delete": "deleted",
        "publish": "published",
        "schedule": "published",
        "publish_version": "published again",
        "start_reached": "started by its schedule",
        "launch": "launched",
        "signal": "signalled",
        "confirm_send": "confirmed",
        "pause": "paused",
        "resume": "resumed",
        "back_to_draft": "brought back to draft",
        "close": "closed",
        "stop": "stopped",
        "complete": "completed",
        "archive": "archived",
        "purge": "purged",
        "report": "reported on",
    }
)


def _conditions(action: str, status: Status, *, recurring: bool, completed_runs: int, error: bool, paused: bool) -> tuple[str, str, str]:
    """Return what, expected and do of the first flag that forbids the action; empty when none does."""
    if action in {"pause", "launch", "signal"} and paused:
        return f"it is paused and can't be {_PAST[action]}", "a campaign that is not paused", "campaign.resume()"
    if action == "resume" and not paused:
        return "it is not paused", "a paused campaign", "campaign.pause()"
    if action == "close" and not recurring:
        return "its schedule does not recur, so there is nothing to close", "a recurring schedule", "campaign.stop()"
    if action != "back_to_draft":
        return _NOTHING
    if completed_runs > 0:
        runs = f"{completed_runs} run{'s' if completed_runs != 1 else ''}"
        return f"it has completed {runs} and can't be brought back to draft", "no completed run", _DUPLICATE
    if status is Status.LIVE and not error:
        return "it is live without an error and can't be brought back to draft", "a run suspended by an error", "campaign.stop()"
    if status is Status.LIVE and not paused:
        return "it is running and can't be brought back to draft", "a paused campaign", "campaign.pause()"
    return _NOTHING


def _instead(action: str, status: Status) -> str:
    """Return what to write in place of an action that the status forbids."""
    if status is Status.DRAFT:
        return "campaign.delete()" if action in {"archive", "purge"} else "campaign.publish()"
    if status is Status.ARCHIVED and action == "delete":
        return "wait: an archived campaign is deleted by itself in time"
    if status in FINAL and action == "publish_version":
        return f"{_DUPLICATE}, or run its cells again, from cn.Campaign(…) on"
    if status in FINAL:
        return "campaign.archive()" if action in {"delete", "purge"} else _DUPLICATE
    if action in {"delete", "purge"}:
        return "campaign.stop(), then campaign.archive()"
    if action in {"publish", "schedule"}:
        return "change the definition, then publish its new version"
    return "wait for its first launch, or campaign.launch()" if status is Status.SCHEDULED else _DUPLICATE
