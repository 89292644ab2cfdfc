"""What is done to a stored campaign: each action checked, done in one transaction and written into its log."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping

from campaign_nb.clock import Clock
from campaign_nb.engine.pace import unsent
from campaign_nb.engine.runner import MOVED
from campaign_nb.errors import DefinitionError, Problem, RunError
from campaign_nb.graph.definition import MOST_LABEL, is_label
from campaign_nb.graph.lifecycle import ACTIONS, check
from campaign_nb.schedule import Schedule
from campaign_nb.scheduler import gaps
from campaign_nb.store import Connection, Store, campaigns, runs, spent
from campaign_nb.store.campaigns import CampaignRecord
from campaign_nb.store.runs import UNFINISHED

_SAYS: Mapping[str, str] = {
    "pause": "paused",
    "resume": "resumed",
    "stop": "stopped",
    "close": "closed: no further launch, runs under way go on to their end",
    "archive": f"archived; it is deleted {spent.KEPT.days} days after its last change",
    "back_to_draft": "brought back to draft",
}
_ENDS_RUNS = ("stop", "archive", "back_to_draft")
MOST_TAGS = 50
MOST_DEPTH = 10


def refusal(connection: Connection, record: CampaignRecord, action: str) -> Problem | None:
    """Tell why an action is not possible now on a stored campaign, None when it is."""
    found = runs.list_runs(connection, record.id)
    return check(
        action,
        record.status,
        recurring=_recurring(connection, record),
        completed_runs=sum(run.state == "done" for run in found),
        error=record.error,
        paused=record.paused,
        campaign=record.name,
        started=bool(found),
    )


def checked(connection: Connection, record: CampaignRecord, action: str) -> None:
    """Refuse an action that is not possible now.

    Errors: the reason.
    """
    problem = refusal(connection, record, action)
    if problem is not None:
        raise RunError(problem)


def at_home(store: Store) -> None:
    """Refuse what launches, or goes on with a run, while a store asks whether it is the one to go on.

    Errors: the question of a store that was copied, restored or moved.
    """
    question = store.question
    if question is not None:
        raise RunError(question)


def act(store: Store, clock: Clock, campaign_id: str, action: str) -> CampaignRecord | None:
    """Pause, resume, stop, close, archive, delete or bring back to draft; return the campaign, None when it is gone.

    Errors: the reason why that is not possible; then nothing has changed.
    """
    now = clock.now()
    with store.begin() as connection:
        record = campaigns.get(connection, campaign_id)
        checked(connection, record, action)
        if action == "resume":
            at_home(store)
        if action == "delete":
            spent.remove(connection, record, now, f"campaign {record.name!r} deleted")
            return None
        target, confirmed = ACTIONS[action].to, [MOVED] if record.pause_reason else []
        if target is not None:
            record = campaigns.transition(connection, record.id, [record.status], target, now, _SAYS[action])
        else:
            seen = f"; seen and confirmed: {record.pause_reason}" if action == "resume" and record.pause_reason else ""
            record = campaigns.flag(connection, record.id, now, _SAYS[action] + seen, paused=action == "pause")
        if action == "back_to_draft":
            gaps.note_withdrawn(connection, record.id, now)
        if action in _ENDS_RUNS:
            for run in runs.list_runs(connection, record.id, UNFINISHED):
                left = unsent(connection, store.folder, run, now)
                later = f"; not sent, messages whose time had not come: {left:,}"
                told = "run stopped" + (later if left else "")
                runs.move(connection, run.id, UNFINISHED, "stopped", now, told)
        if action == "resume":
            for run in runs.list_runs(connection, record.id, ["paused"]):
                runs.resume(connection, run.id, now, also=confirmed)
            if record.error:
                record = campaigns.flag(connection, record.id, now, "error cleared: resumed", error=False)
        return record


def tag(
    store: Store,
    clock: Clock,
    campaign_id: str,
    tags: Iterable[str] | None = None,
    *,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
) -> CampaignRecord:
    """Give a campaign these tags and no others, or more or fewer than it has, in any status.

    Errors: a tag that is no printable text.
    """
    more, fewer = tags_of(add), tags_of(remove)
    with store.begin() as connection:
        record = campaigns.get(connection, campaign_id)
        checked(connection, record, "edit_tags")
        wanted = tags_of([item for item in (*(record.tags if tags is None else tags_of(tags)), *more) if item not in fewer])
        if wanted == record.tags:
            return record
        message = f"tags: {', '.join(wanted)}" if wanted else "tags: none"
        return campaigns.describe(connection, record.id, clock.now(), message, tags=wanted)


def move(store: Store, clock: Clock, campaign_id: str, folder: str) -> CampaignRecord:
    """Put a campaign into a folder, in any status; an empty one is none.

    Errors: a folder that is no path of printable names.
    """
    wanted = folder_of(folder)
    with store.begin() as connection:
        record = campaigns.get(connection, campaign_id)
        if wanted == record.folder:
            return record
        message = f"moved to folder {wanted!r}" if wanted else f"taken out of folder {record.folder!r}"
        return campaigns.describe(connection, record.id, clock.now(), message, folder=wanted)


def tags_of(tags: Iterable[str]) -> tuple[str, ...]:
    """Return tags as they are kept: each once, in order.

    Errors: a text in the place of a list, a tag that is no printable text, more than 50.

    >>> tags_of(["retail", "spring", "retail"])
    ('retail', 'spring')
    """
    found = [tags] if isinstance(tags, str) else list(dict.fromkeys(tags))
    bad = [item for item in found if not isinstance(item, str) or not is_label(item)]  # pyright: ignore[reportUnnecessaryIsInstance] # users
    do = 'tags = ["retail", "spring"]'
    if isinstance(tags, str):
        raise DefinitionError(Problem("tags", f"{tags[:MOST_LABEL]!r} is one text", "a list of texts", do))
    if bad:
        raise DefinitionError(Problem("tags", f"{str(bad[0])[:MOST_LABEL]!r} is no tag", f"1 to {MOST_LABEL} printable characters", do))
    if len(found) > MOST_TAGS:
        raise DefinitionError(Problem("tags", f"{len(found)} tags", f"at most {MOST_TAGS}", do))
    return tuple(found)


def folder_of(folder: str) -> str:
    """Return a folder as it is kept: names with a slash between them.

    Errors: a name that is not printable or too long, more than ten levels.

    >>> folder_of("/retail/ spring/"), folder_of("")
    ('retail/spring', '')
    """
    do = 'folder = "retail/spring"'
    if not isinstance(folder, str):  # pyright: ignore[reportUnnecessaryIsInstance] # users
        raise DefinitionError(Problem("folder", f"{type(folder).__name__} is no folder", "names with a slash between them", do))
    names = [name.strip() for name in folder.split("/") if name.strip()]
    bad = next((name for name in names if not is_label(name)), None)
    if bad is not None:
        raise DefinitionError(Problem("folder", f"the name {bad[:MOST_LABEL]!r}", f"1 to {MOST_LABEL} printable characters", do))
    if len(names) > MOST_DEPTH:
        raise DefinitionError(Problem("folder", f"{len(names)} levels", f"at most {MOST_DEPTH}", do))
    return "/".join(names)


def _recurring(connection: Connection, record: CampaignRecord) -> bool:
    version = campaigns.published(connection, record.id)
    schedule = None if version is None or version.schedule is None else schedule_of(version.schedule)
    return schedule is not None and (schedule.recurring or schedule.awaits)


@functools.lru_cache(maxsize=256)
def schedule_of(document: str) -> Schedule:
    """Return the schedule of a document that the store keeps."""
    return Schedule.from_json(json.loads(document))
