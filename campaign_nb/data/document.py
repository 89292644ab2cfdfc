"""A data model as a JSON document: where rows come from, keys, links and roles; read strictly, never as code.

Two kinds of document are read. One that somebody *shared* is hostile until shown otherwise: its files are paths below
a folder that the reader names (the working directory, if none), plain ones, without patterns, links that lead out of it,
addresses or devices; its functions are refused, and no file of it is writable. One of one's *own* (the store of a
workspace, or `trusted=True`) may name any file, any pattern, and functions that Python's own search finds.

A file of one's own is written twice: by its path from a folder (the workspace's) and by its whole path. It is looked for
in that order, so that a project that was moved or copied with its workspace reads, and writes, its own files.
"""

from __future__ import annotations

import datetime as dt
import glob
import json
import ntpath
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

from campaign_nb.data.functions import function_of
from campaign_nb.errors import DefinitionError, Problem, did_you_mean
from campaign_nb.rules.document import load
from campaign_nb.rules.tree import Type

if TYPE_CHECKING:
    from campaign_nb.data.model import DataModel, TableInfo

VERSION = 1
WHERE = "data model"
WRITE = "shop.to_json() writes one"
OWN = "if it is a document of your own: cn.DataModel.from_json(text, trusted=True)"

Fields = Mapping[str, tuple[type, ...]]
_TEXT, _NONE = (str,), type(None)
_TOP: Fields = {"campaign_nb_data": (int,), "name": _TEXT, "as_of": (str, _NONE), "tables": (list,)}
_TABLE: Fields = {
    "name": _TEXT,
    "source": (dict,),
    "key": (list,),
    "columns": (dict,),
    "email": _TEXT,
    "phone": _TEXT,
    "time_zone": _TEXT,
    "consent": (dict,),
    "links": (dict,),
    "writable": (bool,),
}
_NEEDED = ("name", "source", "key", "columns")
_ROLES = ("email", "phone", "time_zone", "consent")
_SOURCE: Fields = {"path": _TEXT, "absolute": _TEXT, "function": _TEXT}
_LINK: Fields = {"to": _TEXT, "on": (str, dict), "back": (str, _NONE), "one": (bool,)}
_WORDS: Mapping[type, str] = {
    int: "a number",
    str: "text",
    list: "a list",
    dict: "names and values",
    bool: "true or false",
    _NONE: "null",
    float: "a number",
}


@dataclass(frozen=True, slots=True)
class TableDocument:
    """One table as its document declares it, its rows found: a path, or a function that was imported."""

    name: str
    source: str | Callable[[], Any]
    key: tuple[str, ...]
    columns: Mapping[str, Type]
    roles: Mapping[str, Any]
    links: Mapping[str, Mapping[str, Any]]
    writable: bool


@dataclass(frozen=True, slots=True)
class ModelDocument:
    """A data model as its document declares it, with the files that are not where they were."""

    name: str
    as_of: str | None
    tables: tuple[TableDocument, ...]
    missing: tuple[Problem, ...]


# ------------------------------------------------------------------------------------------------------------- writing


def to_json(model: DataModel, folder: str | os.PathLike[str] | None = None) -> str:
    """Write a data model; with a folder as one's own document, with whole paths, else as one to share.

    Errors: tables whose rows another kernel can't open, all together.
    """
    problems = [_unportable(info) for info in model.infos.values() if not info.source.portable]
    if problems:
        raise DefinitionError(*problems, subject=f"data model {model.name!r}" if len(problems) > 1 else "")
    as_of = model.as_of.isoformat() if isinstance(model.as_of, dt.date) else model.as_of
    tables = [_table_of(info, None if folder is None else os.path.abspath(folder)) for info in model.infos.values()]
    document = {"campaign_nb_data": VERSION, "name": model.name, "as_of": as_of, "tables": tables}
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _table_of(info: TableInfo, folder: str | None) -> dict[str, Any]:
    roles = {name: getattr(info.roles, name) for name in _ROLES if getattr(info.roles, name)}
    found: dict[str, Any] = {"name": info.label, "source": _source_of(info, folder), "key": list(info.key), **roles}
    if info.declared:
        found["links"] = {
            name: {"to": link.to, "on": link.on if isinstance(link.on, str) else dict(link.on), "back": link.back, "one": link.one}
            for name, link in info.declared.items()
        }
    if info.writable:
        found["writable"] = True
    return {**found, "columns": {name: str(item.type) for name, item in info.columns.items()}}


def _source_of(info: TableInfo, folder: str | None) -> dict[str, str]:
    source = info.source
    if not source.absolute:
        return {"function": source.reference}
    try:
        near = os.path.relpath(source.absolute, os.getcwd() if folder is None else folder).replace(os.sep, "/")
    except ValueError:  # another drive
        near = ""
    if folder is None:
        return {"path": near} if near and ".." not in near.split("/") else {"absolute": source.absolute}
    return {**({"path": near} if near else {}), "absolute": source.absolute}


def _unportable(info: TableInfo) -> Problem:
    what = f"its rows are {info.source.reference}, which no other kernel can open"
    do = f'shop.table({info.label!r}, "{info.label}.parquet", key="…")'
    return Problem(f"table {info.label!r}", what, "a file, or a function of a module", do)


# ------------------------------------------------------------------------------------------------------------- reading


def read(text: str, folder: str | os.PathLike[str] | None = None, *, trusted: bool = False) -> ModelDocument:
    """Read the document of a data model; nothing unknown is passed over.

    Errors: no JSON, a name twice, NaN, too long, too deep; unknown, missing or mistyped fields; another version; what a
    shared document may not name; all together.
    """
    try:
        document = load(text, WHERE)
    except DefinitionError as error:
        raise DefinitionError(*(replace(problem, do=WRITE) for problem in error.problems)) from error
    problems: list[Problem] = []
    top = _checked(document, _TOP, tuple(_TOP), WHERE, problems)
    if problems:
        _raise(problems)
    if top["campaign_nb_data"] != VERSION:
        expected = f"version {VERSION}" + ("; it needs a newer version of this package" if top["campaign_nb_data"] > VERSION else "")
        _raise([Problem(WHERE, f"its version is {top['campaign_nb_data']}", expected, "pip install --upgrade campaign-nb")])
    root = os.path.abspath(os.getcwd() if folder is None else folder)
    missing: list[Problem] = []
    tables: dict[str, TableDocument] = {}
    for position, item in enumerate(cast("list[object]", top["tables"])):
        table = _table(item, f"{WHERE}, table {position + 1}", _Finder(root, trusted, problems, missing))
        if table is not None and table.name in tables:
            problems.append(Problem(f"table {table.name!r}", "two tables have this name", "one table per name", WRITE))
        elif table is not None:
            tables[table.name] = table
    if problems:
        _raise(problems)
    return ModelDocument(top["name"], top["as_of"], tuple(tables.values()), tuple(missing))


def _table(item: object, where: str, finder: _Finder) -> TableDocument | None:
    problems, before = finder.problems, len(finder.problems)
    found = _checked(item, _TABLE, _NEEDED, where, problems)
    if len(problems) > before:
        return None
    where = f"table {found['name'][:80]!r}"
    for name in ("key", "columns", "consent"):
        if not _holds_texts(found.get(name, [])):
            problems.append(Problem(where, f"{name!r} holds something that is no text", "texts", WRITE))
    links: dict[str, dict[str, Any]] = {}
    for name, given in cast("dict[str, object]", found.get("links", {})).items():
        links[name] = _checked(given, _LINK, ("to", "on"), f"{where}, link {name[:80]!r}", problems)
        if not _holds_texts(links[name].get("on", "")):
            problems.append(Problem(f"{where}, link {name[:80]!r}", "'on' holds something that is no text", "texts", WRITE))
    if found.get("writable") and not finder.trusted:
        problems.append(Problem(where, "a shared document lets its rows be changed", "files to read only", OWN))
    source = finder.source(found["source"], where)
    if len(problems) > before or source is None:
        return None
    columns = {name: Type(word) if word in list(Type) else Type.UNKNOWN for name, word in found["columns"].items()}
    roles = {name: found[name] for name in _ROLES if name in found}
    return TableDocument(found["name"], source, tuple(found["key"]), columns, roles, links, found.get("writable", False))


@dataclass(frozen=True, slots=True)
class _Finder:
    """Finds the rows of tables: what a shared document may not name is a problem, what is gone is missing."""

    folder: str
    trusted: bool
    problems: list[Problem]
    missing: list[Problem]

    def source(self, given: object, where: str) -> str | Callable[[], Any] | None:
        """Return a path or a function; None when there is neither."""
        before = len(self.problems)
        found = _checked(given, _SOURCE, (), where, self.problems)
        if len(self.problems) > before:
            return None
        if ("function" in found) == bool(found.keys() & {"path", "absolute"}):
            self.problems.append(Problem(where, "its rows are no file and no function, or both", "one of them", WRITE))
            return None
        if "function" in found:
            return self._function(found["function"], where)
        return self._own(found, where) if self.trusted else self._shared(found, where)

    def _function(self, reference: str, where: str) -> Callable[[], Any] | None:
        if not self.trusted:
            self.problems.append(Problem(where, f"its rows come from a function, {reference!r}", "files, in a shared document", OWN))
            return None
        try:
            return function_of(reference)
        except ValueError as error:
            what = f"its function {reference!r} can't be used: {error}"
            do = "put its folder on PYTHONPATH, or give the data model: data=shop"
            self.missing.append(Problem(where, what, "a function that Python can import", do))
            return None

    def _own(self, found: Mapping[str, str], where: str) -> str | None:
        near = os.path.normpath(os.path.join(self.folder, found["path"])) if found.get("path") else ""
        places = [place for place in (near, found.get("absolute", "")) if place]
        there = next((place for place in places if _exists(place)), None)
        if there is None:
            what = f"no file {' and no file '.join(repr(place) for place in places)}"
            self.missing.append(Problem(where, what, "the file where it was", "put it back, or give the data model: data=shop"))
        return there

    def _shared(self, found: Mapping[str, str], where: str) -> str | None:
        path = found.get("path", found.get("absolute", ""))
        reason = _refusal(path)
        target = Path(self.folder, path) if not reason else Path(self.folder)
        try:
            inside = not reason and target.resolve().is_relative_to(Path(self.folder).resolve())
        except (OSError, RuntimeError):
            inside = False
        if not inside:
            what = f"its file {path[:200]!r} {reason or 'leads out of the folder'}"
            self.problems.append(Problem(where, what, "a plain path below the folder, in a shared document", OWN))
            return None
        if not target.is_file():
            expected = "a file below the folder of the data"
            self.missing.append(Problem(where, f"no file {path!r}", expected, "cn.DataModel.from_json(text, folder=…)"))
            return None
        return str(target.resolve())


def _refusal(path: str) -> str:
    """Say why a shared document may not name this path; empty when it may.

    >>> _refusal("data/customers.parquet"), _refusal("s3://shop/customers.parquet"), _refusal("../x.csv")
    ('', 'is an address or names a drive', 'leads out of the folder')
    """
    parts = re.split(r"[/\\]", path)
    faults = {
        "is empty or has hidden characters": not path or not path.isprintable(),
        "is an address or names a drive": bool(re.match(r"[^/\\]*:", path)),
        "is a whole path": path.startswith(("/", "\\")) or ntpath.isabs(path),
        "leads to somebody's home": path.startswith("~"),
        "leads out of the folder": ".." in parts,
        "is a pattern": glob.has_magic(path),
        "has a backslash": "\\" in path,
    }
    return next((fault for fault, found in faults.items() if found), "")


def _holds_texts(value: object) -> bool:
    """Tell whether all values of an object, all items of a list, are texts."""
    items = cast("dict[str, object]", value).values() if isinstance(value, dict) else cast("list[object]", value)
    return all(isinstance(item, str) for item in items)


def _exists(path: str) -> bool:
    if "\0" in path:
        return False
    return bool(glob.glob(path)) if glob.has_magic(path) else os.path.exists(path)


def _checked(value: object, types: Fields, needed: tuple[str, ...], where: str, problems: list[Problem]) -> dict[str, Any]:
    """Return an object whose names and types are all as declared, or report what is not."""
    if not isinstance(value, dict):
        problems.append(Problem(where, f"{_WORDS[type(value)]} stands there", "names and values", WRITE))
        return {}
    found = cast("dict[str, Any]", value)
    for name, item in found.items():
        wanted = types.get(name)
        if wanted is None:
            problems.append(Problem(where, f"no field {name[:80]!r}", did_you_mean(name[:80], types), "take it out"))
        elif type(item) not in wanted:
            expected = " or ".join(_WORDS[kind] for kind in wanted)
            problems.append(Problem(where, f"{name!r} is {_WORDS[type(item)]}", expected, WRITE))
    gone = [name for name in needed if name not in found]
    problems += [Problem(where, f"the field {name!r} is missing", ", ".join(needed), WRITE) for name in gone]
    return found


def _raise(problems: list[Problem]) -> NoReturn:
    raise DefinitionError(*problems, subject="the document of a data model" if len(problems) > 1 else "")
