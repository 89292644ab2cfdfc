"""Joins by ranges: rows that match by `<` and `<=` are found by sorting, slice by slice, so that memory holds few pairs."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from campaign_nb.rules import tree
from campaign_nb.rules.schema import Field
from campaign_nb.rules.tree import Type

PAIRS = 2_000_000
"""How many pairs of rows are held at a time, as far as those before tell."""

_SIDE = "__side"
_TESTS: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SORTED = (Type.INTEGER, Type.NUMBER, Type.DATE, Type.DATETIME)
_NUMBERS = {(Type.INTEGER, None), (Type.NUMBER, None)}


def range_tests(rule: tree.Node, fields: Mapping[str, Field]) -> list[pl.Expr]:
    """Return the comparisons of two columns that a rule makes at least, of types that can be sorted together."""
    tests: list[pl.Expr] = []
    for node in tree.conjuncts(rule):
        if not isinstance(node, tree.Compare) or not isinstance(node.left, tree.Column) or not isinstance(node.right, tree.Column):
            continue
        one, two = fields[node.left.name], fields[node.right.name]
        kinds = {(one.type, one.zone), (two.type, two.zone)}
        if node.op not in _TESTS or not all(kind in _SORTED for kind, _ in kinds) or not (len(kinds) == 1 or kinds <= _NUMBERS):
            continue
        left, right = pl.col(one.name), pl.col(two.name)
        tests.append(_TESTS[node.op](*(left, right) if len(kinds) == 1 else (left.cast(pl.Float64), right.cast(pl.Float64))))
    return tests


@dataclass(frozen=True)
class RangeJoin:
    """Pairs of rows for which all tests and a rule are true, grouped by the key of the left one at once."""

    tests: Sequence[pl.Expr]
    rule: pl.Expr
    key: Sequence[str]
    found: Sequence[pl.Expr]
    """What becomes of the right rows of one left row."""

    def frame(self, left: pl.LazyFrame, right: pl.LazyFrame) -> pl.LazyFrame:
        """Return one row for each left row that has matches.

        Both sides go in as one frame, so that the engine computes them with all the rest; below a shared frame it would
        not see that a join of everything with everything can be sorted for.
        """
        mine, theirs = left.collect_schema(), right.collect_schema()
        read = {name for test in self.tests for name in test.meta.root_names()}
        near, far = list(mine), list(theirs)
        rows = [left.drop_nulls([name for name in near if name in read]), right.drop_nulls([name for name in far if name in read])]
        made = pl.LazyFrame(schema={**mine, **theirs}).group_by(self.key).agg(*self.found).collect_schema()

        def joined(both: pl.DataFrame) -> pl.DataFrame:
            one = both.filter(pl.col(_SIDE)).select(near)
            return self._grouped(one, both.filter(~pl.col(_SIDE)).select(far), made)

        sides = (frame.with_columns(pl.lit(number == 0).alias(_SIDE)) for number, frame in enumerate(rows))
        return pl.concat(list(sides), how="diagonal").map_batches(
            joined, schema=made, predicate_pushdown=False, projection_pushdown=False, slice_pushdown=False
        )

    def _grouped(self, left: pl.DataFrame, right: pl.DataFrame, made: pl.Schema) -> pl.DataFrame:
        """Join slices of the left rows, shuffled so that each tells how large the next may be."""
        rows, parts, at = left.sample(fraction=1, shuffle=True, seed=0), [pl.DataFrame(schema=made)], 0
        size = max(1, PAIRS // max(1, right.height))
        while at < rows.height:
            pairs = rows.slice(at, size).join_where(right, *self.tests)
            parts.append(pairs.filter(self.rule).group_by(self.key).agg(*self.found))
            at += size
            size = max(1, min(4 * size, size * PAIRS // max(1, pairs.height)))
        return pl.concat(parts)
