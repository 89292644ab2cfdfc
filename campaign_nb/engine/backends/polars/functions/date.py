"""Dates: *now* is the run's `as_of`; parts of a date with a time are local to its zone, the campaign's if it has none."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Sequence

import polars as pl

from campaign_nb.engine.backends.polars.functions.table import Implementation, Table
from campaign_nb.engine.backends.polars.operand import Context, Operand, constant, once
from campaign_nb.engine.backends.polars.types import literal
from campaign_nb.rules.tree import Type

_MOST = {"d": 3_652_058, "mo": 119_987, "y": 9_998}  # from year 1 to year 9999: beyond, a date is null
_DAY = dt.timedelta(days=1)
MONTH_STEP, YEAR_STEP = 32, 12 * 32


def local(operand: Operand) -> pl.Expr:
    """Return a date or a datetime as the clock of its own zone shows it."""
    return operand.expr if operand.zone is None else operand.expr.dt.replace_time_zone(None)


def day_of(operand: Operand) -> pl.Expr:
    """Return the date without its time."""
    return operand.expr if operand.type is Type.DATE else local(operand).dt.date()


def at_zone(shown: Operand, name: str) -> pl.Expr:
    """Return the instants at which a zone's clock shows this.

    Time: of an hour shown twice the first; an hour never shown counts from before the clock's change.
    """

    def build(read: Sequence[Operand]) -> pl.Expr:
        first, before = (
            clock.dt.replace_time_zone(name, ambiguous="earliest", non_existent="null") for clock in (read[0].expr, read[0].expr - _DAY)
        )
        return pl.coalesce(first, before + _DAY)

    return once([shown], build)


def moved(date: pl.Expr, n: Operand, unit: str, sign: int = 1) -> pl.Expr:
    """Return a date without zone n units later; null for more than 9998 years."""
    most = _MOST[unit]
    if isinstance(n.value, int):
        return date.dt.offset_by(f"{sign * n.value}{unit}" if abs(n.value) <= most else pl.lit(None, dtype=pl.String))
    step = once([n], lambda read: pl.when(read[0].expr.is_between(-most, most)).then(sign * read[0].expr.cast(pl.Int64)))
    return date.dt.offset_by(pl.format("{}" + unit, step))


def _from_today(unit: str, sign: int) -> Implementation:
    def day(args: Sequence[Operand], context: Context) -> Operand | pl.Expr:
        if isinstance(args[0].value, int):
            try:
                return constant(_moved_day(context.today, sign * args[0].value, unit))
            except (OverflowError, ValueError):  # beyond the calendar of Python: Polars has a longer one
                pass
        return moved(literal(context.today), args[0], unit, sign)

    return day


def _moved_day(day: dt.date, n: int, unit: str) -> dt.date:
    """Return a known date n units later, as `moved` does but without a query."""
    if unit == "d":
        return day + dt.timedelta(days=n)
    year, month = divmod(day.year * 12 + day.month - 1 + n * (12 if unit == "y" else 1), 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def later(unit: str, sign: int = 1) -> Implementation:
    """Move a date by units of the calendar, on the clock of its own zone."""

    def moved_date(args: Sequence[Operand], _: Context) -> Operand:
        date, n = args
        shown = Operand(moved(local(date), n, unit, sign), date.type, depth=1 + date.depth + n.depth)
        return shown if date.zone is None else Operand(at_zone(shown, date.zone), date.type, date.zone)

    return moved_date


def _part(part: Callable[[pl.Expr], pl.Expr]) -> Implementation:
    return lambda args, _: part(local(args[0])).cast(pl.Int64)


def _time_part(part: Callable[[pl.Expr], pl.Expr]) -> Implementation:
    return lambda args, _: part(local(args[0]).cast(pl.Datetime("us")) if args[0].type is Type.DATE else local(args[0])).cast(pl.Int64)


def position(date: pl.Expr) -> pl.Expr:
    """A number that grows by 32 a month, so that 32 divides whole months."""
    year, month, day = (part.cast(pl.Int64) for part in (date.dt.year(), date.dt.month(), date.dt.day()))
    return (year * 12 + month) * MONTH_STEP + day


def _age(step: int) -> Implementation:
    def age(args: Sequence[Operand], context: Context) -> pl.Expr:
        today = (context.today.year * 12 + context.today.month) * MONTH_STEP + context.today.day
        gone = once(args, lambda read: today - position(day_of(read[0])))
        return (gone / step).cast(pl.Int64)  # the cast cuts toward zero

    return age


def _days_ago_int(args: Sequence[Operand], context: Context) -> pl.Expr:
    day = moved(literal(context.today), args[0], "d", -1)
    return day.dt.year().cast(pl.Int64) * 10_000 + day.dt.month().cast(pl.Int64) * 100 + day.dt.day()


TABLE: Table = {
    "now": lambda _, context: constant(context.now),
    "today": lambda _, context: constant(context.today),
    "days_ago": _from_today("d", -1),
    "days_ahead": _from_today("d", 1),
    "months_ago": _from_today("mo", -1),
    "years_ago": _from_today("y", -1),
    "year": _part(lambda date: date.dt.year()),
    "quarter": _part(lambda date: date.dt.quarter()),
    "month": _part(lambda date: date.dt.month()),
    "day": _part(lambda date: date.dt.day()),
    "day_of_year": _part(lambda date: date.dt.ordinal_day()),
    "week_day": _part(lambda date: date.dt.weekday() - 1),
    "hour": _time_part(lambda date: date.dt.hour()),
    "minute": _time_part(lambda date: date.dt.minute()),
    "second": _time_part(lambda date: date.dt.second()),
    "year_and_month": _part(lambda date: date.dt.year().cast(pl.Int64) * 100 + date.dt.month()),
    "days_ago_int": _days_ago_int,
    "days_old": lambda args, context: (literal(context.today) - day_of(args[0])).dt.total_days(),
    "months_old": _age(MONTH_STEP),
    "years_old": _age(YEAR_STEP),
}
