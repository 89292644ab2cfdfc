"""A week of live and scheduled campaigns: what launches, what has run, and what else is planned."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

from campaign_nb.clock import instant, zone
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.render import html
from campaign_nb.store import Store, inventory
from campaign_nb.store.runs import RunRecord
from campaign_nb.workspace import overlay
from campaign_nb.workspace.listed import Row
from campaign_nb.workspace.listing import Listing
from campaign_nb.workspace.overlay import Event

MOST_LAUNCHES = 2_000
"""How many launches of one campaign are counted in a week; a busier one is marked."""
DAYS = 7


class Block(NamedTuple):
    """What stands in the calendar: launches of one hour, a run, or an event.

    Time: aware, in the calendar's zone; the end of what goes on is null.
    """

    name: str
    what: str
    starts: dt.datetime
    ends: dt.datetime | None
    number: int

    @property
    def long(self) -> bool:
        """Whether it goes on for more than one day."""
        return self.what == "event" or (self.ends is not None and self.ends.date() != self.starts.date())


class Week(Listing):
    """A week of campaigns that are live or scheduled, by hours.

    What takes several days stands on top.

    Shape: name, what (launch, run or event), when it starts and ends, and the number of launches in that hour.
    """

    def __init__(self, monday: dt.date, time_zone: str, blocks: Sequence[Block], busy: Sequence[str]) -> None:
        self._monday, self._blocks, self._busy = monday, list(blocks), list(busy)
        kind = pl.Datetime("us", time_zone)
        columns: Mapping[str, Any] = {"name": pl.String, "what": pl.String, "starts": kind, "ends": kind, "count": pl.Int64}
        year, number, _ = monday.isocalendar()
        title = f"week {number} of {year}, {monday:%d %b} to {monday + dt.timedelta(days=DAYS - 1):%d %b}, {time_zone}"
        super().__init__(title, pl.LazyFrame(self._blocks, schema=dict(columns), orient="row"), time_zone=time_zone)

    @classmethod
    def of(
        cls,
        store: Store,
        now: dt.datetime,
        rows: Sequence[Row],
        week: str | dt.date | None,
        time_zone: str,
        overlays: Sequence[str | os.PathLike[str]] = (),
    ) -> Week:
        """Lay out a week, named or of a day, for campaigns of the inventory.

        Errors: a week that can't be read, an unknown zone, files of events that can't be read.
        """
        local = zone(time_zone)
        monday = _monday(now.astimezone(local).date() if week is None else week)
        first, last = (instant(monday + dt.timedelta(days=days), time_zone) for days in (0, DAYS))
        names = {row["id"]: row["name"] for row in rows}
        with store.read() as connection:
            gone = [run for run in inventory.runs_between(connection, first, last) if run.campaign_id in names]
        blocks = [_of_run(run, names[run.campaign_id], local) for run in gone]
        busy: list[str] = []
        for row in rows:
            slots = [] if row["paused"] or row["schedule"] is None else list(_launches(row, max(now, first), last))
            if len(slots) > MOST_LAUNCHES:
                busy.append(row["name"])
            blocks += _by_hour(row["name"], slots[:MOST_LAUNCHES], local)
        events = [event for event in overlay.read(overlays) if event.first < monday + dt.timedelta(days=DAYS) and event.last >= monday]
        blocks += [_of_event(event, local) for event in events]
        return cls(monday, time_zone, sorted(blocks, key=lambda block: (block.starts, block.name)), busy)

    def _repr_html_(self) -> str:
        days = [self._monday + dt.timedelta(days=number) for number in range(DAYS)]
        rows: list[list[object]] = []
        on_top = [block for block in self._blocks if block.long]
        if on_top:
            rows.append(["several days", *("\n".join(_name(block) for block in on_top if _covers(block, day)) for day in days)])
        within = [block for block in self._blocks if not block.long]
        for hour in sorted({block.starts.hour for block in within}):
            here = [block for block in within if block.starts.hour == hour]
            rows.append([f"{hour:02}:00", *("\n".join(_told([block for block in here if block.starts.date() == day])) for day in days)])
        more = f"; of {', '.join(self._busy)} only the first {MOST_LAUNCHES:,} launches" if self._busy else ""
        none = "" if rows else ": nothing"
        return html.table(["", *(f"{day:%a %d %b}" for day in days)], rows, caption=f"{self._title}{none}{more}")


def _monday(week: str | dt.date) -> dt.date:
    try:
        if isinstance(week, str):
            text = f"{week}-1" if "W" in week.upper() and week.count("-") == 1 else week
            week = dt.datetime.fromisoformat(text)
        day = week.date() if isinstance(week, dt.datetime) else week
        return day - dt.timedelta(days=day.weekday())
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        do = 'ws.campaigns.calendar("2026-W27")'
        raise DefinitionError(Problem("calendar", f"the week {week!r} can't be read", "a day of it, or its ISO name", do)) from error


def _launches(row: Row, after: dt.datetime, until: dt.datetime) -> Iterator[dt.datetime]:
    """Yield the launches from an instant to before another, one more than is counted at most."""
    slots = row["schedule"].slots(after - dt.timedelta(microseconds=1))
    for slot in islice(slots, MOST_LAUNCHES + 1):
        if slot.at >= until:
            return
        yield slot.at


def _by_hour(name: str, slots: Sequence[dt.datetime], local: ZoneInfo) -> Iterator[Block]:
    hours = Counter(slot.astimezone(local).replace(minute=0, second=0, microsecond=0) for slot in slots)
    first: dict[dt.datetime, dt.datetime] = {}
    for slot in slots:
        here = slot.astimezone(local)
        first.setdefault(here.replace(minute=0, second=0, microsecond=0), here)
    for hour, count in hours.items():
        yield Block(name, "launch", first[hour], None, count)


def _of_run(run: RunRecord, name: str, local: ZoneInfo) -> Block:
    ended = None if run.ended_at is None else run.ended_at.astimezone(local)
    due = None if run.due_at is None else run.due_at.astimezone(local)
    return Block(name, "run", run.started_at.astimezone(local), ended or due, 1)


def _of_event(event: Event, local: ZoneInfo) -> Block:
    first, last = (dt.datetime.combine(day, dt.time(), tzinfo=local) for day in (event.first, event.last + dt.timedelta(days=1)))
    return Block(event.name, "event", first, last - dt.timedelta(seconds=1), 1)


def _covers(block: Block, day: dt.date) -> bool:
    return block.starts.date() <= day <= (block.ends or block.starts).date()


def _name(block: Block) -> str:
    return html.one_line(block.name) + ("" if block.what == "event" else f" ({block.what})")


def _told(blocks: Sequence[Block]) -> Iterator[str]:
    """Write what begins in one hour: a line for each campaign, with the number of its launches or runs."""
    found: dict[tuple[str, str], list[Block]] = {}
    for block in blocks:
        found.setdefault((block.name, block.what), []).append(block)
    for (name, what), several in found.items():
        number = sum(block.number for block in several)
        times, ran = f" ×{number}" if number > 1 else "", " (run)" if what == "run" else ""
        yield f"{several[0].starts:%H:%M} {html.one_line(name)}{times}{ran if number == 1 else ran.replace('run', 'runs')}"
