"""Rules in words: one readable sentence, whatever the nesting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaign_nb.rules import tree
from campaign_nb.rules.check import Scope
from campaign_nb.rules.functions import REGISTRY
from campaign_nb.rules.phrase import Phrases, listed, plain
from campaign_nb.rules.predicate import FLIPPED, NEGATED, Predicate, predicate
from campaign_nb.rules.text import check_size

_PEOPLE = frozenset(
    (
        "accounts",
        "clients",
        "contacts",
        "customers",
        "donors",
        "employees",
        "guests",
        "leads",
        "members",
        "passengers",
        "patients",
        "people",
        "persons",
        "players",
        "profiles",
        "prospects",
        "readers",
        "recipients",
        "students",
        "subscribers",
        "users",
        "visitors",
    )
)

_EVENTS = {
    "sent": ("were sent", "were not sent"),
    "delivered": ("received", "did not receive"),
    "bounced": ("bounced on", "did not bounce on"),
    "opened": ("opened", "did not open"),
    "clicked": ("clicked in", "did not click in"),
    "unsubscribed": ("unsubscribed from", "did not unsubscribe from"),
    "complained": ("complained about", "did not complain about"),
}

_COUNTS = {"=": "exactly", "<>": "a number other than", "<": "fewer than", "<=": "at most", ">": "more than", ">=": "at least"}


@dataclass(frozen=True, slots=True)
class _Voice:
    """How clauses speak of a row: after its noun (whose, who) or on their own (their, they)."""

    whose: str
    who: str
    of_whom: str
    false: str


_PERSON = _Voice("whose", "who", "for whom ", "for whom it is false that")
_THING = _Voice("whose", "that", "for which ", "for which it is false that")
_ALONE = _Voice("their", "they", "", "it is false that")


def sentence(node: tree.Node, scope: Scope | None = None) -> str:
    """Return a rule as a sentence about the rows of its table, or a value as a phrase.

    With a scope it knows the table's name and which values are dates.
    Errors: a rule too deep or too large.

    >>> sentence(tree.Compare(">=", tree.Column("age"), tree.Constant(18)))
    'rows whose age is at least 18'
    """
    check_size(node)
    words = _Sentences(scope)
    if not tree.is_rule(node):
        return words.value(node)
    noun = "rows" if scope is None else plain(scope.row.table.label)
    if isinstance(node, tree.Everybody):
        return f"all {noun}"
    voice = _PERSON if noun.lower() in _PEOPLE else _THING
    if isinstance(node, tree.Except) and isinstance(node.left, tree.Everybody):
        return f"all {noun}, except those {words.clauses(node.right, voice)}"
    return f"{noun} {words.clauses(node, voice)}"


class _Sentences(Phrases):
    """Clauses about a row; conditions of linked rows are spoken in the linked table's scope."""

    def _inside(self, scope: Scope | None) -> _Sentences:
        return _Sentences(scope)

    def condition(self, node: tree.Node) -> str:
        """Return a condition that stands on its own, in brackets where it has several parts."""
        return self._clause(node, _ALONE)

    def narrowed(self, conditions: Sequence[tree.Node]) -> str:
        """Return conditions on linked rows: with …, or a clause in brackets where that would not read."""
        parts = [part for item in conditions for part in tree.conjuncts(item)]
        if not parts:
            return ""
        simple = [self._possessive(item) for item in parts]
        if all(item is not None for item in simple):
            return " with " + listed([f"{item[0]} {item[1].brief}" for item in simple if item is not None], "and")
        return f" ({self.clauses(parts[0] if len(parts) == 1 else tree.And(tuple(parts)), _THING)})"

    def clauses(self, node: tree.Node, voice: _Voice) -> str:
        """Return the clauses of a rule; a group inside a group stands in brackets."""
        if isinstance(node, tree.And):
            return listed([self._clause(item, voice) for item in node.items], "and")
        if isinstance(node, tree.Or):
            return listed([self._clause(item, voice) for item in node.items], "or")
        if isinstance(node, tree.Except) and not isinstance(node.left, tree.Everybody):
            return f"{self._clause(node.left, voice)}, except those {self._clause(node.right, _PERSON if voice is _ALONE else voice)}"
        return self._clause(node, voice)

    def _clause(self, node: tree.Node, voice: _Voice, negated: bool = False) -> str:
        match node:
            case tree.And() | tree.Or() if not negated:
                return f"({self.clauses(node, voice)})"
            case tree.Except(tree.Everybody(), right) if not negated:
                return f"{voice.who} are not among those {self._clause(right, _PERSON if voice is _ALONE else voice)}"
            case tree.Except() if not negated:
                return f"({self.clauses(node, voice)})"
            case tree.Not(item):
                return self._clause(item, voice, not negated)
            case tree.And() | tree.Or() | tree.Except():
                return f"{voice.false} ({self.clauses(node, _ALONE)})"
            case tree.Everybody():
                return "whoever they are" if not negated else f"{voice.who} do not exist"
            case tree.Exists(rows):
                return f"{voice.who} have {self._counted(rows, 'no' if negated else 'at least one')}"
            case tree.Behaviour(event, activity, campaign):
                verb = _EVENTS.get(event, (f"have {event}", f"do not have {event}"))[negated]
                return f"{voice.who} {verb} '{activity}'" + (f" of campaign '{campaign}'" if campaign else "")
            case tree.Compare(op, tree.Aggregate("count", rows, None), right):
                return f"{voice.who} {self._number_of(NEGATED[op] if negated else op, rows, right)}"
            case _:
                return self._test(node, voice, negated)

    def _test(self, node: tree.Node, voice: _Voice, negated: bool) -> str:
        spoken = self._possessive(tree.Not(node) if negated else node)
        if spoken is None:
            raise TypeError(f"{type(node).__name__} is no condition")
        subject, said = spoken
        own = any(isinstance(item, tree.Column | tree.Aggregate | tree.Window | tree.Lines) for item in node.walk())
        return f"{voice.whose} {subject} {said.full}" if own else f"{voice.of_whom}{subject} {said.full}"

    def _possessive(self, node: tree.Node) -> tuple[str, Predicate] | None:
        """Return a test as what is tested and what is said of it; None when it is no test of a value."""
        negated = isinstance(node, tree.Not)
        test = node.item if isinstance(node, tree.Not) else node
        if isinstance(test, tree.Compare):
            op, left, right = NEGATED[test.op] if negated else test.op, test.left, test.right
            if isinstance(left, tree.Constant | tree.Parameter | tree.Variable) and not isinstance(right, tree.Constant):
                op, left, right = FLIPPED[op], right, left
            said = predicate(tree.Compare(op, left, right), False, self, self.temporal(left) or self.temporal(right))
            return self.value(left), said
        if isinstance(test, tree.Truth) and (stated := self._stated(test.value)):
            subject, said = stated
            return subject, Predicate(f"is not {said}", f"not {said}") if negated else Predicate(f"is {said}", said)
        if isinstance(test, tree.In | tree.Between | tree.IsNull | tree.IsEmpty | tree.Like | tree.TextMatch | tree.Truth):
            return self.value(test.value), predicate(test, negated, self, self.temporal(test.value))
        return None

    def _stated(self, value: tree.Node) -> tuple[str, str] | None:
        """Return what a yes-or-no function is about and what it states of it; None for any other value."""
        function = REGISTRY.get(value.name) if isinstance(value, tree.Call) else None
        if not isinstance(value, tree.Call) or function is None or not function.phrase.startswith("{0} is "):
            return None
        subject, *rest = (self.value(arg) for arg in value.args)
        return subject, function.phrase.removeprefix("{0} is ").format(subject, *rest)

    def _number_of(self, op: tree.Operator, rows: tree.Linked, right: tree.Node) -> str:
        number = right.value if isinstance(right, tree.Constant) else None
        if isinstance(number, int):
            if (op, number) in ((">=", 1), (">", 0), ("<>", 0)):
                return f"have {self._counted(rows, 'at least one')}"
            if (op, number) in (("=", 0), ("<", 1), ("<=", 0)):
                return f"have {self._counted(rows, 'no')}"
        return f"have {self._counted(rows, f'{_COUNTS[op]} {self.value(right)}', one=number == 1)}"

    def _counted(self, rows: tree.Linked, number: str, *, one: bool = False) -> str:
        return f"{number} {self.rows(rows, one=one or number == 'at least one')}"
