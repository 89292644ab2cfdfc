"""A compiled value with what is known of it before any row is read: its type, its zone, or the value itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import polars as pl

from campaign_nb.clock import zone
from campaign_nb.engine.backends.polars.types import literal, zone_of
from campaign_nb.errors import Problem, RunError
from campaign_nb.rules.check import literal_type
from campaign_nb.rules.functions.signature import widest
from campaign_nb.rules.tree import Scalar, Type


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know of its run.

    It is the instant that is *now*, the campaign's zone and its variables.
    """

    as_of: dt.datetime
    zone: str = "UTC"
    variables: Mapping[str, Scalar] = field(default_factory=dict[str, Scalar])

    def __post_init__(self) -> None:
        zone(self.zone)
        if self.as_of.tzinfo is None:
            raise RunError(Problem("run", "its as_of has no zone", "an instant", "dt.datetime(2026, 7, 1, tzinfo=dt.UTC)"))

    @property
    def now(self) -> dt.datetime:
        """The instant of the run, in the campaign's zone."""
        return self.as_of.astimezone(ZoneInfo(self.zone))

    @property
    def today(self) -> dt.date:
        """The date of the run in the campaign's zone."""
        return self.now.date()


@dataclass(frozen=True, slots=True)
class Operand:
    """A value as an expression, with what is known of it.

    `zone` is the name of an instant's zone, None where it has none.
    `known` tells that the value is the same for every row and already computed; `value` then holds it.
    `columns` names the columns of collected rows. `depth` counts the calls within; `nan` says that a float may be NaN.
    """

    expr: pl.Expr
    type: Type
    zone: str | None = None
    known: bool = False
    value: Scalar = None
    columns: tuple[str, ...] = ()
    depth: int = 0
    nan: bool = False

    @property
    def null(self) -> bool:
        """Whether it is null for every row."""
        return self.known and self.value is None


def constant(value: Scalar) -> Operand:
    """Return a value that is the same for every row; NaN is null."""
    if isinstance(value, float) and value != value:
        value = None
    instant = zone_of(value) if isinstance(value, dt.datetime) else None
    return Operand(literal(value), literal_type(value), instant, known=True, value=value)


def once(operands: Sequence[Operand], build: Callable[[Sequence[Operand]], pl.Expr]) -> pl.Expr:
    """Build an expression that reads an input several times.

    A large input is written once, as a field of a struct: what an expression mentions twice is copied before Polars finds
    the copies again, and calls within calls would double it each time.
    """
    if all(operand.known or operand.depth <= 1 for operand in operands):
        return build(operands)
    fields = [operand.expr.alias(f"{at}") for at, operand in enumerate(operands) if not operand.known]
    read = [operand if operand.known else replace(operand, expr=pl.field(f"{at}"), depth=0) for at, operand in enumerate(operands)]
    return pl.struct(fields).struct.with_fields(build(read).alias("")).struct.field("")


def settled(operand: Operand) -> Operand:
    """Return a value that is null where a computation made it NaN.

    Infinity less infinity does, for one.
    """
    if not operand.nan:
        return operand
    return replace(operand, expr=once([operand], lambda read: read[0].expr.fill_nan(None)), nan=False)


def wall_value(value: dt.date | dt.datetime, context: Context) -> dt.datetime:
    """Return what the campaign's clock on the wall shows; a date is its midnight."""
    if not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time.min)
    if value.tzinfo is None:
        return value
    return value.astimezone(ZoneInfo(context.zone)).replace(tzinfo=None)


def wall(operand: Operand, context: Context) -> pl.Expr:
    """Return a date or a datetime as the campaign's clock on the wall shows it."""
    if operand.known and isinstance(operand.value, dt.date):
        return literal(wall_value(operand.value, context))
    if operand.type is Type.DATE:
        return operand.expr.cast(pl.Datetime("us"))
    return operand.expr if operand.zone is None else in_zone(operand.expr, context.zone).dt.replace_time_zone(None)


def in_zone(expr: pl.Expr, name: str) -> pl.Expr:
    """Return the same instants, shown in another zone."""
    return expr.dt.convert_time_zone(name)


def common(operands: Sequence[Operand], context: Context) -> tuple[list[pl.Expr], Type, str | None]:
    """Bring values to one type, so that any of them can stand in one column.

    Shape: expressions in the same order, their type, their zone. Numbers become the widest kind among them;
    a mixture of dates, datetimes and instants becomes the campaign's wall clock.
    """
    known = [operand for operand in operands if operand.type is not Type.UNKNOWN]
    kinds = {operand.type for operand in known}
    zones = {operand.zone for operand in known}
    exprs = [operand.expr for operand in operands]
    if not known:
        return exprs, Type.UNKNOWN, None
    if all(kind.numeric for kind in kinds):
        kind = widest([operand.type for operand in known])
        return [_widened(operand, kind) for operand in operands], kind, None
    if all(kind.temporal for kind in kinds):
        if kinds == {Type.DATE}:
            return exprs, Type.DATE, None
        if None not in zones:
            first = known[0].zone or context.zone
            return [_shown_in(operand, first) for operand in operands], Type.DATETIME, first
        return [wall(operand, context) if operand.type.temporal else operand.expr for operand in operands], Type.DATETIME, None
    return exprs, known[0].type, None


def _widened(operand: Operand, kind: Type) -> pl.Expr:
    return operand.expr.cast(pl.Float64) if kind is Type.NUMBER and operand.type is not Type.UNKNOWN else operand.expr


def _shown_in(operand: Operand, name: str) -> pl.Expr:
    return operand.expr if operand.zone in (name, None) else in_zone(operand.expr, name)
