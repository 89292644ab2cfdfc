"""Dates: *now* is the run's `as_of`; parts of a date with a time are local to its zone, the campaign's if it has none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from campaign_nb.engine.backends.narwhals import spark
from campaign_nb.engine.backends.narwhals.functions.table import Implementation, Table
from campaign_nb.engine.backends.narwhals.native import native
from campaign_nb.engine.backends.narwhals.operand import Context, Operand, common, literal, local
from campaign_nb.rules.functions.signature import merged
from campaign_nb.rules.tree import Type

MONTH_STEP, YEAR_STEP = 32, 12 * 32
_MOST = {"d": 3_652_058, "mo": 119_987, "y": 9_998}


def day_of(operand: Operand) -> Any:
    """Return the date without its time."""
    return operand.expr if operand.type is Type.DATE else native(spark.day, local(operand))


def fine(operand: Operand) -> Any:
    """Return a date-time as the clock of its own zone shows it."""
    return native(spark.midnight, operand.expr) if operand.type is Type.DATE else local(operand)


def back(shown: Any, zone: str | None, kind: Type = Type.DATETIME) -> Operand:
    """Return what a clock shows as a date-time of its zone."""
    if zone is None:
        return Operand(shown, kind)
    return Operand(native(partial(spark.at_zone, zone=zone), shown), kind, zone)


def _part(name: str) -> Implementation:
    return lambda args, _: native(spark.PARTS[name], fine(args[0]))


def _from_today(unit: str, sign: int) -> Implementation:
    def day(args: Sequence[Operand], context: Context) -> Operand:
        return Operand(native(spark.moved(unit, sign, _MOST[unit]), literal(context.today), args[0].expr), Type.DATE)

    return day


def _later(unit: str, sign: int = 1) -> Implementation:
    def moved(args: Sequence[Operand], _: Context) -> Operand:
        date, n = args
        step = spark.moved if date.type is Type.DATE else spark.moved_clock
        return back(native(step(unit, sign, _MOST[unit]), local(date), n.expr), date.zone, date.type)

    return moved


def _passed(seconds: int, sign: int) -> Implementation:
    """Move by a time that passes, whatever the clock does meanwhile."""

    def passed(args: Sequence[Operand], _: Context) -> Operand:
        date, n = args
        moved = native(spark.passed(seconds * sign), fine(date) if date.zone is None else date.expr, n.expr)
        return Operand(moved if date.zone is None else native(spark.instant_of_clock, moved), Type.DATETIME, date.zone)

    return passed


def _elapsed(seconds: int) -> Implementation:
    def elapsed(args: Sequence[Operand], context: Context) -> Any:
        (end, start), kind, _ = common(args, context)
        shown = [native(spark.midnight, one) if kind is Type.DATE else one for one in (end, start)]
        return native(spark.elapsed(seconds), *shown)

    return elapsed


def _apart(step: int) -> Implementation:
    return lambda args, _: native(spark.apart(step), day_of(args[0]), day_of(args[1]))


def _age(step: int) -> Implementation:
    return lambda args, context: native(spark.apart(step), literal(context.today), day_of(args[0]))


def _order(args: Sequence[Operand], context: Context) -> Any:
    exprs, _, _ = common(args, context)
    return native(spark.order, *exprs)


def _oldest(args: Sequence[Operand], context: Context) -> Operand:
    exprs, _, zone = common(args, context)
    made = native(partial(spark.of_all, spark.least), *exprs)
    return Operand(made, merged([arg.type for arg in args]), zone)


def _start(unit: str) -> Implementation:
    def start(args: Sequence[Operand], _: Context) -> Operand:
        (date,) = args
        cut: Callable[..., Any] = spark.start_of_day if date.type is Type.DATE else spark.start_of
        return back(native(partial(cut, unit), local(date)), date.zone, date.type)

    return start


def _days(args: Sequence[Operand], _: Context) -> Any:
    return native(spark.days, day_of(args[0]), day_of(args[1]))


TABLE: Table = {
    **{name: _part(name) for name in spark.PARTS},
    "days_ago": _from_today("d", -1),
    "days_ahead": _from_today("d", 1),
    "months_ago": _from_today("mo", -1),
    "years_ago": _from_today("y", -1),
    "days_old": lambda args, context: native(spark.days, literal(context.today), day_of(args[0])),
    "months_old": _age(MONTH_STEP),
    "years_old": _age(YEAR_STEP),
    "add_days": _later("d"),
    "add_months": _later("mo"),
    "add_years": _later("y"),
    "sub_days": _later("d", -1),
    "sub_months": _later("mo", -1),
    "sub_years": _later("y", -1),
    "add_hours": _passed(3_600, 1),
    "add_minutes": _passed(60, 1),
    "add_seconds": _passed(1, 1),
    "sub_hours": _passed(3_600, -1),
    "sub_minutes": _passed(60, -1),
    "sub_seconds": _passed(1, -1),
    "date_only": lambda args, _: day_of(args[0]),
    "to_date": lambda args, _: day_of(args[0]),
    "date_cmp": _order,
    "oldest": _oldest,
    "days_diff": _days,
    "months_diff": _apart(MONTH_STEP),
    "years_diff": _apart(YEAR_STEP),
    "hours_diff": _elapsed(3_600),
    "minutes_diff": _elapsed(60),
    "seconds_diff": _elapsed(1),
    "trunc_week": _start("week"),
    "trunc_quarter": _start("quarter"),
    "trunc_year": _start("year"),
}
