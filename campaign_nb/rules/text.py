"""Rules printed as text that `read` turns back into the same tree."""

from __future__ import annotations

from collections.abc import Sequence

from campaign_nb.errors import DefinitionError
from campaign_nb.rules import tree
from campaign_nb.rules.check import too_large
from campaign_nb.rules.literal import word_of, written
from campaign_nb.rules.tokens import quoted

_OR, _AND, _NOT, _TEST, _SUM, _PRODUCT, _SIGN, _WHOLE = range(1, 9)
_OPERATORS = {
    "add": ("+", _SUM),
    "subtract": ("-", _SUM),
    "multiply": ("*", _PRODUCT),
    "divide": ("/", _PRODUCT),
    "mod": ("%", _PRODUCT),
}


def text(node: tree.Node) -> str:
    """Print a rule or a value as text.

    A column of the row under test is written bare when it belongs to a table, `col.name` when it belongs to whatever
    row is tested and stands beside columns that do belong to one.
    Errors: a rule too deep or too large.

    >>> text(tree.Except(tree.IsEmpty(tree.Column("email")), tree.Compare("<", tree.Column("age"), tree.Constant(18))))
    'is_empty(email) and (age < 18) is not true'
    """
    check_size(node)
    bound = any(isinstance(item, tree.Column | tree.Linked) and item.table is not None for item in node.walk())
    printer = _Printer("col." if bound else "")
    return printer.rule(node, 0) if tree.is_rule(node) else printer.value(node, 0)


def check_size(node: tree.Node, where: str = "rule") -> None:
    """Refuse a tree beyond the limits, before anything walks it by recursion."""
    depth, count = tree.measure(node)
    if depth > tree.MAX_DEPTH or count > tree.MAX_NODES:
        raise DefinitionError(too_large(where))


class _Printer:
    """Prints nodes with the fewest brackets; a part that binds less tightly than its place gets them."""

    def __init__(self, anywhere: str) -> None:
        self._anywhere = anywhere

    def rule(self, node: tree.Node, least: int) -> str:
        """Print a condition; a boolean value stands for itself."""
        inner = node.value if isinstance(node, tree.Truth) and not tree.is_rule(node.value) else node
        return self.value(inner, least)

    def value(self, node: tree.Node, least: int) -> str:
        """Print a node where an operator of a strength needs it."""
        printed, strength = self._logic(node) or self._test(node) or self._operator(node) or (self._whole(node), _WHOLE)
        return printed if strength >= least else f"({printed})"

    def _list(self, nodes: Sequence[tree.Node]) -> str:
        return ", ".join(self.value(item, 0) for item in nodes)

    def _logic(self, node: tree.Node) -> tuple[str, int] | None:
        match node:
            case tree.And(items):
                return " and ".join(self.rule(item, _NOT) if n else self._first(item) for n, item in enumerate(items)), _AND
            case tree.Or(items):
                return " or ".join(self.rule(item, _AND) for item in items), _OR
            case tree.Except(left, right):
                kept = "" if isinstance(left, tree.Everybody) else f"{self.rule(left, _AND)} and "
                return f"{kept}({self.rule(right, 0)}) is not true", _AND
            case tree.Not(tree.IsNull() | tree.In() | tree.Between() | tree.Like() as inner):
                return self._comparison(inner, "not "), _TEST
            case tree.Not(item):
                return f"not {self.rule(item, _NOT)}", _NOT
            case _:
                return None

    def _first(self, item: tree.Node) -> str:
        """Print what stands first in a conjunction: *except* needs no brackets there, it covers what stands before it."""
        return self.rule(item, _AND if isinstance(item, tree.Except) else _NOT)

    def _test(self, node: tree.Node) -> tuple[str, int] | None:
        if isinstance(node, tree.Compare | tree.IsNull | tree.In | tree.Between | tree.Like):
            return self._comparison(node, ""), _TEST
        return None

    def _comparison(self, node: tree.Compare | tree.IsNull | tree.In | tree.Between | tree.Like, no: str) -> str:
        match node:
            case tree.Compare(op, left, right):
                return f"{self.value(left, _SUM)} {op} {self.value(right, _SUM)}"
            case tree.IsNull(value):
                return f"{self.value(value, _SUM)} is {no}null"
            case tree.In(value, options):
                return f"{self.value(value, _SUM)} {no}in ({self._list(options)})"
            case tree.Between(value, low, high):
                return f"{self.value(value, _SUM)} {no}between {self.value(low, _SUM)} and {self.value(high, _SUM)}"
            case tree.Like(value, pattern, ignore_case):
                return f"{self.value(value, _SUM)} {no}{'ilike' if ignore_case else 'like'} {self.value(pattern, _SUM)}"

    def _operator(self, node: tree.Node) -> tuple[str, int] | None:
        if not isinstance(node, tree.Call):
            return None
        if node.name in _OPERATORS and len(node.args) == 2:
            sign, strength = _OPERATORS[node.name]
            left, right = node.args
            return f"{self.value(left, strength)} {sign} {self.value(right, strength + 1)}", strength
        if node.name == "negate" and len(node.args) == 1:
            inner = self.value(node.args[0], _SIGN)
            return (f"-{inner}" if inner[0].isalpha() or inner[0] in '("' else f"-({inner})"), _SIGN
        return None

    def _whole(self, node: tree.Node) -> str:
        match node:
            case tree.Column(name, path, table):
                names = ".".join(quoted(item) for item in (*path, name))
                return names if table is not None else f"{self._anywhere}{names}"
            case tree.Constant(value):
                return literal(value)
            case tree.Call(name, args):
                return f"{name}({self._list(args)})"
            case tree.Case(whens, otherwise):
                parts = [f"when {self.rule(test, 0)} then {self.value(value, 0)}" for test, value in whens]
                return f"case {' '.join(parts)} else {self.value(otherwise, 0)} end"
            case tree.Aggregate(function, rows, value):
                by = f", {literal(node.separator)}" if node.separator != "," else ""
                return f"{self._rows(rows)}.{function}({'' if value is None else self.value(value, 0)}{by})"
            case tree.Window():
                return self._window(node)
            case tree.Exists(rows):
                return f"{self._rows(rows)}.exists()"
            case tree.Lines(rows, order, columns, n):
                keys = self._list(order)
                chosen = ", ".join(".".join(quoted(part) for part in name.split(".")) for name in columns)
                return f"{self._rows(rows)}{f'.sort({keys})' if order else ''}.select({chosen}).head({n})"
            case _:
                return self._function(node)

    def _window(self, node: tree.Window) -> str:
        value = "" if node.value is None else self.value(node.value, 0)
        if node.function in ("random", "new_uuid"):
            return f"{node.function}({'' if node.value == tree.Constant('') else value})"
        name = "count_all" if node.function == "count" and node.value is None else node.function
        parts = [] if node.function == "row_num" else [f"{name}({value})"]
        parts += [f"partition_by({self._list(node.partition)})"] if node.partition else []
        parts += [f"order_by({self._list(node.order)})"] if node.order else []
        return f"{'row_num' if node.function == 'row_num' else 'over'}({', '.join(parts)})"

    def _function(self, node: tree.Node) -> str:
        match node:
            case tree.Order(value, descending):
                return self.value(value, 0) + (" desc" if descending else "")
            case tree.Truth(value):
                return f"truth({self.value(value, 0)})"
            case tree.IsEmpty(value):
                return f"is_empty({self.value(value, 0)})"
            case tree.TextMatch(test, value, part):
                return f"{test}({self._list((value, part))})"
            case tree.Everybody():
                return "everybody()"
            case tree.Behaviour(event, activity, campaign):
                return f"{event}({', '.join(literal(name) for name in (activity, campaign) if name)})"
            case tree.Parameter(name, default):
                return f"param({literal(name)}, {literal(default.value)})"
            case tree.Variable(name):
                return f":{quoted(name)}"
            case tree.Size(activity, port, previous):
                names = ", ".join(literal(name) for name in ((activity,) if port == "out" else (activity, port)))
                return f"{'previous_size' if previous else 'size'}({names})"
            case _:
                raise TypeError(f"{type(node).__name__} is no rule or value")

    def _rows(self, rows: tree.Linked) -> str:
        steps = [
            quoted(step.link) + (f".where({', '.join(self.rule(item, 0) for item in step.where)})" if step.where else "")
            for step in rows.steps
        ]
        return ("" if rows.table is not None else self._anywhere) + ".".join(steps)


def literal(value: tree.Scalar) -> str:
    """Print a literal: 'text', a number, true, false, null, or a marked one such as date '2026-07-01'.

    >>> literal("it's"), literal(None)
    ("'it''s'", 'null')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, int | float):
        return repr(value)
    return f"{word_of(value)} '{written(value)}'"
