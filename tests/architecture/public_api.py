"""The public names and their documentation, as a list that stands in public_api.txt.

After a wanted change of the public names: python -m tests.architecture.public_api
"""

from __future__ import annotations

import ast
import inspect
import re
import types
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.architecture.sources import Finding, Source, python_sources

GOLDEN = Path(__file__).with_name("public_api.txt")
FIRST_LINE = 80

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def names_of(package: types.ModuleType) -> list[str]:
    """List the names that the package promises."""
    return list(getattr(package, "__all__", []))


def starting_points(package: types.ModuleType) -> set[str]:
    """Name the classes and functions behind the public names; a value counts as its class, a module as all that it offers."""
    things = {name: getattr(package, name, None) for name in names_of(package)}
    offered = {inner for thing in things.values() if inspect.ismodule(thing) for inner in vars(thing) if not inner.startswith("_")}
    return {*things, *offered, *(type(thing).__name__ for thing in things.values())}


def surface(package: types.ModuleType) -> str:
    """Write the public names one a line, each with what it is."""
    return "".join(f"{name}: {_kind(getattr(package, name, None))}\n" for name in names_of(package))


def undocumented_names(package: types.ModuleType) -> list[str]:
    """List the public names without a docstring of their own."""
    return [name for name in names_of(package) if not _has_docstring(getattr(package, name, None))]


def undocumented(root: Path) -> Iterator[Finding]:
    """Find modules, and public functions, classes and methods, without a docstring, whoever uses them."""
    for source in python_sources(root, "campaign_nb"):
        for node, name in [(source.tree, source.path), *_public(source.tree.body)]:
            if not ast.get_docstring(node):
                yield source.at(node, f"{name} has no docstring")


def long_winded(root: Path, names: Iterable[str]) -> Iterator[Finding]:
    """Find what users meet, starting from these names, whose docstring does not open with a line of fewer than 80 characters."""
    index: defaultdict[str, list[tuple[Source, Documented]]] = defaultdict(list)
    for source in python_sources(root, "campaign_nb"):
        for node in source.tree.body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                index[node.name].append((source, node))
    waiting, met = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in met:
            met.add(name)
            for source, node in index.get(name, ()):
                for part, part_name in _public([node]):
                    first = (ast.get_docstring(part) or "").partition("\n")[0]
                    if len(first) >= FIRST_LINE:
                        yield source.at(part, f"the first line about {part_name} has {len(first)} characters; fewer than {FIRST_LINE}")
                    waiting += _leads_to(part)


def _public(body: Iterable[ast.stmt]) -> Iterator[tuple[Documented, str]]:
    """Yield the public classes, functions and methods; overloads and setters are documented once, at what they belong to."""
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
            if not any(decorator.endswith(("overload", ".setter", ".deleter")) for decorator in decorators):
                yield node, node.name
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body)
        elif isinstance(node, ast.If | ast.Try):
            yield from _public(node.body)


def _leads_to(node: Documented) -> Iterator[str]:
    """Name what a user gets from here: the bases of a class, the types that a function returns."""
    shown = (
        node.bases if isinstance(node, ast.ClassDef) else [node.returns] if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else []
    )
    for expression in shown:
        yield from re.findall(r"[A-Z]\w+", ast.unparse(expression) if expression else "")


def _has_docstring(thing: Any) -> bool:
    """A value is documented by its class, if that is one of ours."""
    if inspect.isclass(thing) or inspect.isroutine(thing) or inspect.ismodule(thing):
        return bool(inspect.getdoc(thing))
    return type(thing).__module__.startswith("campaign_nb") and bool(inspect.getdoc(type(thing)))


def _kind(thing: Any) -> str:
    if inspect.isclass(thing):
        return "class"
    return "module" if inspect.ismodule(thing) else "function" if inspect.isroutine(thing) else f"a {type(thing).__name__}"


def main() -> None:
    """Write the list anew."""
    import campaign_nb

    GOLDEN.write_text(surface(campaign_nb), encoding="utf-8")
    print(f"{GOLDEN.name}: {len(names_of(campaign_nb))} names")


if __name__ == "__main__":
    main()
