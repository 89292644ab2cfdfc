"""Enrichment: add columns to the population, from its dimension, its linked tables, other tables and populations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self, cast

from campaign_nb.activity import Activity, Compiled, Context, Rows, rule_problems, several, value_problems
from campaign_nb.errors import DefinitionError, Problem, did_you_mean
from campaign_nb.rules import tree
from campaign_nb.rules.handle import LineColumns
from campaign_nb.rules.parse import node_of_rule, table_of_rule
from campaign_nb.rules.value import node_of, order_of
from campaign_nb.steps import MATCHES, Attach, Bring, Check, Filter, Population, Scan, Step
from campaign_nb.steps.join import Join, join_of, join_problems

EVERYBODY = tree.Everybody()
_NAME = re.compile(r"[\w\s-]+")


@dataclass(frozen=True, slots=True)
class Lookup:
    """A column of a table or of another transition, found by equal columns.

    Or by a condition on both rows. `on` pairs columns of the row with columns there (without it the keys are compared), or is
    a rule in which `cn.col.x` is the row of the population and the table's handle names the row there:
    `(prices.since <= cn.col.day) & …`; in its text those are `day` and `prices.since`. `where` chooses rows there, where
    `cn.col.x` is the row there. Of several rows the first in `order` counts, in the end by the key.
    Nulls: a null matches nothing, unknown is no match, no match is null.
    """

    column: str
    table: str | None = None
    on: Mapping[str, str] | tree.Node = field(default_factory=dict[str, str])
    where: tree.Node = EVERYBODY
    order: tuple[tree.Order, ...] = ()

    def __init__(self, column: str, table: object = None, *, on: object = None, where: object = None, order: object = ()) -> None:
        """Read the table, the pairs or the condition, the rule and the order; without a table the second input is meant."""
        values: tuple[tuple[str, object], ...] = (
            ("column", column),
            ("table", table if isinstance(table, str) or table is None else table_of_rule(table)),
            ("on", _pairs(on)),
            ("where", tree.Everybody() if where is None else node_of_rule(where)),
            ("order", tuple(order_of(item) for item in several(order))),
        )
        for name, value in values:
            object.__setattr__(self, name, value)

    @property
    def source(self) -> tuple[object, ...]:
        """What lookups must share to be one join."""
        on = self.on if isinstance(self.on, tree.Node) else tuple(self.on.items())
        return (self.table, on, self.where, self.order)


def _pairs(on: object) -> Mapping[str, str] | tree.Node:
    """Return pairs of columns, or a condition; a text that is no mere name is the text of a condition."""
    if on is None or isinstance(on, Mapping):
        return dict(cast("Mapping[str, str]", on or {}))
    if isinstance(on, str) and _NAME.fullmatch(on):
        return {on: on}
    return node_of_rule(on)


class Enrich(Activity):
    """Add columns: attributes, expressions, aggregates of linked rows.

    Also the first n linked rows as a list (`.head(3)`) or as columns (`.columns(3)`), and `cn.Lookup`: columns of another
    table, or of a second input, that is not linked but equals some columns or meets a condition on both rows. Rows that
    find none or several are counted with that reason; they stay.

    Shape: one input, or two where a lookup reads the second; the same rows, more columns, computed where something reads them.
    Nulls: a sum of no linked rows is null, so is a list; a count is 0.
    Errors: no column named, a name that the population already has, an unknown column.

    >>> import polars as pl, campaign_nb as cn
    >>> out = cn.testing.run(cn.activities.Enrich.of(double=cn.col.points * 2), pl.DataFrame({"id": [1], "points": [21]}))
    >>> out["out"]["double"].to_list()
    [42]
    """

    kind = "enrich"
    label = "Enrichment"
    icon = "plus-square"
    family = "targeting"
    inputs = (1, 2)
    rows: ClassVar[Rows] = "copies"
    named = "columns"

    columns: Mapping[str, tree.Node | Lookup]
    """The new columns by name."""

    @classmethod
    def of(cls, columns: Mapping[str, object] | None = None, **named: object) -> Self:
        """Build from names and values."""
        given = {**(columns or {}), **named}
        if not given:
            raise DefinitionError(
                Problem("enrich", "no column is named", "at least one", 'enrich("Spend", spend=customers.orders.sum("amount"))')
            )
        found: dict[str, tree.Node | Lookup] = {}
        for name, value in given.items():
            if isinstance(value, LineColumns):
                found |= {f"{name}{ending}": item.node for ending, item in value.values.items()}
            else:
                found[name] = value if isinstance(value, Lookup) else node_of(value)
        return cls(columns=found)

    def accounting(self) -> Rows:
        """The first input's rows go on; a second is only looked at."""
        return "copies"

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield names already taken and what is wrong with the values."""
        where = f"enrich {context.label!r}"
        for name, node in self.columns.items():
            if not isinstance(name, str) or not name.strip() or name.startswith("_"):  # pyright: ignore[reportUnnecessaryIsInstance] # users
                yield Problem(
                    where, f"a column called {name!r}", "text; names that start with an underscore are not shown to anybody", "spend=…"
                )
            if name in inputs[0].extra or name in inputs[0].table.columns:
                yield Problem(where, f"the population already has a column {name!r}", "another name", f"{name}_2=…")
            if isinstance(node, Lookup):
                yield from self._lookup_problems(f"{where}, {name}", node, inputs, context)
            else:
                yield from value_problems(inputs[0], node, where)
        if len(inputs) > 1 and not any(isinstance(node, Lookup) and node.table is None for node in self.columns.values()):
            yield Problem(where, "no column reads the second input", "a lookup without a table", 'score=cn.Lookup("score")')

    def _lookup_problems(self, where: str, lookup: Lookup, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        there = _there(lookup, inputs, context)
        if there is None:
            known = list(getattr(context.schema, "tables", []))
            expected = "a second input" if lookup.table is None else did_you_mean(lookup.table, known)
            what = "a lookup without a table and without a second input" if lookup.table is None else f"no table {lookup.table!r}"
            yield Problem(where, what, expected, "others=[…], or cn.Lookup(column, table)")
            return
        if isinstance(lookup.on, tree.Node):
            yield from join_problems(lookup.on, inputs[0], there, where)
        elif not lookup.on and there.table.label != inputs[0].table.label:
            what = f"rows of {inputs[0].table.label!r} and of {there.table.label!r} are compared by key"
            yield Problem(where, what, "pairs of columns", 'on={"sku": "code"}')
        for here, column in () if isinstance(lookup.on, tree.Node) else lookup.on.items():
            yield from value_problems(inputs[0], tree.Column(here), where)
            yield from value_problems(there, tree.Column(column), where)
        yield from value_problems(there, tree.Column(lookup.column), where)
        yield from rule_problems(there, lookup.where, where)
        for order in lookup.order:
            yield from value_problems(there, order.value, where)

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Attach the columns, then join what is looked up."""
        values = tuple((name, node) for name, node in self.columns.items() if not isinstance(node, Lookup))
        step: Step = Attach(inputs[0], values) if values else inputs[0]
        joins: dict[tuple[object, ...], list[tuple[str, Lookup]]] = {}
        for name, node in self.columns.items():
            if isinstance(node, Lookup):
                joins.setdefault(node.source, []).append((name, node))
        counted: list[Step] = []
        for found in joins.values():
            lookup = found[0][1]
            other: Step = inputs[1] if lookup.table is None else Scan(Population(context.schema, context.schema.schema_of(lookup.table)))
            join = _join(lookup, inputs[0].population, other.population)
            for rule in (lookup.where, join.chosen):
                if not isinstance(rule, tree.Everybody):
                    other = Filter(other, (Check("not looked up", rule),))
            columns = tuple((name, item.column) for name, item in found)
            step = Bring(step, other, join.pairs, columns, lookup.order, join.rule, join.here, join.there)
            counted.append(Filter(step, _checks(other.population.table.label, two=len(inputs) > 1)))
        return Compiled({"out": step}, drops=tuple(counted))


def _checks(label: str, *, two: bool) -> tuple[Check, ...]:
    """Return what counts the rows that find none, or several; no row is left out by it.

    Rows that only the second input has are none of these: their reason is the last one, which counts nobody.
    """
    matches = tree.Column(MATCHES)
    found = (
        Check(f"kept without a match in {label}", tree.Compare(">", matches, tree.Constant(0))),
        Check(f"kept with the first of several in {label}", tree.Compare("=", matches, tree.Constant(1))),
    )
    return (*found, Check("only looked up", EVERYBODY)) if two else found


def _join(lookup: Lookup, here: Population, there: Population) -> Join:
    """Return how rows match: by a condition, by pairs of columns, or by key."""
    if isinstance(lookup.on, tree.Node):
        return join_of(lookup.on, here, there)
    on = lookup.on or {name: name for name in here.table.key}
    return Join(tuple((tree.Column(name), tree.Column(column)) for name, column in on.items()))


def _there(lookup: Lookup, inputs: Sequence[Population], context: Context) -> Population | None:
    """Return the rows that a lookup reads, None where there are none."""
    if lookup.table is None:
        return inputs[1] if len(inputs) > 1 else None
    try:
        return Population(context.schema, context.schema.schema_of(lookup.table))
    except KeyError:
        return None
