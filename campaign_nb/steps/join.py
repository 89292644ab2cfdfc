"""A condition on a row and on a row of another step, taken apart: equal values, values of each side, and what is left to test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias, cast

from campaign_nb.errors import Problem
from campaign_nb.rules import tree
from campaign_nb.rules.check import Misfit, Scope, check_rule, field_of_value
from campaign_nb.rules.fit import fit
from campaign_nb.rules.schema import Field, LinkSchema, RowSchema
from campaign_nb.rules.tree import Type
from campaign_nb.steps.core import Pairs, Population

Side: TypeAlias = Literal["here", "there"]

EVERYBODY = tree.Everybody()
_LEAVES = (tree.Column, tree.Aggregate, tree.Exists, tree.Lines, tree.Window, tree.Behaviour)
_EXACT = (Type.INTEGER, Type.TEXT, Type.DATE, Type.BOOLEAN)
"""The types of which two values are joined exactly when they are equal; numbers of several kinds are compared once more."""


@dataclass(frozen=True, slots=True)
class Join:
    """A condition on two rows.

    Values of both sides have names in it: `rule` is read on one row that holds them all.
    """

    pairs: Pairs = ()
    """Values of the row that equal values of the other one."""
    here: tuple[tuple[str, tree.Node], ...] = ()
    """Values of the row, by name."""
    there: tuple[tuple[str, tree.Node], ...] = ()
    """Values of the other row, by name."""
    rule: tree.Node = EVERYBODY
    """What is left to test on both."""
    chosen: tree.Node = EVERYBODY
    """What the other row must meet by itself."""


@dataclass(frozen=True, slots=True)
class _Together:
    """The row that holds the named values of both sides."""

    columns: Mapping[str, Field]
    label: str = "both rows"
    key: tuple[str, ...] = ()
    links: Mapping[str, LinkSchema] = field(default_factory=dict[str, LinkSchema])
    lasting: bool = False


def join_problems(rule: tree.Node, here: Population, there: Population, where: str) -> Iterator[Problem]:
    """Yield what is wrong with a condition on a row (`cn.col.x`) and a row of another population (its table's columns)."""
    label = there.table.label
    for node in tree.conjuncts(_named(rule, label)):
        try:
            _check(node, here, there)
        except Misfit as misfit:
            yield misfit.problem(where)
    sides = {side for node in tree.conjuncts(_named(rule, label)) for side in _sides(node, label)}
    if sides != {"here", "there"}:
        what = f"the condition reads {'neither row' if not sides else 'this row alone' if 'here' in sides else f'rows of {label!r} alone'}"
        yield Problem(where, what, f"columns of both: cn.col.… and {label}.…", f"on=({label}.since <= cn.col.day), where=… for one alone")


def _check(node: tree.Node, here: Population, there: Population) -> None:
    named, parts = _apart(node, there.table.label)
    columns = {name: field_of_value((here if side == "here" else there).scope, name, part) for name, side, part in parts}
    scope = Scope(here.schema, RowSchema(_Together(columns)))
    check_rule(scope, fit(scope, named))


def join_of(rule: tree.Node, here: Population, there: Population) -> Join:
    """Take a condition apart that fits both rows: what can be joined, what one row decides, and the rest."""
    pairs: dict[tuple[tree.Node, tree.Node], None] = {}
    chosen: list[tree.Node] = []
    rest: list[tree.Node] = []
    for node in tree.conjuncts(_named(rule, there.table.label)):
        if _sides(node, there.table.label) == {"there"}:
            chosen.append(node)
            continue
        pair = _pair(node, there.table.label)
        kind = None if pair is None else _joined(pair, here, there)
        if pair is not None and kind is not None:
            pairs[pair] = None
        if kind is None or kind not in _EXACT:
            rest.append(node)
    together, parts = _apart(_all(rest), there.table.label)
    columns = {name: field_of_value((here if side == "here" else there).scope, name, part) for name, side, part in parts}
    found: dict[Side, tuple[tuple[str, tree.Node], ...]] = {
        side: tuple((name, part) for name, own, part in parts if own == side) for side in ("here", "there")
    }
    fitted = fit(Scope(here.schema, RowSchema(_Together(columns))), together)
    return Join(tuple(pairs), found["here"], found["there"], fitted, fit(there.scope, _all(chosen)))


def fields_of(join: Join, here: Population, there: Population) -> dict[str, Field]:
    """Return the columns of the row that holds the named values of both sides."""
    mine = {name: field_of_value(here.scope, name, node) for name, node in join.here}
    return mine | {name: field_of_value(there.scope, name, node) for name, node in join.there}


def _all(nodes: list[tree.Node]) -> tree.Node:
    return tree.Everybody() if not nodes else nodes[0] if len(nodes) == 1 else tree.And(tuple(nodes))


def _joined(pair: tuple[tree.Node, tree.Node], here: Population, there: Population) -> Type | None:
    """Return the type by which two values can be joined; None where they are compared pair by pair."""
    one, two = field_of_value(here.scope, "", pair[0]), field_of_value(there.scope, "", pair[1])
    if one.type is two.type and one.type is not Type.UNKNOWN and one.zone == two.zone:
        return one.type
    return Type.NUMBER if one.type.numeric and two.type.numeric else None


def _pair(node: tree.Node, label: str) -> tuple[tree.Node, tree.Node] | None:
    """Return the two values that a condition says are equal, this row's first."""
    if not isinstance(node, tree.Compare) or node.op != "=":
        return None
    left, right = _sides(node.left, label), _sides(node.right, label)
    if (left, right) == ({"here"}, {"there"}):
        return node.left, node.right
    return (node.right, node.left) if (left, right) == ({"there"}, {"here"}) else None


# ------------------------------------------------------------------------------------------------------------- sides


def _named(node: tree.Node, label: str) -> tree.Node:
    """Return a condition in which the other table's columns carry its name; in text they are written as a path: prices.since."""
    if isinstance(node, tree.Column) and node.table is None and node.path[:1] == (label,):
        return tree.Column(node.name, node.path[1:], label)
    if isinstance(node, tree.Aggregate | tree.Exists | tree.Lines) and node.rows.table is None:
        first, *others = node.rows.steps
        if first.link == label and not first.where and others:
            return _with_rows(node, tree.Linked(tuple(others), label))

    def named(part: tree.Node) -> tree.Node:
        return _named(part, label)

    return node if isinstance(node, _LEAVES) else _changed(node, named)


def _with_rows(node: tree.Aggregate | tree.Exists | tree.Lines, rows: tree.Linked) -> tree.Node:
    match node:
        case tree.Aggregate(function, _, value, separator):
            return tree.Aggregate(function, rows, value, separator)
        case tree.Lines(_, order, columns, n):
            return tree.Lines(rows, order, columns, n)
        case _:
            return tree.Exists(rows)


def _changed(node: tree.Node, change: Callable[[tree.Node], tree.Node]) -> tree.Node:
    """Return a node with the nodes directly below it replaced."""

    def part(value: Any) -> Any:
        if isinstance(value, tree.Node):
            return change(value)
        return tuple(part(item) for item in cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else value

    return type(node)(**{item.name: part(getattr(node, item.name)) for item in fields(cast("Any", node))})


def _sides(node: tree.Node, label: str) -> set[Side]:
    """Return which rows a node reads."""
    found: set[Side] = set()
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, _LEAVES):
            found.add("there" if _table_of(item) == label else "here")
        else:
            stack.extend(item.children())
    return found


def _table_of(leaf: tree.Node) -> str | None:
    if isinstance(leaf, tree.Column):
        return leaf.table
    if isinstance(leaf, tree.Window):
        return next((item.table for item in leaf.walk() if isinstance(item, tree.Column)), None)
    return leaf.rows.table if isinstance(leaf, tree.Aggregate | tree.Exists | tree.Lines) else None


def _apart(node: tree.Node, label: str) -> tuple[tree.Node, list[tuple[str, Side, tree.Node]]]:
    """Return a condition over named values, and the values: the largest parts that read one row alone."""
    names: dict[tree.Node, tuple[str, Side]] = {}

    def named(part: tree.Node) -> tree.Node:
        sides = _sides(part, label)
        if len(sides) != 1 or isinstance(part, tree.Order):
            return _changed(part, named) if sides else part
        (side,) = sides
        name, _ = names.setdefault(part, (f"__{side}{len(names)}", side))
        return tree.Truth(tree.Column(name)) if tree.is_rule(part) else tree.Column(name)

    made = named(node)
    return made, [(name, side, part) for part, (name, side) in names.items()]
