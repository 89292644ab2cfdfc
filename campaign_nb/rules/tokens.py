"""A rule's text cut into words, numbers, quoted texts and signs, with the place of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NoReturn, TypeAlias

from campaign_nb.errors import DefinitionError, Problem

MAX_BYTES = 100_000

Kind: TypeAlias = Literal["number", "text", "name", "word", "sign", "end"]

RESERVED = frozenset(
    ("and", "or", "not", "is", "null", "in", "between", "like", "ilike", "case", "when", "then", "else", "end", "true", "false")
)
"""Words that can't be names unless quoted, in upper or lower case."""

_TOKEN = re.compile(
    r"""\s*+(?:
      (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<text>'(?:[^']|'')*+')
    | (?P<name>"(?:[^"]|"")*+")
    | (?P<word>[^\W\d]\w*)
    | (?P<sign><>|!=|<=|>=|==|\|\||&&|--|/\*|[-+*/%=<>().,:&|~!;{}\[\]?^@\#$\\])
    )""",
    re.VERBOSE,
)

_MEANT = {
    "==": "one = sign",
    "--": "no comment; brackets round a negative number",
    "/*": "no comment",
    "&": "the word and",
    "&&": "the word and",
    "|": "the word or",
    "~": "the word not",
    "!": "the word not",
    "^": "* for products",
    "{": "round brackets",
    "[": "round brackets",
}


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a rule's text; `text` is its content without quotes."""

    kind: Kind
    text: str
    at: int

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these words, in upper or lower case, not quoted."""
        return self.kind == "word" and self.text.lower() in words

    def is_sign(self, *signs: str) -> bool:
        """Whether it is one of these signs."""
        return self.kind == "sign" and self.text in signs


EXAMPLE = "age >= 18 and country = 'FR'"
"""A condition, for messages about a text that is none."""


@dataclass(frozen=True, slots=True)
class Place:
    """A rule's text and what it belongs to, for messages that say where."""

    where: str
    text: str

    def __call__(self, at: int) -> str:
        """Return the place of a character, with what follows it."""
        follows = self.text[at : at + 30].strip()
        return f"{self.where}, character {at + 1}" + (f", at: {follows}" if follows else "")

    def refuse(self, at: int, what: str, expected: str, do: str = EXAMPLE) -> NoReturn:
        """Raise a DefinitionError about a place."""
        raise DefinitionError(Problem(self(at), what, expected, do))


def tokens(place: Place) -> list[Token]:
    """Cut a rule's text into tokens, an end mark last.

    Errors: a text beyond 100 kB, an unclosed quote, a sign that rules do not know.

    >>> [token.text for token in tokens(Place("rule", "age >= 18"))]
    ['age', '>=', '18', '']
    """
    text = place.text
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        limit = f"at most {MAX_BYTES // 1000} kB"
        raise DefinitionError(
            Problem(place.where, f"a text of {len(text):,} characters", limit, "a long list stands in a table of its own")
        )
    found: list[Token] = []
    at = 0
    while match := _TOKEN.match(text, at):
        kind = match.lastgroup
        content = match[kind or 0]
        start = match.start(kind or 0)
        if kind in ("text", "name"):
            content = content[1:-1].replace(content[0] * 2, content[0])
        elif kind == "sign" and content in _MEANT:
            place.refuse(start, f"the sign {content!r}", _MEANT[content], "age >= 18 and country = 'FR'")
        found.append(Token(kind, content, start))  # type: ignore[arg-type] # the pattern's group names are the kinds
        at = match.end()
    if rest := text[at:].lstrip():
        start = len(text) - len(rest)
        if rest[0] in "'\"":
            place.refuse(start, "a quote is not closed", f"a closing {rest[0]}; a quote inside is doubled", "name = 'O''Brien'")
        place.refuse(start, f"the character {rest[0]!r}", "names, numbers, 'texts' and operators")
    return [*found, Token("end", "", len(text))]


def quoted(name: str) -> str:
    """Write a name, in double quotes unless it is a plain word.

    >>> quoted("age"), quoted("any name"), quoted("in")
    ('age', '"any name"', '"in"')
    """
    plain = re.fullmatch(r"[^\W\d]\w*", name) is not None and name.lower() not in RESERVED and name != "col"
    return name if plain else '"' + name.replace('"', '""') + '"'
