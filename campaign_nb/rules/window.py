"""Windows in a rule's text: `row_num(partition_by(…), order_by(…))`, `over(sum(…), …)`, draws by the key."""

from __future__ import annotations

from campaign_nb.rules import tree
from campaign_nb.rules.path import PathReader
from campaign_nb.rules.tokens import Token

WINDOWS = ("row_num", "row_id", "over", "random", "new_uuid")
"""The functions that other rows, or the key, decide."""

PARTS = ("partition_by", "order_by", "desc")
"""What stands inside a window alone."""

_AGGREGATES: dict[str, tree.WindowName] = {name: name for name in ("count", "sum", "avg", "min", "max", "std_dev")}
_EXAMPLE = "over(sum(amount), partition_by(country))"


class WindowReader(PathReader):
    """The part of a reader that reads windows."""

    def window(self, token: Token) -> tree.Node:
        """Read a window after its opening bracket."""
        name = token.text.lower()
        if name in ("random", "new_uuid"):
            return self._draw(token, "random" if name == "random" else "new_uuid")
        if name == "row_id":
            self.expect(")", "a closing bracket", "row_id()")
            return tree.Window("row_num")
        function, value = self._function_over() if name == "over" else ("row_num", None)
        partition: tuple[tree.Node, ...] = ()
        order: tuple[tree.Order, ...] = ()
        first = name != "over"
        while not self.peek().is_sign(")"):
            if not first:
                self.expect(",", "a comma or a closing bracket", _EXAMPLE)
            first = False
            part = self.name()
            self.expect("(", "a bracket after partition_by or order_by", _EXAMPLE)
            if part.is_word("partition_by"):
                partition += tuple(self.arguments())
            elif part.is_word("order_by"):
                order += self._window_orders()
            else:
                self.place.refuse(part.at, f"{part.text!r} is no part of a window", "partition_by(…), order_by(…)", _EXAMPLE)
        self.next()
        return tree.Window(function, value, partition, order)

    def _draw(self, token: Token, name: tree.WindowName) -> tree.Node:
        args = self.arguments() or [tree.Constant("")]
        if len(args) != 1 or not isinstance(args[0], tree.Constant) or not isinstance(args[0].value, str):
            self.place.refuse(token.at, f"{name} got something else than a seed", "a text, or nothing", f"{name}('spring')")
        return tree.Window(name, args[0])

    def _function_over(self) -> tuple[tree.WindowName, tree.Node | None]:
        """Read what is computed over the rows."""
        token = self.name()
        name = token.text.lower()
        self.expect("(", "an aggregate", _EXAMPLE)
        if name in ("count_all", "row_num"):
            self.expect(")", "a closing bracket", _EXAMPLE)
            return ("row_num" if name == "row_num" else "count"), None
        args = self.arguments()
        if name not in _AGGREGATES or len(args) != 1:
            what = f"{token.text}(…) is not computed over rows" if name not in _AGGREGATES else f"{name} got {len(args)} arguments"
            self.place.refuse(token.at, what, f"one value of: {', '.join(_AGGREGATES)}; count_all()", _EXAMPLE)
        return _AGGREGATES[name], args[0]

    def _window_orders(self) -> tuple[tree.Order, ...]:
        """Read sort keys up to the closing bracket: `date desc`, or `desc(date)`."""
        found: list[tree.Order] = []
        while not found or self.peek().is_sign(","):
            if found:
                self.next()
            if self.peek().is_word("desc") and self._tokens[self._position + 1].is_sign("("):
                self.next()
                self.next()
                found.append(tree.Order(self.expression(), True))
                self.expect(")", "a closing bracket", "order_by(desc(date))")
                continue
            value, descending = self.expression(), self.peek().is_word("desc")
            if self.peek().is_word("asc", "desc"):
                self.next()
            found.append(tree.Order(value, descending))
        self.expect(")", "desc, a comma or a closing bracket", "order_by(date desc)")
        return tuple(found)
