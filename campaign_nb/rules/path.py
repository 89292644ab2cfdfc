"""Paths over links in a rule's text: columns of linked rows, conditions on them, and aggregates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NoReturn

from campaign_nb.errors import Problem, did_you_mean, nearest
from campaign_nb.rules import tree
from campaign_nb.rules.check import Misfit, Scope, type_of
from campaign_nb.rules.schema import TableSchema
from campaign_nb.rules.tokens import EXAMPLE, RESERVED, Place, Token

_AGGREGATES: dict[str, tree.AggregateName] = {
    name: name for name in ("count", "sum", "avg", "min", "max", "count_distinct", "std_dev", "string_agg")
}


@dataclass(slots=True)
class _Rows:
    """A path as far as it is read; `scope` is the row that it has reached, None when no schema tells."""

    label: str | None
    scope: Scope | None
    steps: list[tree.LinkStep] = field(default_factory=list[tree.LinkStep])
    many: str = ""
    order: tuple[tree.Order, ...] = ()
    columns: tuple[str, ...] | None = None

    def linked(self) -> tree.Linked:
        """Return the rows as a node."""
        return tree.Linked(tuple(self.steps), self.label)

    @property
    def text(self) -> str:
        """The path without its conditions."""
        return ".".join(step.link for step in self.steps)


class PathReader:
    """The part of a reader that walks over links; expressions inside are read by the whole."""

    methods = frozenset({"where", "exists", "sort", "select", "head", "first", "count_all", *_AGGREGATES})

    def __init__(self, place: Place, found: list[Token], scope: Scope | None) -> None:
        self.place, self.scope = place, scope
        self.problems: list[Problem] = []
        self._tokens, self._position = found, 0

    def expression(self) -> tree.Node:
        """Read one expression."""
        raise NotImplementedError

    # ---------------------------------------------------------------------------------------------------------- tokens

    def peek(self) -> Token:
        """The next token, not taken."""
        return self._tokens[self._position]

    def next(self) -> Token:
        """Take the next token; the end mark stays."""
        token = self._tokens[self._position]
        if token.kind != "end":
            self._position += 1
        return token

    def name(self) -> Token:
        """Take a name: a plain word that is not reserved, or any name in double quotes."""
        token = self.next()
        if token.kind == "name" or (token.kind == "word" and token.text.lower() not in RESERVED):
            return token
        if token.kind == "word":
            self.place.refuse(token.at, f"{token.text!r} is a word of the language", "a name in double quotes", f'"{token.text}"')
        self._unexpected(token, "a name")

    def expect(self, sign: str, expected: str, do: str = EXAMPLE) -> None:
        """Take a sign that must stand here."""
        if not self.peek().is_sign(sign):
            self._unexpected(self.peek(), expected, do)
        self.next()

    def arguments(self) -> list[tree.Node]:
        """Read expressions between commas up to the closing bracket."""
        found: list[tree.Node] = []
        if not self.peek().is_sign(")"):
            found.append(self.expression())
            while self.peek().is_sign(","):
                self.next()
                found.append(self.expression())
        self.expect(")", "a comma or a closing bracket")
        return found

    def problem(self, token: Token, what: str, expected: str, do: str = EXAMPLE) -> None:
        """Note something wrong and go on reading."""
        self.problems.append(Problem(self.place(token.at), what, expected, do))

    def _unexpected(self, token: Token, expected: str, do: str = EXAMPLE) -> NoReturn:
        self.place.refuse(token.at, f"found {token.text!r}" if token.kind != "end" else "the text ends", expected, do)

    # ----------------------------------------------------------------------------------------------------------- paths

    def path(self, token: Token) -> tree.Node:
        """Read a column, alone or through links, or what is done with linked rows."""
        scope = self.scope
        rows = _Rows(None if scope is None else scope.row.table.label, scope)
        if token.kind == "word" and token.text == "col" and self.peek().is_sign("."):
            rows.label = None
            self.next()
            token = self.name()
        elif scope and token.text == rows.label and self.peek().is_sign(".") and token.text not in scope.row.table.links:
            self.next()
            token = self.name()
        while True:
            if self.peek().is_sign("(") and rows.steps:
                self.next()
                node = self._method(rows, token)
                if node is not None:
                    return node
                if rows.order or rows.columns is not None:
                    self.expect(".", "how many of the rows", f"{rows.text}.sort(…).head(3), or .select(…).first()")
                else:
                    self.expect(".", "what to do with the linked rows", f"{rows.text}.where(…).exists(), or .count() >= 2")
            elif self.peek().is_sign(".") and rows.columns is None and not rows.order:
                self.next()
                self._step(rows, token)
            else:
                return self._column(rows, token)
            token = self.name()

    def _step(self, rows: _Rows, token: Token) -> None:
        """Go over a link; without a schema every name is taken for one."""
        rows.steps.append(tree.LinkStep(token.text))
        if rows.scope is None:
            return
        table = rows.scope.row.table
        link = table.links.get(token.text)
        if link is None:
            what = "a column, not a link," if token.text in table.columns else "no link"
            self.problem(
                token, f"{token.text!r} is {what} of {table.label!r}", did_you_mean(token.text, table.links), _listed("links", table.links)
            )
            rows.scope = None
            return
        if link.many and not rows.many:
            rows.many = rows.text
        try:
            rows.scope = rows.scope.inside(rows.scope.table(link.to))
        except Misfit as misfit:
            self.problem(token, misfit.what, misfit.expected, misfit.do)
            rows.scope = None

    def _column(self, rows: _Rows, token: Token) -> tree.Node:
        """End a path with a column's name."""
        if rows.columns is not None or rows.order:
            self._unexpected(token, ".head(3) or .first() at the end")
        if rows.many or any(step.where for step in rows.steps):
            self.problem(
                token,
                f"{rows.text}.{token.text} has many values for one row",
                "a condition on the linked rows, or an aggregate",
                f"{rows.text}.exists({token.text} > …), or {rows.text}.max({token.text})",
            )
            return tree.Constant(None)
        path = tuple(step.link for step in rows.steps)
        if rows.scope is None:
            return tree.Column(token.text, path, rows.label)
        row = rows.scope.row
        if row.column(token.text) is None:
            self._unknown_column(row.table, row.names, token)
            return tree.Constant(None)
        own = token.text in row.table.columns or bool(path)
        return tree.Column(token.text, path, rows.label if own else None)

    def _unknown_column(self, table: TableSchema, names: list[str], token: Token) -> None:
        link = table.links.get(token.text)
        if link is not None:
            do = f"{token.text}.exists()" if link.many else f"{token.text}.{next(iter(names), '…')} is not null"
            self.problem(token, f"{token.text!r} is a link, not a column", "one of its columns, or what its rows are tested for", do)
            return
        expected = did_you_mean(token.text, [*names, *table.links])
        if token.kind == "name" and "did you mean" not in expected:
            self.problem(
                token, f"no column {token.text!r} in {table.label!r}", f"{expected}; text stands in single quotes", f"'{token.text}'"
            )
            return
        self.problem(token, f"no column {token.text!r} in {table.label!r}", expected, _listed("columns", names))

    # --------------------------------------------------------------------------------------------------------- methods

    def _method(self, rows: _Rows, token: Token) -> tree.Node | None:
        """Read what is done with linked rows; None when more must follow."""
        name = token.text if token.kind == "word" else ""
        if name not in self.methods:
            methods = sorted(self.methods)
            do = f"{rows.text}.{nearest(name, methods) or 'exists'}(…)"
            self.place.refuse(token.at, f"{token.text!r} can't be done with linked rows", did_you_mean(token.text, methods), do)
        if name != "where" and rows.scope is not None and not rows.many:
            self.problem(token, f"{rows.text} leads to one row", "one of its columns", f"{rows.text}.… is not null")
        if name in ("select", "sort", "head", "first"):
            return self._lines(rows, name, token)
        arguments = self._inside(rows)
        if name == "where":
            self._narrow(rows, arguments)
            return None
        if name == "exists":
            self._narrow(rows, arguments)
            return tree.Exists(rows.linked())
        if name == "count" and (len(arguments) != 1 or tree.is_rule(arguments[0])):
            self._narrow(rows, arguments)
            return tree.Aggregate("count", rows.linked())
        if name == "count_all" and not arguments:
            return tree.Aggregate("count", rows.linked())
        if name == "string_agg" and len(arguments) == 2 and isinstance(arguments[1], tree.Constant) and isinstance(arguments[1].value, str):
            return tree.Aggregate("string_agg", rows.linked(), arguments[0], arguments[1].value)
        if len(arguments) != 1 or name == "count_all":
            self.place.refuse(
                token.at,
                f"{name} got {len(arguments)} arguments",
                "one value; conditions stand in where(…)",
                f"{rows.text}.where(…).{name}(…)",
            )
        return tree.Aggregate(_AGGREGATES[name], rows.linked(), arguments[0])

    def _inside(self, rows: _Rows) -> list[tree.Node]:
        """Read arguments whose names are those of the linked row."""
        outside, self.scope = self.scope, rows.scope
        found = self.arguments()
        self.scope = outside
        return found

    def _narrow(self, rows: _Rows, arguments: Iterable[tree.Node]) -> None:
        last = rows.steps[-1]
        conditions = tuple(item if tree.is_rule(item) else tree.Truth(item) for item in arguments)
        rows.steps[-1] = tree.LinkStep(last.link, (*last.where, *conditions))

    def _lines(self, rows: _Rows, name: str, token: Token) -> tree.Node | None:
        if name == "sort":
            rows.order = self._orders(rows)
            return None
        if name == "select":
            rows.columns = self._names(rows)
            return None
        columns = rows.columns
        if columns is None:
            columns = tuple(rows.scope.row.table.columns) if rows.scope else ()
        if name == "first":
            self.expect(")", "a closing bracket")
            if len(columns) != 1:
                self.place.refuse(token.at, f"first() of {len(columns)} columns", "one column", f"{rows.text}.select(…).first()")
            return tree.Call("first_of", (tree.Lines(rows.linked(), rows.order, columns, 1),))
        arguments = self.arguments()
        n = arguments[0].value if len(arguments) == 1 and isinstance(arguments[0], tree.Constant) else None
        if not isinstance(n, int) or isinstance(n, bool) or n < 1:
            self.place.refuse(token.at, "head needs a number of rows", "at least 1", ".head(3)")
        return tree.Lines(rows.linked(), rows.order, columns, n)

    def _orders(self, rows: _Rows) -> tuple[tree.Order, ...]:
        outside, self.scope = self.scope, rows.scope
        found: list[tree.Order] = []
        while not found or self.peek().is_sign(","):
            if found:
                self.next()
            value, descending = self.expression(), self.peek().is_word("desc")
            if self.peek().is_word("asc", "desc"):
                self.next()
            found.append(tree.Order(value, descending))
        self.expect(")", "desc, a comma or a closing bracket", f"{rows.text}.sort(date desc)")
        self.scope = outside
        return tuple(found)

    def _names(self, rows: _Rows) -> tuple[str, ...]:
        """Read the columns to collect; a dotted one leads over N-1 links."""
        found: list[str] = []
        while not self.peek().is_sign(")"):
            first = self.name()
            parts = [first.text]
            while self.peek().is_sign("."):
                self.next()
                parts.append(self.name().text)
            found.append(".".join(parts))
            self._check_collected(rows, first, found[-1])
            if not self.peek().is_sign(","):
                break
            self.next()
        self.expect(")", "a comma or a closing bracket")
        return tuple(found)

    def _check_collected(self, rows: _Rows, token: Token, name: str) -> None:
        if rows.scope is None:
            return
        try:
            type_of(rows.scope, tree.collected(name))
        except Misfit as misfit:
            self.problem(token, misfit.what, misfit.expected, misfit.do)


def _listed(kind: str, names: Iterable[str]) -> str:
    found = list(names)
    return f"{kind}: {', '.join(found[:12])}" if found else ""
