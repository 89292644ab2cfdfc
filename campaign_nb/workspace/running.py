"""How a workspace runs campaigns: what happens to each effect, and what the scheduler is given to execute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from campaign_nb.data.model import DataModel
from campaign_nb.delivery.audience import Audiences
from campaign_nb.delivery.change import Changes
from campaign_nb.delivery.extract import Extracts
from campaign_nb.delivery.memory import Memories
from campaign_nb.delivery.notices import Alerts, Signals
from campaign_nb.delivery.outbox import Outbox
from campaign_nb.delivery.removal import Removals
from campaign_nb.engine.compute import computed
from campaign_nb.engine.plan import Task
from campaign_nb.engine.runner import Handler, Notifier, Runner
from campaign_nb.scheduler import Launcher, Scheduled
from campaign_nb.store import campaigns, runs
from campaign_nb.store.runs import RunRecord

if TYPE_CHECKING:
    import datetime as dt

    from campaign_nb.workspace.workspace import Workspace

_EVENTS = ("bounced", "delivered", "opened", "clicked", "unsubscribed", "complained")
_Kind = TypeVar("_Kind", bound=Runner)


def runner_of(workspace: Workspace, kind: type[_Kind]) -> _Kind:
    """Return what executes live runs, of one kind: messages go to the outbox, audiences into the workspace."""
    store, clock = workspace.store, workspace.clock

    def respond(run: RunRecord, task: Task, messages: pl.DataFrame) -> pl.DataFrame | None:
        return _respond(workspace, run, task, messages)

    extracts, changes, removals = Extracts(store, clock, workspace.extracts), Changes(store, clock), Removals(store, clock)
    handlers: Mapping[str, Handler] = {
        "send": Outbox(workspace.folder, clock, store.identity, respond),
        "audience": Audiences(workspace.folder, clock),
        "memory": Memories(workspace.folder, clock),
        "extract": extracts,
        "change": changes,
        "remove": removals,
    }

    def settle(run: RunRecord, model: DataModel) -> None:
        changes.settle(run, model)
        extracts.settle(run, model)
        removals.settle(run, model)

    notifiers: Mapping[str, Notifier] = {"alert": Alerts(clock), "signal": Signals(clock)}
    return kind(store, clock, handlers, workspace.tell, settle, notifiers)


def _respond(workspace: Workspace, run: RunRecord, task: Task, messages: pl.DataFrame) -> pl.DataFrame | None:
    """Return the events that people cause by messages of the sandbox; None where nobody answers."""
    if workspace.responses is None or not messages.height:
        return None
    with workspace.store.read() as connection:
        name = campaigns.get(connection, run.campaign_id).name
    keys = [column for column in messages.columns if column.startswith("key_")]
    flagged = workspace.responses.flags(messages.lazy(), keys, name, task.label, run.as_of)
    events = [
        flagged.filter(event).select("message_id", "run", "activity", "channel", "person", *keys, pl.lit(event).alias("event"), "at")
        for event in _EVENTS
    ]
    return computed([pl.concat(events)])[0]


class WorkspaceLauncher(Launcher):
    """Gives the scheduler the campaigns of a workspace and executes what it launches."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def scheduled(self) -> list[Scheduled]:
        """Return the published campaigns that this kernel holds."""
        return self._workspace.scheduled()

    def as_of(self, scheduled: Scheduled, due: dt.datetime) -> dt.datetime:
        """Return what *now* means in the run of a launch."""
        return self._workspace.as_of(scheduled.campaign_id, due)

    def holds(self, run: RunRecord) -> bool:
        """Tell whether this kernel can go on with a run."""
        return self._workspace.holds(run.campaign_id)

    def advance(self, run_id: str, stop: Callable[[], bool]) -> RunRecord:
        """Execute a run until it is done or waits."""
        with self._workspace.store.read() as connection:
            run = runs.get(connection, run_id)
        program = self._workspace.program_of(run)
        if program is None:
            return run
        return self._workspace.runner().advance(run_id, program, stop=stop)
