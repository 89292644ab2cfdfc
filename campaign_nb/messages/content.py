"""Templates: Jinja's syntax read once; simple ones become values that the engine computes, others are rendered per row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from campaign_nb.errors import DefinitionError, Problem, did_you_mean
from campaign_nb.messages.plain import FILTERS, Unplain, finalize, value_of
from campaign_nb.rules import tree
from campaign_nb.steps import Population

Part: TypeAlias = Literal["html", "text", "header"]

_MOST = 200_000
_FORBIDDEN = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Macro, nodes.CallBlock, nodes.Block)


@dataclass(frozen=True, slots=True)
class Template:
    """A template of one part of a message; its values are escaped for that part.

    Nulls: a missing value prints nothing.
    """

    source: str
    part: Part

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that it reads, sorted."""
        return _names(self.source, self.part)

    def explain(self) -> str:
        """Return its source, shortened."""
        text = " ".join(self.source.split())
        return text if len(text) <= 80 else text[:79] + "…"

    def problems(self, population: Population, where: str) -> Iterator[Problem]:
        """Yield columns that the population does not have."""
        known = population.scope.row.names
        for name in self.names:
            if name not in known:
                yield Problem(where, f"no column {name!r}; {did_you_mean(name, known)}", "a column of the population", "enrich adds one")

    def value(self, population: Population) -> tree.Node | None:
        """Return the text as a value of each row, or None where it must be rendered row by row."""
        del population
        try:
            return value_of(_parsed(self.source, self.part), self.part)
        except Unplain:
            return None

    def render(self, row: Mapping[str, Any]) -> str:
        """Render it for one row.

        Errors: what the template does wrong with the row's values.
        """
        return _compiled(self.source, self.part).render(dict(row))

    def to_document(self) -> dict[str, str]:
        """Return it as JSON values."""
        return {"source": self.source, "part": self.part}

    @classmethod
    def from_document(cls, document: Mapping[str, str]) -> Template:
        """Read it back."""
        part = document.get("part")
        if part not in ("html", "text", "header"):
            raise DefinitionError(Problem("template", f"part {part!r}", "html, text or header"))
        return template(document.get("source", ""), part)


def template(source: str, part: Part) -> Template:
    """Read a template and check its syntax.

    Errors: syntax, size, includes and other statements that reach outside; a line break in a header.

    >>> template("Hello {{ first_name }}", "header").names
    ('first_name',)
    """
    where = {"html": "html template", "text": "text template", "header": "subject template"}[part]
    if not isinstance(source, str) or not source.strip():  # pyright: ignore[reportUnnecessaryIsInstance] # users
        raise DefinitionError(Problem(where, "it is empty", "text", 'subject="We miss you"'))
    if len(source) > _MOST:
        raise DefinitionError(Problem(where, f"it has {len(source):,} characters", f"at most {_MOST:,}"))
    if part == "header" and any(ord(character) < 32 or ord(character) in (127, 0x85, 0x2028, 0x2029) for character in source):
        raise DefinitionError(Problem(where, "it has a line break or a control character", "one line", 'subject="We miss you"'))
    made = Template(source, part)
    _ = made.names
    return made


@lru_cache(maxsize=512)
def _parsed(source: str, part: Part) -> nodes.Template:
    where = {"html": "html template", "text": "text template", "header": "subject template"}[part]
    try:
        parsed = _environment(part).parse(source)
        _environment(part).compile(parsed, raw=True)
    except TemplateSyntaxError as error:
        found = f"line {error.lineno}: {error.message}"
        raise DefinitionError(Problem(where, found, "Jinja's syntax", "{{ first_name }}, {% if … %}…{% endif %}")) from error
    except Exception as error:
        raise DefinitionError(Problem(where, f"it can't be read: {error}", "Jinja's syntax")) from error
    for node in parsed.find_all(_FORBIDDEN):
        name = type(node).__name__.lower()
        raise DefinitionError(Problem(where, f"line {node.lineno}: {name} reaches outside the template", "variables, conditions, loops, filters"))
    return parsed


@lru_cache(maxsize=512)
def _compiled(source: str, part: Part) -> Any:
    return _environment(part).from_string(source)


@lru_cache(maxsize=512)
def _names(source: str, part: Part) -> tuple[str, ...]:
    parsed = _parsed(source, part)
    read = {node.name for node in parsed.find_all(nodes.Name) if node.ctx == "load"}
    made = {node.name for node in parsed.find_all(nodes.Name) if node.ctx in ("store", "param")}
    return tuple(sorted(read - made - {"loop", "range"}))


@lru_cache(maxsize=3)
def _environment(part: Part) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(autoescape=part == "html", undefined=StrictUndefined, finalize=finalize(part))
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in ("default", "upper", "lower", "trim", "length", "join", "first", "last")}
    environment.filters |= FILTERS
    return environment
