"""Fork: the same population on several ways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from campaign_nb.activity import Activity, Compiled, Context, Port, Rows
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.render.html import is_printable
from campaign_nb.steps import Population, Step


class Fork(Activity):
    """Send the same population on several ways at once.

    A transition that is read twice is a fork as well; this one has a node, and names for its ways.

    Shape: one input; one output per name, each with every row; columns unchanged.
    Errors: fewer than two ways, a name twice, a name that is no printable text.

    >>> import polars as pl, campaign_nb as cn
    >>> ways = cn.testing.run(cn.activities.Fork.of("mail", "text"), pl.DataFrame({"id": [1, 2]}))
    >>> {name: rows.height for name, rows in ways.items()}
    {'mail': 2, 'text': 2}
    """

    kind = "fork"
    label = "Fork"
    icon = "fork"
    family = "flow"
    rows: ClassVar[Rows] = "copies"
    named: ClassVar[str] = "ways"

    ways: tuple[str, ...]
    """The names of the ways."""

    @classmethod
    def of(cls, *ways: str) -> Self:
        """Build from the names of the ways."""
        found = [*_faults("fork", ways)]
        if found:
            raise DefinitionError(*found, subject="fork" if len(found) > 1 else "")
        return cls(ways=tuple(ways))

    def ports(self) -> tuple[Port, ...]:
        """One per way."""
        return tuple(Port(name) for name in self.ways)

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield names that can't be ways."""
        yield from _faults(f"fork {context.label!r}", self.ways)

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Pass the rows on, every way."""
        return Compiled(dict.fromkeys(self.ways, inputs[0]))


def _faults(where: str, ways: Sequence[object]) -> Iterator[Problem]:
    do = 'fork("Both", "mail", "text")'
    if len(ways) < 2:
        yield Problem(where, f"{len(ways) or 'no'} way{'s' if len(ways) != 1 else ''}", "the names of two ways or more", do)
    for name in dict.fromkeys(way for way in ways if isinstance(way, str)):
        if ways.count(name) > 1:
            yield Problem(where, f"two ways are called {name!r}", "a name of its own for each", do)
    for way in ways:
        if not isinstance(way, str) or not way.strip() or not is_printable(way):
            yield Problem(where, f"a way is called {way!r}", "a name: printable text", do)
