"""One person's row of every frame of a plan: where it is, which conditions it meets, what it holds; read in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from campaign_nb.engine.backends.polars.expressions import compile_rule
from campaign_nb.engine.backends.polars.flow import Base, Flow
from campaign_nb.engine.backends.polars.lowering import Lowering
from campaign_nb.engine.backends.polars.sides import context_of
from campaign_nb.engine.compute import computed
from campaign_nb.engine.lineage_everybody import is_of
from campaign_nb.engine.lineage_person import Person
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import DERIVED
from campaign_nb.graph.definition import Ref
from campaign_nb.rules import tree
from campaign_nb.rules.schema import Field
from campaign_nb.steps import Filter, Match, Step

_LEAVES = (tree.Column, tree.Variable, *DERIVED)


def operands(node: tree.Node) -> list[tree.Node]:
    """Return what a rule reads of a row, in reading order, each once: columns, values of linked rows, variables, events.

    >>> [item.name for item in operands(tree.Compare("<", tree.Column("age"), tree.Column("limit")))]
    ['age', 'limit']
    """
    found: dict[tree.Node, None] = {}
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, _LEAVES):
            found[item] = None
        else:
            stack.extend(reversed(list(item.children())))
    return list(found)


class Seen:
    """What a pass finds of one person."""

    def __init__(self, lowered: Lowering, person: Person, moment: Moment) -> None:
        self.lowered, self.person = lowered, person
        self._moment = moment
        self._asked: dict[Base, dict[str, pl.Expr]] = {}
        self._places: dict[object, tuple[Base, str]] = {}
        self._rows: dict[Base, Mapping[str, Any]] = {}
        self.counts: dict[Ref, int] = {}

    def same(self) -> pl.Expr:
        """Return the condition that a row has the person's key."""
        table = self.person.table
        rule = tree.And(
            tuple(tree.Compare("=", tree.Column(name), tree.Constant(part)) for name, part in zip(table.key, self.person.key, strict=True))
        )
        return compile_rule(rule, self._column, context_of(self._moment))

    def _column(self, node: tree.Node) -> tuple[pl.Expr, Field]:
        assert isinstance(node, tree.Column)
        return pl.col(node.name), self.person.table.columns[node.name]

    def ask(self, name: object, flow: Flow, *extra: pl.Expr) -> None:
        """Ask whether the person is in a flow, and meets conditions on its frame."""
        where = flow.where()
        parts = [*(() if where is None else (where,)), *extra]
        self.value(name, flow, pl.all_horizontal(parts) if parts else pl.lit(True))

    def value(self, name: object, flow: Flow, value: pl.Expr) -> None:
        """Ask for a value of the person's row in the frame of a flow."""
        asked = self._asked.setdefault(flow.base, {})
        column = f"__a{len(asked)}"
        asked[column] = value
        self._places[name] = (flow.base, column)

    def ask_all(self) -> None:
        """Ask for everything that a path may tell: each step, the checks of each filter, what they read."""
        lowered = self.lowered
        for step in lowered.columns.steps:
            if not is_of(step, self.person.table) or step not in lowered.flows:
                continue
            self.ask(step, lowered.flows[step])
            if isinstance(step, Filter) and step in lowered.checked:
                flow, masks = lowered.checked[step]
                resolver = lowered.resolver(step, step.source)
                for position, mask in enumerate(masks):
                    self.ask((step, position), flow, mask.expr)
                for node in dict.fromkeys(node for check in step.checks for node in operands(check.rule)):
                    given = resolver.value(node) if isinstance(node, tree.Variable) else resolver(node)[0]
                    self.value((step, node), flow, given)
            elif step in lowered.checked:
                flow, masks = lowered.checked[step]
                self.ask((step, 0), flow, *(mask.expr for mask in masks))
            if isinstance(step, Match):
                flow, resolver = lowered.source_flow(step, step.source), lowered.resolver(step, step.source)
                for node, _ in step.on:
                    self.value((step, node), flow, resolver.value(node))

    def find(self, counts: Mapping[Ref, Step] | None = None) -> None:
        """Read the person's row of every frame in one pass, and count some steps beside."""
        frames: list[pl.LazyFrame] = []
        for base, asked in self._asked.items():
            key = [pl.col(name) for name in self.person.table.key]  # conditions on no column are one value, also of no row
            frames.append(base.frame.filter(self.same()).select(*key, *(expr.alias(name) for name, expr in asked.items())))
        sizes = {
            ref: self.lowered.flows[step].rows().select(pl.len()) for ref, step in (counts or {}).items() if step in self.lowered.flows
        }
        found = computed([*frames, *sizes.values()])
        for base, rows in zip(self._asked, found, strict=False):
            if rows.height:
                self._rows[base] = rows.row(0, named=True)
        self.counts = {ref: int(rows.item()) for ref, rows in zip(sizes, found[len(frames) :], strict=True)}

    def get(self, name: object) -> Any:
        """Return a value of the person's row; None where nobody asked, or the person is not in the frame."""
        if name not in self._places:
            return None
        base, column = self._places[name]
        return self._rows.get(base, {}).get(column)

    def holds(self, name: object) -> bool:
        """Tell whether the person is there, or meets the condition."""
        return bool(self.get(name))

    def asked(self, name: object) -> bool:
        """Tell whether a condition was asked for."""
        return name in self._places

    def there(self, step: Step) -> bool:
        """Tell whether the frame that a step reads has the person at all."""
        checked = self.lowered.checked.get(step)
        return checked is not None and checked[0].base in self._rows

    def read(self, step: Step, nodes: Sequence[tree.Node]) -> Iterator[tuple[tree.Node, Any]]:
        """Yield what a step saw of the person."""
        for node in nodes:
            if self.asked((step, node)):
                yield node, self.get((step, node))
