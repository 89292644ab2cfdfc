"""The language of templates: a closed part of Jinja's, with bounds; what is outside of it is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from campaign_nb.errors import DefinitionError, Problem, did_you_mean, listed
from campaign_nb.messages.places import LINK, Misplaced, mark_links

Part: TypeAlias = Literal["html", "text", "header"]

WHERE = {"html": "html template", "text": "text template", "header": "subject template"}
MOST_CHARACTERS = 200_000
MOST_NODES = 5_000
MOST_DEPTH = 40

FILTERS = ("default", "upper", "lower", "trim", "money", "length", "join", "first", "last")
LOOP = ("index", "index0", "revindex", "revindex0", "first", "last", "length")
_EXPECTED = "text, {{ column }}, filters, {% if %}, {% for %}"
_PARTS: tuple[type[nodes.Node], ...] = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Name, nodes.Const, nodes.List),
    *(nodes.Filter, nodes.Keyword, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr),
    *(nodes.Getattr, nodes.Getitem, nodes.Concat, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.Neg),
)
_ARITHMETIC = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.Neg)
_REFUSED: dict[type[nodes.Node], str] = {
    nodes.Call: "a call; values have filters, no functions and no methods",
    nodes.Assign: "set; a value of its own is made with enrich",
    nodes.AssignBlock: "set; a value of its own is made with enrich",
    nodes.Include: "include reaches outside of the template",
    nodes.Import: "import reaches outside of the template",
    nodes.FromImport: "import reaches outside of the template",
    nodes.Extends: "extends reaches outside of the template",
    nodes.Block: "block; a template stands for itself",
    nodes.Macro: "macro; a template stands for itself",
    nodes.Scope: "autoescape; values are always escaped for the part they stand in",
    nodes.Pow: "a power; numbers are added, subtracted, multiplied and divided",
    nodes.Tuple: "several names or values in parentheses; a list is written [1, 2], a loop has one name",
}


EXAMPLE = "{{ first_name }}, {% if … %}…{% endif %}"


class Misuse(Exception):
    """A template says something that the language does not have; the line, what, what is expected."""

    def __init__(self, what: str, expected: str = _EXPECTED) -> None:
        super().__init__(what)
        self.what, self.expected, self.line = what, expected, 1


@lru_cache(maxsize=3)
def reader(part: Part) -> ImmutableSandboxedEnvironment:
    """Return what reads templates of a part."""
    return bare(part, dict.fromkeys((*FILTERS, LINK), str))


def bare(part: Part, filters: Mapping[str, Callable[..., Any]]) -> ImmutableSandboxedEnvironment:
    """Return a sandbox that has these filters and nothing else; it escapes values where the part is HTML."""
    environment = ImmutableSandboxedEnvironment(autoescape=part == "html", undefined=StrictUndefined)
    environment.globals.clear()
    known: Any = environment
    known.filters = dict(filters)
    return environment


@lru_cache(maxsize=512)
def parsed(source: str, part: Part) -> nodes.Template:
    """Return a template's syntax tree, which is not to be changed: it is shared.

    Errors: as `fresh`.
    """
    return fresh(source, part)


def fresh(source: str, part: Part) -> nodes.Template:
    """Read a template.

    Errors: Jinja's syntax, what the language does not have, values where HTML can't hold them, more than the bounds
    allow; each with its line.
    """
    where = WHERE[part]
    try:
        tree = reader(part).parse(source)
        _check(tree)
        if part == "html":
            mark_links(tree)
    except TemplateSyntaxError as error:
        found = f"line {error.lineno}: {error.message}"
        raise DefinitionError(Problem(where, found, "Jinja's syntax", EXAMPLE)) from error
    except (Misuse, Misplaced) as misuse:
        raise DefinitionError(Problem(where, f"line {misuse.line}: {misuse.what}", misuse.expected, EXAMPLE)) from misuse
    except RecursionError as error:
        raise DefinitionError(Problem(where, "it is nested too deeply", f"a depth of at most {MOST_DEPTH}", EXAMPLE)) from error
    except (ValueError, OverflowError) as error:
        raise DefinitionError(Problem(where, "a number in it is too long", "at most 4,300 digits", EXAMPLE)) from error
    return tree


@lru_cache(maxsize=512)
def columns(source: str, part: Part) -> tuple[str, ...]:
    """Return the columns that a template reads, sorted; names of its loops are none."""
    return tuple(sorted(find_undeclared_variables(fresh(source, part))))  # it folds constants in the tree that it reads


def _check(tree: nodes.Template) -> None:
    """Walk without recursion, so that no depth of the tree can overflow the stack."""
    stack: list[tuple[nodes.Node, int, int, int]] = [(tree, 0, 0, 1)]
    count = 0
    while stack:
        node, depth, loops, line = stack.pop()
        count, line = count + 1, node.lineno or line
        try:
            if depth > MOST_DEPTH or count > MOST_NODES:
                what = "it is nested too deeply" if depth > MOST_DEPTH else "it is too large"
                raise Misuse(what, f"a depth of at most {MOST_DEPTH} and {MOST_NODES:,} parts")
            _check_node(node, loops)
        except Misuse as misuse:
            misuse.line = line
            raise
        inside = loops + isinstance(node, nodes.For)
        stack.extend((child, depth + 1, inside, line) for child in _children(node, loops))


def _children(node: nodes.Node, loops: int) -> Iterator[nodes.Node]:
    """Yield what is below a node; `loop.index` has nothing below that needs a check."""
    if isinstance(node, nodes.Getattr) and loops and isinstance(node.node, nodes.Name) and node.node.name == "loop":
        return
    yield from node.iter_child_nodes()


def _check_node(node: nodes.Node, loops: int) -> None:
    if not isinstance(node, _PARTS):
        name = type(node).__name__.lower()
        raise Misuse(next((text for kind, text in _REFUSED.items() if isinstance(node, kind)), f"{name} is not known here"))
    if isinstance(node, nodes.Filter):
        if node.name not in FILTERS:
            raise Misuse(f"no filter {node.name!r}; {did_you_mean(node.name, FILTERS)}", f"filters: {listed(FILTERS)}")
        if node.node is None or node.dyn_args is not None or node.dyn_kwargs is not None:
            raise Misuse(f"the filter {node.name!r} without a value of its own")
    elif isinstance(node, nodes.Test) and (node.name != "none" or node.args or node.kwargs):
        raise Misuse(f"the test 'is {node.name}'", "is none, is not none, or the value itself: {% if name %}")
    elif isinstance(node, nodes.For) and (node.recursive or not isinstance(node.target, nodes.Name)):
        raise Misuse("a loop with several names, or a recursive one", "{% for line in lines %}…{% endfor %}")
    elif isinstance(node, nodes.Getattr | nodes.Getitem):
        _check_part(node, loops)
    elif isinstance(node, nodes.Name) and node.name == "loop":
        raise Misuse("loop outside of a loop, or by itself", f"one of: {listed([f'loop.{name}' for name in LOOP])}")
    elif isinstance(node, _ARITHMETIC) and any(
        isinstance(side, nodes.Const) and isinstance(side.value, str) for side in node.iter_child_nodes()
    ):
        raise Misuse(f"{node.operator} of a text", "two numbers; texts are joined by ~")
    elif isinstance(node, nodes.Const) and not isinstance(node.value, bool | int | float | str | None):
        raise Misuse(f"a {type(node.value).__name__} literal")


def _check_part(node: nodes.Getattr | nodes.Getitem, loops: int) -> None:
    """Names that Python keeps for itself are nobody's columns; of `loop` only what counts."""
    named = node.attr if isinstance(node, nodes.Getattr) else node.arg.value if isinstance(node.arg, nodes.Const) else None
    if isinstance(named, str) and named.startswith("_"):
        raise Misuse(f"the name {named!r}, which begins with an underscore", "a column's name")
    if (
        isinstance(node, nodes.Getattr)
        and loops
        and isinstance(node.node, nodes.Name)
        and node.node.name == "loop"
        and node.attr not in LOOP
    ):
        raise Misuse(f"loop.{node.attr}; {did_you_mean(node.attr, LOOP)}", f"one of: {listed([f'loop.{name}' for name in LOOP])}")
