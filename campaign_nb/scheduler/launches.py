"""Launches: each slot of a schedule claimed once, and then started, queued, skipped or made up for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from campaign_nb.clock import Clock
from campaign_nb.errors import CampaignError
from campaign_nb.graph.lifecycle import ACTIONS, Status
from campaign_nb.schedule import Schedule, Slot, tzdata_version
from campaign_nb.scheduler import gaps
from campaign_nb.scheduler.due import Due, due
from campaign_nb.scheduler.launcher import Launcher, Scheduled
from campaign_nb.store import Connection, Store, alerts, campaigns, launches, log, runs
from campaign_nb.store.faultpoint import faultpoint
from campaign_nb.store.launches import LaunchRecord
from campaign_nb.store.runs import UNFINISHED, RunRecord


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a look at one campaign: whether anything was written, the run to execute, whether to look again."""

    done: bool = False
    run_id: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What the store says of a campaign that may launch, in one transaction."""

    considered: dt.datetime
    paused: bool
    changed_at: dt.datetime
    pause_seen: bool
    going: tuple[RunRecord, ...]
    queued: LaunchRecord | None

    @property
    def signalled(self) -> bool:
        """Whether the queued launch was asked for by a signal, which no overlap has been decided of yet."""
        return self.queued is not None and self.queued.variables is not None

    @property
    def needs_look(self) -> bool:
        """Whether there is something to do though no launch is due: a pause begins or is over, a queued launch is free."""
        return self.paused != self.pause_seen or (self.queued is not None and not self.paused and (not self.going or self.signalled))


@dataclass(frozen=True, slots=True)
class _Step:
    """What to do about it: a gap to write, and a launch with its *now*, which may be an error instead."""

    due: Due
    reason: str = ""
    queued: LaunchRecord | None = None
    as_of: dt.datetime | Exception | None = None


_NOTHING = Taken()
_MAY_LAUNCH = ACTIONS["launch"].allowed


class Launches:
    """Turns what is due into rows of the store and runs; the rows, not this object, are what makes a launch happen once."""

    def __init__(self, store: Store, clock: Clock, launcher: Launcher) -> None:
        self._store, self._clock, self._launcher = store, clock, launcher
        self._considered: dict[tuple[str, int], dt.datetime] = {}
        self._met: set[tuple[str, int]] = set()
        self._next: dict[tuple[str, int], tuple[Schedule, dt.datetime, Slot | None]] = {}

    # ------------------------------------------------------------------------------------------------------ looking

    def considered(self, connection: Connection, item: Scheduled) -> dt.datetime:
        """Return the instant up to which every launch of a campaign's version has its row."""
        key = (item.campaign_id, item.version)
        known = self._considered.get(key)
        rows = launches.list_launches(connection, item.campaign_id, limit=None if known is None else 1)
        mine = [row for row in rows if row.version == item.version]
        found = self._considered[key] = gaps.considered(mine, item.since if known is None else max(known, item.since))
        return found

    def upcoming(self, item: Scheduled, after: dt.datetime) -> Iterator[Slot]:
        """Yield the launches of a campaign that lie ahead."""
        with self._store.read() as connection:
            start = max(after, self.considered(connection, item))
        return item.schedule.slots(start)

    def next_at(self, items: Iterable[Scheduled], after: dt.datetime) -> dt.datetime | None:
        """Return the first instant after another at which a campaign launches."""
        found: list[dt.datetime] = []
        with self._store.read() as connection:
            for item in items:
                known = self._considered.get((item.campaign_id, item.version))  # older than the store's, it means one look more
                slot = None if item.paused else self._first(item, max(after, known or self.considered(connection, item)))
                if slot is not None:
                    found.append(slot.at)
        return min(found, default=None)

    def due(self, connection: Connection, items: Iterable[Scheduled], now: dt.datetime) -> list[tuple[Scheduled, Standing]]:
        """Return the campaigns that need a closer look and how they stand, by the launch that comes first.

        Cost: campaigns whose next launch is known to lie ahead cost no query of their own.
        """
        found: list[tuple[dt.datetime, Scheduled, Standing]] = []
        paused = {record.id for record in campaigns.list_campaigns(connection) if record.paused}
        other = {row.campaign_id for row in launches.list_launches(connection, states=["pending"])}
        other |= paused ^ gaps.noted_pauses(connection)
        for item in items:
            if item.campaign_id not in other and (item.campaign_id in paused or self.is_ahead(item, now)):
                continue
            seen = self._standing(connection, item)
            first = None if seen is None else self._first(item, seen.considered)
            if seen is None or not (seen.needs_look or (first is not None and first.at <= now and not seen.paused)):
                continue
            found.append((now if first is None else first.at, item, seen))
        return [(item, seen) for _, item, seen in sorted(found, key=lambda one: one[0])]

    def is_ahead(self, item: Scheduled, now: dt.datetime | None = None) -> bool:
        """Tell whether the next launch is known to lie ahead of what has its row, and of an instant."""
        key = (item.campaign_id, item.version)
        schedule, since, slot = self._next.get(key, (None, None, None))
        known = self._considered.get(key)
        if schedule != item.schedule or since is None or known is None or since > known:
            return False
        return slot is not None and slot.at > (known if now is None else max(known, now))

    def _first(self, item: Scheduled, after: dt.datetime) -> Slot | None:
        """Return the first slot after an instant, from memory while no other can be meant."""
        key = (item.campaign_id, item.version)
        schedule, since, slot = self._next.get(key, (None, after, None))
        if schedule != item.schedule or after < since or (slot is not None and after >= slot.at):
            slot = next(item.schedule.slots(after), None)
            self._next[key] = (item.schedule, after, slot)
        return slot

    # ------------------------------------------------------------------------------------------------------- taking

    def take(self, item: Scheduled, seen: Standing | None, looked: dt.datetime | None) -> Taken:
        """Do the first thing that is due of a campaign, in one transaction; `seen` is how it stands, None to look it up.

        Of several kernels that try at once, one does it. Policies: `catch_up` for what nobody launched in time, `overlap`
        while a run is going; a paused campaign lets its launches pass and gets one row for them when it goes on.
        """
        if seen is None:
            with self._store.read() as connection:
                seen = self._standing(connection, item)
        if seen is None:
            return _NOTHING
        if seen.paused:
            if not seen.pause_seen:
                with self._store.begin() as connection:
                    gaps.note_pause(connection, item.campaign_id, self._clock.now())
            return _NOTHING
        step = self._plan(item, seen, looked)
        if step is None:
            return _NOTHING
        with self._store.begin() as connection:
            if self._standing(connection, item) != seen:
                return Taken(again=True)
            taken = self._apply(connection, item, seen, step)
        ends = [step.due.gap.last.at] if step.due.gap else []
        ends += [step.due.launch.at] if step.due.launch else []
        self._considered[item.campaign_id, item.version] = max([seen.considered, *ends])
        return taken

    def unmet(self, items: Iterable[Scheduled]) -> list[Scheduled]:
        """Return the campaigns whose version is new to this kernel and not the first."""
        return [item for item in items if item.version > 1 and (item.campaign_id, item.version) not in self._met]

    def meet(self, items: Iterable[Scheduled]) -> None:
        """See to what earlier versions left undone."""
        for item in items:
            with self._store.begin() as connection:
                gaps.record_superseded(connection, item, self._clock.now())
            self._met.add((item.campaign_id, item.version))

    def _standing(self, connection: Connection, item: Scheduled) -> Standing | None:
        record = campaigns.get(connection, item.campaign_id)
        version = campaigns.published(connection, item.campaign_id)
        if record.status not in _MAY_LAUNCH or version is None or version.version != item.version:
            return None
        queued = launches.list_launches(connection, item.campaign_id, ["pending"])
        return Standing(
            self.considered(connection, item),
            record.paused,
            record.modified_at,
            gaps.was_paused(connection, item.campaign_id),
            tuple(runs.unfinished(connection, item.campaign_id)),
            next((row for row in queued if row.version == item.version), None),
        )

    def _plan(self, item: Scheduled, seen: Standing, looked: dt.datetime | None) -> _Step | None:
        """Decide what to do, outside of any transaction, for a long gap takes a moment to count."""
        now = self._clock.now()
        if seen.pause_seen:
            return _Step(Due(None, item.schedule.missed(seen.considered, min(now, seen.changed_at))), gaps.PAUSED)
        if seen.queued is not None and (not seen.going or (seen.signalled and item.schedule.overlap != "queue")):
            return _Step(Due(None), queued=seen.queued, as_of=self._as_of(item, seen.queued.due_at))
        first = self._first(item, seen.considered)
        found = due(item.schedule, seen.considered, now, looked) if first is not None and first.at <= now else None
        if found is None or found.launch is None:
            return None if found is None else _Step(found, gaps.OFF)
        in_turn = item.schedule.catch_up_window is None and item.schedule.overlap != "allow"
        if in_turn and seen.going and all(run.started_at > found.launch.at for run in seen.going):
            return None  # these runs make up for earlier launches: this one comes after them, it does not overlap
        return _Step(found, f"made up for by the launch of {found.launch.nominal}", as_of=self._as_of(item, found.launch.at))

    def _as_of(self, item: Scheduled, at: dt.datetime) -> dt.datetime | Exception:
        try:
            return self._launcher.as_of(item, at)
        except Exception as error:  # the launch fails, and is a row all the same
            return error

    def enliven(self, campaign_id: str) -> None:
        """Make a scheduled campaign live, because a run of it begins."""
        with self._store.begin() as connection:
            self._make_live(connection, campaign_id)

    # ------------------------------------------------------------------------------------------------------ applying

    def _apply(self, connection: Connection, item: Scheduled, seen: Standing, step: _Step) -> Taken:
        now = self._clock.now()
        if seen.pause_seen:
            gaps.forget_pause(connection, item.campaign_id)
        gaps.record_gap(connection, item.campaign_id, item.version, item.schedule, step.due.gap, now, step.reason)
        if step.queued is not None:
            if seen.going and not self._makes_way(connection, item, seen, step.queued, now):
                return Taken(True, again=True)
            return Taken(True, self._start(connection, item, step.queued, step.as_of), again=True)
        slot = step.due.launch
        if slot is None:
            return Taken(True, again=seen.pause_seen)
        again = item.schedule.catch_up_window is None
        policy = item.schedule.overlap if seen.going else "allow"
        if policy == "cancel":
            for run in seen.going:
                runs.move(connection, run.id, UNFINISHED, "stopped", now, f"run stopped: the launch of {slot.nominal} takes over")
        if policy in ("allow", "cancel"):
            launch_id = self._claim(connection, item, slot, "running")
            faultpoint("launch claimed")
            run_id = None if launch_id is None else self._start(connection, item, launches.get(connection, launch_id), step.as_of)
            return Taken(True, run_id, again)
        reason = _still(seen.going[-1])
        if policy == "queue" and seen.queued is None:
            self._queue(connection, item, slot, seen.going[-1], now)
        elif self._claim(connection, item, slot, "skipped", reason) is not None:
            message = f"launch of {slot.nominal} {slot.zone} skipped: {reason}"
            log.append(connection, message, now, campaign_id=item.campaign_id, level="warning")
        return Taken(True, again=again)

    def _queue(self, connection: Connection, item: Scheduled, slot: Slot, behind: RunRecord, now: dt.datetime) -> None:
        """Keep a launch until the run that is going has ended; its reason is true before and after."""
        if self._claim(connection, item, slot, "pending", f"queued behind the run of {_began(behind)}") is not None:
            message = f"launch of {slot.nominal} {slot.zone} is queued: {_still(behind)}"
            log.append(connection, message, now, campaign_id=item.campaign_id, level="warning")

    def queued(self, connection: Connection) -> list[str]:
        """Return a line for each launch that waits for the run before it to end."""
        rows = [row for row in launches.list_launches(connection, states=["pending"]) if row.variables is None]
        return [f"queued: {campaigns.get(connection, row.campaign_id).name}, launch of {row.nominal} {row.zone}" for row in rows]

    def _makes_way(self, connection: Connection, item: Scheduled, seen: Standing, queued: LaunchRecord, now: dt.datetime) -> bool:
        """Tell whether a signal's launch may start beside a run that is going; by the policy it is skipped otherwise."""
        if item.schedule.overlap == "skip":
            reason = _still(seen.going[-1])
            launches.finish(connection, queued.id, "skipped", now, reason)
            log.append(connection, f"signal skipped: {reason}", now, campaign_id=item.campaign_id, level="warning")
            return False
        if item.schedule.overlap == "cancel":
            for run in seen.going:
                runs.move(connection, run.id, UNFINISHED, "stopped", now, "run stopped: a signal takes over")
        return True

    def _claim(
        self, connection: Connection, item: Scheduled, slot: Slot, state: Literal["running", "pending", "skipped"], reason: str = ""
    ) -> str | None:
        return launches.claim(
            connection,
            item.campaign_id,
            item.version,
            slot.nominal,
            slot.zone,
            slot.at,
            self._clock.now(),
            fold=slot.fold,
            state=state,
            tzdata=tzdata_version(),
            reason=reason,
        )

    def _start(self, connection: Connection, item: Scheduled, launch: LaunchRecord, as_of: dt.datetime | Exception | None) -> str | None:
        """Make the run of a launch; a first one makes the campaign live."""
        now = self._clock.now()
        self._make_live(connection, item.campaign_id)
        if not isinstance(as_of, dt.datetime):
            text = str(as_of) if isinstance(as_of, CampaignError) else f"{type(as_of).__name__} before the run began"
            launches.finish(connection, launch.id, "failed", now, text)
            alerts.trouble(connection, item.campaign_id, None, "", now, f"Launch of {launch.nominal} failed", text)
            campaigns.flag(connection, item.campaign_id, now, f"launch of {launch.nominal} failed: {text}", error=True, error_text=text)
            return None
        seed = campaigns.version(connection, item.campaign_id, item.version).seed
        message = f"run started: {'a signal arrived' if launch.variables is not None else f'launch of {launch.nominal}'}"
        place, told = (connection, item.campaign_id, item.version, as_of, now), launch.variables
        return runs.start(*place, launch_id=launch.id, seed=seed, variables=told, message=message).id

    def _make_live(self, connection: Connection, campaign_id: str) -> None:
        status = campaigns.get(connection, campaign_id).status
        if status in ACTIONS["start_reached"].allowed:
            campaigns.transition(connection, campaign_id, [status], Status.LIVE, self._clock.now(), "its first run begins")


def _still(run: RunRecord) -> str:
    return f"the run of {_began(run)} is still {run.state}"


def _began(run: RunRecord) -> str:
    return f"{run.started_at:%Y-%m-%d %H:%M:%S} UTC"
