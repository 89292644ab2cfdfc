"""Wait: go on later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from campaign_nb.activity import Activity, Compiled, Context, Rows
from campaign_nb.data.model import roles_of
from campaign_nb.errors import CampaignError, DefinitionError, Problem
from campaign_nb.schedule.arrival import date_instant, is_time_of_day, next_at, seconds_of
from campaign_nb.schedule.duration import duration_words
from campaign_nb.steps import SEND_AT, LocalTime, Population, Step

MOST = dt.timedelta(days=36_525)
_EXPECTED = "a positive duration of at most 100 years"
_DO = 'wait("Three days", days=3)'
_DO_AT = 'wait("Morning", at="09:00")'


class Wait(Activity):
    """Hold the population for a duration, until a date or a time of day.

    What follows sees the instant at which the wait was due as *now*. With a duration and `at`, the duration passes first.
    With `local`, each row gets `send_at`, the next instant at which the clock of its own zone (the table's `time_zone`
    role; the campaign's zone where it is null or unknown) shows that time. Messages after it are made at once, with the data
    of then, and go out at that instant each; what follows a message goes on when the last of them has gone out, and sees that
    instant as *now*. What follows the wait itself and no message, such as an alert, goes on at once.
    A run is done when its last message has gone out; messages whose time has not come when it is stopped are not sent.
    Rules, consent and addresses after it read the tables as they are then, and rows that are gone are left out; columns
    that an activity before it has added keep what they had.

    Shape: rows unchanged; `local` adds `send_at`, an instant. Units: a duration is elapsed time.
    Time: `until` and `at` are read in the campaign's zone; a time that a change of clocks skips is the first after it, of
    one that comes twice the first counts. A date in the past goes on at once. It survives restarts and costs nothing
    meanwhile; in a dry run it passes at once.
    Errors: nothing to wait for, a duration that is not positive or longer than 100 years, a date together with anything
    else, a table without a time zone.

    >>> import polars as pl, campaign_nb as cn
    >>> cn.testing.run(cn.activities.Wait.of(days=3), pl.DataFrame({"id": [1, 2]}))["out"]["id"].to_list()
    [1, 2]
    """

    kind = "wait"
    label = "Wait"
    icon = "clock"
    family = "flow"
    rows: ClassVar[Rows] = "copies"
    barrier = "after"

    duration: dt.timedelta | None = None
    """How long."""
    until: str | None = None
    """The date, or the date and time, to go on at."""
    at: str | None = None
    """The time of day to go on at, as HH:MM or HH:MM:SS."""
    local: bool = False
    """Whether the time of day is each recipient's own."""

    @classmethod
    def of(
        cls,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        until: str | dt.date | dt.datetime | None = None,
        at: str | None = None,
        local: bool = False,
    ) -> Self:
        """Build from a duration (days, hours, … added up), a date, or a time of day."""
        given = {"days": days, "hours": hours, "minutes": minutes, "seconds": seconds}
        told = ", ".join(f"{unit}={number!r}" for unit, number in given.items() if number != 0)
        try:
            duration = dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        except (TypeError, ValueError, OverflowError):
            raise DefinitionError(Problem("wait", f"{told} is no duration", _EXPECTED, _DO)) from None
        text = until.isoformat(sep=" ") if isinstance(until, dt.datetime) else until.isoformat() if isinstance(until, dt.date) else until
        otherwise = text is not None or at is not None
        made = cls(duration=None if otherwise and not told else duration, until=text, at=at, local=local)
        found = [*_faults("wait", made, "UTC")]
        if found:
            raise DefinitionError(*found, subject="wait" if len(found) > 1 else "")
        return made

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield what can't be waited for."""
        where = f"wait {context.label!r}"
        yield from _faults(where, self, context.time_zone)
        table = inputs[0].table
        if self.local and roles_of(table).time_zone is None:
            do = f'shop.table({table.label!r}, …, time_zone="tz")'
            yield Problem(where, f"table {table.label!r} has no time zone of each row", "the column that holds it", do)

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Pass the rows on after the wait."""
        if self.local:
            column = roles_of(inputs[0].population.table).time_zone or ""
            return Compiled({"out": LocalTime(inputs[0], SEND_AT, column, seconds_of(self.at or ""), self.duration or dt.timedelta(0))})
        return Compiled({"out": inputs[0]}, wait=lambda reached: self.ends(reached, context.time_zone))

    def ends(self, reached: dt.datetime, time_zone: str) -> dt.datetime:
        """Return the instant at which a run goes on that got here at another.

        >>> Wait.of(at="09:00").ends(dt.datetime(2026, 7, 1, 8, tzinfo=dt.UTC), "Europe/Paris").isoformat()
        '2026-07-02T07:00:00+00:00'
        """
        if self.until is not None:
            return max(reached, date_instant(self.until, time_zone))
        passed = reached + (self.duration or dt.timedelta(0))
        return passed if self.at is None else next_at(passed, seconds_of(self.at), time_zone)


def _faults(where: str, wait: Wait, time_zone: str) -> Iterator[Problem]:
    """Yield what is wrong with the options of a wait."""
    if wait.until is not None and (wait.duration is not None or wait.at is not None):
        yield Problem(where, "a date together with a duration or a time", "one of them", 'wait("Christmas", until="2026-12-24 09:00")')
    if wait.until is None and wait.at is None and wait.duration is None:
        yield Problem(where, "nothing to wait for", "a duration, a date or a time of day", _DO)
    if wait.duration is not None and wait.duration <= dt.timedelta(0):
        yield Problem(where, f"a duration of {wait.duration}", _EXPECTED, _DO)
    elif wait.duration is not None and wait.duration > MOST:
        yield Problem(where, f"a duration of {duration_words(wait.duration)}", _EXPECTED, _DO)
    if wait.until is not None:
        try:
            date_instant(wait.until, time_zone)
        except CampaignError as error:
            yield Problem(where, f"until: {error.what}", error.expected or "a date, or a date and time", 'until="2026-12-24 09:00"')
    if wait.at is not None and not is_time_of_day(wait.at):
        yield Problem(where, f"at={wait.at!r}", "a time of day, HH:MM or HH:MM:SS", _DO_AT)
    if wait.local and wait.at is None:
        yield Problem(where, "local without a time of day", "at=", 'wait("Their morning", at="09:00", local=True)')
