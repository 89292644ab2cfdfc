"""A workspace: one folder with one store, and everything that campaigns need of the world outside their definition."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from campaign_nb.activity import Audience
from campaign_nb.clock import Clock, ManualClock, SystemClock
from campaign_nb.data.types import field_of
from campaign_nb.engine.engines import Engine, engine_of
from campaign_nb.engine.events import Listener, RunEvent
from campaign_nb.engine.pace import come
from campaign_nb.engine.program import Program
from campaign_nb.engine.runner import Runner
from campaign_nb.errors import Problem
from campaign_nb.feedback.simulate import ResponseModel
from campaign_nb.graph.lifecycle import Status
from campaign_nb.scheduler import Scheduled, Scheduler
from campaign_nb.scheduler.lease import Fenced
from campaign_nb.store import audiences, campaigns, files, runs
from campaign_nb.store.database import FILE, Store
from campaign_nb.store.files import Kind
from campaign_nb.store.place import IDENTITY
from campaign_nb.store.runs import RunRecord
from campaign_nb.workspace import workspaces
from campaign_nb.workspace.alerts import Alerts
from campaign_nb.workspace.favourites import Favourites
from campaign_nb.workspace.filters import Filters
from campaign_nb.workspace.inventory import Campaigns
from campaign_nb.workspace.life import schedule_of
from campaign_nb.workspace.listing import Listing
from campaign_nb.workspace.running import WorkspaceLauncher, runner_of
from campaign_nb.workspace.subscriptions import Subscriptions
from campaign_nb.workspace.templates import Templates

DEFAULT = ".campaign-nb"
Programs = Callable[[str], Program]
"""Returns the program of a run, by its id; a campaign registers one when it is published."""
Wants = Callable[[Scheduled], bool]
"""Tells whether a published version of a campaign is launched by this kernel."""
AsOf = Callable[[dt.datetime], dt.datetime]
"""Returns what *now* means in a run that is due at an instant: that instant, or the data model's own."""


class Workspace:
    """A folder that keeps campaigns, their runs, audiences, messages and events.

    Time: `clock` is the system's by default; `cn.ManualClock` stands still until advanced, `cn.ShiftedClock` starts
    elsewhere. Launches, runs, messages and events share it. `responses` simulates opens and clicks for messages of the
    sandbox outbox. `extracts` is the folder for extracted files, `extracts` in the workspace's own when left out.
    `author` is whose filters and favourites these are; filters that are not shared are listed for their author alone.
    A `url` such as "postgresql://user@host/database" keeps everything but files in PostgreSQL, for several machines; files
    lie in `folder`, which all of them share. The password stands in PGPASSWORD or ~/.pgpass. `lease` is how long a kernel
    may stand still before others go on with its runs; what it writes for them afterwards is refused.
    Errors: a folder that can't be written, a file of another program, a store of a newer version, a server that can't be
    reached; when first needed.
    """

    def __init__(
        self,
        url: str | os.PathLike[str] = DEFAULT,
        *,
        clock: Clock | None = None,
        engine: Engine = "polars",
        responses: ResponseModel | None = None,
        extracts: str | os.PathLike[str] | None = None,
        author: str = "",
        folder: str | os.PathLike[str] | None = None,
        lease: str | dt.timedelta = "10s",
    ) -> None:
        self._address, place = workspaces.place(os.fspath(url), None if folder is None else os.fspath(folder), DEFAULT)
        engine_of(engine, "workspace")
        self.folder = Path(place).expanduser().absolute()
        self.clock: Clock = clock or SystemClock()
        self._lease = workspaces.seconds(lease)
        self.engine: Engine = engine
        self.responses = responses
        self.author = author
        self.extracts = self.folder / "extracts" if extracts is None else Path(extracts).expanduser().absolute()
        self._store: Store | None = None
        self._scheduler: Scheduler | None = None
        self._programs: dict[str, Programs] = {}
        self._holders: dict[str, object] = {}
        self._as_of: dict[str, AsOf] = {}
        self._wants: dict[str, Wants] = {}
        self._listeners: list[Listener] = []
        self._subscriptions = Subscriptions(self)
        self._lock = threading.RLock()

    @property
    def store(self) -> Store:
        """The store, opened when it is first needed."""
        with self._lock:
            if self._store is None:
                lease = None if isinstance(self.clock, ManualClock) else self._lease
                self._store = Store.open(self.folder, url=self._address, lease=lease)
                workspaces.opening(self)
            return self._store

    @property
    def begun(self) -> bool:
        """Whether there is a store already; asking makes none."""
        return self._store is not None or (self.folder / (FILE if self._address is None else IDENTITY)).exists()

    @property
    def scheduler(self) -> Scheduler:
        """What launches published campaigns: a thread of this kernel."""
        with self._lock:
            if self._scheduler is None:
                self._scheduler = Scheduler(self.store, self.clock, Fenced(self.store, WorkspaceLauncher(self), self.clock), self.listen)
                self._scheduler.on_change(lambda: workspaces.changed(self))
            return self._scheduler

    @property
    def question(self) -> Problem | None:
        """What to answer before anything is launched; None nearly always.

        A store that was copied, restored or moved asks whether it is the one to go on, for two would send everything twice.
        """
        return self.store.question if self.begun else None

    def confirm_here(self) -> None:
        """Answer that this workspace is the one to go on, here.

        Any other copy must stay off.

        Launches and runs go on, in every kernel that has it open. Does nothing when there is no question.
        """
        if self.store.confirm_here(self.clock.now()):
            self.scheduler.wake()
            workspaces.changed(self)

    def close(self) -> None:
        """Stop the scheduler and close the store; files stay."""
        workspaces.closing(self)
        with self._lock:
            scheduler, self._scheduler = self._scheduler, None
        if scheduler is not None:
            scheduler.stop()  # outside of the lock, which its threads need to end
        self._subscriptions.close()
        with self._lock:
            store, self._store, self._scheduler = self._store, None, None
        if store is not None:
            store.close()

    # ----------------------------------------------------------------------------------------------------- what it has

    @property
    def campaigns(self) -> Campaigns:
        """The campaigns: searched, filtered, sorted, acted on, or shown as a week."""
        return Campaigns(self)

    @property
    def templates(self) -> Templates:
        """The templates: those that the package brings, then the workspace's own."""
        return Templates(self)

    @property
    def audiences(self) -> Listing:
        """The saved audiences, with their table, size and time."""
        with self.store.read() as connection:
            found = audiences.list_audiences(connection)
        columns = {"name": pl.String, "table": pl.String, "rows": pl.Int64, "updated_at": pl.Datetime("us", "UTC")}
        rows = [(item.name, item.table_name, item.rows, item.updated_at) for item in found]
        return Listing("audiences", pl.LazyFrame(rows, schema=columns, orient="row"))

    @property
    def filters(self) -> Filters:
        """The predefined filters: the author's own and those that others share."""
        return Filters(self.store, self.clock, self.author)

    @property
    def favourites(self) -> Favourites:
        """The columns that the workspace's author marked, then those used lately."""
        return Favourites(self.store, self.clock, self.author)

    @property
    def alerts(self) -> Alerts:
        """The alerts of all campaigns, newest first.

        `.subscribe(…)` tells them to somebody in this session.
        """
        return Alerts(self, self._subscriptions)

    @property
    def outbox(self) -> Listing:
        """The messages that went out into the sandbox outbox, oldest run first.

        Time: a message that goes out at its recipient's own time is here once that has come, by the workspace's clock.
        """
        return Listing("outbox", self._rows("outbox", _OUTBOX).drop(pl.selectors.starts_with("key_")), name="activity")

    @property
    def feedback(self) -> Listing:
        """The events of messages.

        Sent messages are in the outbox, everything after that is here.
        """
        return Listing("feedback", self._rows("feedback", _FEEDBACK).drop(pl.selectors.starts_with("key_")), name="activity")

    @property
    def files(self) -> Listing:
        """The files that extracts have written, newest last.

        Shape: name, path, run, activity, rows, sha256, the time, and whether it is in its place yet.
        """
        with self.store.read() as connection:
            found = [file for file in files.list_files(connection) if file.kind in ("extract", "extract_due")]
        rows = [
            (f.channel, str(self.extracts / f.channel), f.run_id, f.activity, f.rows, f.sha256, f.committed_at, f.kind == "extract")
            for f in found
        ]
        return Listing("files", pl.LazyFrame(rows, schema=_FILES, orient="row"))

    def _rows(self, kind: Kind, columns: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.LazyFrame:
        with self.store.read() as connection:
            found = files.list_files(connection, kind=kind)
            known = {run.id: run for run in runs.list_runs(connection)}
        order = {run_id: run.started_at for run_id, run in known.items()}
        found.sort(key=lambda file: (order.get(file.run_id or "", file.committed_at), file.activity))
        now, there = self.clock.now(), [(file, pl.scan_parquet(files.path_of(self.folder, file))) for file in found if file.rows]
        frames = [come(rows, file, known.get(file.run_id or ""), now).drop(pl.selectors.starts_with("key_")) for file, rows in there]
        return pl.concat([pl.LazyFrame(schema=dict(columns)), *frames], how="diagonal_relaxed")

    def known_audiences(self) -> dict[str, Audience]:
        """Return what is known of each saved audience before its rows are read.

        Makes no workspace.
        """
        if not self.begun:
            return {}
        with self.store.read() as connection:
            saved = audiences.list_audiences(connection)
            records = {item.name: files.get(connection, item.file_id) for item in saved}
        found: dict[str, Audience] = {}
        for item in saved:
            schema = pl.scan_parquet(files.path_of(self.folder, records[item.name])).collect_schema()
            kinds = {name: str(field_of(name, dtype).type) for name, dtype in schema.items()}
            found[item.name] = Audience(item.name, item.table_name, kinds)
        return found

    def stored(self) -> dict[str, pl.LazyFrame]:
        """Return the rows of saved audiences.

        By the reference under which plans load them.
        """
        with self.store.read() as connection:
            return {
                f"audience:{item.name}": pl.scan_parquet(files.path_of(self.folder, files.get(connection, item.file_id)))
                for item in audiences.list_audiences(connection)
            }

    # ------------------------------------------------------------------------------------------------------- running

    def runner(self) -> Runner:
        """Return what executes live runs.

        Messages go to the outbox, audiences into the workspace.
        """
        return runner_of(self, Runner)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Hear what runs tell; returns a function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def tell(self, event: RunEvent) -> None:
        """Pass an event on to everybody who listens.

        What a listener raises does not stop the run. The scheduler is one of them: it tells those who watch the workspace.
        """
        for listener in list(self._listeners):
            try:
                listener(event)
            except Exception:  # a view that fails must not fail the run that it shows
                continue

    def register(self, campaign_id: str, holder: object, programs: Programs, as_of: AsOf, wants: Wants = lambda item: True) -> None:
        """Let this kernel launch a campaign and go on with its runs.

        `holder` is what users hold.
        """
        with self._lock:
            self._programs[campaign_id] = programs
            self._as_of[campaign_id] = as_of
            self._wants[campaign_id] = wants
            self._holders[campaign_id] = holder
        workspaces.changed(self)

    def held(self, name: str) -> list[object]:
        """Return what users hold of the campaign of that name, if this kernel holds it."""
        with self.store.read() as connection:
            record = campaigns.find(connection, name)
        return [self._holders[record.id]] if record is not None and record.id in self._holders else []

    def holds(self, campaign_id: str) -> bool:
        """Tell whether this kernel can go on with the runs of a campaign."""
        return campaign_id in self._programs

    def as_of(self, campaign_id: str, due: dt.datetime) -> dt.datetime:
        """Return what *now* means in a campaign's run that is due at an instant."""
        return self._as_of[campaign_id](due)

    def program_of(self, run: RunRecord) -> Program | None:
        """Return the program of a run, None when this kernel does not hold its campaign."""
        programs = self._programs.get(run.campaign_id)
        return None if programs is None else programs(run.id)

    def scheduled(self) -> list[Scheduled]:
        """Return the published campaigns that this kernel holds, with their schedules."""
        with self.store.read() as connection:
            rows = campaigns.list_scheduled(connection, [Status.LIVE, Status.SCHEDULED])
        held = [row for row in rows if row.campaign_id in self._programs]
        found = [Scheduled(r.campaign_id, r.name, r.version, schedule_of(r.schedule), r.published_at, r.paused) for r in held]
        return [item for item in found if self._wants[item.campaign_id](item)]

    def __repr__(self) -> str:
        return f"<workspace {str(self.folder)!r}{workspaces.on_server(self._address)}>"


_FILES: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "name": pl.String,
    "path": pl.String,
    "run": pl.String,
    "activity": pl.String,
    "rows": pl.Int64,
    "sha256": pl.String,
    "at": pl.Datetime("us", "UTC"),
    "in_place": pl.Boolean,
}
_OUTBOX: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "message_id": pl.String,
    "run": pl.String,
    "activity": pl.String,
    "channel": pl.String,
    "person": pl.String,
    "address": pl.String,
    "subject": pl.String,
    "at": pl.Datetime("us", "UTC"),
}
_FEEDBACK: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "message_id": pl.String,
    "run": pl.String,
    "activity": pl.String,
    "channel": pl.String,
    "person": pl.String,
    "event": pl.String,
    "at": pl.Datetime("us", "UTC"),
}

_defaults: dict[Path, Workspace] = {}


def default_workspace() -> Workspace:
    """Return the workspace beside the notebook: the folder `.campaign-nb` of the working directory."""
    folder = Path(DEFAULT).absolute()
    if folder not in _defaults:
        _defaults[folder] = Workspace(folder)
    return _defaults[folder]
