"""Rules as JSON: one object per node, named and with the fields of its class; only the closed tree can be read."""

from __future__ import annotations

import json
import re
import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import Any, Literal, NoReturn, cast

from campaign_nb.errors import DefinitionError, Problem, did_you_mean
from campaign_nb.rules import tree
from campaign_nb.rules.literal import LEAST_INTEGER, MOST_INTEGER, WORDS, read_literal, word_of, written
from campaign_nb.rules.text import check_size

MAX_BYTES = 2_000_000
MAX_NESTING = 4 * tree.MAX_DEPTH
"""How deep brackets may go in a document: an object and up to three lists for each node."""

_EXACT = 2**53
"""Beyond it a whole number is written as text, since other readers of JSON hold numbers as floats."""
WRITE = "rule.to_json() writes one"


class _Bad(Exception):
    """Something in a document that is no rule; carries the path to it."""

    def __init__(self, path: str, what: str, expected: str = "") -> None:
        super().__init__(what)
        self.path, self.what, self.expected = path, what, expected


Encode = Callable[[Any], Any]
Decode = Callable[[Any, str, int], Any]


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of a node: how it is written and read, and its default (MISSING: required)."""

    name: str
    encode: Encode
    decode: Decode
    default: Any


# ------------------------------------------------------------------------------------------------------------- public


def to_json(node: tree.Node) -> str:
    """Write a rule or a value as JSON.

    >>> to_json(tree.IsNull(tree.Column("email")))
    '{"node": "is_null", "value": {"node": "column", "name": "email"}}'
    """
    return json.dumps(to_dict(node), allow_nan=False)


def from_json(text: str, where: str = "rule") -> tree.Node:
    """Read a rule or a value from JSON.

    Errors: what is no JSON, duplicate keys, NaN and infinities, unknown nodes and fields, wrong types, too deep, too large.

    >>> from_json('{"node": "constant", "value": {"date": "2026-07-01"}}')
    Constant(value=datetime.date(2026, 7, 1))
    """
    return from_dict(load(text, where), where)


def to_dict(node: tree.Node) -> dict[str, Any]:
    """Write a rule or a value as JSON-able data, to stand inside a larger document.

    Errors: a rule too deep or too large, a number that JSON can't hold.
    """
    check_size(node)
    return _encode(node)


def from_dict(data: Any, where: str = "rule") -> tree.Node:
    """Read a rule or a value from JSON-able data.

    Errors: unknown nodes and fields, wrong types, too deep, too large.
    """
    try:
        node = _decode(data, "", 1)
    except _Bad as bad:
        raise DefinitionError(Problem(f"{where}{bad.path and f', at {bad.path}'}", bad.what, bad.expected, WRITE)) from None
    check_size(node, where)
    return node


def load(text: str, where: str) -> Any:
    """Parse JSON strictly: no duplicate keys, no NaN, no infinity, no depth that would exhaust the parser."""
    if len(text) > MAX_BYTES:
        raise DefinitionError(Problem(where, f"a document of {len(text):,} characters", f"at most {MAX_BYTES:,}", WRITE))
    if _nesting(text) > MAX_NESTING:
        raise DefinitionError(Problem(where, "the document is too deep", f"at most {MAX_NESTING} brackets", WRITE))

    def number(digits: str) -> float:
        if (value := float(digits)) in (float("inf"), float("-inf")):
            raise _Bad("", "a number is too large", "at most 1.7e308")
        return value

    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant, parse_float=number)
    except _Bad as bad:
        raise DefinitionError(Problem(where, bad.what, bad.expected, WRITE)) from None
    except json.JSONDecodeError as error:
        raise DefinitionError(
            Problem(
                f"{where}, line {error.lineno} character {error.colno}", f"it is no JSON: {error.msg}", "the text that to_json wrote", WRITE
            )
        ) from None
    except ValueError as error:  # a whole number of thousands of digits
        raise DefinitionError(Problem(where, "a number is too large", "at most 64 bits", WRITE)) from error


# --------------------------------------------------------------------------------------------------------------- text


def _nesting(text: str) -> int:
    depth = deepest = 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', text, re.DOTALL):
        sign = found[0]
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Bad("", f"the key {twice!r} stands twice in one object", "each key once")
    return found


def _no_constant(name: str) -> NoReturn:
    raise _Bad("", f"the number {name}", "a finite number, or null")


# -------------------------------------------------------------------------------------------------------------- nodes


def _encode(node: tree.Node) -> dict[str, Any]:
    found: dict[str, Any] = {"node": _NAMES[type(node)]}
    for field in _FIELDS[type(node)]:
        value = getattr(node, field.name)
        if field.default is MISSING or value != field.default:
            found[field.name] = field.encode(value)
    return found


def _decode(data: Any, path: str, depth: int) -> tree.Node:
    if depth > tree.MAX_DEPTH:
        raise _Bad(path[:60], "the rule is too deep", f"a depth of at most {tree.MAX_DEPTH}")
    if not isinstance(data, dict):
        raise _Bad(path, f"{_kind(data)} where a node is expected", 'an object such as {"node": "column", "name": "age"}')
    given = cast("dict[str, Any]", data)
    name = given.get("node")
    kind = _CLASSES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise _Bad(path, f"no node {name!r}", did_you_mean(str(name), _CLASSES))
    here = f"{path}.{name}" if path else str(name)
    known = {field.name: field for field in _FIELDS[kind]}
    for key in given:
        if key != "node" and key not in known:
            raise _Bad(here, f"no field {key!r}", did_you_mean(str(key), known))
    values: dict[str, Any] = {}
    for field in known.values():
        if field.name in given:
            values[field.name] = field.decode(given[field.name], f"{here}.{field.name}", depth)
        elif field.default is MISSING:
            raise _Bad(here, f"the field {field.name!r} is missing", f"fields: {', '.join(known)}")
    return _whole(kind(**values), here)


def _whole(node: tree.Node, path: str) -> tree.Node:
    """Refuse nodes that no rule has: empty groups, an aggregate of nothing."""
    match node:
        case tree.And(()) | tree.Or(()) | tree.In(_, ()) | tree.Case(()) | tree.Linked(()):
            raise _Bad(path, "it has no part", "at least one")
        case tree.Aggregate(function, _, None) if function != "count":
            raise _Bad(path, f"{function} of no value", "a value")
        case tree.Aggregate(function, separator=separator) if separator != "," and function != "string_agg":
            raise _Bad(path, f"{function} has no separator", "a separator in string_agg alone")
        case tree.Window(function, value) if (value is None) != (function == "row_num") and not (function == "count" and value is None):
            raise _Bad(path, f"{function} of {'no value' if value is None else 'a value'}", "a value for an aggregate, none for row_num")
        case tree.Window("random" | "new_uuid" as function, value) if not _is_text(value):
            raise _Bad(path, f"{function} without a seed", "a text, which may be empty")
        case tree.Lines(n=n) if n < 1:
            raise _Bad(path, f"n is {n}", "at least 1")
        case tree.Behaviour(event) if event not in tree.EVENTS:
            raise _Bad(path, f"no event {event!r}", did_you_mean(event, tree.EVENTS))
        case _:
            return node


def _is_text(node: tree.Node | None) -> bool:
    return isinstance(node, tree.Constant) and isinstance(node.value, str)


# ------------------------------------------------------------------------------------------------------------- fields


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", int: "a number", float: "a number"}
    return "null" if value is None else names.get(cast("type[Any]", type(value)), type(value).__name__)


def _plain(kind: type, name: str) -> tuple[Encode, Decode]:
    def decode(data: Any, path: str, depth: int) -> Any:
        if type(data) is not kind:
            raise _Bad(path, f"{_kind(data)} where {name} is expected")
        return data

    return lambda value: value, decode


def _choice(options: tuple[str, ...]) -> tuple[Encode, Decode]:
    def decode(data: Any, path: str, depth: int) -> Any:
        if data not in options:
            raise _Bad(path, f"{data!r}" if isinstance(data, str) else _kind(data), f"one of: {', '.join(options)}")
        return data

    return lambda value: value, decode


def _node(kind: type[tree.Node]) -> tuple[Encode, Decode]:
    def decode(data: Any, path: str, depth: int) -> Any:
        node = _decode(data, path, depth + 1)
        if not isinstance(node, kind) or (kind is tree.Node and not isinstance(node, _EVERYWHERE)):
            expected = _NAMES.get(kind, "a condition or a value")
            raise _Bad(path, f"{_NAMES[type(node)]} does not stand here", expected)
        return node

    return _encode, decode


def _optional(codec: tuple[Encode, Decode]) -> tuple[Encode, Decode]:
    encode, decode = codec
    return (
        lambda value: None if value is None else encode(value),
        lambda data, path, depth: None if data is None else decode(data, path, depth),
    )


def _many(codecs: tuple[tuple[Encode, Decode], ...], repeated: bool) -> tuple[Encode, Decode]:
    def decode(data: Any, path: str, depth: int) -> Any:
        if not isinstance(data, list):
            raise _Bad(path, f"{_kind(data)} where a list is expected")
        items = cast("list[Any]", data)
        if not repeated and len(items) != len(codecs):
            raise _Bad(path, f"a list of {len(items)}", f"a list of {len(codecs)}")
        return tuple(_at(codecs, n)[1](item, f"{path}[{n}]", depth) for n, item in enumerate(items))

    return lambda value: [_at(codecs, n)[0](item) for n, item in enumerate(value)], decode


def _at(codecs: tuple[tuple[Encode, Decode], ...], position: int) -> tuple[Encode, Decode]:
    return codecs[min(position, len(codecs) - 1)]


def _write_scalar(value: tree.Scalar) -> Any:
    if isinstance(value, float) and value.is_integer():
        return {"float": value}
    if isinstance(value, float) and value - value != 0:
        raise DefinitionError(Problem("rule", "a number that is not finite", "a finite number, or null", "customers.age >= 18"))
    if isinstance(value, int) and abs(value) > _EXACT:
        return {"integer": str(value)}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return {word_of(value): written(value)}


def _read_scalar(data: Any, path: str, depth: int) -> tree.Scalar:
    if isinstance(data, list) or (isinstance(data, int) and not LEAST_INTEGER <= data <= MOST_INTEGER):
        raise _Bad(path, f"{_kind(data)} is no literal", "a text, a number of at most 64 bits, true, false, null or a marked literal")
    if not isinstance(data, dict):
        return data
    marks = cast("dict[str, Any]", data)
    mark, content = next(iter(marks.items())) if len(marks) == 1 else ("", None)
    if mark == "float" and isinstance(content, int | float) and not isinstance(content, bool):
        return float(content)
    try:
        if mark == "integer" and isinstance(content, str) and re.fullmatch(r"-?[0-9]{1,19}", content):
            return _read_scalar(int(content), path, depth)
        if mark in WORDS and isinstance(content, str):
            return read_literal(mark, content)
    except ValueError:
        raise _Bad(path, f"no {mark} in {mark!r}", f'as in {{"{mark}": "{WORDS[mark][2]}"}}') from None
    raise _Bad(path, "an object is no literal", f"one of: {', '.join(WORDS)}, float, integer, each with its text")


def _codec(hint: Any) -> tuple[Encode, Decode]:
    """Return how a field of a type is written and read, from the class's annotation alone."""
    if hint == tree.Scalar:
        return _write_scalar, _read_scalar
    if hint in (str, int, bool):
        return _plain(hint, {str: "a text", int: "a whole number", bool: "true or false"}[hint])
    if isinstance(hint, type) and issubclass(hint, tree.Node):
        return _node(hint)
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return _choice(args)
    if origin is tuple:
        repeated = args[-1] is Ellipsis
        return _many(tuple(_codec(arg) for arg in args if arg is not Ellipsis), repeated)
    if origin in (types.UnionType, typing.Union):
        return _optional(_codec(next(arg for arg in args if arg is not type(None))))
    raise TypeError(f"a field of type {hint} has no JSON form")


def _fields_of(kind: type[tree.Node]) -> tuple[_Field, ...]:
    hints = typing.get_type_hints(kind)
    found = fields(kind)  # type: ignore[arg-type] # every node is a dataclass
    return tuple(_Field(item.name, *_codec(hints[item.name]), item.default) for item in found)


_PARTS: tuple[type[tree.Node], ...] = (tree.LinkStep, tree.Linked, tree.Order)
_EVERYWHERE: tuple[type[tree.Node], ...] = (*tree.RULES, *tree.VALUES, *tree.OF_RUNS, tree.Lines)
_NAMES: dict[type[tree.Node], str] = {kind: re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower() for kind in (*_EVERYWHERE, *_PARTS)}
_CLASSES = {name: kind for kind, name in _NAMES.items()}
_FIELDS = {kind: _fields_of(kind) for kind in _NAMES}
