"""Rules read from text: a SQL expression with link paths, by a closed grammar that ends in the closed tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from campaign_nb.errors import DefinitionError, did_you_mean, nearest
from campaign_nb.rules import tree
from campaign_nb.rules.check import Scope, too_large
from campaign_nb.rules.fit import fit
from campaign_nb.rules.functions import REGISTRY
from campaign_nb.rules.functions.refused import REFUSED
from campaign_nb.rules.literal import LEAST_INTEGER, MOST_INTEGER, WORDS, read_literal
from campaign_nb.rules.tokens import RESERVED, Place, Token, tokens
from campaign_nb.rules.window import PARTS, WINDOWS, WindowReader

MAX_NESTING = 2 * tree.MAX_DEPTH
"""How deep brackets may go in a text; twice the tree's depth, since brackets may be there for clarity alone."""

_OR, _AND, _NOT, _TEST, _SUM, _PRODUCT, _SIGN = range(1, 8)
_COMPARISONS = ("=", "<>", "!=", "<", "<=", ">", ">=")
_SUMS = {"+": "add", "-": "subtract", "||": "concat"}
_PRODUCTS = {"*": "multiply", "/": "divide", "%": "mod"}


def read(text: str, scope: Scope | None = None, *, where: str = "rule", campaign: str = "") -> tree.Node:
    """Read a rule from its text.

    With a scope, names are looked up, ISO texts beside dates become dates and every unknown name is reported;
    without one, names are taken as columns of the row under test.
    Errors: anything outside the grammar, with its place; a text beyond 100 kB, a rule too deep or too large.

    >>> read("age >= 18")
    Compare(op='>=', left=Column(name='age', path=(), table=None), right=Constant(value=18))
    """
    return _read(text, scope, where, campaign, condition)


def read_value(text: str, scope: Scope | None = None, *, where: str = "value", campaign: str = "") -> tree.Node:
    """Read a value from its text: a column, a literal, a function, an aggregate of linked rows.

    >>> read_value("lower(name)")
    Call(name='lower', args=(Column(name='name', path=(), table=None),))
    """
    return _read(text, scope, where, campaign, lambda node: node)


def condition(node: tree.Node) -> tree.Node:
    """Return a node as a condition: a value is one by being true."""
    return node if tree.is_rule(node) else tree.Truth(node)


def _read(text: str, scope: Scope | None, where: str, campaign: str, shape: Callable[[tree.Node], tree.Node]) -> tree.Node:
    place = Place(where, text)
    reader = Reader(place, scope, campaign)
    try:
        node = shape(reader.whole())
    except RecursionError:
        raise DefinitionError(too_large(where)) from None
    depth, count = tree.measure(node)
    if depth > tree.MAX_DEPTH or count > tree.MAX_NODES:
        raise DefinitionError(too_large(where))
    if reader.problems:
        raise DefinitionError(*reader.problems, subject=where if len(reader.problems) > 1 else "")
    return node if scope is None else fit(scope, node)


class Reader(WindowReader):
    """One reading of one text: precedence climbing over its tokens."""

    def __init__(self, place: Place, scope: Scope | None, campaign: str) -> None:
        super().__init__(place, tokens(place), scope)
        self._campaign, self._nesting = campaign, 0
        self._not_true: tree.Node | None = None

    def whole(self) -> tree.Node:
        """Read the whole text as one expression."""
        if self.peek().kind == "end":
            self.place.refuse(0, "the text is empty", "a condition", "age >= 18")
        if self.peek().is_word("select"):
            self.place.refuse(0, "a whole query", "the condition alone", "age >= 18 and orders.exists(amount > 50)")
        node = self.expression()
        if self.peek().kind != "end":
            self._unexpected(self.peek(), "an operator or the end")
        return node

    def expression(self, least: int = _OR) -> tree.Node:
        """Read an expression of operators that bind at least so tightly."""
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            self.place.refuse(self.peek().at, "brackets are too deep", f"at most {MAX_NESTING} levels", "fewer brackets inside brackets")
        node = self._prefix(least)
        while True:
            token = self.peek()
            if least <= _OR and token.is_word("or"):
                node = tree.Or(tuple(self._items(node, "or", _AND)))
            elif least <= _AND and token.is_word("and"):
                node = self._and(node)
            elif least <= _TEST and self._starts_test(token):
                node = self._test(node)
            elif least <= _SUM and token.is_sign(*_SUMS):
                self.next()
                node = tree.Call(_SUMS[token.text], (node, self.expression(_PRODUCT)))
            elif least <= _PRODUCT and token.is_sign(*_PRODUCTS):
                self.next()
                node = tree.Call(_PRODUCTS[token.text], (node, self.expression(_SIGN)))
            else:
                break
        self._nesting -= 1
        return node

    def _items(self, first: tree.Node, word: str, least: int) -> list[tree.Node]:
        items = [condition(first)]
        while self.peek().is_word(word):
            self.next()
            items.append(condition(self.expression(least)))
        return items

    def _and(self, first: tree.Node) -> tree.Node:
        """Join with AND; `… and (b) is not true` is *except*, for what stands before it."""
        items: list[tree.Node] = [condition(first)]
        while self.peek().is_word("and"):
            self.next()
            item = condition(self.expression(_NOT))
            if item is self._not_true and isinstance(item, tree.Except):
                items = [tree.Except(items[0] if len(items) == 1 else tree.And(tuple(items)), item.right)]
            else:
                items.append(item)
        return items[0] if len(items) == 1 else tree.And(tuple(items))

    def _prefix(self, least: int) -> tree.Node:
        token = self.peek()
        if token.is_word("not"):
            if least > _NOT:
                self.place.refuse(token.at, "not stands inside a comparison", "brackets round it", "(not a) = b")
            self.next()
            return tree.Not(condition(self.expression(_TEST if not self.peek().is_word("not") else _NOT)))
        if token.is_sign("-", "+"):
            self.next()
            if self.peek().kind == "number":
                return self._number(self.next(), -1 if token.text == "-" else 1)
            return tree.Call("negate", (self.expression(_SIGN),)) if token.text == "-" else self.expression(_SIGN)
        return self._primary()

    def _starts_test(self, token: Token) -> bool:
        return token.is_sign(*_COMPARISONS) or token.is_word("is", "in", "between", "like", "ilike", "not")

    def _test(self, left: tree.Node) -> tree.Node:
        token = self.next()
        if token.is_sign(*_COMPARISONS):
            op = "<>" if token.text == "!=" else token.text
            node: tree.Node = tree.Compare(op, left, self.expression(_SUM))  # type: ignore[arg-type] # one of the signs
        elif token.is_word("is"):
            node = self._is(left)
        else:
            negated = token.is_word("not")
            node = self._membership(left, self.next() if negated else token)
            node = tree.Not(node) if negated else node
        if self._starts_test(self.peek()):
            self.place.refuse(
                self.peek().at, "one comparison follows another", "between, or and with two comparisons", "age between 18 and 29"
            )
        return node

    def _membership(self, left: tree.Node, token: Token) -> tree.Node:
        if token.is_word("in"):
            self.expect("(", "a list in brackets", "country in ('FR', 'DE')")
            if self.peek().is_sign(")"):
                self.place.refuse(self.peek().at, "the list is empty", "at least one value", "country in ('FR', 'DE')")
            return tree.In(left, tuple(self.arguments()))
        if token.is_word("between"):
            low = self.expression(_SUM)
            self._word("and")
            return tree.Between(left, low, self.expression(_SUM))
        if token.is_word("like", "ilike"):
            return tree.Like(left, self.expression(_SUM), token.is_word("ilike"))
        self._unexpected(token, "in, between, like or ilike")

    def _is(self, left: tree.Node) -> tree.Node:
        negated = self.peek().is_word("not")
        if negated:
            self.next()
        token = self.next()
        if token.is_word("null"):
            return tree.Not(tree.IsNull(left)) if negated else tree.IsNull(left)
        if not token.is_word("true", "false"):
            self._unexpected(token, "null, true or false after is")
        inner = condition(left) if token.is_word("true") else tree.Not(condition(left))
        rest = tree.Except(tree.Everybody(), inner)
        if not negated:
            return tree.Not(rest)
        self._not_true = rest if token.is_word("true") else None
        return rest

    def _primary(self) -> tree.Node:
        token = self.next()
        if token.kind == "number":
            return self._number(token, 1)
        if token.kind == "text":
            return tree.Constant(token.text)
        if token.is_sign("("):
            node = self.expression()
            self.expect(")", "a closing bracket")
            self._not_true = None
            return node
        if token.is_sign(":"):
            return tree.Variable(self.name().text)
        if token.is_word("true", "false", "null"):
            return tree.Constant({"true": True, "false": False, "null": None}[token.text.lower()])
        if token.is_word("case"):
            return self._case()
        if token.kind == "name" or (token.kind == "word" and token.text.lower() not in RESERVED):
            return self._named(token)
        self._unexpected(token, "a column, a literal or a function")

    def _named(self, token: Token) -> tree.Node:
        if token.kind == "word" and self.peek().kind == "text" and token.text.lower() in WORDS:
            return self._literal(token)
        if token.kind == "word" and self.peek().is_sign("("):
            self.next()
            return self._function(token)
        return self.path(token)

    def _literal(self, word: Token) -> tree.Node:
        text = self.next()
        kind = word.text.lower()
        try:
            return tree.Constant(read_literal(kind, text.text))
        except ValueError:
            example = WORDS[kind][2]
            self.place.refuse(word.at, f"{text.text!r} is no {kind}", f"as in {kind} '{example}'", f"{kind} '{example}'")

    def _number(self, token: Token, sign: int) -> tree.Node:
        if not token.text.isdecimal():
            value = float(token.text)
            if value == float("inf"):
                self.place.refuse(token.at, "the number is too large", "at most 1.7e308")
            return tree.Constant(sign * value)
        digits = token.text.lstrip("0")
        whole = sign * int(digits[:20] or 0)
        if len(digits) > 19 or not LEAST_INTEGER <= whole <= MOST_INTEGER:
            self.place.refuse(token.at, "the whole number is too large", "at most 64 bits", "1e30")
        return tree.Constant(whole)

    def _case(self) -> tree.Node:
        whens: list[tuple[tree.Node, tree.Node]] = []
        while self.peek().is_word("when"):
            self.next()
            test = condition(self.expression())
            self._word("then")
            whens.append((test, self.expression()))
        if not whens:
            self._unexpected(self.peek(), "when: case when … then … else … end")
        otherwise: tree.Node = tree.Constant(None)
        if self.peek().is_word("else"):
            self.next()
            otherwise = self.expression()
        self._word("end")
        return tree.Case(tuple(whens), otherwise)

    def _function(self, token: Token) -> tree.Node:
        name = token.text.lower()
        if name in WINDOWS:
            return self.window(token)
        special = _SPECIAL.get(name)
        args = self.arguments()
        if special is not None:
            least, most, build, usage = special
            if not least <= len(args) <= most:
                self.place.refuse(token.at, f"{name} got {len(args)} argument{'s' if len(args) != 1 else ''}", usage, usage)
            node = build(args)
            if node is None:
                self.place.refuse(token.at, f"{name} got something else", usage, usage)
            return node
        if name in tree.EVENTS:
            names = [arg.value for arg in args if isinstance(arg, tree.Constant) and isinstance(arg.value, str)]
            if len(names) != len(args) or len(names) not in (1, 2):
                usage = f"{name}('Activity') or {name}('Activity', 'Campaign')"
                self.place.refuse(token.at, f"{name} names no activity", usage, usage)
            return tree.Behaviour(name, names[0], names[1] if len(names) == 2 else self._campaign)
        if name not in REGISTRY:
            self._unknown_function(token)
        return tree.Call(name, tuple(args))

    def _unknown_function(self, token: Token) -> None:
        known = [*REGISTRY, *_SPECIAL, *WINDOWS, *tree.EVENTS]
        spelled = {name.replace("_", ""): name for name in (*self.methods, *PARTS, *REFUSED, *known)} | {"getdate": "now"}
        snake = spelled.get(token.text.lower().replace("_", ""), token.text.lower())
        if snake in REFUSED:
            self.place.refuse(token.at, *REFUSED[snake])
        if snake in PARTS:
            self.place.refuse(
                token.at, f"{token.text!r} stands outside a window", "a part of one", "row_num(partition_by(country), order_by(age desc))"
            )
        expected = f"{snake}(…)" if snake in known else did_you_mean(snake, known)
        if snake in self.methods:
            expected, do = f"rows of a link, as in orders.{snake}(…)", f"orders.{snake}(…): linked rows come first"
        else:
            do = f"{snake if snake in known else nearest(snake, known) or 'lower'}(…)"
        self.problem(token, f"no function {token.text!r}", expected, do)

    def _word(self, word: str) -> None:
        token = self.next()
        if not token.is_word(word):
            self._unexpected(token, word)


def _parameter(args: Sequence[tree.Node]) -> tree.Node | None:
    name, default = args
    if isinstance(name, tree.Constant) and isinstance(name.value, str) and isinstance(default, tree.Constant):
        return tree.Parameter(name.value, default)
    return None


def _variable(args: Sequence[tree.Node]) -> tree.Node | None:
    return tree.Variable(str(args[0].value)) if isinstance(args[0], tree.Constant) and isinstance(args[0].value, str) else None


def _size(args: Sequence[tree.Node], previous: bool) -> tree.Node | None:
    names = [arg.value for arg in args if isinstance(arg, tree.Constant) and isinstance(arg.value, str)]
    return tree.Size(names[0], names[1] if len(names) > 1 else "out", previous) if len(names) == len(args) else None


_SPECIAL: dict[str, tuple[int, int, Callable[[list[tree.Node]], tree.Node | None], str]] = {
    "everybody": (0, 0, lambda args: tree.Everybody(), "everybody()"),
    "truth": (1, 1, lambda args: tree.Truth(args[0]), "truth(email_opt_in)"),
    "is_empty": (1, 1, lambda args: tree.IsEmpty(args[0]), "is_empty(email)"),
    "starts_with": (2, 2, lambda args: tree.TextMatch("starts_with", *args), "starts_with(name, 'A')"),
    "ends_with": (2, 2, lambda args: tree.TextMatch("ends_with", *args), "ends_with(email, '.org')"),
    "contains": (2, 2, lambda args: tree.TextMatch("contains", *args), "contains(name, 'an')"),
    "iif": (3, 3, lambda args: tree.Case(((condition(args[0]), args[1]),), args[2]), "iif(age >= 18, 'adult', 'minor')"),
    "param": (2, 2, _parameter, "param('least', 500)"),
    "var": (1, 1, _variable, "var('channel'), or :channel"),
    "size": (1, 2, lambda args: _size(args, False), "size('Gold'), or size('Offer', 'A')"),
    "previous_size": (1, 2, lambda args: _size(args, True), "previous_size('Gold')"),
}
