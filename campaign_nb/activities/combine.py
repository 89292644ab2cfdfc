"""Combine: union, intersection and exclusion of populations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Self, TypeAlias

from campaign_nb.activity import COMPLEMENT, OUT, Activity, Compiled, Context, Port
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.steps import Anti, Population, Rejected, Semi, Step, Union

Mode: TypeAlias = Literal["union", "intersection", "exclusion"]


class Combine(Activity):
    """Join populations of one targeting dimension by key.

    The first input is the primary one.

    Union keeps every key once, intersection the keys of all inputs, exclusion the primary's keys that no other has.
    Shape: two or more inputs; a key found in several gives one row, with the columns of the earliest.
    The complement of an exclusion is the primary rows that were excluded, of an intersection all other rows.
    Errors: a single input, inputs of different targeting dimensions.

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

    @classmethod
    def of(cls, *, mode: Mode = "union") -> Self:
        """Build from the mode."""
        if mode not in ("union", "intersection", "exclusion"):
            raise DefinitionError(Problem("combine", f"mode={mode!r}", "union, intersection or exclusion", 'mode="union"'))
        return cls(mode=mode)

    def ports(self) -> tuple[Port, ...]:
        """The result and, but for a union, what it left out."""
        return (Port(),) if self.mode == "union" else (Port(), Port(COMPLEMENT, complement=True))

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield inputs of another targeting dimension."""
        tables = list(dict.fromkeys(item.table.label for item in inputs))
        if len(tables) > 1:
            yield Problem(
                f"combine {context.label!r}",
                f"its inputs are populations of {' and '.join(tables)}",
                "one targeting dimension for all inputs",
            )

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Union, semi-join or anti-join by key."""
        first, others = inputs[0], tuple(inputs[1:])
        if self.mode == "union":
            joined = Union(tuple(inputs))
            return Compiled({OUT: joined}, drops=(joined,))
        if self.mode == "intersection":
            both = Semi(first, others, "not in every input")
            return Compiled({OUT: both, COMPLEMENT: Anti(Union(tuple(inputs)), (both,), "in every input")}, drops=(both,))
        left = Anti(first, others, "in an excluded population")
        return Compiled({OUT: left, COMPLEMENT: Rejected(left)}, drops=(left,))
