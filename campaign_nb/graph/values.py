"""The options of an activity as JSON values: written with a tag where JSON has no word for the value."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from campaign_nb.activity import Activity
from campaign_nb.data.dtypes import dtype_document, is_dtype
from campaign_nb.data.functions import reference_of
from campaign_nb.errors import Problem
from campaign_nb.graph.functions import HERE, fingerprint
from campaign_nb.rules import tree
from campaign_nb.rules.document import to_dict
from campaign_nb.rules.literal import word_of, written

Json: TypeAlias = Any


class Unwritable(Exception):
    """A value has no form in a document; carries what was found, what is expected and what to do."""

    def __init__(self, what: str, expected: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what, self.expected, self.do = what, expected, do


_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "names and values",
    type(None): "null",
}


def kind_of(value: object) -> str:
    """Return what a JSON value is, in words.

    >>> kind_of([1]), kind_of(None)
    ('a list', 'null')
    """
    return _KINDS.get(type(value), f"a {type(value).__name__}")


def written_options(activity: Activity, where: str, problems: list[Problem], *, strict: bool = True) -> dict[str, Json]:
    """Return the options that differ from their defaults as JSON values; what can't be written joins the problems."""
    found: dict[str, Json] = {}
    for item in dataclasses.fields(activity):  # pyright: ignore[reportArgumentType] # every activity is a dataclass
        value = getattr(activity, item.name)
        if is_default(item, value):
            continue
        try:
            found[item.name] = to_json(value, strict=strict)
        except Unwritable as error:
            problems.append(Problem(where, f"{item.name}: {error.what}", error.expected, error.do))
    return found


def is_default(item: dataclasses.Field[Any], value: object) -> bool:
    """Tell whether a field has its default, in value and in type, so that 1 and True differ."""
    default: object = item.default
    if item.default_factory is not dataclasses.MISSING:
        default = item.default_factory()
    return value is default or (type(value) is type(default) and bool(value == default))


def to_json(value: Any, *, strict: bool = True) -> Json:
    """Return any option's value as JSON; not strict: a function that can't be imported becomes a fingerprint.

    >>> to_json({"A": 0.5, "wait": dt.timedelta(days=3)})
    {'A': 0.5, 'wait': {'$interval': 'P3DT0S'}}
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Unwritable(f"the number {value}", "a finite number")
        return value
    if isinstance(value, tree.Node):
        return {"$rule": to_dict(value)}
    if isinstance(value, Mapping):
        return _mapping(value, strict=strict)  # pyright: ignore[reportUnknownArgumentType] # any option
    if isinstance(value, tuple | list):
        return [to_json(item, strict=strict) for item in value]  # pyright: ignore[reportUnknownVariableType] # any option
    if isinstance(value, Decimal | dt.date | dt.time | dt.timedelta):
        return {f"${word_of(value)}": written(value)}
    return _tagged(value, strict=strict)


def _mapping(value: Mapping[Any, Any], *, strict: bool) -> Json:
    if not all(isinstance(name, str) for name in value):
        raise Unwritable("names that are no text", "text")
    found = {name: to_json(item, strict=strict) for name, item in value.items()}
    return {"$names": [[name, item] for name, item in found.items()]} if any(name.startswith("$") for name in found) else found


def _tagged(value: Any, *, strict: bool) -> Json:
    name = type(value).__name__
    if is_dtype(value):
        try:
            return {"$dtype": dtype_document(value)}
        except TypeError as error:
            raise Unwritable(str(error), "a type that a file can hold", "pl.Float64") from None
    if hasattr(value, "to_document"):
        return {f"${name}": value.to_document()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [item for item in dataclasses.fields(value) if not is_default(item, getattr(value, item.name))]
        return {f"${name}": {item.name: to_json(getattr(value, item.name), strict=strict) for item in fields}}
    if callable(value):
        return {"$function": _function(value, strict=strict)}
    raise Unwritable(f"a {name} has no form in a document", "plain values, rules, or a class with to_document and from_document")


def _function(function: Any, *, strict: bool) -> str:
    reference = reference_of(function)
    if reference is not None:
        return reference
    if not strict:
        return f"{HERE}{fingerprint(function)}"
    name = getattr(function, "__qualname__", type(function).__name__)
    raise Unwritable(
        f"the function {name!r} lives in this notebook only", "a function that another kernel can import", "from my_functions import score"
    )
