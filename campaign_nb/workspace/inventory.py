"""The campaigns of a workspace: searched, filtered, sorted, shown as a list or a week, and acted on together."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from campaign_nb.clock import instant
from campaign_nb.errors import CampaignError, DefinitionError, Problem, did_you_mean
from campaign_nb.graph.lifecycle import Status
from campaign_nb.render import html
from campaign_nb.workspace import life, listed, workspaces
from campaign_nb.workspace.bulk import Outcome
from campaign_nb.workspace.calendar import Week
from campaign_nb.workspace.listed import COLUMNS, Row
from campaign_nb.workspace.listing import SHOWN, Listing, drawn

if TYPE_CHECKING:
    from campaign_nb.workspace.workspace import Workspace

Keep = Callable[[Row], bool]
Day = str | dt.date | dt.datetime


class Campaigns(Listing):
    """The campaigns of a workspace, drafts that were kept there too.

    Index by position or name for a row, `.frame()` for the data. `filter`, `search` and `sort` give a part of them; the
    verbs (`pause`, `archive`, `tag`, …) act on all of a part, and tell for each one whether it was done, or why not.

    Time: instants are in UTC.

    >>> import tempfile, campaign_nb as cn
    >>> people = cn.DataModel("shop").table("people", pl.DataFrame({"id": [1, 2]}), key="id")
    >>> ws = cn.Workspace(tempfile.mkdtemp(), clock=cn.ManualClock("2026-07-01 09:00"))
    >>> for name in ("Spring", "Summer"):
    ...     c = cn.Campaign(name, data=cn.DataModel("shop"), workspace=ws)
    ...     _ = c.save()
    >>> ws.campaigns.filter(status="draft").tag("retail")
    tagged: 2 of 2 campaigns
    >>> ws.campaigns["Summer"]["tags"]
    'retail'
    >>> ws.campaigns.search("spr").archive()
    archived: 0 of 1 campaign
      Spring: it is draft and can't be archived → campaign.delete()
    >>> ws.close()
    """

    def __init__(
        self, workspace: Workspace, keep: Sequence[Keep] = (), order: tuple[str, bool] | None = None, title: str = "campaigns"
    ) -> None:
        super().__init__(title, self._all)
        self._store = workspace.store  # a store that can't be opened is told at once
        self._workspace, self._keep, self._order = workspace, tuple(keep), order

    # ---------------------------------------------------------------------------------------------------- a part of them

    def search(self, text: str) -> Campaigns:
        """Return the campaigns in which any text contains `text`, whatever its case."""
        wanted = text.casefold()
        texts = [name for name, kind in COLUMNS.items() if kind == pl.String]
        return self._with(lambda row: any(wanted in str(row[name] or "").casefold() for name in texts), f"with {text!r}")

    def filter(
        self,
        *,
        status: str | Iterable[str] | None = None,
        channel: str | Iterable[str] | None = None,
        tag: str | Iterable[str] | None = None,
        folder: str | None = None,
        created: tuple[Day | None, Day | None] | None = None,
        paused: bool | None = None,
        error: bool | None = None,
    ) -> Campaigns:
        """Return the campaigns that are all of this.

        Of several statuses, channels or tags any one counts. A folder holds those below it too. `created` is the first and
        the last instant, None for open; a date at the end includes its whole day.
        Time: dates are read in UTC.
        Errors: a status that does not exist; dates that can't be read.
        """
        keep: list[Keep] = []
        if status is not None:
            wanted = [_status(name) for name in _several(status)]
            keep.append(lambda row: row["status"] in wanted)
        if channel is not None:
            channels = set(_several(channel))
            keep.append(lambda row: not channels.isdisjoint(row["channel_list"]))
        if tag is not None:
            tags = set(_several(tag))
            keep.append(lambda row: not tags.isdisjoint(row["tag_list"]))
        if folder is not None:
            place = life.folder_of(folder)
            keep.append(lambda row: row["folder"] == place or (bool(place) and row["folder"].startswith(f"{place}/")))
        if created is not None:
            first, last = _range(created)
            keep.append(lambda row: first <= row["created_at"] < last)
        keep += [_flag(name, value) for name, value in (("paused", paused), ("error", error)) if value is not None]
        return Campaigns(self._workspace, (*self._keep, *keep), self._order, self._title)

    def sort(self, by: str, *, descending: bool = False) -> Campaigns:
        """Return them in the order of a column, what it lacks last.

        Errors: a column that the frame does not have.
        """
        if by not in COLUMNS:
            raise DefinitionError(Problem("campaigns", f"no column {by!r}", did_you_mean(by, COLUMNS), 'ws.campaigns.sort("modified_at")'))
        return Campaigns(self._workspace, self._keep, (by, descending), self._title)

    def calendar(self, week: Day | None = None, *, time_zone: str = "UTC", overlays: Sequence[str | os.PathLike[str]] = ()) -> Week:
        """Return a week of those that are live or scheduled.

        It shows launches that lie ahead, and runs. `week` is a day of it or its name (`"2026-W27"`), this week by default.
        `overlays` are up to three CSV files of other events: name, start and end (`mm/dd/yy`).
        """
        rows = [row for row in self._found() if row["status"] in listed.RUNNING]
        return Week.of(self._store, self._workspace.clock.now(), rows, week, time_zone, overlays)

    # ---------------------------------------------------------------------------------------------------------- together

    def pause(self) -> Outcome:
        """Pause those that are live."""
        return self._act("paused", "pause")

    def resume(self) -> Outcome:
        """Go on with those that are paused."""
        return self._act("resumed", "resume")

    def stop(self) -> Outcome:
        """End those that are live or scheduled for good, with their runs."""
        return self._act("stopped", "stop")

    def close(self) -> Outcome:
        """Launch those that are live and recur no more; their runs go on."""
        return self._act("closed", "close")

    def archive(self) -> Outcome:
        """Put aside those that are no drafts; they are deleted after 30 days."""
        return self._act("archived", "archive")

    def back_to_draft(self) -> Outcome:
        """Take back the publication of those of which no run was done."""
        return self._act("brought back to draft", "back_to_draft")

    def delete(self) -> Outcome:
        """Delete those that are drafts, with their runs and logs."""
        return self._act("deleted", "delete")

    def tag(self, *tags: str) -> Outcome:
        """Give them tags beside those that they have.

        Errors: a tag that is no printable text; then none is changed.
        """
        wanted = life.tags_of(tags)
        return self._each("tagged", lambda campaign: life.tag(self._store, self._workspace.clock, campaign, add=wanted))

    def untag(self, *tags: str) -> Outcome:
        """Take tags off them."""
        gone = life.tags_of(tags)
        return self._each("untagged", lambda campaign: life.tag(self._store, self._workspace.clock, campaign, remove=gone))

    def move(self, folder: str) -> Outcome:
        """Put them into a folder; an empty one is none.

        Errors: a folder that is no path of printable names; then none is moved.
        """
        place = life.folder_of(folder)
        return self._each("moved", lambda campaign: life.move(self._store, self._workspace.clock, campaign, place))

    # ------------------------------------------------------------------------------------------------------------ inside

    def _act(self, verb: str, action: str) -> Outcome:
        return self._each(verb, lambda campaign: life.act(self._store, self._workspace.clock, campaign, action))

    def _each(self, verb: str, do: Callable[[str], object]) -> Outcome:
        """Do something to each of them, each by itself; what one of them refuses does not concern the others."""
        outcomes: list[tuple[str, bool, str]] = []
        holders: list[object] = []
        for row in self._found():
            held = self._workspace.held(row["name"])
            try:
                do(row["id"])
            except CampaignError as error:
                outcomes.append((row["name"], False, f"{error.what} → {error.do}" if error.do else error.what))
            else:
                outcomes.append((row["name"], True, ""))
                holders += held
        self._tell(holders)
        return Outcome(verb, outcomes)

    def _tell(self, holders: Iterable[object]) -> None:
        self._workspace.scheduler.wake()
        workspaces.changed(self._workspace)
        for holder in holders:
            changed = getattr(holder, "changed", None)
            if callable(changed):
                changed()

    def _with(self, keep: Keep, words: str) -> Campaigns:
        return Campaigns(self._workspace, (*self._keep, keep), self._order, f"{self._title} {words}")

    def _found(self) -> list[Row]:
        rows = listed.rows(self._store, self._workspace.clock.now())
        found = [row for row in rows if all(keep(row) for keep in self._keep)]
        if self._order is None:
            return found
        by, descending = self._order
        known = sorted((row for row in found if row[by] is not None), key=lambda row: _key(row[by]), reverse=descending)
        return known + [row for row in found if row[by] is None]

    def _all(self) -> pl.LazyFrame:
        rows = [[row[name] for name in COLUMNS] for row in self._found()]
        return pl.LazyFrame(rows, schema=dict(COLUMNS), orient="row")

    def _repr_html_(self) -> str:
        found = self._found()
        statuses = [row["status"] for row in found]
        counts = ", ".join(f"{statuses.count(name)} {name}" for name in Status if name in statuses)
        more = f"; the first {SHOWN}" if len(found) > SHOWN else ""
        if not found:
            return html.table([], [], caption=f"{self._title}: {'nothing matches' if self._keep else 'none yet'}")
        rows = [dict(zip(_HEADS, _shown(row), strict=True)) for row in found[:SHOWN]]
        return drawn(_HEADS, rows, f"{self._title}: {len(found):,} ({counts}){more}", "UTC")


_HEADS = (
    *("name", "status", "channels", "tags", "folder", "targets", "version", "created", "by"),
    *("modified", "last run", "next launch", "starts", "ends", "last error in"),
)


def _shown(row: Row) -> list[Any]:
    marks = [word for word, on in (("paused", row["paused"]), ("⚠ error", row["error"])) if on]
    status = row["status"] + (f" ({', '.join(marks)})" if marks else "")
    texts = [row[name] for name in ("channels", "tags", "folder", "targeting")]
    times = [_minute(row[name]) for name in ("modified_at", "last_run", "next_launch")]
    dates = [_bound(row, name) for name in ("starts", "ends")]
    return [
        row["name"],
        status,
        *texts,
        row["version"],
        _minute(row["created_at"]),
        row["created_by"],
        *times,
        *dates,
        row["failed_activity"],
    ]


def _minute(at: dt.datetime | None) -> dt.datetime | None:
    return None if at is None else at.replace(second=0, microsecond=0)


def _bound(row: Row, name: str) -> str:
    """Write a bound of a schedule: a date, or a date and time with the schedule's zone."""
    written = row[name] or ""
    if len(written) <= 10:
        return written
    at = dt.datetime.fromisoformat(written)
    return f"{at:%Y-%m-%d %H:%M} " + (f"{at:%Z}" if at.tzinfo is not None else f"({row['schedule'].time_zone or 'its own zone'})")


def _key(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _flag(name: str, value: bool) -> Keep:
    return lambda row: row[name] is value


def _several(given: str | Iterable[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _status(name: str) -> str:
    names = [str(status) for status in Status]
    if name not in names:
        raise DefinitionError(Problem("campaigns", f"no status {name!r}", did_you_mean(name, names), 'ws.campaigns.filter(status="live")'))
    return name


def _range(created: tuple[Day | None, Day | None]) -> tuple[dt.datetime, dt.datetime]:
    """Return the first instant and the one after the last."""
    if isinstance(created, str) or len(created) != 2:  # pyright: ignore[reportUnnecessaryIsInstance] # users
        do = 'ws.campaigns.filter(created=("2026-07-01", None))'
        raise DefinitionError(Problem("campaigns", f"created={created!r}", "the first and the last day, None for open", do))
    first, last = created
    start = dt.datetime.min.replace(tzinfo=dt.UTC) if first is None else instant(first, "UTC")
    if last is None:
        return start, dt.datetime.max.replace(tzinfo=dt.UTC)
    whole = len(last) == 10 if isinstance(last, str) else not isinstance(last, dt.datetime)
    return start, instant(last, "UTC") + (dt.timedelta(days=1) if whole else dt.timedelta(microseconds=1))
