"""Values and rules written with Python operators; what they build is the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NoReturn, cast

from campaign_nb.errors import DefinitionError
from campaign_nb.rules import document, tree
from campaign_nb.rules.asked import AskedRule
from campaign_nb.rules.check import Misfit, an, check_rule, problems, too_large, type_of
from campaign_nb.rules.distribution import Distribution
from campaign_nb.rules.execute import executor
from campaign_nb.rules.fit import fit
from campaign_nb.rules.operand import Root, node_of, refuse, root_of
from campaign_nb.rules.printed import Printed, as_condition
from campaign_nb.rules.read import read
from campaign_nb.rules.tree import Type

__all__ = [
    "OrderBy",
    "Root",
    "Rule",
    "Value",
    "as_rule",
    "bound",
    "call",
    "checked",
    "node_of",
    "order_of",
    "refuse",
    "root_of",
    "rule_of",
]


class Value(Printed):
    """A value of each row: a column, a function, an aggregate of linked rows.

    Comparing it gives a rule; arithmetic gives another value. Nulls: a comparison with null is unknown.
    """

    def __init__(self, node: tree.Node, root: Root | None = None, name: str = "") -> None:
        self.node, self.root, self.name = node, root, name

    @property
    def type(self) -> Type:
        """The type, as far as the data model tells it."""
        if self.root is None:
            return Type.UNKNOWN
        try:
            return type_of(self.root.scope(), self.node)
        except Misfit as misfit:
            if _of_two_rows(self.root, self.node):
                return Type.UNKNOWN
            raise DefinitionError(misfit.problem("rule")) from None

    def _compare(self, op: tree.Operator, other: object) -> Rule:
        return rule_of(tree.Compare(op, self.node, node_of(other, self.type)), self, other)

    def __eq__(self, other: object) -> Rule:  # type: ignore[override] # comparison builds a rule
        return self._compare("=", other)

    def __ne__(self, other: object) -> Rule:  # type: ignore[override] # comparison builds a rule
        return self._compare("<>", other)

    def __lt__(self, other: object) -> Rule:
        return self._compare("<", other)

    def __le__(self, other: object) -> Rule:
        return self._compare("<=", other)

    def __gt__(self, other: object) -> Rule:
        return self._compare(">", other)

    def __ge__(self, other: object) -> Rule:
        return self._compare(">=", other)

    __hash__ = object.__hash__

    def _call(self, name: str, *args: object) -> Value:
        return call(name, *args)

    def __add__(self, other: object) -> Value:
        return call("add", self, other)

    def __radd__(self, other: object) -> Value:
        return call("add", other, self)

    def __sub__(self, other: object) -> Value:
        return call("subtract", self, other)

    def __rsub__(self, other: object) -> Value:
        return call("subtract", other, self)

    def __mul__(self, other: object) -> Value:
        return call("multiply", self, other)

    def __rmul__(self, other: object) -> Value:
        return call("multiply", other, self)

    def __truediv__(self, other: object) -> Value:
        return call("divide", self, other)

    def __rtruediv__(self, other: object) -> Value:
        return call("divide", other, self)

    def __mod__(self, other: object) -> Value:
        return call("mod", self, other)

    def __neg__(self) -> Value:
        return call("negate", self)

    def __and__(self, other: object) -> Rule:
        return as_rule(self) & other

    def __or__(self, other: object) -> Rule:
        return as_rule(self) | other

    def _unbracketed(self, other: object) -> NoReturn:
        what = "& or | stands between a plain value and a column: it binds more tightly than a comparison"
        refuse("rule", what, "each comparison in parentheses", '(customers.age >= 18) & (customers.country == "FR")')

    __rand__ = __ror__ = _unbracketed

    def __invert__(self) -> Rule:
        return ~as_rule(self)

    def equals_or_null(self, other: object, *, negate: bool = False) -> Rule:
        """Test equality (or inequality with `negate`), true also where the value is null."""
        op: tree.Operator = "<>" if negate else "="
        return self._compare(op, other) | self.is_null()

    def is_in(self, options: Iterable[object]) -> Rule:
        """Test membership in a list. Nulls.

        A null in the list makes a miss unknown, as SQL does.
        """
        if isinstance(options, str) or not isinstance(options, Iterable):  # pyright: ignore[reportUnnecessaryIsInstance] # users
            refuse("rule", f"is_in got {options!r}", "a list", 'customers.country.is_in(["FR", "DE"])')
        kind = self.type
        items = [node_of(option, kind) for option in options]
        if not items:
            refuse("rule", "is_in got an empty list", "at least one value", 'customers.country.is_in(["FR", "DE"])')
        return rule_of(tree.In(self.node, tuple(items)), self)

    def not_in(self, options: Iterable[object]) -> Rule:
        """Test that the value is not in a list. Nulls.

        Unknown for a null value or a null in the list.
        """
        return ~self.is_in(options)

    def is_null(self) -> Rule:
        """Test that the value is missing."""
        return rule_of(tree.IsNull(self.node), self)

    def is_not_null(self) -> Rule:
        """Test that the value is there."""
        return ~self.is_null()

    def is_empty(self) -> Rule:
        """Test that the value is null or the empty text."""
        return rule_of(tree.IsEmpty(self.node), self)

    def between(self, low: object, high: object) -> Rule:
        """Test low <= value <= high."""
        kind = self.type
        return rule_of(tree.Between(self.node, node_of(low, kind), node_of(high, kind)), self, low, high)

    def starts_with(self, part: object) -> Rule:
        """Test how the text starts, literally and by case."""
        return rule_of(tree.TextMatch("starts_with", self.node, node_of(part)), self, part)

    def ends_with(self, part: object) -> Rule:
        """Test how the text ends, literally and by case."""
        return rule_of(tree.TextMatch("ends_with", self.node, node_of(part)), self, part)

    def contains(self, part: object) -> Rule:
        """Test that the text contains a part, literally and by case."""
        return rule_of(tree.TextMatch("contains", self.node, node_of(part)), self, part)

    def like(self, pattern: object) -> Rule:
        """Test a pattern with % (any text) and _ (one character), by case."""
        return rule_of(tree.Like(self.node, node_of(pattern)), self, pattern)

    def ilike(self, pattern: object) -> Rule:
        """Test a pattern with % and _ without regard to case."""
        return rule_of(tree.Like(self.node, node_of(pattern), ignore_case=True), self, pattern)

    def days_old(self) -> Value:
        """Whole days from the date until the day of the run."""
        return call("days_old", self)

    def year(self) -> Value:
        """The year of the date."""
        return call("year", self)

    def month(self) -> Value:
        """The month of the date, 1 to 12."""
        return call("month", self)

    def day(self) -> Value:
        """The day of the month."""
        return call("day", self)

    def asc(self) -> OrderBy:
        """Sort by it, smallest first, nulls last."""
        return OrderBy(tree.Order(self.node))

    def desc(self) -> OrderBy:
        """Sort by it, largest first, nulls last."""
        return OrderBy(tree.Order(self.node, descending=True))

    def distribution(self, n: int = 20, where: object = None) -> Distribution:
        """Count the n most frequent values, of all rows or where a rule is true."""
        return executor().distribution(self, n, None if where is None else bound(where, self.root))


class OrderBy:
    """A value with a direction, for sorting."""

    def __init__(self, node: tree.Order) -> None:
        self.node = node


def order_of(item: object) -> tree.Order:
    """Turn a column, a value or `.desc()` into an order."""
    if isinstance(item, OrderBy):
        return item.node
    return tree.Order(node_of(item) if not isinstance(item, str) else tree.Column(item))


class Rule(AskedRule):
    """A named, typed, three-valued condition on the rows of one table.

    Combine with & | ~ and - (except). Nulls: a rule selects only rows for which it is true.
    """

    def __init__(self, node: tree.Node, root: Root | None = None) -> None:
        self.node, self.root = node, root

    def __and__(self, other: object) -> Rule:
        return _join(tree.And, self, as_rule(other, self.root))

    def __rand__(self, other: object) -> Rule:
        return _join(tree.And, as_rule(other, self.root), self)

    def __or__(self, other: object) -> Rule:
        return _join(tree.Or, self, as_rule(other, self.root))

    def __ror__(self, other: object) -> Rule:
        return _join(tree.Or, as_rule(other, self.root), self)

    def __invert__(self) -> Rule:
        return Rule(self.node.item if isinstance(self.node, tree.Not) else tree.Not(self.node), self.root)

    def __sub__(self, other: object) -> Rule:
        right = as_rule(other, self.root)
        return Rule(tree.Except(self.node, right.node), shared_root(self, right))

    def __eq__(self, other: object) -> NoReturn:  # type: ignore[override] # refused on purpose
        refuse("rule", "two rules are compared with ==", ".equals(…)", "rule.equals(other)")

    __ne__ = __eq__  # type: ignore[assignment] # refused on purpose
    __hash__ = object.__hash__

    def equals(self, other: Rule) -> bool:
        """Tell whether two rules are the same tree."""
        return self.node == other.node

    @classmethod
    def from_json(cls, text: str, table: object) -> Rule:
        """Read a rule on a table from its JSON document.

        Errors: anything that is not exactly a rule of the language, or that does not fit the table.
        """
        return checked(cls(as_condition(document.from_json(text)), root_of(table)))


def _join(kind: Callable[[tuple[tree.Node, ...]], tree.Node], left: Rule, right: Rule) -> Rule:
    items: list[tree.Node] = []
    for side in (left.node, right.node):
        items.extend(cast("Any", side).items if isinstance(side, cast("Any", kind)) else [side])
    return Rule(kind(tuple(items)), shared_root(left, right))


def shared_root(*operands: object) -> Root | None:
    """Return the table that operands belong to, None where none belongs to one.

    Errors: operands of different tables.
    """
    roots = [root for item in operands if (root := getattr(item, "root", None)) is not None]
    if len({root.table.label for root in roots}) > 1:
        names = " and ".join(dict.fromkeys(repr(root.table.label) for root in roots))
        one, two = roots[0].table.label, next(root.table.label for root in roots if root.table.label != roots[0].table.label)
        refuse(
            "rule",
            f"columns of {names} stand in one condition",
            "columns of one table; linked rows by a link",
            f"{one}.….where({two}.… > 0).exists()",
        )
    return roots[0] if roots else None


def rule_of(node: tree.Node, *operands: object) -> Rule:
    """Build a rule and, where the table is known, check its types at once."""
    limited(node)
    root = shared_root(*operands)
    if root is not None:
        node = fit(root.scope(), node)
        try:
            check_rule(root.scope(), node)
        except Misfit as misfit:
            if not _of_two_rows(root, node):
                raise DefinitionError(misfit.problem("rule")) from None
    return Rule(node, root)


def _of_two_rows(root: Root, node: tree.Node) -> bool:
    """Tell whether a node reads `cn.col` names that the table does not have: those of a population, checked where it is used."""
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, tree.Column) and item.table is None and not item.path and item.name not in root.table.columns:
            return True
        if not isinstance(item, tree.Aggregate | tree.Exists | tree.Lines):
            stack.extend(item.children())
    return False


def as_rule(value: object, root: Root | None = None) -> Rule:
    """Turn a rule, its text or a boolean value into a rule.

    `root` is the table that a text is about.

    Errors: anything else, with what to write instead.
    """
    if isinstance(value, Rule):
        return value
    if isinstance(value, Value):
        if value.type in (Type.BOOLEAN, Type.UNKNOWN):
            return Rule(tree.Truth(value.node), value.root)
        refuse(
            "rule", f"{an(value.type)} value is used as a condition", "a comparison, in parentheses beside & and |", "(customers.age >= 18)"
        )
    if isinstance(value, str):
        return Rule(read(value, None if root is None else root.scope()), root)
    if isinstance(value, bool):
        refuse("rule", f"{value} is no rule", "a condition, or the table itself for everybody", "customers.age >= 18")
    node = node_of(value)
    refuse("rule", f"{type(node).__name__.lower()} {value!r} is no rule", "a condition", "customers.age >= 18")


def bound(value: object, root: Root | None) -> Rule:
    """Turn what is given into a rule on a table; one that names no table yet is checked against this one.

    Errors: what does not fit, together.
    """
    rule = as_rule(value, root)
    return rule if rule.root is not None or root is None else checked(Rule(fit(root.scope(), rule.node), root))


def checked(rule: Rule, where: str = "rule") -> Rule:
    """Return a rule whose names and types fit its table.

    Errors: everything that does not fit, together.
    """
    if rule.root is not None:
        found = list(problems(rule.root.scope(), rule.node, where))
        if found:
            raise DefinitionError(*found, subject=where if len(found) > 1 else "")
    return rule


def limited(node: tree.Node) -> None:
    """Refuse a rule that is too deep or too large."""
    depth, count = tree.measure(node)
    if depth > tree.MAX_DEPTH or count > tree.MAX_NODES:
        raise DefinitionError(too_large("rule"))


def call(name: str, *args: object) -> Value:
    """Apply a function of the rule language.

    Its types are checked where the table is known.
    """
    nodes = tuple(node_of(arg) for arg in args)
    value = Value(tree.Call(name, nodes), shared_root(*args))
    limited(value.node)
    if value.root is not None:
        _ = value.type
    return value
