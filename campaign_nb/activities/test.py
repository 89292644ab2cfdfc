"""Test: send everybody one way or another, by how many they are or by variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Self

from campaign_nb.activity import Activity, Compiled, Context, Port, rule_problems
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.render.html import is_printable
from campaign_nb.rules import tree
from campaign_nb.rules.parse import node_of_rule
from campaign_nb.steps import Population, Step

OTHERWISE = "otherwise"
_DO = "x.test('Enough?', enough=x.size > 10_000).otherwise"
_OF_ROWS = (tree.Column, tree.Linked, tree.Window, tree.Behaviour, tree.Everybody)


class ConditionTest(Activity):
    """Send the whole population one way.

    That is the first whose condition is true, else `otherwise`.
    A condition compares sizes of transitions (`x.size > 10_000`, `x.size.previous` in the live run before) and variables
    (`cn.var("channel") == "sms"`); it holds for everybody at once. What follows a way that was not taken does not run.

    Shape: one input; one output per condition and `otherwise`; columns unchanged.
    Nulls: a condition that is unknown, as a size compared with a run before that was none, is not taken.
    Errors: no condition, a condition on rows, the size of what comes after the test, an unknown transition.

    >>> import polars as pl, campaign_nb as cn
    >>> ways = cn.testing.run(cn.activities.ConditionTest.of(many="size('Input') > 1"), pl.DataFrame({"id": [1]}))
    >>> {name: rows.height for name, rows in ways.items()}
    {'many': 0, 'otherwise': 1}
    """

    kind = "test"
    label = "Test"
    icon = "test"
    family = "flow"
    named: ClassVar[str] = "ways"
    barrier = "before"
    decides = True

    ways: Mapping[str, tree.Node]
    """The conditions by name, in order."""

    @classmethod
    def of(cls, ways: Mapping[str, object] | None = None, **named: object) -> Self:
        """Build from names and conditions: of sizes and variables, or as text."""
        given = {**(ways or {}), **named}
        if not given:
            raise DefinitionError(Problem("test", "no condition is named", "at least one", _DO))
        found = [problem for name in given for problem in _name_faults("test", name)]
        if found:
            raise DefinitionError(*found, subject="test" if len(found) > 1 else "")
        return cls(ways={name: node_of_rule(value) for name, value in given.items()})

    def ports(self) -> tuple[Port, ...]:
        """One per condition and the other way."""
        return (*(Port(name) for name in self.ways), Port(OTHERWISE))

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield conditions that are none of a run."""
        where = f"test {context.label!r}"
        if not self.ways:
            yield Problem(where, "no condition is named", "at least one", _DO)
        for name, node in self.ways.items():
            here = f"{where}, {name!r}"
            yield from _name_faults(where, name)
            if any(isinstance(item, _OF_ROWS) for item in node.walk()):
                what = "its condition differs from row to row"
                yield Problem(here, what, "sizes and variables; split and filter look at rows", _DO)
            else:
                yield from rule_problems(inputs[0], node, here)

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Pass the rows on, whichever way; the run closes the others."""
        return Compiled(dict.fromkeys((*self.ways, OTHERWISE), inputs[0]), ways=tuple(self.ways.items()), otherwise=OTHERWISE)


def _name_faults(where: str, name: object) -> Iterator[Problem]:
    if name == OTHERWISE:
        yield Problem(where, f"a condition is called {OTHERWISE!r}", "another name: it is the way when no condition is true", _DO)
    elif not isinstance(name, str) or not name.strip() or not is_printable(name):
        yield Problem(where, f"a condition is called {name!r}", "a name: printable text", _DO)
