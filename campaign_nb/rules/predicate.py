"""What a condition says of a value: is at least 18, is in the last 90 days, starts with 'A'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from campaign_nb.rules import tree

NEGATED: dict[tree.Operator, tree.Operator] = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
"""The comparison that is true where the other is false; both are unknown together."""

FLIPPED: dict[tree.Operator, tree.Operator] = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
"""The comparison with its sides exchanged."""

_SIZES = {"=": "", "<>": "not ", "<": "under ", "<=": "at most ", ">": "over ", ">=": "at least "}
_DATES = {"=": "", "<>": "not ", "<": "before ", "<=": "on or before ", ">": "after ", ">=": "on or after "}
_AGO = {"days_ago": "day", "months_ago": "month", "years_ago": "year"}
_MATCHES = {
    "starts_with": ("starts with", "does not start with", "starting with", "not starting with"),
    "ends_with": ("ends with", "does not end with", "ending with", "not ending with"),
    "contains": ("contains", "does not contain", "containing", "not containing"),
    "like": ("matches", "does not match", "matching", "not matching"),
}


@dataclass(frozen=True, slots=True)
class Predicate:
    """A predicate after `whose age …` (is at least 18) and after `with age …` (at least 18)."""

    full: str
    brief: str


class Speaker(Protocol):
    """What turns values into words."""

    def value(self, node: tree.Node) -> str:
        """Return a value as a phrase."""
        ...


def predicate(test: tree.Node, negated: bool, words: Speaker, temporal: bool) -> Predicate:
    """Return what a test of one value says of it."""
    no = "not " if negated else ""
    match test:
        case tree.Compare(op, _, right):
            return _is(_dated(op, right, words) if temporal else _SIZES[op] + words.value(right))
        case tree.In(_, options):
            values = [words.value(item) for item in options]
            return _is(f"{no}{values[0]}" if len(values) == 1 else f"{no}one of ({', '.join(values)})")
        case tree.Between(_, low, high):
            return _is(f"{no}between {words.value(low)} and {words.value(high)}")
        case tree.IsNull():
            return _is("known" if negated else "missing")
        case tree.IsEmpty():
            return _is(f"{no}empty")
        case tree.Truth():
            return _is("false" if negated else "true")
        case tree.TextMatch(kind, _, part):
            return _matches(kind, negated, words.value(part))
        case tree.Like(_, pattern, ignore_case):
            return _matches("like", negated, words.value(pattern) + (" in any case" if ignore_case else ""))
        case _:
            raise TypeError(f"{type(test).__name__} tests no value")


def _is(said: str) -> Predicate:
    return Predicate(f"is {said}", said)


def _matches(kind: str, negated: bool, part: str) -> Predicate:
    full, full_not, brief, brief_not = _MATCHES[kind]
    return Predicate(f"{full_not if negated else full} {part}", f"{brief_not if negated else brief} {part}")


def _dated(op: tree.Operator, right: tree.Node, words: Speaker) -> str:
    """Say a comparison with a date; the days before today have words of their own."""
    if isinstance(right, tree.Call) and right.name in _AGO and len(right.args) == 1 and op not in ("=", "<>"):
        unit, number = _AGO[right.name], words.value(right.args[0])
        units = unit if number == "1" else f"{unit}s"
        if op == ">=":
            return f"in the last {unit if number == '1' else f'{number} {units}'}"
        return f"{ {'>': 'less than', '<=': 'at least', '<': 'more than'}[op] } {number} {units} ago"
    return _DATES[op] + words.value(right)
