"""Rules and values of the tree as Python that builds them again: rules in their text form, values with operators."""

from __future__ import annotations

import builtins
import datetime as dt
import keyword
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from decimal import Decimal
from typing import Any

from campaign_nb.data.model import Table
from campaign_nb.errors import DefinitionError
from campaign_nb.graph.behaviour import rebuilt
from campaign_nb.rules import build, tree
from campaign_nb.rules.build import Columns
from campaign_nb.rules.handle import Collection, LinkedRow
from campaign_nb.rules.read import read
from campaign_nb.rules.text import text

_SIGNS = {"add": ("+", 1), "subtract": ("-", 1), "multiply": ("*", 2), "divide": ("/", 2), "mod": ("%", 2)}
_WHOLE = 4
_COMPARISONS = {"=": "==", "<>": "!="}
_SHORT = {name for name in ("now", "today", "days_ago", "days_ahead", "months_ago", "years_ago") if hasattr(build, name)}


def quoted(value: str) -> str:
    """Return a text as a Python literal in double quotes; several lines stand between three, if that is readable.

    >>> print(quoted("it's"), quoted('say "yes"'))
    "it's" 'say "yes"'
    """
    lines = value.split("\n")
    if (
        len(lines) > 1
        and '"""' not in value
        and "\\" not in value
        and not value.endswith('"')
        and all(line.isprintable() for line in lines)
    ):
        return f'"""{value}"""'
    plain = repr(value)
    return f'"{plain[1:-1]}"' if plain[0] == "'" and '"' not in plain and "\\'" not in plain else plain


def identifier(name: str, taken: Iterable[str] = ()) -> str:
    """Return a name for a variable from a label, different from those taken.

    >>> identifier("Lapsed buyers"), identifier("3 days"), identifier("class", ["class_"])
    ('lapsed_buyers', 'step_3_days', 'class_2')
    """
    base = re.sub(r"\W+", "_", name.lower()).strip("_") or "step"
    base = f"step_{base}" if base[0].isdigit() else base
    base = base if base.isidentifier() else "step"
    found, count = f"{base}_" if keyword.iskeyword(base) or hasattr(builtins, base) else base, 1
    while found in set(taken):
        count += 1
        found = f"{base}_{count}"
    return found


def duration_code(value: dt.timedelta) -> str:
    """Return a duration as Python.

    >>> duration_code(dt.timedelta(days=3, seconds=1))
    'dt.timedelta(days=3, seconds=1)'
    """
    parts = (("days", value.days), ("seconds", value.seconds), ("microseconds", value.microseconds))
    return f"dt.timedelta({', '.join(f'{name}={count}' for name, count in parts if count)})"


class RuleCode:
    """Writes nodes as Python and remembers which tables and imports the code needs."""

    def __init__(self, table_name: Callable[[str], str], message_name: Callable[[tree.Behaviour], str | None]) -> None:
        """Take the variable of a table from its label, and of the message that a behaviour asks of, if there is one."""
        self._table, self._message = table_name, message_name
        self.imports: set[str] = set()

    def rule(self, node: tree.Node) -> str:
        """Return a rule: its text, with its table where it belongs to one; behaviours by the variables of their messages."""
        return next(self.rules(node))[0]

    def rules(self, node: tree.Node) -> Iterator[tuple[str, str | None]]:
        """Yield ways to write a rule, the most readable first; beside a mere text the text itself."""
        label, free = _bound(node)
        mixed = label is not None and free
        if mixed or _only_behaviours(node):
            yield from self._tried(node)
        if not mixed and faithful(node):
            yield (quoted(text(node)), text(node)) if label is None else (self._text(node, label), None)
        yield from self._tried(node)
        yield self.raw(node, "Rule"), None

    def _tried(self, node: tree.Node) -> Iterator[tuple[str, None]]:
        try:
            yield self._python(node), None
        except _NoForm:
            return

    def _text(self, node: tree.Node, label: str) -> str:
        return f"cn.rule({quoted(text(node))}, {self._table(label)})"

    def _python(self, node: tree.Node) -> str:
        """Return a rule with operators and methods, for parts that belong to different rows."""
        label, free = _bound(node)
        match node:
            case _ if label is not None and not free and faithful(node):
                return self._text(node, label)
            case tree.And(items) | tree.Or(items) if not any(type(item) is type(node) for item in items):
                return (" & " if isinstance(node, tree.And) else " | ").join(self._part(item) for item in items)
            case tree.Except(left, right):
                return f"{self._part(left)} - {self._part(right)}"
            case tree.Not(item) if not isinstance(item, tree.Not):
                return f"~{self._part(item)}"
            case tree.Behaviour(event) if (name := self._message(node)) is not None:
                return f"{name}.{event}"
            case tree.Compare(op, left, right) if not _plain(left):
                return f"{self._value(left, 1)} {_COMPARISONS.get(op, op)} {self._value(right, 1)}"
            case _:
                return self._test(node)

    def _test(self, node: tree.Node) -> str:
        match node:
            case tree.In(value, options):
                return f"{self._operand(value)}.is_in([{', '.join(self._value(item, 0) for item in options)}])"
            case tree.Between(value, low, high):
                return f"{self._operand(value)}.between({self._value(low, 0)}, {self._value(high, 0)})"
            case tree.IsNull(value):
                return f"{self._operand(value)}.is_null()"
            case tree.IsEmpty(value):
                return f"{self._operand(value)}.is_empty()"
            case tree.Like(value, pattern, ignore_case):
                return f"{self._operand(value)}.{'ilike' if ignore_case else 'like'}({self._value(pattern, 0)})"
            case tree.TextMatch(test, value, part):
                return f"{self._operand(value)}.{test}({self._value(part, 0)})"
            case _:
                raise _NoForm

    def _part(self, node: tree.Node) -> str:
        """Return a part of a rule; what is more than one word and no call stands in brackets."""
        code = self._python(node)
        return (
            f"({code})"
            if isinstance(node, tree.And | tree.Or | tree.Except | tree.Not | tree.Compare) and not code.startswith("cn.rule(")
            else code
        )

    def raw(self, node: tree.Node, kind: str) -> str:
        """Return a rule or a value as its tree, for what has no shorter form."""
        self.imports |= {"from campaign_nb.rules import tree", f"from campaign_nb.rules.value import {kind}"}
        return f"{kind}({self.tree(node)})"

    def tree(self, value: object) -> str:
        """Return a node as the constructor calls that make it."""
        if isinstance(value, tree.Node):
            parts = [self.tree(getattr(value, item.name)) for item in fields(value)]  # type: ignore[arg-type] # every node is a dataclass
            return f"tree.{type(value).__name__}({', '.join(parts)})"
        if isinstance(value, tuple):
            inner = ", ".join(self.tree(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] # fields of nodes
            return f"({inner},)" if len(value) == 1 else f"({inner})"  # pyright: ignore[reportUnknownArgumentType] # fields of nodes
        return self.literal(value)

    def literal(self, value: object) -> str:
        """Return a plain value as Python."""
        if isinstance(value, str):
            return quoted(str(value))
        if isinstance(value, dt.timedelta):
            self.imports.add("import datetime as dt")
            return duration_code(value)
        if isinstance(value, dt.date | dt.time):
            self.imports.add("import datetime as dt")
            return f"dt.{type(value).__name__}.fromisoformat({quoted(value.isoformat())})"
        if isinstance(value, Decimal):
            self.imports.add("from decimal import Decimal")
            return f"Decimal({quoted(str(value))})"
        return repr(value)

    # --------------------------------------------------------------------------------------------------------- values

    def value(self, node: tree.Node) -> str:
        """Return a value as Python: columns of handles, operators, functions, aggregates of linked rows."""
        try:
            return self._value(node, 0)
        except _NoForm:
            return self.raw(node, "Value")

    def order(self, order: tree.Order) -> str:
        """Return a sort key as Python."""
        if order.descending:
            return f"{self._operand(order.value)}.desc()"
        return self._operand(order.value) if _plain(order.value) else self.value(order.value)

    def _operand(self, node: tree.Node) -> str:
        """Return a value on which a method can be called."""
        if isinstance(node, tree.Constant):
            return self.raw(node, "Value")
        try:
            return self._value(node, _WHOLE)
        except _NoForm:
            return self.raw(node, "Value")

    def _value(self, node: tree.Node, least: int) -> str:
        match node:
            case tree.Constant(value):
                return self.literal(value)
            case tree.Column(name, path, table):
                if table is None and path:
                    raise _NoForm
                if table is None:
                    return _attribute("cn.col", name, Columns)
                return _attribute("".join([self._table(table), *map(_link, path)]), name, None)
            case tree.Call(name, (left, right)) if name in _SIGNS and not (_plain(left) and (name == "mod" or _plain(right))):
                sign, strength = _SIGNS[name]
                code = f"{self._value(left, strength)} {sign} {self._value(right, strength + 1)}"
                return code if strength >= least else f"({code})"
            case tree.Call("first_of", (tree.Lines() as lines,)) if lines.n == 1 and len(lines.columns) == 1:
                return f"{self._lines(lines)}.first()"
            case tree.Call(name, args) if name in _SHORT and all(_plain(arg) for arg in args):
                return f"cn.{name}({', '.join(self._value(arg, 0) for arg in args)})"
            case tree.Call(name, args):
                return f"cn.fn.{name}({', '.join(self._value(arg, 0) for arg in args)})"
            case tree.Case(whens, otherwise):
                tests = "".join(f"({self.rule(test)}, {self._value(value, 0)}), " for test, value in whens)
                return f"cn.fn.case({tests}otherwise={self._value(otherwise, 0)})"
            case tree.Aggregate(_, _, tree.Constant(None | str())):
                raise _NoForm  # None stands for no column there, a text for its name
            case tree.Aggregate(function, rows, value):
                by = f", {quoted(node.separator)}" if node.separator != "," else ""
                return f"{self._rows(rows)}.{function}({'' if value is None else self._value(value, 0)}{by})"
            case tree.Window():
                return self._window(node)
            case tree.Lines():
                return f"{self._lines(node)}.head({node.n})"
            case tree.Parameter(name, default):
                return f"cn.param({quoted(name)}, {self.literal(default.value)})"
            case tree.Variable(name):
                return f"cn.var({quoted(name)})"
            case _:
                raise _NoForm

    def _window(self, node: tree.Window) -> str:
        if node.function in ("random", "new_uuid"):
            return f"cn.fn.{node.function}({'' if node.value is None else self._value(node.value, 0)})"
        name = "count_all" if node.function == "count" and node.value is None else node.function
        parts = [] if name == "row_num" else [f"cn.fn.{name}({'' if node.value is None else self._value(node.value, 0)})"]
        parts += [f"cn.fn.partition_by({', '.join(self._value(item, 0) for item in node.partition)})"] if node.partition else []
        parts += [f"cn.fn.order_by({', '.join(map(self._key, node.order))})"] if node.order else []
        return f"cn.fn.{'row_num' if name == 'row_num' else 'over'}({', '.join(parts)})"

    def _key(self, order: tree.Order) -> str:
        if order.descending:
            return f"cn.fn.desc({self._value(order.value, 0)})"
        if isinstance(order.value, tree.Constant):
            raise _NoForm
        return self._value(order.value, 0)

    def _lines(self, node: tree.Lines) -> str:
        order = ", ".join(self.order(item) for item in node.order)
        return f"{self._rows(node.rows)}.sort({order}).select({', '.join(map(quoted, node.columns))})"

    def _rows(self, rows: tree.Linked) -> str:
        if rows.table is None:
            raise _NoForm
        parts = [self._table(rows.table)]
        for step in rows.steps:
            if any(table_of(item) is None or _bound(item)[1] or not faithful(item) for item in step.where):
                raise _NoForm
            parts.append(_link(step.link))
            parts += [f".where({', '.join(quoted(text(item)) for item in step.where)})"] if step.where else []
        return "".join(parts)


def faithful(node: tree.Node) -> bool:
    """Tell whether the text of a rule reads back as the same tree, tables aside."""
    try:
        return read(text(node)) == _anywhere(node)
    except DefinitionError:
        return False


def _anywhere(value: Any) -> Any:
    """Return a tree that belongs to whatever row is tested."""
    if isinstance(value, tuple):
        return tuple(_anywhere(item) for item in value)  # pyright: ignore[reportUnknownVariableType] # fields of nodes
    if not isinstance(value, tree.Node):
        return value
    parts = {item.name: _anywhere(getattr(value, item.name)) for item in fields(value)}  # type: ignore[arg-type] # every node is a dataclass
    return rebuilt(type(value), parts | ({"table": None} if "table" in parts else {}))


def _only_behaviours(node: tree.Node) -> bool:
    return all(isinstance(item, tree.And | tree.Or | tree.Not | tree.Except | tree.Behaviour) for item in node.walk())


class _NoForm(Exception):
    """A value has no form with operators and methods."""


def _plain(node: tree.Node) -> bool:
    return isinstance(node, tree.Constant)


def _link(name: str) -> str:
    return _attribute("", name, None)


def _attribute(owner: str, name: str, kind: type | None) -> str:
    kinds = (kind,) if kind is not None else (Table, LinkedRow, Collection)
    free = name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("_")
    usable = free and not any(hasattr(item, name) for item in kinds)
    return f"{owner}.{name}" if usable else f"{owner}[{quoted(name)}]"


def table_of(node: tree.Node) -> str | None:
    """Return the table that a rule or a value belongs to; None when it belongs to whatever row is tested."""
    return _bound(node)[0]


def _bound(node: tree.Node) -> tuple[str | None, bool]:
    """Return the table that a rule belongs to, and whether it also has columns that belong to whatever row is tested."""
    label: str | None = None
    free = False
    stack: list[tree.Node] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, tree.Column | tree.Linked):
            label, free = label or item.table, free or item.table is None
        elif isinstance(item, tree.Aggregate | tree.Exists | tree.Lines):
            stack.append(item.rows)
        else:
            stack.extend(item.children())
    return label, free
