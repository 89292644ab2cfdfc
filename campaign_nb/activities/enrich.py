"""Enrichment: add columns to the population, from its dimension, its linked tables, other tables and populations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self

from campaign_nb.activity import Activity, Compiled, Context, Rows, rule_problems, several, value_problems
from campaign_nb.errors import DefinitionError, Problem, did_you_mean
from campaign_nb.rules import tree
from campaign_nb.rules.handle import LineColumns
from campaign_nb.rules.parse import node_of_rule, table_of_rule
from campaign_nb.rules.value import node_of, order_of
from campaign_nb.steps import Attach, Bring, Check, Filter, Population, Scan, Step

EVERYBODY = tree.Everybody()


@dataclass(frozen=True, slots=True)
class Lookup:
    """A column of a table or of another transition, found by equal columns.

    `on` pairs columns of the row with columns there; without it the keys are compared. `where` chooses rows there, `order`
    the first of several, in the end the key. Nulls: a null matches nothing, no match is null.
    """

    column: str
    table: str | None = None
    on: Mapping[str, str] = field(default_factory=dict[str, str])
    where: tree.Node = EVERYBODY
    order: tuple[tree.Order, ...] = ()

    def __init__(
        self, column: str, table: object = None, *, on: Mapping[str, str] | str | None = None, where: object = None, order: object = ()
    ) -> None:
        """Read the table, the pairs, the rule and the order; without a table the activity's second input is meant."""
        pairs = {on: on} if isinstance(on, str) else dict(on or {})
        values: tuple[tuple[str, object], ...] = (
            ("column", column),
            ("table", table if isinstance(table, str) or table is None else table_of_rule(table)),
            ("on", pairs),
            ("where", tree.Everybody() if where is None else node_of_rule(where)),
            ("order", tuple(order_of(item) for item in several(order))),
        )
        for name, value in values:
            object.__setattr__(self, name, value)

    @property
    def source(self) -> tuple[object, ...]:
        """What lookups must share to be one join."""
        return (self.table, tuple(self.on.items()), self.where, self.order)


class Enrich(Activity):
    """Add columns: attributes, expressions, aggregates of linked rows.

    Also the first n linked rows as a list (`.head(3)`) or as columns (`.columns(3)`), and `cn.Lookup`: columns of another
    table, or of a second input, that is not linked but equals some columns.

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
        if not lookup.on and there.table.label != inputs[0].table.label:
            what = f"rows of {inputs[0].table.label!r} and of {there.table.label!r} are compared by key"
            yield Problem(where, what, "pairs of columns", 'on={"sku": "code"}')
        for here, column in lookup.on.items():
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
        for found in joins.values():
            lookup = found[0][1]
            other: Step = inputs[1] if lookup.table is None else Scan(Population(context.schema, context.schema.schema_of(lookup.table)))
            if not isinstance(lookup.where, tree.Everybody):
                other = Filter(other, (Check("not looked up", lookup.where),))
            on = lookup.on or {name: name for name in inputs[0].population.table.key}
            pairs = tuple((tree.Column(here), tree.Column(there)) for here, there in on.items())
            step = Bring(step, other, pairs, tuple((name, item.column) for name, item in found), lookup.order)
        return Compiled({"out": step})


def _there(lookup: Lookup, inputs: Sequence[Population], context: Context) -> Population | None:
    """Return the rows that a lookup reads, None where there are none."""
    if lookup.table is None:
        return inputs[1] if len(inputs) > 1 else None
    try:
        return Population(context.schema, context.schema.schema_of(lookup.table))
    except KeyError:
        return None
