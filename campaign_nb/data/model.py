"""The data model: tables with keys, roles and links, as rules and campaigns see them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from campaign_nb.data import document
from campaign_nb.data.kept import KeepsInMemory
from campaign_nb.data.source import Source, schema_of, source_of, writable_problem
from campaign_nb.data.types import fields_of
from campaign_nb.errors import CampaignError, DataError, DefinitionError, Problem, did_you_mean, listed, nearest
from campaign_nb.render import html
from campaign_nb.rules import tree
from campaign_nb.rules.execute import executor
from campaign_nb.rules.handle import Collection, Handle, LinkedRow, verb
from campaign_nb.rules.joined import all_of
from campaign_nb.rules.schema import Field, LinkSchema, TableSchema
from campaign_nb.rules.value import Root, Rule, Value, bound


@dataclass(frozen=True, slots=True)
class Link:
    """A link from each row of a table to one row of another (N-1).

    `on` is a column here that holds the other table's key, or pairs `{"here": "there"}`. `back` names the way back
    (1-N; default: this table's name). `one` makes the way back lead to one row (1-1).

    >>> Link("customers", on="customer_id")
    Link(to='customers', on='customer_id', back=None, one=False)
    """

    to: str
    on: str | Mapping[str, str]
    back: str | None = None
    one: bool = False


@dataclass(frozen=True, slots=True)
class Roles:
    """Which columns of a table address a person: e-mail, phone, time zone, and consent per channel."""

    email: str | None = None
    phone: str | None = None
    time_zone: str | None = None
    consent: Mapping[str, str] = field(default_factory=dict[str, str])

    def columns(self) -> list[tuple[str, str]]:
        """Return pairs of role and column."""
        named = [("email", self.email), ("phone", self.phone), ("time_zone", self.time_zone)]
        return [(role, column) for role, column in named if column] + [(f"consent for {c}", col) for c, col in self.consent.items()]


class TableInfo:
    """What is declared of one table; links are resolved through the model, so order of declaration is free."""

    def __init__(
        self, model: DataModel, name: str, source: Source, key: tuple[str, ...], roles: Roles, declared: Mapping[str, Link]
    ) -> None:
        self.model, self.label, self.source, self.key, self.roles = model, name, source, key, roles
        self.declared = dict(declared)
        self.writable = False
        """Whether activities may change the rows of its file."""
        self.lasting = True
        """Whether its rows can be found again by their key at any time."""
        self.dtypes: pl.Schema = schema_of(f"table {name!r}", source)
        self._columns = fields_of(self.dtypes)

    @property
    def columns(self) -> Mapping[str, Field]:
        """The columns by name, in order."""
        return self._columns

    @property
    def links(self) -> Mapping[str, LinkSchema]:
        """The links by name: those declared here (N-1) and the ways back of those declared elsewhere (1-N)."""
        found = {name: self._forward(name, link) for name, link in self.declared.items() if link.to in self.model.infos}
        for other in self.model.infos.values():
            for name, link in other.declared.items():
                if link.to == self.label:
                    pairs = other._forward(name, link).on
                    back = link.back or other.label
                    found.setdefault(back, LinkSchema(back, other.label, tuple((there, here) for here, there in pairs), many=not link.one))
        return found

    @property
    def path(self) -> str:
        """The path of a writable table's file."""
        return os.path.realpath(self.source.reference)

    def drift(self) -> list[Problem]:
        """Return what the source has no more, or in another type than when the table was declared."""
        return _drift(self.label, self.source, {name: item.type for name, item in self._columns.items()})

    def _forward(self, name: str, link: Link) -> LinkSchema:
        if isinstance(link.on, str):
            there = self.model.infos[link.to].key
            pairs = ((link.on, there[0] if len(there) == 1 else link.on),)
        else:
            pairs = tuple(link.on.items())
        return LinkSchema(name, link.to, pairs, many=False)


class DataModel(KeepsInMemory):
    """The tables that campaigns target and the links between them.

    Time: `as_of` (a date or date-time, read in each campaign's zone) makes *now* of rules and runs stand there,
    for old data; without it *now* is the launch.

    >>> shop = DataModel("shop", as_of="2026-07-01")
    >>> people = shop.table("people", pl.DataFrame({"id": [1, 2], "age": [17, 40]}), key="id")
    >>> (people.age >= 18).node
    Compare(op='>=', left=Column(name='age', path=(), table='people'), right=Constant(value=18))
    """

    def __init__(self, name: str, *, as_of: str | dt.date | dt.datetime | None = None) -> None:
        self.name = name
        self.as_of = as_of
        self.infos: dict[str, TableInfo] = {}
        if isinstance(as_of, str):
            try:
                dt.datetime.fromisoformat(as_of)
            except ValueError as error:
                raise DefinitionError(
                    Problem(f"data model {name!r}", f"as_of={as_of!r} can't be read", "ISO 8601", 'as_of="1998-07-01"')
                ) from error

    def table(
        self,
        name: str,
        source: object,
        *,
        key: str | Sequence[str] | None = None,
        email: str | None = None,
        phone: str | None = None,
        time_zone: str | None = None,
        consent: Mapping[str, str] | None = None,
        links: Mapping[str, Link] | None = None,
        writable: bool = False,
    ) -> Table:
        """Declare a table (again: replace it) and return its handle.

        Shape: `source` is a Polars frame, a path or glob (Parquet, CSV, Arrow, NDJSON), an Arrow stream, or a
        function without arguments. `key` is left out only where rows are counted, never targeted. `writable` lets
        `update_data` change the rows of one Parquet or CSV file.
        Errors: a key, role or link column that the source does not have; an unreadable source; all together.
        """
        keys = () if key is None else (key,) if isinstance(key, str) else tuple(key)
        roles = Roles(email, phone, time_zone, dict(consent or {}))
        info = TableInfo(self, name, source_of(name, source), keys, roles, dict(links or {}))
        refused = writable_problem(name, source) if writable else None
        problems = [*self._problems(info), *([refused] if refused is not None else [])]
        info.writable = writable
        if problems:
            raise DefinitionError(*problems, subject=f"table {name!r}" if len(problems) > 1 else "")
        self.infos[name] = info
        return Table(self, info)

    def _problems(self, info: TableInfo) -> list[Problem]:
        where, columns = f"table {info.label!r}", list(info.columns)
        wanted = [("key", column) for column in info.key] + info.roles.columns()
        for name, link in info.declared.items():
            here = [link.on] if isinstance(link.on, str) else list(link.on)
            wanted += [(f"link {name!r}", column) for column in here]
        problems = [_missing(where, column, role, columns) for role, column in wanted if column not in info.columns]
        backs: dict[tuple[str, str], list[str]] = {}
        for name, link in info.declared.items():
            if name in info.columns:
                problems.append(
                    Problem(
                        where,
                        f"a column and a link are both called {name!r}",
                        "another name for the link",
                        f'links={{"{link.to}": cn.Link(…)}}',
                    )
                )
            backs.setdefault((link.to, link.back or info.label), []).append(name)
        problems += [
            Problem(
                where, f"links {listed(names)} to {to!r} share the way back {back!r}", "a name of its own for each", 'cn.Link(…, back="…")'
            )
            for (to, back), names in backs.items()
            if len(names) > 1
        ]
        return problems

    def schema_of(self, table: str) -> TableSchema:
        """Return the schema of a table; KeyError when there is none of that name."""
        return self.infos[table]

    @property
    def tables(self) -> list[str]:
        """The names of the tables, in the order of their declaration."""
        return list(self.infos)

    @property
    def portable(self) -> bool:
        """Whether a new kernel could open the same rows.

        Every source is a path or an importable function.
        """
        return all(info.source.portable for info in self.infos.values())

    def to_json(self) -> str:
        """Return the data model as a JSON document, to share or to keep.

        Files below the working directory are named by their path from there, others by their whole path.
        Errors: rows that no other kernel could open (`portable` tells), all together.
        """
        return document.to_json(self)

    @classmethod
    def from_json(cls, text: str, *, folder: str | os.PathLike[str] | None = None, trusted: bool = False) -> DataModel:
        """Build a data model from its document.

        Its files are below `folder`, the working directory if left out. Only a document of your own is `trusted`: it
        may name files anywhere and functions, which are imported.
        Errors: what the document has wrong or may not name; files that are gone; columns that are gone or have another
        type than when it was written; all together.
        """
        found = document.read(text, folder, trusted=trusted)
        model, problems = cls(found.name, as_of=found.as_of), list(found.missing)
        for table in found.tables:
            try:
                changed = _drift(table.name, source_of(table.name, table.source), table.columns)
                links = {name: Link(**link) for name, link in table.links.items()}
                if not changed:
                    model.table(table.name, table.source, key=table.key or None, **table.roles, links=links, writable=table.writable)
                problems += changed
            except CampaignError as error:
                problems += error.problems
        if problems:
            raise DataError(*problems, subject=f"data model {model.name!r}" if len(problems) > 1 else "")
        return model

    def check(self) -> pl.DataFrame:
        """Read the data once and list what is wrong: keys, links, roles, sources.

        Shape: a frame with table, what, rows, expected, do; no row when all is well.
        Nulls: null keys, duplicate keys and links that lead nowhere are counted.
        """
        return executor().check(self)

    def __getattr__(self, name: str) -> Table:
        if name.startswith("_") or name == "infos":
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Table:
        if name not in self.infos:
            near = nearest(name, self.infos)
            do = f"{self.name}[{near!r}]" if near else f'{self.name}.table({name!r}, "{name}.parquet", key="…")'
            raise DefinitionError(Problem(f"data model {self.name!r}", f"no table {name!r}", did_you_mean(name, self.infos), do))
        return Table(self, self.infos[name])

    def __dir__(self) -> list[str]:
        return [*self.infos, *super().__dir__()]

    def __repr__(self) -> str:
        lines = [f"data model {self.name!r}"]
        lines += [f"  {name}: {', '.join(info.key) or 'no key'}; {len(info.columns)} columns" for name, info in self.infos.items()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows: list[list[str]] = []
        for name, info in self.infos.items():
            ways = [f"{link.name} → {link.to}{' (many)' if link.many else ''}" for link in info.links.values()]
            count = f"{executor().rows(info):,}"
            rows.append([name, count, ", ".join(info.key) or "–", ", ".join(ways) or "–", info.source.reference])
        caption = f"Data model {self.name}" + (f", as of {self.as_of}" if self.as_of else "")
        return html.table(["table", "rows", "key", "links", "source"], rows, caption=caption)


class Table(Handle):
    """A table of the data model.

    Its columns and links are attributes, or ["any name"].
    """

    def __init__(self, model: DataModel, info: TableInfo) -> None:
        self._model, self._info = model, info
        self._root = Root(model, info)

    def _text(self) -> str:
        return self._info.label

    def _column(self, name: str) -> Value:
        return Value(tree.Column(name, (), self._info.label), self._root, name)

    def _link(self, name: str) -> LinkedRow | Collection:
        link = self._info.links[name]
        target = self._root.at(link.to).table
        if link.many:
            return Collection(self._root, tree.Linked((tree.LinkStep(name),), self._info.label), target)
        return LinkedRow(self._root, (name,), target)

    @verb
    def where(self, *rules: object) -> Rule:
        """Return the rule that all of these are true for a row of the table."""
        return all_of([bound(rule, self._root) for rule in rules]) if rules else Rule(tree.Everybody(), self._root)

    @verb
    def count(self) -> int:
        """Count the rows."""
        return executor().rows(self._info)

    @verb
    def head(self, n: int = 10) -> Any:
        """Return the first n rows of the source as a frame."""
        return executor().head(self._info, n)

    @verb
    def frame(self) -> Any:
        """Return all rows as a Polars DataFrame."""
        return executor().head(self._info, None)

    def _repr_html_(self) -> str:
        rows = [[name, str(item.type), role] for name, item in self._info.columns.items() for role in [self._role(name)]]
        count = executor().rows(self._info)
        return html.table(["column", "type", "role"], rows, caption=f"Table {self._info.label}: {count:,} rows")

    def _role(self, column: str) -> str:
        roles = [role for role, name in self._info.roles.columns() if name == column]
        return ", ".join((["key"] if column in self._info.key else []) + roles)


def _drift(label: str, source: Source, declared: Mapping[str, tree.Type]) -> list[Problem]:
    """Return the declared columns that a source has no more, or in another type."""
    now = fields_of(schema_of(f"table {label!r}", source))
    problems: list[Problem] = []
    for name, kind in declared.items():
        found = now.get(name)
        if found is None or found.type is not kind:
            what = f"its column {name!r} is gone" if found is None else f"its column {name!r} is {found.type} now"
            do = f"mend {source.reference}, or declare the table again"
            problems.append(Problem(f"table {label!r}", what, f"{kind}, as when the table was declared", do))
    return problems


def _missing(where: str, column: str, role: str, columns: list[str]) -> Problem:
    near = nearest(column, columns)
    hint = f"; {did_you_mean(column, columns)}" if near else ""
    asks, _, channel = role.partition(" for ")
    name = "links" if role.startswith("link ") else asks
    value = f'cn.Link("…", on="{near or "…"}")' if name == "links" else f'"{near or "…"}"'
    wrapped = f'{{"{channel}": {value}}}' if channel else f"{{{role.removeprefix('link ')}: {value}}}" if name == "links" else value
    return Problem(where, f"no column {column!r} for its {role}{hint}", f"columns: {listed(columns)}", f"{name}={wrapped}")


def table_of(value: object, where: str) -> Table:
    """Return a table handle, or say that one is expected."""
    if isinstance(value, Table):
        return value
    raise DataError(Problem(where, f"{type(value).__name__} is no table", "a table of the data model", "customers"))


def roles_of(table: TableSchema) -> Roles:
    """Return the roles of a table; none where the schema does not come from a data model."""
    return table.roles if isinstance(table, TableInfo) else Roles()
