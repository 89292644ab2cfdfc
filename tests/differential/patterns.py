"""LIKE in plain Python; nothing of the package imported."""

from __future__ import annotations


def fold(character: str) -> str:
    """Simple case folding: one character stays one character."""
    return next((form for form in (character.casefold(), character.lower()) if len(form) == 1), character)


def wildcards(pattern: str, ignore_case: bool) -> list[str | bool]:
    """A pattern as characters, True for any text, False for any one character."""
    found, rest = list[str | bool](), iter(pattern)
    for character in rest:
        taken = next(rest, "\\") if character == "\\" else None
        plain = taken if taken is not None else character if character not in "%_" else None
        found.append((fold(plain) if ignore_case else plain) if plain is not None else character == "%")
    return found


def matches(text: list[str], parts: list[str | bool]) -> bool:
    """Match by positions reached so far."""
    reached = {0}
    for part in parts:
        if part is True:
            reached = set(range(min(reached, default=len(text) + 1), len(text) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(text) and (part is False or text[at] == part)}
    return len(text) in reached
