"""Combine: union, intersection and exclusion of populations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Literal, Self, TypeAlias

from campaign_nb.activity import COMPLEMENT, OUT, Activity, Compiled, Context, Port, several, value_problems
from campaign_nb.errors import DefinitionError, Problem, did_you_mean
from campaign_nb.rules import tree
from campaign_nb.rules.handle import path_of
from campaign_nb.rules.schema import HIDDEN
from campaign_nb.rules.tree import Type
from campaign_nb.rules.value import node_of
from campaign_nb.steps import Anti, Attach, Dedupe, Follow, Population, Rejected, Semi, Step, Union

Mode: TypeAlias = Literal["union", "intersection", "exclusion"]


class Combine(Activity):
    """Join populations of one targeting dimension by key.

    The first input is the primary one.

    Union keeps every key once, intersection the keys of all inputs, exclusion the primary's keys that no other has. With
    `by`, rows are equal that have equal values instead of keys; the primary's stays. An input of another dimension can be
    compared by a pair of columns (`on`), or by the links that lead from it (`via`).
    Shape: two or more inputs; a key found in several gives one row, with the columns of the earliest.
    The complement of an exclusion is the primary rows that were excluded, of an intersection all other rows.
    Nulls: a null among the values of `by` or `on` equals nothing.
    Errors: a single input, inputs of different targeting dimensions without `on` or `via`, a union of them.

    >>> import polars as pl, campaign_nb as cn
    >>> a, b, c = (pl.DataFrame({"id": ids}) for ids in ([1, 2, 3], [2, 3, 4], [3, 5]))
    >>> out = cn.testing.run(cn.activities.Combine(mode="exclusion"), a, b, c)
    >>> out["out"]["id"].to_list(), out["complement"]["id"].to_list()
    ([1], [2, 3])
    """

    kind = "combine"
    label = "Combine"
    icon = "combine"
    family = "targeting"
    inputs = (2, None)

    mode: Mode = "union"
    """union, intersection or exclusion."""
    by: tuple[tree.Node, ...] = ()
    """Values that make rows of the inputs equal, instead of the key."""
    on: Mapping[str, str] = field(default_factory=dict[str, str])
    """Columns of the primary and those of an input of another dimension that they equal."""
    via: tuple[str, ...] = ()
    """The links from an input of another dimension to the primary's."""

    @classmethod
    def of(cls, *, mode: Mode = "union", by: object = (), on: Mapping[str, str] | None = None, via: object = ()) -> Self:
        """Build from the mode, and how rows are compared."""
        if mode not in ("union", "intersection", "exclusion"):
            raise DefinitionError(Problem("combine", f"mode={mode!r}", "union, intersection or exclusion", 'mode="union"'))
        values = tuple(tree.Column(item) if isinstance(item, str) else node_of(item) for item in several(by))
        if sum(map(bool, (values, on, via))) > 1:
            raise DefinitionError(Problem("combine", "several of by, on and via", "one of them", 'by="email"'))
        return cls(mode=mode, by=values, on=dict(on or {}), via=path_of(via, "combine") if via != () else ())

    def ports(self) -> tuple[Port, ...]:
        """The result and, but for a union, what it left out."""
        return (Port(),) if self.mode == "union" else (Port(), Port(COMPLEMENT, complement=True))

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield inputs that can't be compared, and columns that they do not have."""
        where, first = f"combine {context.label!r}", inputs[0]
        strange = [item for item in inputs if item.table.label != first.table.label]
        tables = list(dict.fromkeys(item.table.label for item in (first, *strange)))
        if strange and (self.mode == "union" or not (self.by or self.on or self.via)):
            yield Problem(
                where,
                f"its inputs are populations of {' and '.join(tables)}",
                "one targeting dimension for all inputs" + ("" if self.mode == "union" else ", or by=, on= or via="),
                f"build_audience(…, dimension={tables[0]}) for each of them",
            )
            return
        if not strange and (self.on or self.via):
            yield Problem(where, "all inputs are of one dimension", "by=, or an input of another dimension", 'by="email"')
        if self.mode != "exclusion" and not strange:
            yield from _types(inputs, where)
        for item in (first, *(inputs[1:] if self.by else ())):
            for node in self.by:
                yield from value_problems(item, node, where)
        for here, there in self.on.items():
            yield from value_problems(first, tree.Column(here), where)
            for item in strange:
                yield from value_problems(item, tree.Column(there), where)
        if self.via:
            yield from (problem for item in strange for problem in self._led(item, first, where))

    def _led(self, item: Population, first: Population, where: str) -> Iterator[Problem]:
        table = item.table
        for name in self.via:
            if name not in table.links:
                do = f"via={table.label}.{next(iter(table.links), '…')}"
                yield Problem(where, f"table {table.label!r} has no link {name!r}", did_you_mean(name, table.links), do)
                return
            table = item.schema.schema_of(table.links[name].to)
        if table.label != first.table.label:
            what = f"via leads from {item.table.label!r} to {table.label!r}"
            yield Problem(where, what, f"links to {first.table.label!r}", f"via={item.table.label}.…")

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Union, semi-join or anti-join by key or by values."""
        table = inputs[0].population.table.label
        strange = [step.population.table.label != table for step in inputs[1:]]
        others = tuple(Follow(step, self.via) if odd and self.via else step for step, odd in zip(inputs[1:], strange, strict=True))
        if self.mode == "union":
            return self._union(inputs)
        same = tuple((node, node) for node in self.by)
        named = tuple((tree.Column(here), tree.Column(there)) for here, there in self.on.items())
        pairs = tuple(named if odd and self.on else same for odd in strange)
        if self.mode == "exclusion":
            left = Anti(inputs[0], others, "in an excluded population", pairs)
            return Compiled({OUT: left, COMPLEMENT: Rejected(left)}, drops=(left,))
        both = Semi(inputs[0], others, "not in every input", pairs)
        own = [step for step, odd in zip(inputs[1:], strange, strict=True) if not odd]
        whole = Union((inputs[0], *own)) if own else inputs[0]
        return Compiled({OUT: both, COMPLEMENT: Anti(whole, (both,), "in every input", (same,) if same else ())}, drops=(both,))

    def _union(self, inputs: Sequence[Step]) -> Compiled:
        if not self.by:
            joined = Union(tuple(inputs))
            return Compiled({OUT: joined}, drops=(joined,))
        numbered = tuple(Attach(step, ((INPUT, tree.Constant(number)),)) for number, step in enumerate(inputs))
        joined = Union(numbered)
        first = Dedupe(joined, self.by, (tree.Order(tree.Column(INPUT)),), 1, False, "equal to a row of an earlier input")
        return Compiled({OUT: first}, drops=(joined, first))


INPUT = f"{HIDDEN}input"


def _types(inputs: Sequence[Population], where: str) -> Iterator[Problem]:
    """Yield columns that inputs have in different types: a union has one type for each."""
    for name in dict.fromkeys(name for item in inputs for name in item.extra):
        columns = [item.scope.row.column(name) for item in inputs]
        kinds = dict.fromkeys(str(column.type) for column in columns if column is not None and column.type is not Type.UNKNOWN)
        if len(kinds) > 1:
            expected = "one type in all inputs"
            yield Problem(where, f"column {name!r} is {' and '.join(kinds)}", expected, f"enrich(…, {name}=…) in one type, or two names")
