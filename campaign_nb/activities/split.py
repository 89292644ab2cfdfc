"""Split: share a population between named groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self, TypeAlias

from campaign_nb.activity import COMPLEMENT, OUT, Activity, Compiled, Context, Port, Rows, rule_problems, several, value_problems
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.render.html import is_printable
from campaign_nb.rules import tree
from campaign_nb.rules.parse import node_of_rule
from campaign_nb.rules.value import order_of
from campaign_nb.steps import Anti, Attach, Bucket, Check, Filter, Population, Step, Take, Union

LINE = 2**32
CODE = "segment_code"


@dataclass(frozen=True, slots=True)
class Control:
    """A share of the inbound population that is held out and gets no message.

    >>> Control(0.1)
    Control(share=0.1, code=None)
    """

    share: float
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the inbound population, cut from the hash line."""

    share: float
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Subset:
    """The rows for which a rule is true among those still available.

    All of them or a part.

    `share` is a fraction of those rows, `top` a number of them: the first by `by` (a share of them rounded down), or else by
    a stable hash; `code` the segment code, by default the subset's name.
    """

    rule: tree.Node
    share: float | None
    top: int | None
    by: tuple[tree.Order, ...]
    code: str | None

    def __init__(
        self, rule: object = True, *, share: float | None = None, top: int | None = None, by: object = (), code: str | None = None
    ) -> None:
        """Read the rule and the order; True stands for everything that remains."""
        orders = several(by)
        values = (
            ("rule", tree.Everybody() if rule is True else node_of_rule(rule)),
            ("share", share),
            ("top", top),
            ("by", tuple(order_of(item) for item in orders)),
            ("code", code),
        )
        for name, value in values:
            object.__setattr__(self, name, value)


Part: TypeAlias = Control | Share | Subset


class Split(Activity):
    """Share a population between named groups.

    Every recipient falls into at most one group, and into the same group on every run: a share is cut from one hash
    line of key and seed, in the order written, never from row order. Groups are served in order: a row goes to the
    first that takes it, unless `overlap`. Each row carries its group as `segment_code`.

    Shape: one input; one output per name and the complement; columns and `segment_code`.
    Units: a bare share is a fraction of the inbound population; they sum to at most 1.
    Nulls: rows for which a rule is unknown are not taken by it.
    Errors: shares that sum to more than 1, a share outside 0 to 1, a whole number instead of a share, no group.

    >>> import polars as pl, campaign_nb as cn
    >>> people = pl.DataFrame({"id": range(1_000)})
    >>> groups = cn.testing.run(cn.activities.Split.of(offer=0.9, control=cn.Control(0.1)), people)
    >>> sum(group.height for group in groups.values())
    1000
    """

    kind = "split"
    label = "Split"
    icon = "split"
    family = "targeting"
    named: ClassVar[str] = "parts"

    parts: Mapping[str, Part]
    """The groups by name, in order."""
    overlap: bool = False
    """Whether a row goes to every group that takes it."""
    one_table: bool = False
    """Whether all groups leave in one transition, told apart by the segment code."""
    seed: str | None = None
    """The seed of chance; by default the campaign's with the label."""

    @classmethod
    def of(
        cls,
        parts: Mapping[str, object] | None = None,
        *,
        overlap: bool = False,
        one_table: bool = False,
        seed: str | int | None = None,
        **named: object,
    ) -> Self:
        """Build from names and parts.

        A float (a share), `cn.Control`, `cn.Subset`, or a rule.
        """
        given = {**(parts or {}), **named}
        if not given:
            raise DefinitionError(Problem("split", "no group is named", "at least one", 'split("Offer", A=0.5, B=0.5)'))
        found = [problem for name in given for problem in _name_faults("split", name)]
        if found:
            raise DefinitionError(*found)
        read = {name: _part(name, value) for name, value in given.items()}
        return cls(parts=read, overlap=overlap, one_table=one_table, seed=None if seed is None else str(seed))

    def ports(self) -> tuple[Port, ...]:
        """One per group and the complement."""
        groups = (Port(OUT),) if self.one_table else tuple(Port(name) for name in self.parts)
        return (*groups, Port(COMPLEMENT, complement=True))

    def accounting(self) -> Rows:
        """With overlap a row may leave several times."""
        return "creates" if self.overlap else "partitions"

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield shares that do not add up and what is wrong with the rules."""
        where = f"split {context.label!r}"
        shares = [part.share for part in self.parts.values() if not isinstance(part, Subset) and _is_fraction(part.share)]
        total = round(sum(shares), 9)
        if total > 1:
            names = [name for name, part in self.parts.items() if not isinstance(part, Subset)]
            fair = ", ".join(f"{name}={int(100 / len(names)) / 100:g}" for name in names)
            yield Problem(
                where,
                f"shares sum to {total:g}",
                "at most 1: the shares are of the inbound population",
                f'split("{context.label}", {fair})',
            )
        for name, part in self.parts.items():
            yield from _name_faults(where, name)
            yield from self._part_problems(f"{where}, group {name!r}", inputs[0], part)

    def _part_problems(self, where: str, population: Population, part: Part) -> Iterator[Problem]:
        limited = isinstance(part, Subset)
        if not _is_fraction(part.share) and not (limited and part.share is None):
            yield Problem(where, f"a share of {part.share!r}", "a fraction above 0, at most 1", "A=0.5 is half of the people")
        if part.code is not None and not isinstance(part.code, str):  # pyright: ignore[reportUnnecessaryIsInstance] # users
            yield Problem(where, f"code={part.code!r}", "text", 'code="A"')
        if not isinstance(part, Subset):
            return
        if part.top is not None and (not isinstance(part.top, int) or isinstance(part.top, bool) or part.top < 1):  # pyright: ignore[reportUnnecessaryIsInstance] # users
            yield Problem(where, f"top={part.top!r}", "a whole number of at least 1", "cn.Subset(rule, top=50)")
        if part.top is not None and part.share is not None:
            yield Problem(where, f"top={part.top!r} with share={part.share!r}", "either a share or a number", "cn.Subset(rule, top=50)")
        if part.by and part.top is None and part.share is None:
            yield Problem(where, "an order without a limit", "a number or a share of the rows", "cn.Subset(rule, top=50, by=…)")
        yield from rule_problems(population, part.rule, where)
        for order in part.by:
            yield from value_problems(population, order.value, where)

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Add the hash, then cut one group after the other.

        Each sees what the earlier ones left.
        """
        seed = self.seed or context.hash_seed
        hashed = f"_draw {context.label}"
        source: Step = Bucket(inputs[0], hashed, seed)
        groups: dict[str, Step] = {}
        rules, cuts, at = list[tree.Node](), list[tree.Node](), 0.0
        for name, part in self.parts.items():
            rule, at = self._rule(part, hashed, at)
            earlier = [] if self.overlap else [*rules, *cuts] if isinstance(part, Subset) else rules
            group: Step = Filter(source, (Check("another group", _without(rule, earlier)),))
            if isinstance(part, Subset) and self._limited(part):
                group = self._limit(group, part, f"{seed}/{name}", f"_draw {context.label} {name}")
                source = source if self.overlap else Anti(source, (group,), "another group")
            else:
                (rules if isinstance(part, Subset) else cuts).append(rule)
            groups[name] = Attach(group, ((CODE, tree.Constant(part.code or name)),))
        left: tree.Node = tree.Compare(">=", tree.Column(hashed), tree.Constant(round(at * LINE))) if cuts else tree.Everybody()
        rest: Step = Filter(source, (Check("no group", _without(left, rules)),))
        if self.overlap and any(isinstance(part, Subset) and self._limited(part) for part in self.parts.values()):
            rest = Anti(inputs[0], tuple(groups.values()), "in a group")
        if self.one_table:
            together = Union(tuple(groups.values()))
            return Compiled({OUT: together, COMPLEMENT: rest})
        return Compiled({**groups, COMPLEMENT: rest})

    def _rule(self, part: Part, hashed: str, at: float) -> tuple[tree.Node, float]:
        if isinstance(part, Subset):
            return part.rule, at
        low, high = round(at * LINE), round(min(1.0, at + part.share) * LINE)
        column = tree.Column(hashed)
        bounds = (tree.Compare(">=", column, tree.Constant(low)), tree.Compare("<", column, tree.Constant(high)))
        return tree.And(bounds), at + part.share

    def _limited(self, part: Subset) -> bool:
        return part.top is not None or part.share is not None

    def _limit(self, group: Step, part: Subset, seed: str, hashed: str) -> Step:
        if part.by:
            return Take(group, part.by, part.top, share=part.share)
        drawn = Bucket(group, hashed, seed)
        if part.top is not None:
            return Take(drawn, (tree.Order(tree.Column(hashed)),), part.top)
        cut = tree.Compare("<", tree.Column(hashed), tree.Constant(round((part.share or 0) * LINE)))
        return Filter(drawn, (Check("over the share", cut),))


def _without(rule: tree.Node, earlier: Sequence[tree.Node]) -> tree.Node:
    """Return a rule for rows that no earlier rule has taken; where an earlier one is unknown the row is still there."""
    return tree.Except(rule, tree.Or(tuple(earlier))) if earlier else rule


def _part(name: str, value: object) -> Part:
    if isinstance(value, Control | Share | Subset):
        return value
    if isinstance(value, int):
        raise DefinitionError(
            Problem(
                "split", f"group {name!r} is given the whole number {value!r}", "a share such as 0.5, or cn.Subset(top=…)", f"{name}=0.5"
            )
        )
    if isinstance(value, float):
        return Share(value)
    return Subset(value)


def _is_fraction(share: object) -> bool:
    return isinstance(share, int | float) and not isinstance(share, bool) and 0 < share <= 1


def _name_faults(where: str, name: object) -> Iterator[Problem]:
    if name == COMPLEMENT:
        yield Problem(where, f"a group is called {COMPLEMENT!r}", "another name: the complement is an output of its own", "rest=0.5")
    elif not isinstance(name, str) or not name.strip() or not is_printable(name):
        yield Problem(where, f"a group is called {name!r}", "a name: printable text", 'split("Offer", A=0.5, B=0.5)')
