"""Deduplication: keep one row, or n, of those that share identifying values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Self

from campaign_nb.activity import COMPLEMENT, OUT, Activity, Compiled, Context, Port, several, value_problems
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules import tree
from campaign_nb.rules.value import node_of, order_of
from campaign_nb.steps import Bucket, Dedupe, Population, Rejected, Step


class Deduplicate(Activity):
    """Keep n rows of each group with equal identifying values.

    The complement holds the others.

    Order: `order` decides who stays, further keys break ties, then a seeded hash of the key, finally the key; never
    the order of rows. Without `order` the choice is random, the same on every run.
    Nulls: a row with a null among the values is never a duplicate, unless nulls="equal".
    Units: keep=1 by default; keep=0 keeps all.

    >>> import polars as pl, campaign_nb as cn
    >>> rows = pl.DataFrame({"id": [1, 2, 3, 4], "email": ["Y", "Y", None, None], "points": [5, 9, 1, 2]})
    >>> dedupe = cn.activities.Deduplicate.of(by="email", order=cn.col.points.desc())
    >>> cn.testing.run(dedupe, rows)["out"]["id"].to_list()
    [2, 3, 4]
    """

    kind = "deduplicate"
    label = "Deduplication"
    icon = "copy-x"
    family = "targeting"

    by: tuple[tree.Node, ...]
    """The values that identify duplicates."""
    keep: int = 1
    """How many rows of a group stay; 0 keeps all."""
    order: tuple[tree.Order, ...] = ()
    """Which rows of a group come first."""
    nulls: Literal["distinct", "equal"] = "distinct"
    """Whether rows with a null among the values form a group."""

    @classmethod
    def of(cls, *, by: object, keep: int = 1, order: object = (), nulls: Literal["distinct", "equal"] = "distinct") -> Self:
        """Build from columns (names or values), one or a list of them."""
        values = several(by)
        orders = several(order)
        if not values:
            raise DefinitionError(Problem("deduplicate", "by is empty", "at least one column", 'by="email"'))
        found = [*_faults("deduplicate", keep, nulls)]
        if found:
            raise DefinitionError(*found)
        nodes = tuple(tree.Column(item) if isinstance(item, str) else node_of(item) for item in values)
        return cls(by=nodes, keep=keep, order=tuple(order_of(item) for item in orders), nulls=nulls)

    def ports(self) -> tuple[Port, ...]:
        """The rows kept and the others."""
        return (Port(), Port(COMPLEMENT, complement=True))

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield what is wrong with the values and the order."""
        where = f"deduplicate {context.label!r}"
        yield from _faults(where, self.keep, self.nulls)
        for node in (*self.by, *(item.value for item in self.order)):
            yield from value_problems(inputs[0], node, where)

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Order by the keys given, or by a hash, and keep the first of each group."""
        source, order = inputs[0], self.order
        if not order:
            hashed = f"_draw {context.label}"
            source, order = Bucket(source, hashed, context.hash_seed), (tree.Order(tree.Column(hashed)),)
        kept = Dedupe(source, self.by, order, self.keep, self.nulls == "equal")
        return Compiled({OUT: kept, COMPLEMENT: Rejected(kept)}, drops=(kept,))


def _faults(where: str, keep: object, nulls: object) -> Iterator[Problem]:
    if not isinstance(keep, int) or isinstance(keep, bool) or keep < 0:
        yield Problem(where, f"keep={keep!r}", "a whole number of at least 0; 0 keeps all", "keep=1")
    if nulls not in ("distinct", "equal"):
        yield Problem(where, f"nulls={nulls!r}", '"distinct" or "equal"', 'nulls="equal"')
