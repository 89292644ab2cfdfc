"""A definition as a JSON document: written whole or not at all, read strictly, never as code."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, cast

import campaign_nb.activities  # noqa: F401 # pyright: ignore[reportUnusedImport] # importing it fills the catalogue
from campaign_nb.activity import CATALOGUE, OUT, Activity
from campaign_nb.errors import DataError, DefinitionError, Problem, ScheduleError, did_you_mean, nearest
from campaign_nb.graph.definition import MOST_LABEL, VERSION, Definition, Node, Ref, is_label
from campaign_nb.graph.handling import handling
from campaign_nb.graph.reading import read_activity
from campaign_nb.graph.settings import FIELDS, Settings, settings, value_of_document
from campaign_nb.graph.values import kind_of
from campaign_nb.schedule import Schedule

MOST_BYTES = 10_000_000
MOST_NESTING = 300
WHERE = "document"
WRITE = "campaign.to_json() writes a document"

_TOP: dict[str, type] = {
    "campaign_nb": int,
    "name": str,
    "description": str,
    "tags": list,
    "time_zone": str,
    "seed": str,
    "schedule": dict,
    "activities": list,
}
_NEEDED = ("campaign_nb", "name", "activities")
_ITEM: dict[str, type] = {"label": str, "kind": str, "inputs": list, "options": dict, "description": str, "operator": bool}
_HANDLING: dict[str, type] = {"on_error": str, "enabled": bool, "breakpoint": bool, "when_empty": str, "max_duration": str}
_INPUT: dict[str, type] = {"from": str, "port": str}
_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)


def to_json(definition: Definition, schedule: Schedule | None = None, *, strict: bool = True) -> str:
    """Return the document of a definition, and of a schedule, as JSON text.

    Not strict: a function of a notebook is named by a fingerprint; such a document can be compared, not read back.
    Errors: functions that another kernel could not import.

    >>> from_json(to_json(Definition("Spring", tags=("retail",)))) == Definition("Spring", tags=("retail",))
    True
    """
    document = definition.document(strict=strict) | ({} if schedule is None else {"schedule": schedule.to_json()})
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def save(definition: Definition, path: str | os.PathLike[str], schedule: Schedule | None = None) -> Path:
    """Write the document to a file, whole or not at all, and return the path.

    Errors: a folder that is not there or can't be written.
    """
    return write(path, to_json(definition, schedule), f"campaign.save({Path(path).name!r})")


def write(path: str | os.PathLike[str], text: str, do: str) -> Path:
    """Write a text to a file, whole or not at all, and return the path; `do` is what to write where that fails.

    Errors: a folder that is not there or can't be written.
    """
    target = Path(path)
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with open(draft, "w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        what = f"it can't be written: {error.strerror or type(error).__name__}"
        raise DataError(Problem(f"file {str(target)!r}", what, "a folder that is there and can be written", do)) from error
    return target


def load(path: str | os.PathLike[str], *, imports: bool = False) -> Definition:
    """Read a definition from a file.

    Errors: a file that can't be read, and all of `from_json`.
    """
    return from_json(read(path), imports=imports)


def read(path: str | os.PathLike[str]) -> bytes:
    """Return what a file holds, if it is not longer than a document may be.

    Errors: a file that can't be read, or is too long.
    """
    try:
        if os.path.getsize(path) > MOST_BYTES:
            _refuse_size(os.path.getsize(path))
        return Path(path).read_bytes()
    except OSError as error:
        what = f"it can't be read: {error.strerror or type(error).__name__}"
        raise DataError(Problem(f"file {os.fspath(path)!r}", what, "a document that save wrote", WRITE)) from error


def from_json(text: str | bytes, *, imports: bool = False) -> Definition:
    """Read a definition from JSON text; `imports` lets functions be imported, for documents of one's own store.

    Errors: all of `parsed` and of `from_document`.
    """
    return from_document(parsed(text), imports=imports)


def schedule_in(text: str | bytes) -> Schedule | None:
    """Return the schedule of a document that `from_json` reads; None where it has none.

    >>> schedule_in(to_json(Definition("Spring"))) is None
    True
    """
    document = cast("dict[str, Any]", parsed(text))
    return _schedule(document, [])


def parsed(text: str | bytes) -> object:
    """Return the JSON values of a text, read strictly.

    Errors: no JSON, a name twice in one object, NaN, too long, too deep.
    """
    if len(text) > MOST_BYTES:
        _refuse_size(len(text))
    try:
        content = text if isinstance(text, str) else text.decode("utf-8", "surrogatepass")
        deepest = depth = 0
        for match in _BRACKETS.finditer(content):
            sign = match[0][0]
            depth += 1 if sign in "[{" else -1 if sign in "]}" else 0
            deepest = max(deepest, depth)
        if deepest > MOST_NESTING:
            _refuse(f"it is nested {deepest:,} levels deep", f"at most {MOST_NESTING} levels")
        return json.loads(content, object_pairs_hook=_pairs, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        reason = f"{error.msg}, line {error.lineno}" if isinstance(error, json.JSONDecodeError) else type(error).__name__
        raise DefinitionError(Problem(WHERE, f"it is no JSON: {reason}", "the text that to_json wrote", WRITE)) from error


def from_document(document: object, *, imports: bool = False) -> Definition:
    """Build a definition from JSON values, checked strictly: nothing unknown is passed over.

    Errors: another version; unknown, missing or mistyped fields; unknown kinds and options; a label twice; functions
    whose module is not loaded; all together.
    """
    problems: list[Problem] = []
    top = _checked(document, {**_TOP, **FIELDS}, _NEEDED, WHERE, problems)
    if problems:
        _raise(problems)
    if top["campaign_nb"] != VERSION:
        newer = "a newer version of this package" if top["campaign_nb"] > VERSION else f"version {VERSION}"
        _refuse(f"its version is {top['campaign_nb']}", f"version {VERSION}; it needs {newer}", "pip install --upgrade campaign-nb")
    if not is_label(top["name"]):
        problems.append(
            Problem(WHERE, f"the name {top['name'][:MOST_LABEL]!r}", f"1 to {MOST_LABEL} printable characters", '"name": "Spring"')
        )
    tags = cast("list[object]", top.get("tags", []))
    if not all(isinstance(tag, str) for tag in tags):
        problems.append(Problem(WHERE, "a tag that is no text", "texts", '"tags": ["retail"]'))
    nodes: dict[str, Node] = {}
    for position, item in enumerate(cast("list[object]", top["activities"])):
        node = _node(item, f"{WHERE}, activity {position + 1}", problems, imports=imports)
        if node is not None and node.label in nodes:
            problems.append(
                Problem(
                    f"{WHERE}, {node.label!r}", "two activities have this label", "one activity per label", f'"label": "{node.label} (2)"'
                )
            )
        elif node is not None:
            nodes[node.label] = node
    found = _settings(top, problems)
    _schedule(top, problems)
    if problems:
        _raise(problems)
    heading = {name: top[name] for name in ("description", "time_zone", "seed") if name in top}
    return Definition(top["name"], tags=tuple(str(tag) for tag in tags), nodes=nodes, settings=found, **heading)


def _schedule(top: Mapping[str, Any], problems: list[Problem]) -> Schedule | None:
    try:
        return Schedule.from_json(top["schedule"]) if "schedule" in top else None
    except ScheduleError as error:
        problems += error.problems
    return None


def _settings(top: Mapping[str, Any], problems: list[Problem]) -> Settings:
    given = {name: top[name] for name in FIELDS if name in top}
    try:
        given["variables"] = {name: value_of_document(value) for name, value in given.get("variables", {}).items()}
        return settings(WHERE, **given)
    except ValueError as error:
        problems.append(Problem(WHERE, f"the value {error} of a variable", "text, a number, true or false, a date", '"variables": {}'))
    except DefinitionError as error:
        problems += error.problems
    return Settings()


def _node(item: object, where: str, problems: list[Problem], *, imports: bool) -> Node | None:
    before = len(problems)
    found = _checked(item, _ITEM | _HANDLING, ("label", "kind"), where, problems)
    if len(problems) > before:
        return None
    label, kind = found["label"], CATALOGUE.get(found["kind"])
    where = f"{WHERE}, {found['kind']} {label[:MOST_LABEL]!r}"
    if not is_label(label):
        what = "its label is blank, too long or has control characters"
        problems.append(Problem(where, what, f"1 to {MOST_LABEL} printable characters", '"label": "Adults"'))
    inputs = [_ref(entry, where, problems) for entry in cast("list[object]", found.get("inputs", []))]
    activity = _activity(kind, found, where, problems, imports=imports)
    try:
        handled = handling(where, **{name: found[name] for name in _HANDLING if name in found})
    except DefinitionError as error:
        problems += error.problems
        return None
    if activity is None or len(problems) > before:
        return None
    refs = tuple(ref for ref in inputs if ref)
    return Node(label, activity, refs, found.get("description", ""), None, found.get("operator", False), handled)


def _activity(
    kind: type[Activity] | None, found: Mapping[str, Any], where: str, problems: list[Problem], *, imports: bool
) -> Activity | None:
    if kind is None:
        do = f'"kind": "{nearest(found["kind"], CATALOGUE) or "filter"}"'
        problems.append(Problem(where, f"no kind of activity {found['kind']!r}", did_you_mean(found["kind"], CATALOGUE), do))
        return None
    return read_activity(kind, found.get("options", {}), where, problems, imports=imports)


def _ref(entry: object, where: str, problems: list[Problem]) -> Ref | None:
    before = len(problems)
    found = _checked(entry, _INPUT, ("from",), f"{where}, inputs", problems)
    return Ref(found["from"], found.get("port", OUT)) if len(problems) == before else None


def _checked(value: object, types: Mapping[str, type], needed: tuple[str, ...], where: str, problems: list[Problem]) -> dict[str, Any]:
    """Return an object whose names and types are all as declared, or report what is not."""
    if not isinstance(value, dict):
        problems.append(Problem(where, f"{kind_of(value)} stands there", "names and values", WRITE))
        return {}
    found = cast("dict[object, object]", value)
    for name in found:
        if name not in types:
            problems.append(Problem(where, f"no field {str(name)[:80]!r}", did_you_mean(str(name)[:80], types), "take it out"))
    problems += [
        Problem(where, f"the field {name!r} is missing", ", ".join(needed), f'"{name}": …') for name in needed if name not in found
    ]
    for name, kind in types.items():
        if name in found and (not isinstance(found[name], kind) or (kind is int and isinstance(found[name], bool))):
            problems.append(Problem(where, f"{name!r} is {kind_of(found[name])}", kind_of(kind()), f'"{name}": {json.dumps(kind())}'))
    return cast("dict[str, Any]", value)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            _refuse(f"the name {name[:80]!r} stands twice in one object", "each name once")
        if isinstance(value, float) and not math.isfinite(value):
            _refuse(f"{name[:80]!r} is a number too large", "a finite number")
        found[name] = value
    return found


def _constant(text: str) -> NoReturn:
    _refuse(f"the number {text}", "a finite number")


def _refuse_size(size: int) -> NoReturn:
    _refuse(f"it has {size:,} bytes", f"at most {MOST_BYTES:,}")


def _refuse(what: str, expected: str, do: str = WRITE) -> NoReturn:
    raise DefinitionError(Problem(WHERE, what, expected, do))


def _raise(problems: list[Problem]) -> NoReturn:
    raise DefinitionError(*problems, subject="the document" if len(problems) > 1 else "")
