"""Campaign: a draft of a definition, a schedule and a workspace; every verb delegates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from campaign_nb.activity import Context
from campaign_nb.campaign import living
from campaign_nb.campaign.clustered import run_dry
from campaign_nb.campaign.foreseen import foreseen, remarks
from campaign_nb.campaign.life import Life
from campaign_nb.campaign.live_run import LiveRun
from campaign_nb.campaign.memory import Memory, recalled
from campaign_nb.campaign.opening import check_free, open_campaign
from campaign_nb.campaign.owner import CampaignOwner, LateAudiences
from campaign_nb.campaign.published import Published
from campaign_nb.campaign.run import DryRun, Run
from campaign_nb.campaign.surroundings import previous_of, variables_of
from campaign_nb.campaign.templating import from_template, to_template
from campaign_nb.campaign.view import view_of
from campaign_nb.clock import instant, zone
from campaign_nb.data.model import DataModel
from campaign_nb.engine.dry import Responses
from campaign_nb.engine.engines import Engine
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.program import Program
from campaign_nb.engine.sources import Events
from campaign_nb.errors import DefinitionError, Problem, RunError, ScheduleError
from campaign_nb.feedback.events import people_with
from campaign_nb.graph.definition import Definition
from campaign_nb.graph.document import from_json, schedule_in
from campaign_nb.graph.draft import Draft
from campaign_nb.graph.handling import OnError
from campaign_nb.graph.located import Problems
from campaign_nb.graph.problems import compile_definition, problems
from campaign_nb.graph.settings import HISTORY, MOVED, settings
from campaign_nb.render import mime
from campaign_nb.reports.report import Report, report_of
from campaign_nb.rules import tree
from campaign_nb.schedule import Schedule
from campaign_nb.store.runs import RunRecord
from campaign_nb.workspace import Template, Workspace, default_workspace


class Campaign(Life):
    """An orchestrated campaign.

    Activities linked by transitions, on the tables of a data model.

    Verbs add activities and return transitions: `lapsed = spring.build_audience("Lapsed", rule)`, then
    `lapsed.email("Offer", subject="…", html="…")`. Show it to see the graph; `dry_run()` counts everybody exactly and
    sends nothing; `publish()` hands it to its schedule.

    Time: schedule, dates and *now* are read in `time_zone` (an IANA name, UTC by default).
    Errors: an unknown zone; everything else that is wrong is listed by `problems`, and raised by a run.
    """

    def __init__(
        self,
        name: str,
        *,
        data: DataModel | None = None,
        description: str = "",
        tags: Sequence[str] = (),
        time_zone: str = "UTC",
        seed: str | int | None = None,
        workspace: Workspace | None = None,
        variables: Mapping[str, object] | None = None,
        on_error: OnError = "suspend",
        tolerated_errors: int = 0,
        history: str | dt.timedelta = HISTORY,
        moved: float | None = MOVED,
    ) -> None:
        """Start an empty definition.

        When it is published, a campaign of that name gets a new version; one that has ended keeps its runs under its name
        with a number, and a new one begins.
        """
        if not name.strip():
            raise DefinitionError(Problem("campaign", "its name is empty", "a name", 'cn.Campaign("Spring win-back", data=shop)'))
        zone(time_zone)
        found = settings(f"campaign {name!r}", variables, on_error, tolerated_errors, history, moved)
        self._data = data if data is not None else DataModel("no data")
        self._workspace = workspace
        self._schedule: Schedule | None = None
        self._dry: DryRun | None = None
        self._dry_at = dt.datetime.min.replace(tzinfo=dt.UTC)
        self._listeners: list[Callable[[], None]] = []
        self._published = Published(self)
        self._become(Definition(name, description, tuple(tags), time_zone, "" if seed is None else str(seed), settings=found))
        living.add(self)

    def _become(self, definition: Definition) -> None:
        self._draft = Draft(definition)
        self._handle = CampaignOwner(self, self._draft, self._data, LateAudiences(lambda: self.workspace.known_audiences()))

    @classmethod
    def from_json(cls, text: str, *, data: DataModel, workspace: Workspace | None = None) -> Campaign:
        """Build a campaign from its document, on a data model of yours.

        Errors: what the document has wrong, all together; functions that can't be imported.
        """
        definition = from_json(text)
        campaign = cls(definition.name, data=data, time_zone=definition.time_zone, workspace=workspace)
        campaign._become(definition)
        campaign._schedule = schedule_in(text)
        return campaign

    @classmethod
    def open(cls, name: str, *, version: int | None = None, workspace: Workspace | None = None, data: DataModel | None = None) -> Campaign:
        """Return a stored campaign, as published, with its schedule.

        A number of `version` gives that one: a kept draft after what is published, or one from before.

        Its cells are not there; it can be launched, and its runs go on here. The data model is the stored one, or yours.
        Errors: no campaign of that name, a data model that only a notebook has, tables that have changed since.
        """
        return open_campaign(cls, name, workspace, data, version)

    @classmethod
    def from_template(
        cls,
        template: str | Template,
        name: str,
        *,
        data: DataModel,
        workspace: Workspace | None = None,
        time_zone: str | None = None,
    ) -> Campaign:
        """Return a draft with activities, settings and schedule of a template.

        It is a copy. Its groups are drawn anew, unless the template has a seed of its own. What the data model lacks is
        told by `problems`, all together.

        Time: `time_zone` takes the place of the template's.
        Errors: no template of that name, an unknown zone.
        """
        return from_template(cls, template, name, data, workspace, time_zone)

    def save_as_template(self, name: str, *, description: str | None = None, folder: str | None = None, replace: bool = False) -> Template:
        """Keep activities, settings and schedule as a template of the workspace.

        Description and folder are the campaign's if left out.
        Errors: a name that is taken, unless it is replaced; functions that another kernel could not import.
        """
        return to_template(self, name, description, folder, replace)

    def duplicate(self, name: str) -> Campaign:
        """Return a new draft with the same activities and schedule.

        Its people stay in their groups.
        Errors: a name that a campaign of the workspace has, this one or another.
        """
        if name == self.name:
            what = "it is this campaign's own name"
            raise DefinitionError(Problem(f"campaign {name!r}", what, "another name", f'campaign.duplicate("{name} (2)")'))
        check_free(self.workspace, name)
        made = type(self)(name, data=self._data, time_zone=self.time_zone, workspace=self._workspace)
        made._become(self.definition.renamed(name))
        made._schedule = self._schedule
        return made

    # ------------------------------------------------------------------------------------------------------ what it is

    def _owner(self) -> CampaignOwner:
        return self._handle

    def _planned(self) -> Schedule | None:
        return self._schedule

    @property
    def name(self) -> str:
        """Its name, unique in the workspace."""
        return self._draft.name

    @property
    def definition(self) -> Definition:
        """The definition as it stands now, frozen."""
        return self._draft.definition

    @property
    def time_zone(self) -> str:
        """The zone of its schedule, its dates and its *now*."""
        return self.definition.time_zone

    @property
    def seed(self) -> str:
        """The seed of chance: who falls into which group."""
        return self.definition.seed

    @property
    def data(self) -> DataModel:
        """The data model."""
        return self._data

    @property
    def workspace(self) -> Workspace:
        """Where runs, messages and audiences are kept.

        By default a folder beside the notebook.
        """
        if self._workspace is None:
            self._workspace = default_workspace()
        return self._workspace

    @property
    def schedule(self) -> Schedule | None:
        """When it launches; None is once, as soon as it is published."""
        return self._schedule

    @schedule.setter
    def schedule(self, schedule: Schedule | None) -> None:
        if schedule is not None and not isinstance(schedule, Schedule):  # pyright: ignore[reportUnnecessaryIsInstance] # users
            found = type(schedule).__name__
            raise ScheduleError(Problem(f"campaign {self.name!r}", f"a {found} is no schedule", "a schedule", 'cn.Daily("09:00")'))
        self._schedule = None if schedule is None else schedule.in_zone(self.time_zone)
        self.changed()

    def launches(self, n: int = 10, after: dt.date | str | None = None) -> list[dt.datetime]:
        """Return the next n launches, aware, in the schedule's zone.

        None without a schedule.
        """
        if self._schedule is None:
            return []
        start = after if after is not None else self.workspace.clock.now()
        return self._schedule.launches(n, start)

    @property
    def problems(self) -> Problems:
        """Everything that is wrong with the definition; empty when it can run.

        From schemas alone, and from what the workspace knows of campaigns that it signals.
        """
        first = [*self._draft.problems(), *foreseen(self)]
        return Problems(problems(self.definition, self._data, self._handle.audiences, first))

    # --------------------------------------------------------------------------------------------------------- running

    def dry_run(
        self, *, as_of: str | dt.date | dt.datetime | None = None, responses: Responses | None = None, engine: Engine | None = None
    ) -> DryRun:
        """Compute and count everything, render every message, send and store nothing.

        Time: `as_of` (read in the campaign's zone) is what *now* means; by default the data model's, else the present.
        `responses` simulates what people do with the messages, in this run only. `engine` is the workspace's by default.
        Errors: all that is wrong with the definition or does not run on the engine; bad keys; sources that can't be read.
        """
        run = run_dry(self.program(as_of), responses, self.workspace.engine if engine is None else engine)
        run.remarks = remarks(self.definition, self.workspace)
        self._dry, self._dry_at = run, self.workspace.clock.now()
        self.changed()
        return run

    def program(self, as_of: str | dt.date | dt.datetime | None = None, *, run: RunRecord | None = None) -> Program:
        """Return what the engine needs to run the definition as it stands."""
        beyond = foreseen(self) if run is None else []  # a live run has the values of its signal, and other campaigns as they are then
        campaign = compile_definition(self.definition, self._data, self._handle.audiences, [*self._draft.problems(), *beyond])
        return self._program(campaign, as_of, run)

    def _program(self, campaign: Any, as_of: str | dt.date | dt.datetime | None, run: RunRecord | None) -> Program:
        definition = campaign.definition
        contexts = {
            label: Context(definition.name, label, definition.seed, self._data, definition.time_zone, self._handle.audiences)
            for label in definition.nodes
        }
        start = run.as_of if run is not None else self.instant(as_of)
        reads_audience = any(node.activity.reads_stored for node in definition.nodes.values())
        stored: dict[str, pl.LazyFrame] = self.workspace.stored() if reads_audience else {}
        recalls = {label: item.recall for label, item in campaign.compiled.items() if item.recall is not None}
        memory = recalled(self.workspace, self.name, recalls, self._data, start, run) if recalls else Memory()
        variables = variables_of(definition, self._schedule, run) | memory.variables
        moment = Moment(start, definition.time_zone, tuple(variables.items()))
        previous = previous_of(self.workspace, self.name, run) if self._asks_before(definition, run) else {}
        return Program(campaign, contexts, self._data, moment, stored | memory.keys, self._events(run), previous)

    def _asks_before(self, definition: Definition, run: RunRecord | None) -> bool:
        """Tell whether a run looks at the one before it: a test compares with it, or what it may send depends on it."""
        return run is not None or any(node.activity.decides for node in definition.nodes.values())

    def _events(self, run: RunRecord | None) -> Events:
        def events(node: tree.Behaviour, _: object) -> pl.LazyFrame | None:
            own = run.id if run is not None and node.campaign == self.name else None
            return people_with(self.workspace.store, node, own, self.workspace.clock.now())

        return events

    def instant(self, as_of: str | dt.date | dt.datetime | None = None) -> dt.datetime:
        """Return what *now* means.

        `as_of`, else the data model's, else the workspace's clock.
        """
        chosen = as_of if as_of is not None else self._data.as_of
        return self.workspace.clock.now() if chosen is None else instant(chosen, self.time_zone)

    def latest_run(self) -> Run:
        """Return the latest run, dry or live; a dry run is made when there is none.

        Errors: as `dry_run`.
        """
        run = self.known_run()
        if isinstance(run, DryRun) and run.digest != self.definition.digest():
            run = None
        return run if run is not None else self.dry_run()

    def known_run(self) -> Run | None:
        """Return the latest run that this campaign has, None before the first."""
        live = self._published.latest()
        if self._dry is None or (live is not None and live.started_at >= self._dry_at):
            return live if live is not None else self._dry
        return self._dry

    def follow(self, started: dt.datetime) -> None:
        """Show the live run that began then, and not the dry run that was made since."""
        self._dry_at = min(self._dry_at, started)

    def last_dry_run(self) -> DryRun:
        """Return the last dry run of the definition as it stands; made if there is none.

        Errors: as `dry_run`.
        """
        if self._dry is None or self._dry.digest != self.definition.digest() or foreseen(self):
            return self.dry_run()  # which raises what is foreseen, for other campaigns may have changed since the last one
        return self._dry

    def report(self, run: Run | None = None) -> Report:
        """Return targeted, excluded by reason, sent, opened and clicked with their rates.

        For all live runs or one; for a dry run what it would send, with the answers that it simulated.
        Errors: a run of another campaign.
        """
        record = self.stored()
        name = self.name if record is None else record.name
        if not isinstance(run, DryRun):
            one, now = run.id if isinstance(run, LiveRun) else None, self.workspace.clock.now()
            return report_of(self.workspace.store, name, one, self.time_zone, now=now)
        if run.campaign != self.name:
            what = f"run {run.id[:8]} belongs to campaign {run.campaign!r}"
            raise RunError(Problem(f"campaign {self.name!r}", what, "one of its own", "campaign.report(campaign.dry_run())"))
        return run.report()

    # --------------------------------------------------------------------------------------------------------- showing

    def settle(self) -> None:
        """Withdraw what the running cell added when it ran before."""
        self._draft.settle()

    def view(self) -> dict[str, Any]:
        """Return the campaign as plain data, as it is drawn."""
        return view_of(self)

    def on_change(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Hear when the definition, the schedule or the latest run changes.

        Returns a function that ends it.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def changed(self) -> None:
        """Tell those who show the campaign that it has changed."""
        for listener in list(self._listeners):
            listener()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return mime.bundle(self.view())

    def __repr__(self) -> str:
        return mime.text(self.view())
