"""Dates moved, cut, compared and converted; what has no zone is on the campaign's clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from campaign_nb.clock import zone
from campaign_nb.engine.backends.polars.functions.date import MONTH_STEP, YEAR_STEP, at_zone, day_of, later, local, position
from campaign_nb.engine.backends.polars.functions.table import Implementation, Table
from campaign_nb.engine.backends.polars.operand import Context, Operand, common, constant, in_zone, once
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules.functions.signature import merged
from campaign_nb.rules.tree import Type

_SECOND = 1_000_000
_LONGEST = 9_998 * 366 * 86_400
"""The seconds from year 1 to year 9999: beyond, a date is null."""

_OFTEN = 2
"""The depth of what is read several times, so that it is written once."""

_STAMP = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?)?$"
_OFFSET_OF_TIME = r"(:[0-9.]+)(?:Z|[+-][0-9]{2}:?[0-9]{2})$"
_OFFSET = r"(?:Z|[+-][0-9]{2}:?[0-9]{2})$"


def _fine(expr: pl.Expr, kind: Type) -> pl.Expr:
    """Return a date or a date-time with microseconds."""
    return expr.cast(pl.Datetime("us")) if kind is Type.DATE else expr.dt.cast_time_unit("us")


def _shown(date: Operand) -> pl.Expr:
    """Return a date-time of microseconds as the clock of its own zone shows it."""
    return _fine(local(date), date.type)


def _instant(date: Operand, context: Context) -> pl.Expr:
    """Return a date as an instant; without zone it is what the campaign's clock shows."""
    if date.zone is not None:
        return _fine(date.expr, date.type)
    return at_zone(Operand(_shown(date), Type.DATETIME, depth=date.depth), context.zone)


def _back(shown: pl.Expr, date: Operand, name: str | None, kind: Type = Type.DATETIME) -> Operand:
    """Return what a clock shows as a date-time of its zone."""
    made = Operand(shown, kind, depth=1 + date.depth)
    return made if name is None else Operand(at_zone(made, name), kind, name)


def _passed(seconds: int, sign: int) -> Implementation:
    """Move by a time that passes, whatever the clock does meanwhile."""
    most = _LONGEST // seconds

    def build(read: Sequence[Operand]) -> pl.Expr:
        date, n = read
        count = pl.when(n.expr.is_between(-most, most)).then(n.expr.cast(pl.Int64, strict=False))
        return _fine(date.expr, date.type) + (count * (sign * seconds * _SECOND)).cast(pl.Duration("us"))

    return lambda args, _: Operand(once(args, build), Type.DATETIME, args[0].zone)


def _elapsed(whole: Callable[[pl.Expr], pl.Expr]) -> Implementation:
    """Count what passes between two dates; Polars cuts toward zero."""

    def elapsed(args: Sequence[Operand], context: Context) -> pl.Expr:
        (end, start), kind, _ = common(args, context)
        return whole(_fine(end, kind) - _fine(start, kind))

    return elapsed


def _apart(step: int) -> Implementation:
    """Count whole months, or years, between two days."""

    def apart(args: Sequence[Operand], _: Context) -> pl.Expr:
        return once(args, lambda read: ((position(day_of(read[0])) - position(day_of(read[1]))) / step).cast(pl.Int64))

    return apart


def _order(args: Sequence[Operand], context: Context) -> pl.Expr:
    def build(read: Sequence[Operand]) -> pl.Expr:
        (one, two), _, _ = common(read, context)
        return (one > two).cast(pl.Int64) - (one < two).cast(pl.Int64)

    return once(args, build)


def _oldest(args: Sequence[Operand], context: Context) -> Operand:
    def build(read: Sequence[Operand]) -> pl.Expr:
        exprs, _, _ = common(read, context)
        return pl.when(*(expr.is_not_null() for expr in exprs)).then(pl.min_horizontal(exprs))

    return Operand(once(args, build), merged([arg.type for arg in args]), common(args, context)[2])


def _cut(date: pl.Expr, seconds: Operand) -> pl.Expr:
    """Cut a date-time of microseconds down to a multiple of seconds, counted from a midnight."""
    step = pl.when(seconds.expr.is_between(1, _LONGEST)).then(seconds.expr.cast(pl.Int64, strict=False)) * _SECOND
    return (date.cast(pl.Int64) // step * step).cast(pl.Datetime("us"))


def _trunc_date(args: Sequence[Operand], _: Context) -> Operand:
    shown = once(args, lambda read: _cut(_shown(read[0]), read[1]))
    return _back(shown, args[0], args[0].zone)


def _trunc_date_tz(args: Sequence[Operand], context: Context) -> Operand:
    name = _name_of(args[2], "trunc_date_tz")
    if name is None:
        return constant(None)
    shown = once(args[:2], lambda read: _cut(in_zone(_instant(read[0], context), name).dt.replace_time_zone(None), read[1]))
    return _back(shown, args[0], name)


def _trunc_time(args: Sequence[Operand], _: Context) -> pl.Expr:
    def build(read: Sequence[Operand]) -> pl.Expr:
        time, seconds = read
        clock = time.expr if time.type is Type.TIME else _shown(time).dt.time()
        step = pl.when(seconds.expr.is_between(1, _LONGEST)).then(seconds.expr.cast(pl.Int64, strict=False)) * (_SECOND * 1_000)
        return (clock.cast(pl.Int64) // step * step).cast(pl.Time)

    return once(args, build)


def _start(every: str) -> Implementation:
    return lambda args, _: _back(local(args[0]).dt.truncate(every), args[0], args[0].zone, args[0].type)


def _to_time_zone(args: Sequence[Operand], context: Context) -> Operand:
    name = _name_of(args[1], "to_time_zone")
    return constant(None) if name is None else Operand(in_zone(_instant(args[0], context), name), Type.DATETIME, name)


def _name_of(operand: Operand, function: str) -> str | None:
    """Return the name of a zone, None for null."""
    if operand.null:
        return None
    if not isinstance(operand.value, str):
        raise DefinitionError(Problem("rule", f"the zone of {function} differs from row to row", "one zone", '"Europe/Paris"'))
    return zone(operand.value).key


def _convert_ntz(args: Sequence[Operand], context: Context) -> Operand:
    return Operand(_instant(args[0], context), Type.DATETIME, args[0].zone or context.zone)


def _read(text: pl.Expr) -> pl.Expr:
    """Read ISO text as a date-time without zone, null for any other text."""
    stamp = pl.when(text.str.contains(_STAMP)).then(text.str.replace(" ", "T", literal=True))
    forms = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d")

    def build(read: Sequence[Operand]) -> pl.Expr:
        return pl.coalesce(read[0].expr.str.to_datetime(form, strict=False, time_unit="us") for form in forms)

    return once([Operand(stamp, Type.TEXT, depth=_OFTEN)], build)


def _to_date_time(args: Sequence[Operand], _: Context) -> pl.Expr:
    return once(args, lambda read: _read(read[0].expr))


def _to_timestamp(args: Sequence[Operand], context: Context) -> Operand:
    def build(read: Sequence[Operand]) -> pl.Expr:
        text = read[0].expr
        offset = pl.when(text.str.contains(":", literal=True)).then(text.str.extract(f"({_OFFSET})"))
        plain = _read(text.str.replace(_OFFSET_OF_TIME, "${1}"))
        return once([Operand(plain, Type.DATETIME, depth=_OFTEN), Operand(offset, Type.TEXT, depth=_OFTEN)], stamped)

    def stamped(read: Sequence[Operand]) -> pl.Expr:
        plain, offset = (item.expr for item in read)
        here = at_zone(read[0], context.zone)
        sign = pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
        digits = pl.when(offset == "Z").then(pl.lit("0000")).otherwise(offset.str.replace_all(r"[^0-9]", ""))
        hours, minutes = (part.str.to_integer(strict=False) for part in (digits.str.head(2), digits.str.tail(2)))
        moved = plain - ((hours * 60 + minutes) * (sign * 60 * _SECOND)).cast(pl.Duration("us"))
        there = in_zone(moved.dt.replace_time_zone("UTC"), context.zone)
        return pl.when(offset.is_not_null()).then(there).otherwise(here)

    return Operand(once(args, build), Type.DATETIME, context.zone)


TABLE: Table = {
    "add_days": later("d"),
    "add_months": later("mo"),
    "add_years": later("y"),
    "add_hours": _passed(3_600, 1),
    "add_minutes": _passed(60, 1),
    "add_seconds": _passed(1, 1),
    "sub_days": later("d", -1),
    "sub_months": later("mo", -1),
    "sub_years": later("y", -1),
    "sub_hours": _passed(3_600, -1),
    "sub_minutes": _passed(60, -1),
    "sub_seconds": _passed(1, -1),
    "date_only": lambda args, _: day_of(args[0]),
    "to_date": lambda args, _: day_of(args[0]),
    "to_date_time": _to_date_time,
    "to_timestamp": _to_timestamp,
    "to_time_zone": _to_time_zone,
    "convert_ntz": _convert_ntz,
    "date_cmp": _order,
    "oldest": _oldest,
    "days_diff": lambda args, _: (day_of(args[0]) - day_of(args[1])).dt.total_days(),
    "months_diff": _apart(MONTH_STEP),
    "years_diff": _apart(YEAR_STEP),
    "hours_diff": _elapsed(lambda gone: gone.dt.total_hours()),
    "minutes_diff": _elapsed(lambda gone: gone.dt.total_minutes()),
    "seconds_diff": _elapsed(lambda gone: gone.dt.total_seconds()),
    "trunc_date": _trunc_date,
    "trunc_date_tz": _trunc_date_tz,
    "trunc_time": _trunc_time,
    "trunc_week": _start("1w"),
    "trunc_quarter": _start("1q"),
    "trunc_year": _start("1y"),
}
