"""One method of a campaign or a transition, written out from an activity's class: signature, documentation, call."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import inspect
import itertools
import keyword
import sys
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from campaign_nb.activity import Activity
from campaign_nb.errors import CampaignError
from campaign_nb.graph.code_rules import quoted
from campaign_nb.graph.reading import hints_of

WIDTH = 140
INDENT = "    "
COMMON = [
    ("description", "str", '""', "What the activity is for, in your words."),
    ("on_error", "OnError | None", "None", "What the run does when the activity fails; as the campaign says unless given."),
    ("enabled", "bool", "True", "Whether it runs; what follows it runs with nobody from it."),
    ("breakpoint", "bool", "False", "Whether a live run halts before it until it is resumed."),
    ("when_empty", "WhenEmpty | None", "None", "Whether an output without people goes on or stops there."),
    ("max_duration", "str | None", "None", "How long it may take before there is an alert, such as 30s."),
]
"""The options that every activity has, after its own: name, type, default, documentation."""

Parameter = inspect.Parameter


@dataclass(frozen=True)
class Method:
    """A method as text, the names that its text needs, and where each comes from."""

    text: str
    names: dict[str, str]


@dataclass(frozen=True)
class Imports:
    """Import lines: of the standard library, of the package, and those that only type checkers need."""

    standard: list[str]
    package: list[str]
    guarded: list[str]

    def groups(self) -> list[list[str]]:
        """Return the groups that are imported when the module runs."""
        return [self.standard, self.package]


def method_of(kind: type[Activity], *, source: bool = False) -> Method:
    """Write the method of an activity; a source or a join belongs to campaigns, any other to transitions."""
    if not kind.kind.isidentifier() or keyword.iskeyword(kind.kind):
        raise ValueError(f"the kind {kind.kind!r} can't be the name of a method")
    signature = inspect.signature(kind.of)
    own = list(signature.parameters.values())
    several = _several(kind)
    returns = "Branches" if several else "Transition"
    joins = source and kind.inputs[0] > 1
    parameters = _parameters(kind, own, joins=joins)
    call = _call(kind, own, joins=joins, several=several)
    head = _wrapped(f"{INDENT}def {kind.kind}(", parameters, f") -> {returns}:")
    body = [*head, *_documentation(kind, own, joins=joins), *call]
    names = {kind.__name__: kind.__module__, returns: "campaign_nb.graph.transition"}
    names |= dict.fromkeys(("OnError", "WhenEmpty", "handling"), "campaign_nb.graph.handling")
    names |= {"Transition": "campaign_nb.graph.transition"} if joins or _takes_more(kind) else {}
    for text in [str(parameter.annotation) for parameter in own] + (["Sequence[Transition]"] if _takes_more(kind) and not joins else []):
        names |= _origins(kind, text)
    return Method("\n".join(body), names)


def _several(kind: type[Activity]) -> bool:
    """Tell whether the handle is branches: names of the user's own with ports of its own, or no output at all."""
    if kind.named and "ports" in vars(kind):
        return True
    try:
        return all(port.complement for port in kind.of().ports())
    except (CampaignError, TypeError):  # options without which there is none: an activity that hands people on
        return False


def _takes_more(kind: type[Activity]) -> bool:
    least, most = kind.inputs
    return least <= 1 and (most is None or most > 1)


def _parameters(kind: type[Activity], own: Sequence[Parameter], *, joins: bool) -> list[str]:
    free = any(item.kind is Parameter.VAR_KEYWORD for item in own)
    positional = [item for item in own if item.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
    named = [item for item in own if item.kind is Parameter.KEYWORD_ONLY]
    found = ["self", "label: str"] + (["/"] if free else [])
    if joins:
        found += ["*inputs: Transition", "primary: Transition | None = None", *map(_parameter, [*positional, *named])]
    else:
        star = next((f"*{item.name}: {item.annotation}" for item in own if item.kind is Parameter.VAR_POSITIONAL), "*")
        found += [*map(_parameter, positional), star, *map(_parameter, named)]
        found += ["others: Sequence[Transition] = ()"] if _takes_more(kind) else []
    found += [f"{name}: {annotation} = {default}" for name, annotation, default, _ in COMMON]
    return found + [f"**{item.name}: {item.annotation}" for item in own if item.kind is Parameter.VAR_KEYWORD]


def _parameter(item: Parameter) -> str:
    annotation = _quotes(str(item.annotation))
    return f"{item.name}: {annotation}" + ("" if item.default is Parameter.empty else f" = {_literal(item.default)}")


def _quotes(annotation: str) -> str:
    """Put the names of a Literal into double quotes, as the formatter does."""
    return annotation if '"' in annotation else annotation.replace("'", '"')


def _literal(value: object) -> str:
    if isinstance(value, str):
        return quoted(value)
    if value is None or value == () or isinstance(value, bool | int | float):
        return repr(value)
    raise ValueError(f"the default {value!r} can't be written into a signature")


def _call(kind: type[Activity], own: Sequence[Parameter], *, joins: bool, several: bool) -> list[str]:
    given: list[str] = []
    for item in own:
        positional = item.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
        stars = {Parameter.VAR_POSITIONAL: "*", Parameter.VAR_KEYWORD: "**"}.get(item.kind, "")
        given.append(f"{stars}{item.name}" if stars or positional else f"{item.name}={item.name}")
    activity = f"{kind.__name__}.of({', '.join(given)})"
    foreign = [item.name for item in own if "object" in str(item.annotation)]
    arguments = ["label", activity, "description", f"({', '.join(foreign)}{',' if len(foreign) == 1 else ''})"]
    arguments += ["inputs", "primary"] if joins else ["others"] if _takes_more(kind) else []
    if not foreign and len(arguments) == 4:
        arguments.pop()
    names = ", ".join(name for name, _, _, _ in COMMON[1:])
    arguments.append(f'handling=handling(f"{kind.kind} {{label!r}}", {names})')
    lines = _wrapped(f"{2 * INDENT}return self.{'_several' if several else '_one'}(", arguments, ")")
    long = 3 * INDENT + activity + ","
    if long not in lines or len(long) <= WIDTH:
        return lines
    at = lines.index(long)
    return [*lines[:at], *_wrapped(f"{3 * INDENT}{kind.__name__}.of(", given, "),"), *lines[at + 1 :]]


def _wrapped(start: str, items: Sequence[str], end: str) -> list[str]:
    """Lay out a bracketed list as the formatter does: on one line, else all items on the next, else one a line."""
    line = start + ", ".join(items) + end
    if len(line) <= WIDTH:
        return [line]
    outer = start[: len(start) - len(start.lstrip())]
    inner = outer + INDENT
    together = inner + ", ".join(items)
    if len(together) <= WIDTH:
        return [start, together, outer + end]
    return [start, *(f"{inner}{item}," for item in items), outer + end]


# ------------------------------------------------------------------------------------------------------- documentation


def _documentation(kind: type[Activity], own: Sequence[Parameter], *, joins: bool) -> list[str]:
    text = inspect.getdoc(kind) or ""
    prose = text.partition(">>>")[0].rstrip()
    about = field_documentation(kind)
    options = [(item.name, about.get(item.name, "")) for item in own]
    options += [("others", "Further inputs, after this transition.")] if _takes_more(kind) and not joins else []
    options += [("primary", "The input that gives the columns; the first unless named.")] if joins else []
    options += [(name, words) for name, _, _, words in COMMON]
    listed = [f"{name}: {_sentence(words)}" for name, words in options if words]
    paragraphs = [prose, "Options:\n" + "\n".join(listed)]
    lines: list[str] = []
    for paragraph in "\n\n".join(paragraphs).splitlines():
        lines += textwrap.wrap(paragraph, WIDTH - 2 * len(INDENT)) or [""]
    lines[0] = '"""' + lines[0]
    return [*((2 * INDENT + line).rstrip() for line in lines), f'{2 * INDENT}"""']


def _sentence(words: str) -> str:
    return " ".join(words.split()).rstrip(".")


def field_documentation(kind: type[Activity]) -> dict[str, str]:
    """Return the documentation of an activity's fields: the text that stands under each in its class.

    >>> from campaign_nb.activities.filter import FilterRows
    >>> field_documentation(FilterRows)
    {'rule': 'The condition that rows must meet.'}
    """
    found: dict[str, str] = {}
    for owner in reversed(kind.__mro__):
        if owner is Activity or not dataclasses.is_dataclass(owner):
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
        statements = body.body if isinstance(body, ast.ClassDef) else []
        for line, after in itertools.pairwise(statements):
            match line, after:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                    found[name] = inspect.cleandoc(words)
                case _:
                    pass
    return {name: found[name] for name in hints_of(kind) if name in found}


# ------------------------------------------------------------------------------------------------------------- imports


def _origins(kind: type[Activity], annotation: str) -> dict[str, str]:
    """Return where the names of an annotation come from, as the module that declares it imports them."""
    module = getattr(kind.of, "__module__", kind.__module__)
    source = ast.parse(inspect.getsource(sys.modules[module]))
    lines = [node for node in ast.walk(source) if isinstance(node, ast.ImportFrom)]
    imported = {alias.asname or alias.name: line.module or "" for line in lines for alias in line.names}
    names = {node.id for node in ast.walk(ast.parse(annotation, mode="eval")) if isinstance(node, ast.Name)}
    extra = {"Sequence": "collections.abc", "Transition": "campaign_nb.graph.transition"}
    return {name: imported.get(name) or extra.get(name) or module for name in sorted(names) if not hasattr(builtins, name)}


def imports_of(methods: Iterable[Method]) -> Imports:
    """Return the import lines that methods need together, sorted."""
    origins: dict[str, set[str]] = {"campaign_nb.graph.fluent": {"Fluent"}}
    for method in methods:
        for name, module in method.names.items():
            origins.setdefault(module, set()).add(name)
    guarded = origins.pop("campaign_nb.graph.transition", set())
    if guarded:
        origins.setdefault("typing", set()).add("TYPE_CHECKING")
    lines = {module: f"from {module} import {', '.join(sorted(names, key=_isort))}" for module, names in sorted(origins.items())}
    standard = [line for module, line in lines.items() if module.partition(".")[0] in sys.stdlib_module_names]
    package = [line for module, line in lines.items() if module.partition(".")[0] not in sys.stdlib_module_names]
    behind = [f"from campaign_nb.graph.transition import {', '.join(sorted(guarded))}"] if guarded else []
    return Imports(standard, package, behind)


def _isort(name: str) -> tuple[int, str]:
    """Sort constants first, then classes, then the rest, as the import sorter does."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name)
