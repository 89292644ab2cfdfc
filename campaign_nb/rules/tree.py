"""The closed tree of rules and values: frozen nodes that every other form is read from and printed to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, TypeAlias, cast

MAX_DEPTH = 64
MAX_NODES = 10_000


class Type(StrEnum):
    """The types that rules know; a table's columns are mapped to them."""

    INTEGER = "integer"
    NUMBER = "number"
    DECIMAL = "decimal"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    DURATION = "duration"
    LIST = "list"
    UNKNOWN = "unknown"

    @property
    def numeric(self) -> bool:
        """Whether arithmetic is defined on it."""
        return self in (Type.INTEGER, Type.NUMBER, Type.DECIMAL)

    @property
    def temporal(self) -> bool:
        """Whether it is a date or a date with a time."""
        return self in (Type.DATE, Type.DATETIME)

    def comparable(self, other: Type) -> bool:
        """Whether `<` and `=` are defined between the two."""
        if Type.UNKNOWN in (self, other):
            return True
        if self.numeric or self.temporal:
            return (self.numeric and other.numeric) or (self.temporal and other.temporal)
        return self == other


Scalar: TypeAlias = bool | int | float | Decimal | str | dt.date | dt.datetime | dt.time | dt.timedelta | None
Operator: TypeAlias = Literal["=", "<>", "<", "<=", ">", ">="]
TextTest: TypeAlias = Literal["starts_with", "ends_with", "contains"]
AggregateName: TypeAlias = Literal["count", "sum", "avg", "min", "max", "count_distinct", "std_dev", "string_agg"]

WindowName: TypeAlias = Literal["row_num", "count", "sum", "avg", "min", "max", "std_dev", "random", "new_uuid"]

EVENTS = ("sent", "delivered", "bounced", "opened", "clicked", "unsubscribed", "complained")
"""What can happen to a message; each is the text form's function of the same name."""


class Node:
    """What every node of the tree shares.

    Frozen, compared by content, walked in the order of its fields.
    """

    __slots__ = ()

    def children(self) -> Iterator[Node]:
        """Yield the nodes directly below this one."""
        for field in fields(self):  # type: ignore[arg-type] # every subclass is a dataclass
            yield from _nodes(getattr(self, field.name))

    def walk(self) -> Iterator[Node]:
        """Yield this node and everything below it, parents first."""
        stack: list[Node] = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(list(node.children())))


def _nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:  # pyright: ignore[reportUnknownVariableType] # field values are checked by their classes
            yield from _nodes(item)


# ------------------------------------------------------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class Column(Node):
    """A column of the row under test, or of the one row that N-1 links lead to.

    `table` names the table whose row is meant; None is the row under test, whatever it is.
    """

    name: str
    path: tuple[str, ...] = ()
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A literal value; None is null."""

    value: Scalar

    def __eq__(self, other: object) -> bool:
        """Compare value and type, so that 1, 1.0 and True differ."""
        return isinstance(other, Constant) and type(self.value) is type(other.value) and self.value == other.value

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of the language, arithmetic included, applied to values."""

    name: str
    args: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Case(Node):
    """The value of the first condition that is true, else `otherwise`."""

    whens: tuple[tuple[Node, Node], ...]
    otherwise: Node


@dataclass(frozen=True, slots=True)
class LinkStep(Node):
    """One step of a path over links, with conditions on the row it leads to."""

    link: str
    where: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Linked(Node):
    """The linked rows that a path with at least one 1-N link leads to, from a row of `table`."""

    steps: tuple[LinkStep, ...]
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """One value from the linked rows of each row; `value` is None only for counting rows.

    `separator` stands between the texts of `string_agg`.
    """

    function: AggregateName
    rows: Linked
    value: Node | None = None
    separator: str = ","


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """A value that a predefined filter leaves open."""

    name: str
    default: Constant


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """A variable of the campaign, known when a run starts."""

    name: str


@dataclass(frozen=True, slots=True)
class Size(Node):
    """The number of people in a transition of the run, or of the run before it."""

    activity: str
    port: str = "out"
    previous: bool = False


@dataclass(frozen=True, slots=True)
class Order(Node):
    """A value to sort by; nulls come last in both directions."""

    value: Node
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Window(Node):
    """A value of each row that all rows of its table decide: those with the same `partition`, in an order.

    An aggregate with an order runs up to the row; ties go by the key. The `value` of a draw by the key is its seed.
    """

    function: WindowName
    value: Node | None = None
    partition: tuple[Node, ...] = ()
    order: tuple[Order, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines(Node):
    """The first n linked rows in an order, some of their columns: what an enrichment collects."""

    rows: Linked
    order: tuple[Order, ...]
    columns: tuple[str, ...]
    n: int = 3


# -------------------------------------------------------------------------------------------------------------- rules


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """A comparison; unknown when either side is null."""

    op: Operator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """Membership in a list of values, with SQL's null meaning."""

    value: Node
    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(Node):
    """low <= value <= high."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class IsNull(Node):
    """Whether a value is missing; never unknown."""

    value: Node


@dataclass(frozen=True, slots=True)
class IsEmpty(Node):
    """Whether a value is null or the empty text; never unknown."""

    value: Node


@dataclass(frozen=True, slots=True)
class Like(Node):
    """A text pattern with % and _; case-sensitive unless `ignore_case`."""

    value: Node
    pattern: Node
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class TextMatch(Node):
    """A literal, case-sensitive test of the start, the end or the inside of a text."""

    test: TextTest
    value: Node
    part: Node


@dataclass(frozen=True, slots=True)
class Truth(Node):
    """A boolean value used as a condition."""

    value: Node


@dataclass(frozen=True, slots=True)
class And(Node):
    """All of them."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """Any of them."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The opposite; unknown stays unknown."""

    item: Node


@dataclass(frozen=True, slots=True)
class Except(Node):
    """The first without those for which the second is true; where the second is unknown the row stays."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Exists(Node):
    """Whether any linked row satisfies the conditions; never unknown."""

    rows: Linked


@dataclass(frozen=True, slots=True)
class Everybody(Node):
    """Every row."""


@dataclass(frozen=True, slots=True)
class Behaviour(Node):
    """Whether a person has an event of a message: sent, opened, clicked, bounced; never unknown.

    An empty `campaign` is the campaign that the rule stands in.
    """

    event: str
    activity: str
    campaign: str


RULES = (Compare, In, Between, IsNull, IsEmpty, Like, TextMatch, Truth, And, Or, Not, Except, Exists, Everybody, Behaviour)
VALUES = (Column, Constant, Call, Case, Aggregate, Window, Parameter, Variable)
OF_RUNS = (Size,)
"""Values that belong to a run, not to a row: what tests decide by."""


def is_rule(node: Node) -> bool:
    """Tell a condition from a value."""
    return isinstance(node, RULES)


def measure(node: Node) -> tuple[int, int]:
    """Return the depth of a tree and its number of nodes, without recursion; each link of a path is as deep as a node.

    >>> measure(Not(IsNull(Column("age"))))
    (3, 3)
    """
    deepest, count = 0, 0
    stack = [(node, 1)]
    while stack:
        item, depth = stack.pop()
        links = len(item.path) if isinstance(item, Column) else len(item.steps) if isinstance(item, Linked) else 0
        deepest, count = max(deepest, depth + links), count + 1
        if deepest > MAX_DEPTH or count > MAX_NODES:
            return deepest, count
        stack.extend((child, depth + 1) for child in item.children())
    return deepest, count


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return the tree with every node replaced by what `change` makes of it, children first."""

    def part(value: Any) -> Any:
        if isinstance(value, Node):
            return rebuilt(value, change)
        return tuple(part(item) for item in cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else value

    return change(type(node)(**{field.name: part(getattr(node, field.name)) for field in fields(cast("Any", node))}))


def conjuncts(node: Node) -> list[Node]:
    """Split a rule at its top-level ANDs, in order.

    >>> len(conjuncts(And((Everybody(), And((Everybody(), Everybody()))))))
    3
    """
    if isinstance(node, And):
        return [part for item in node.items for part in conjuncts(item)]
    return [node]


def collected(name: str) -> Column:
    """Return a column that `Lines` collects; a dotted name leads over N-1 links.

    >>> collected("product.name")
    Column(name='name', path=('product',), table=None)
    """
    *path, last = name.split(".")
    return Column(last, tuple(path))
