"""The options of an activity read back from JSON values, strictly: unknown fields, tags and types are problems."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal

from campaign_nb.activity import Activity
from campaign_nb.data.dtypes import dtype_of
from campaign_nb.errors import CampaignError, Problem, did_you_mean
from campaign_nb.graph.behaviour import rebuilt
from campaign_nb.graph.functions import function_of
from campaign_nb.graph.values import Json, kind_of
from campaign_nb.rules import tree
from campaign_nb.rules.document import from_dict
from campaign_nb.rules.literal import WORDS, read_literal

MISSING = dataclasses.MISSING


class Unreadable(Exception):
    """A JSON value is no value of an option; carries what was found, what is expected and what to do."""

    def __init__(self, what: str, expected: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what, self.expected, self.do = what, expected, do


def read_activity(
    kind: type[Activity], options: Mapping[str, Json], where: str, problems: list[Problem], *, imports: bool
) -> Activity | None:
    """Build an activity from its options; what is wrong joins the problems, and then there is no activity."""
    before = len(problems)
    values = _fields(kind, options, _Reader(kind, imports), lambda problem: problems.append(dataclasses.replace(problem, where=where)))
    if len(problems) > before:
        return None
    try:
        return kind(**values)
    except CampaignError as error:
        problems.extend(dataclasses.replace(problem, where=where) for problem in error.problems)
        return None


def _fields(kind: type[Any], given: Mapping[str, Json], reader: _Reader, report: Callable[[Problem], None]) -> dict[str, Any]:
    """Read the fields of a dataclass, each checked against its declared type."""
    fields = {item.name: item for item in dataclasses.fields(kind)}
    hints = hints_of(kind)
    values: dict[str, Any] = {}
    for name in given:
        if name not in fields:
            report(Problem("", f"no option {name!r}", did_you_mean(name, fields), "take it out"))
    for name, item in fields.items():
        try:
            if name in given:
                values[name] = fitted(reader.value(given[name]), hints[name], name)
            elif item.default is MISSING and item.default_factory is MISSING:
                report(Problem("", f"the option {name!r} is missing", "every option without a default", f'"{name}": …'))
        except Unreadable as error:
            report(Problem("", f"{name}: {error.what}", error.expected, error.do))
    return values


class _Reader:
    """Reads values; only the classes that the activity's own fields declare can be built."""

    def __init__(self, kind: type[Any], imports: bool) -> None:
        self._classes, self._imports = classes_of(kind), imports

    def value(self, given: Json) -> Any:
        """Read one value."""
        if isinstance(given, float) and not math.isfinite(given):
            raise Unreadable(f"the number {given}", "a finite number")
        if given is None or isinstance(given, bool | int | float | str):
            return given
        if isinstance(given, list):
            return tuple(self.value(item) for item in typing.cast("list[Json]", given))
        if not isinstance(given, dict):
            raise Unreadable(kind_of(given), "JSON values")
        named = typing.cast("dict[str, Json]", given)
        tag = next((name for name in named if name.startswith("$")), None)
        if tag is None:
            return {name: self.value(item) for name, item in named.items()}
        if len(named) != 1:
            raise Unreadable(f"{tag!r} stands beside other names", "a tag alone")
        return self._tagged(tag[1:], named[tag])

    def _tagged(self, tag: str, given: Json) -> Any:
        if tag in self._classes:
            return self._built(self._classes[tag], given)
        reader = {"rule": _rule, "dtype": _dtype, "names": self._names, "function": self._function}.get(tag)
        if reader is not None:
            return reader(given)
        if tag not in WORDS:
            raise Unreadable(f"an unknown kind of value ${tag}", did_you_mean(tag, [*self._classes, *WORDS, "rule", "function"]))
        try:
            return read_literal(tag, _text(given))
        except ValueError:
            raise Unreadable(f"{given!r} is no {tag}", WORDS[tag][2]) from None

    def _built(self, kind: type[Any], given: Json) -> Any:
        if hasattr(kind, "from_document"):
            try:
                return kind.from_document(given)
            except CampaignError as error:
                raise Unreadable(error.what, error.expected, error.do) from error
            except (TypeError, ValueError, KeyError, AttributeError) as error:
                raise Unreadable(f"no {kind.__name__} can be read from it") from error
        if not isinstance(given, dict):
            raise Unreadable(f"{kind.__name__} is given as {kind_of(given)}", "names and values")
        faults: list[Problem] = []
        values = _fields(kind, typing.cast("dict[str, Json]", given), self, faults.append)
        if faults:
            raise Unreadable(f"{kind.__name__}: {faults[0].what}", faults[0].expected, faults[0].do)
        defaults = {item.name: item for item in dataclasses.fields(kind) if item.name not in values}
        return rebuilt(kind, values | {name: _default(item) for name, item in defaults.items()})

    def _names(self, given: Json) -> dict[str, Any]:
        if not isinstance(given, list) or not all(_pair(item) for item in typing.cast("list[Json]", given)):
            raise Unreadable("$names is no list of pairs", "pairs of name and value")
        return {name: self.value(item) for name, item in typing.cast("list[list[Json]]", given)}

    def _function(self, given: Json) -> Any:
        reference = _text(given)
        try:
            return function_of(reference, imports=self._imports)
        except ValueError as error:
            what = f"the function {reference!r} can't be used: {error}"
            raise Unreadable(what, "a function of a loaded module", f"import {reference.partition(':')[0]}") from None


def _rule(given: Json) -> tree.Node:
    try:
        return from_dict(given)
    except CampaignError as error:
        raise Unreadable(error.what, error.expected, error.do) from error


def _dtype(given: Json) -> Any:
    try:
        return dtype_of(given)
    except ValueError as error:
        raise Unreadable(str(error), "a Polars type", '"Float64"') from None


def _text(given: Json) -> str:
    if not isinstance(given, str):
        raise Unreadable(kind_of(given), "text")
    return given


def _pair(given: Json) -> bool:
    return isinstance(given, list) and len(typing.cast("list[Json]", given)) == 2 and isinstance(given[0], str)


def _default(item: dataclasses.Field[Any]) -> Any:
    return item.default if item.default_factory is MISSING else item.default_factory()


# --------------------------------------------------------------------------------------------------------------- types


@cache
def hints_of(kind: type[Any]) -> dict[str, Any]:
    """Return the declared types of a dataclass's fields; anything where they can't be told."""
    names = [item.name for item in dataclasses.fields(kind)]
    try:
        hints = typing.get_type_hints(kind)
    except (NameError, TypeError):
        hints = {}
    return {name: hints.get(name, Any) for name in names}


@cache
def classes_of(kind: type[Any]) -> dict[str, type[Any]]:
    """Return the classes that the fields of a dataclass can hold, by name, those of their own fields too.

    >>> from campaign_nb.activities.split import Split
    >>> sorted(classes_of(Split))
    ['Control', 'Share', 'Subset']
    """
    found: dict[str, type[Any]] = {}
    stack: list[Any] = list(hints_of(kind).values())
    while stack:
        for part in _types(stack.pop()):
            holds = hasattr(part, "from_document") or dataclasses.is_dataclass(part)
            if not holds or issubclass(part, tree.Node) or part.__name__ in found:
                continue
            found[part.__name__] = part
            if dataclasses.is_dataclass(part):
                stack.extend(hints_of(part).values())
    return found


def _types(hint: Any) -> Iterator[type[Any]]:
    if isinstance(hint, type) and not typing.get_args(hint):
        yield hint
    for part in typing.get_args(hint):
        if not isinstance(part, list):
            yield from _types(part)


def fitted(value: Any, hint: Any, name: str) -> Any:
    """Return a value as its declared type wants it (a whole number where a number may have a fraction), or refuse it.

    >>> fitted(1, float, "share")
    1.0
    """
    if isinstance(value, int) and not isinstance(value, bool) and _wants_float(hint):
        return float(value)
    if not fits(value, hint):
        raise Unreadable(f"{_shown(value)} is no value of {name!r}", _words(hint))
    return value


def _wants_float(hint: Any) -> bool:
    parts = typing.get_args(hint) if _union(hint) else (hint,)
    return float in parts and int not in parts


def _union(hint: Any) -> bool:
    return typing.get_origin(hint) in (typing.Union, types.UnionType)


def fits(value: Any, hint: Any) -> bool:
    """Tell whether a value is of a declared type, as far as declared types of options go.

    >>> fits((1, 2), tuple[int, ...]), fits("x", int), fits(True, int)
    (True, False, False)
    """
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any or hint is object:
        return True
    if _union(hint):
        return any(fits(value, part) for part in args)
    if origin is Literal:
        return any(value == part and type(value) is type(part) for part in args)
    if origin is tuple:
        return isinstance(value, tuple) and _items_fit(typing.cast("tuple[Any, ...]", value), args)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(fits(item, args[1]) for item in typing.cast("Mapping[str, Any]", value).values())
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return isinstance(value, tuple) and all(fits(item, args[0]) for item in typing.cast("tuple[Any, ...]", value))
    if origin is not None:
        return not isinstance(origin, type) or isinstance(value, origin)
    if hint is None:
        return value is None
    if hint in (int, float):
        return isinstance(value, int if hint is int else int | float) and not isinstance(value, bool)
    return not isinstance(hint, type) or isinstance(value, hint)


def _items_fit(value: tuple[Any, ...], args: tuple[Any, ...]) -> bool:
    if len(args) == 2 and args[1] is Ellipsis:
        return all(fits(item, args[0]) for item in value)
    return len(value) == len(args) and all(fits(item, part) for item, part in zip(value, args, strict=True))


def _shown(value: Any) -> str:
    if isinstance(value, str | int | float | bool | None):
        return repr(value)
    return kind_of(list(value) if isinstance(value, tuple) else value)  # pyright: ignore[reportUnknownArgumentType] # any value


def _words(hint: Any) -> str:
    args = typing.get_args(hint)
    if typing.get_origin(hint) is Literal:
        return " or ".join(repr(part) for part in args)
    if _union(hint):
        return " or ".join(_words(part) for part in args)
    if hint is tree.Node:
        return "a rule"
    if hint in (bool, int, float, str, type(None)):
        return kind_of(None if hint is type(None) else hint())
    name = getattr(hint, "__name__", str(hint))
    return f"a {name.lower()}" if name.isidentifier() else name
