"""Choices between values, and collected rows."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from campaign_nb.engine.backends.polars.functions.table import Table
from campaign_nb.engine.backends.polars.operand import Context, Operand, common
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules.tree import Type


def _coalesce(args: Sequence[Operand], context: Context) -> Operand:
    exprs, kind, zone = common(args, context)
    return Operand(pl.coalesce(exprs), kind, zone)


def _first_of(args: Sequence[Operand], _: Context) -> Operand:
    (rows,) = args
    if len(rows.columns) != 1:
        do = 'customers.orders.sort(orders.date.desc()).select("product").first()'
        raise DefinitionError(Problem("rule", "first_of needs linked rows of one column", "collected rows", do))
    name = rows.columns[0].rpartition(".")[2]
    return Operand(rows.expr.list.first().struct.field(name), Type.UNKNOWN)


def _item_of(args: Sequence[Operand], _: Context) -> Operand:
    rows, place = args
    if len(rows.columns) != 1 or not isinstance(place.value, int) or place.value < 1:
        do = 'customers.orders.sort(orders.date.desc()).select("product").columns(3)'
        raise DefinitionError(Problem("rule", "item_of needs linked rows of one column and a place from 1", "collected rows", do))
    name = rows.columns[0].rpartition(".")[2]
    return Operand(rows.expr.list.get(place.value - 1, null_on_oob=True).struct.field(name), Type.UNKNOWN)


TABLE: Table = {
    "coalesce": _coalesce,
    "first_of": _first_of,
    "item_of": _item_of,
}
