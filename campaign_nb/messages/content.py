"""Templates: Jinja's syntax, closed; simple ones become values that the engine computes, others are rendered per row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import nodes

from campaign_nb.errors import ActivityError, DefinitionError, Problem, did_you_mean, listed, nearest
from campaign_nb.messages import sandbox
from campaign_nb.messages.cells import CONTROLS
from campaign_nb.messages.language import MOST_CHARACTERS, WHERE, Part, columns, parsed
from campaign_nb.messages.plain import Written, written
from campaign_nb.rules import tree
from campaign_nb.rules.tree import Type
from campaign_nb.steps import Population

_CONTROL = re.compile(f"[{CONTROLS}]")
WITHOUT = "without:"
"""Begins the names of columns that tell, for each message, that a column of its templates is empty."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template of one part of a message; its values are escaped for that part.

    It has columns (`{{ first_name }}`), filters (`|default("you")`, `upper`, `lower`, `trim`, `money`, `length`, `join`,
    `first`, `last`), `{% if %}` and `{% for line in lines %}` with `line.column` and `loop.index`; no calls, no methods,
    nothing from outside. What a value holds is text: it is never read as a template.
    Nulls: a missing value prints nothing and is not true; a comparison with it is not true either. A missing list has
    no lines.
    Cost: bounded by 200,000 characters, 5,000 parts and a depth of 40 when it is written, and by 10,000 lines of loops
    and a million characters for each message. A single value may be as long as the data has it.
    """

    source: str
    part: Part

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that it reads, sorted."""
        return columns(self.source, self.part)

    def explain(self) -> str:
        """Return its source, shortened."""
        text = " ".join(self.source.split())
        return text if len(text) <= 80 else text[:79] + "…"

    def problems(self, population: Population, where: str) -> Iterator[Problem]:
        """Yield unknown columns, and values that can't be used as they are."""
        known = population.scope.row.names
        missing = [name for name in self.names if name not in known]
        for name in missing:
            near = nearest(name, known)
            hint = f"; {did_you_mean(name, known)}" if near else ""
            do = f"{{{{ {near} }}}}" if near else f'enrich("More", {name}=…) adds one'
            yield Problem(where, f"no column {name!r}{hint}", f"columns: {listed(known)}", do)
        if missing:
            return
        found = self._written(population)
        if found.misfit is not None:
            yield found.misfit.problem(where)
        elif found.value is None:
            yield from self._loops(population, where)

    def _written(self, population: Population) -> Written:
        columns = (population.scope.row.column(name) for name in self.names)
        return written(self.source, self.part, tuple(column for column in columns if column is not None))

    def _loops(self, population: Population, where: str) -> Iterator[Problem]:
        """Yield loops over columns that hold no list."""
        for node in parsed(self.source, self.part).find_all(nodes.For):
            name = node.iter.name if isinstance(node.iter, nodes.Name) else ""
            field = population.scope.row.column(name) if name in self.names else None
            if field is not None and field.type not in (Type.LIST, Type.UNKNOWN):
                what = f"line {node.lineno}: a loop over {name!r}, which is {field.type}"
                do = 'enrich("Lines", lines=customers.orders.sort("date").select("product").head(3))'
                yield Problem(where, what, "a list, such as collected lines", do)

    def value(self, population: Population) -> tree.Node | None:
        """Return the text as a value of each row.

        None where it must be rendered row by row.
        """
        return self._written(population).value

    def render(self, row: Mapping[str, Any]) -> str:
        """Render it for one row.

        Errors: a row without one of its columns; what the template does wrong with the row's values.

        >>> template("{% for o in last %}{{ o.product }};{% endfor %}", "text").render({"last": [{"product": "Tea"}]})
        'Tea;'
        """
        missing = [name for name in self.names if name not in row]
        if missing:
            what = f"no column {missing[0]!r} in the row; {did_you_mean(missing[0], row)}"
            raise ActivityError(Problem(WHERE[self.part], what, "every column that it reads", f'template.render({{"{missing[0]}": …}})'))
        return sandbox.render(self.source, self.part, row)

    def to_document(self) -> dict[str, str]:
        """Return it as JSON values."""
        return {"source": self.source, "part": self.part}

    @classmethod
    def from_document(cls, document: Mapping[str, str]) -> Template:
        """Read it back.

        Errors: as `template`; another part than html, text or header.
        """
        part = document.get("part")
        if part not in ("html", "text", "header"):
            raise DefinitionError(Problem("template", f"part {part!r}", "html, text or header", '"part": "text"'))
        return template(document.get("source", ""), part)


_EXAMPLES: Mapping[Part, str] = {
    "header": 'subject="We miss you"',
    "html": 'html="<p>Hello {{ first_name }}</p>"',
    "text": 'text="Hello {{ first_name }}"',
}


def template(source: str, part: Part) -> Template:
    """Read a template and check all that needs no data.

    Errors: syntax, size, depth; calls, `set`, includes and whatever else the language does not have; a line break in a
    subject; each with its line.

    >>> template("Hello {{ first_name }}", "header").names
    ('first_name',)
    """
    where = WHERE[part]
    if not isinstance(source, str) or not source.strip():  # pyright: ignore[reportUnnecessaryIsInstance] # users
        raise DefinitionError(Problem(where, "it is empty", "text", _EXAMPLES[part]))
    if len(source) > MOST_CHARACTERS:
        raise DefinitionError(
            Problem(where, f"it has {len(source):,} characters", f"at most {MOST_CHARACTERS:,}", "pictures are linked to, not written out")
        )
    if part == "header" and _CONTROL.search(source):
        raise DefinitionError(Problem(where, "it has a line break or a control character", "one line", 'subject="We miss you"'))
    made = Template(source, part)
    _ = made.names
    return made
