"""Dates: *now* is the run's `as_of`; parts of a date with a time are local to its zone, the campaign's if it has none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import narwhals as nw

from campaign_nb.clock import zone
from campaign_nb.engine.backends.narwhals import spark, spark_text
from campaign_nb.engine.backends.narwhals.functions.table import Implementation, Table
from campaign_nb.engine.backends.narwhals.native import native
from campaign_nb.engine.backends.narwhals.operand import Context, Operand, common, constant, literal, local
from campaign_nb.errors import DefinitionError, Problem
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


def back(shown: Any, name: str | None, kind: Type = Type.DATETIME) -> Operand:
    """Return what a clock shows as a date-time of its zone."""
    if name is None:
        return Operand(shown, kind)
    return Operand(native(partial(spark.at_zone, zone=name), shown), kind, name)


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


def _instant(date: Operand, context: Context) -> nw.Expr:
    """Return a date as an instant; without zone it is what the campaign's clock shows."""
    return date.expr if date.zone is not None else native(partial(spark.at_zone, zone=context.zone), fine(date))


def _named_zone(operand: Operand, function: str) -> str | None:
    """Return the name of a zone, None for null."""
    if operand.null:
        return None
    if not isinstance(operand.value, str):
        raise DefinitionError(Problem("rule", f"the zone of {function} differs from row to row", "one zone", '"Europe/Paris"'))
    return zone(operand.value).key


def _to_time_zone(args: Sequence[Operand], context: Context) -> Operand:
    name = _named_zone(args[1], "to_time_zone")
    return constant(None) if name is None else Operand(_instant(args[0], context), Type.DATETIME, name)


def _trunc_date(args: Sequence[Operand], _: Context) -> Operand:
    return back(native(spark.cut, fine(args[0]), args[1].expr), args[0].zone)


def _trunc_date_tz(args: Sequence[Operand], context: Context) -> Operand:
    name = _named_zone(args[2], "trunc_date_tz")
    if name is None:
        return constant(None)
    shown = native(partial(spark.shown, zone=name), _instant(args[0], context))
    return back(native(spark.cut, shown, args[1].expr), name)


def _to_date_time(args: Sequence[Operand], _: Context) -> Operand:
    return Operand(native(spark_text.clock_of_text, args[0].expr), Type.DATETIME)


def _to_timestamp(args: Sequence[Operand], context: Context) -> Operand:
    made = native(partial(spark_text.instant_of_text, zone=context.zone), args[0].expr)
    return Operand(made, Type.DATETIME, context.zone)


def _days_ago_int(args: Sequence[Operand], context: Context) -> nw.Expr:
    return native(spark.day_number, native(spark.moved("d", -1, _MOST["d"]), literal(context.today), args[0].expr))


TABLE: Table = {
    "to_time_zone": _to_time_zone,
    "convert_ntz": lambda args, context: Operand(_instant(args[0], context), Type.DATETIME, args[0].zone or context.zone),
    "trunc_date": _trunc_date,
    "trunc_date_tz": _trunc_date_tz,
    "days_ago_int": _days_ago_int,
    "to_date_time": _to_date_time,
    "to_timestamp": _to_timestamp,
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
