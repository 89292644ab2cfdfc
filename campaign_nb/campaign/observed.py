"""What the store tells of a live run: states, notes and counts of its activities, its rows, and the time left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from campaign_nb.campaign.remaining import OVER, remaining
from campaign_nb.clock import zone
from campaign_nb.engine.pace import GOES_OUT, has_own_times
from campaign_nb.engine.plan import moments_of
from campaign_nb.engine.runner import STEPS
from campaign_nb.graph.definition import Ref
from campaign_nb.store import Connection, log, runs
from campaign_nb.store.runs import RunRecord, TaskRecord

if TYPE_CHECKING:
    from campaign_nb.campaign.campaign import Campaign
    from campaign_nb.campaign.live_run import LiveRun


@dataclass(frozen=True, slots=True)
class Observed:
    """A live run as it stands in the store."""

    record: RunRecord
    states: dict[str, str]
    notes: dict[str, str]
    counts: dict[Ref, int]
    closed: frozenset[Ref]
    reasons: dict[tuple[str, str], int]
    told: dict[str, Any]
    """State, instants, progress, and what applies of: why and where it halted, its error, rows, the time left.

    The counts are without those of waits that hold or were cut short: nobody has come through.
    """


def observed(campaign: Campaign, run: LiveRun) -> Observed:
    """Read how a run stands, together."""
    with campaign.workspace.store.read() as connection:
        record = runs.get(connection, run.id)
        tasks = runs.list_tasks(connection, run.id)
        ports = {Ref(*place): found for place, found in runs.read_ports(connection, run.id).items()}
        reasons = runs.read_exclusions(connection, run.id)
        why = _why(connection, record)
        computes = next((stage for stage in runs.list_stages(connection, run.id) if stage.state == "running"), None)
        before = _previous(connection, record)
    began = computes.started_at if computes is not None and record.state == "running" else None
    counts = {ref: rows for ref, (rows, _) in ports.items()}
    states = _states(campaign, record, tasks)
    holding = _holding(campaign, run, record, states)
    states |= dict.fromkeys(holding, "waiting" if record.state in runs.UNFINISHED else "stopped")
    if computes is not None and began is not None:
        states |= dict.fromkeys(_computing(run, record, computes.number), "running")
    told = _told(campaign, record, tasks, why)
    if record.state in runs.UNFINISHED:
        told |= _left(campaign, tasks, before, counts, began, waits=bool(holding) or _waits(run, tasks))
    closed = frozenset(ref for ref, (_, active) in ports.items() if not active)
    gone = {ref: rows for ref, rows in counts.items() if ref.label not in holding}
    return Observed(record, states, _notes(campaign, record, tasks, holding, why), gone, closed, reasons, told)


def chosen(campaign: Campaign, notes: Mapping[str, str]) -> dict[str, str]:
    """Return the notes of a run, those of tests as the way that they chose."""
    nodes = campaign.definition.nodes
    return {label: f"→ {note}" if label in nodes and nodes[label].activity.decides else note for label, note in notes.items()}


def _states(campaign: Campaign, record: RunRecord, tasks: Sequence[TaskRecord]) -> dict[str, str]:
    """Return states by activity; what a run has not come to is pending while it goes on."""
    going = record.state in runs.UNFINISHED
    states = dict.fromkeys(campaign.definition.nodes, "pending") if going else {}
    states |= {task.activity: task.state for task in tasks}
    if record.held_at and states.get(record.held_at) != "failed":
        states[record.held_at] = "waiting" if going else "stopped"
    return states


def _computing(run: LiveRun, record: RunRecord, number: int) -> list[str]:
    """Return the activities of the stage that computes."""
    program = replace(run._current(), single=record.mode == STEPS)  # pyright: ignore[reportPrivateUsage] # one family
    stages = program.plan(staged=True).stages
    return [task.label for task in stages[number].tasks if not task.closed] if number < len(stages) else []


def _holding(campaign: Campaign, run: LiveRun, record: RunRecord, states: Mapping[str, str]) -> dict[str, dt.datetime]:
    """Return the waits that nothing has come through yet, with their ends: of a run that has ended, those that it cut short."""
    compiled = run._program().campaign  # pyright: ignore[reportPrivateUsage] # one family
    waits = [label for label, made in compiled.compiled.items() if made.wait is not None and states.get(label) in ("done", "waiting")]
    if record.state == "done" or not (waits or has_own_times(compiled)):
        return {}
    program = run._current()  # pyright: ignore[reportPrivateUsage] # one family
    begun = record.started_at - program.start.as_of if program.model.as_of is not None else dt.timedelta()
    start = program.start if begun else replace(program.start, as_of=record.started_at)
    moments = moments_of(compiled, start, program.closed)
    until = record.ended_at or campaign.workspace.clock.now()
    found = {label: at + begun for label, at in sorted(program.closed.sent) if at + begun > until}
    for label in waits:
        readers = [reader for port in compiled.compiled[label].ports for reader in compiled.definition.readers(Ref(label, port))]
        dues = [moments[reader].as_of + begun for reader in readers if states.get(reader) not in OVER]
        if dues and (record.state == "waiting" or min(dues) > until):
            found[label] = min(dues)
    return found


def _waits(run: LiveRun, tasks: Sequence[TaskRecord]) -> bool:
    """Tell whether a run has not come to some wait yet."""
    over = {task.activity for task in tasks if task.state in OVER}
    compiled = run._program().campaign.compiled  # pyright: ignore[reportPrivateUsage] # one family
    return any(made.wait is not None and label not in over for label, made in compiled.items())


def _why(connection: Connection, record: RunRecord) -> str:
    """Return why a run has halted, as it wrote it down; empty while it goes on."""
    if record.error_text or not record.held_at:
        return record.error_text
    lines = log.read(connection, run_id=record.id, limit=1)
    return lines[-1].message.removeprefix(f"halted before {record.held_at!r}: ") if lines else ""


def _previous(connection: Connection, record: RunRecord) -> list[TaskRecord]:
    """Return the tasks of the newest run of the campaign that was done before this one."""
    done = [run for run in runs.list_runs(connection, record.campaign_id, ["done"], limit=5) if run.started_at < record.started_at]
    return runs.list_tasks(connection, done[0].id) if done and record.state in runs.UNFINISHED else []


def _notes(
    campaign: Campaign, record: RunRecord, tasks: Sequence[TaskRecord], holding: Mapping[str, dt.datetime], why: str
) -> dict[str, str]:
    notes = chosen(campaign, {task.activity: _timed(task.note, campaign.time_zone) for task in tasks if task.note})
    notes |= {task.activity: task.error_text for task in tasks if task.error_text}
    if record.held_at:
        going = record.state in runs.UNFINISHED
        told = f": {why}" if why and (going or record.error_text) else ""  # the newest line of an ended run tells its end
        notes[record.held_at] = f"{'halted' if going else record.state} here{told}"
    until = "until" if record.state in runs.UNFINISHED else "cut short: was to end"
    return notes | {label: f"{until} {_local(due, campaign.time_zone)}" for label, due in holding.items()}


def _told(campaign: Campaign, record: RunRecord, tasks: Sequence[TaskRecord], why: str) -> dict[str, Any]:
    over = sum(task.state in OVER for task in tasks)
    told: dict[str, Any] = {
        "state": record.state,
        "started": record.started_at.isoformat(),
        "ended": None if record.ended_at is None else record.ended_at.isoformat(),
        "progress": 1.0 if record.state == "done" else over / max(1, len(campaign.definition.nodes)),
    }
    if record.held_at:
        told |= {"held_at": record.held_at, "why": why}
    if record.error_text:
        told["error"] = record.error_text
    if record.due_at is not None and record.state == "waiting":
        told["due"] = record.due_at.isoformat()
    return told


def _left(
    campaign: Campaign,
    tasks: Sequence[TaskRecord],
    before: Sequence[TaskRecord],
    counts: Mapping[Ref, int],
    began: dt.datetime | None,
    *,
    waits: bool,
) -> dict[str, Any]:
    """Return rows, and the seconds that computing may still take (None where nothing tells) unless a wait is to come."""
    nodes = campaign.definition.nodes
    inputs = {label: [counts.get(ref) for ref in node.inputs] for label, node in nodes.items()}
    found = remaining(list(nodes), inputs, tasks, before, began, campaign.workspace.clock.now())
    return {"rows": found.rows} | ({} if waits else {"left": found.seconds, "left_from": found.source})


def _timed(note: str, name: str) -> str:
    """Return the note of messages with send times on a zone's clock; others as they are."""
    last = note.removeprefix(GOES_OUT)
    return note if last == note else f"{GOES_OUT}{_local(dt.datetime.fromisoformat(last), name)}"


def _local(at: dt.datetime, name: str) -> str:
    return at.astimezone(zone(name)).strftime("%d %b %Y, %H:%M %Z").lstrip("0")
