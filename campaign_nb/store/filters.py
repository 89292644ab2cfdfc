"""Saved filters: rules under a name, each its author's own or shared with everybody."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update

from campaign_nb.errors import Problem, StoreError, did_you_mean
from campaign_nb.store.schema import filters
from campaign_nb.store.sqlite import insert_new


@dataclass(frozen=True, slots=True)
class FilterRecord:
    """A saved rule, as a document; one that is not shared is only its author's."""

    author: str
    name: str
    document: str
    description: str
    favourite: bool
    shared: bool
    created_at: dt.datetime
    modified_at: dt.datetime


def save(
    connection: Connection,
    author: str,
    name: str,
    document: str,
    at: dt.datetime,
    *,
    description: str = "",
    favourite: bool = False,
    shared: bool = False,
    replace: bool = False,
) -> FilterRecord:
    """Keep a rule under a name.

    Errors: an empty name; a name that the author sees already, unless it is the author's own and replaced; a shared
    name that somebody else shares.
    """
    where = f"filter {name!r}"
    if not name.strip():
        raise StoreError(Problem("filter", "its name is empty", "a name", 'cn.Filter("Big spenders", rule)'))
    known = [record for record in visible(connection, author) if record.name == name]
    if any(record.author != author for record in known) and not any(record.author == author for record in known):
        raise StoreError(Problem(where, "somebody else shares a filter of that name", "another name", f'cn.Filter("My {name}", rule)'))
    if shared and any(record.author != author for record in known):
        raise StoreError(Problem(where, "somebody else shares a filter of that name", "another name, or shared=False", "shared=False"))
    if known and not replace:
        do = "ws.filters.save(…, replace=True)"
        raise StoreError(Problem(where, "there is a filter of that name", "another name, or to replace it", do))
    values: dict[str, Any] = {"document": document, "description": description, "favourite": favourite}
    values |= {"shared": shared, "modified_at": at}
    if not insert_new(connection, filters, {"author": author, "name": name, "created_at": at, **values}):
        connection.execute(update(filters).where(_own(author, name)).values(**values))
    return get(connection, author, name)


def get(connection: Connection, author: str, name: str) -> FilterRecord:
    """Return the filter of that name: the author's own, else one that is shared.

    Errors: no such name that the author sees; the nearest ones are named.
    """
    seen = visible(connection, author)
    found = sorted((record for record in seen if record.name == name), key=lambda record: record.author != author)
    if not found:
        near = did_you_mean(name, [record.name for record in seen])
        raise StoreError(Problem(f"filter {name!r}", "no filter of that name", near, "ws.filters lists them"))
    return found[0]


def visible(connection: Connection, author: str) -> list[FilterRecord]:
    """Return what an author sees: the own filters and those shared, favourites first, then by name, own before others'."""
    query = select(filters).where(or_(filters.c.author == author, filters.c.shared))
    found = [FilterRecord(**row) for row in connection.execute(query).mappings()]
    return sorted(
        found, key=lambda record: (not record.favourite, record.name.casefold(), record.name, record.author != author, record.author)
    )


def remove(connection: Connection, author: str, name: str) -> None:
    """Forget an author's filter; rules made with it stay as they are.

    Errors: no such name; a filter that somebody else shares.
    """
    if get(connection, author, name).author != author:
        what, expected = "somebody else shares it", "a filter of your own"
        raise StoreError(Problem(f"filter {name!r}", what, expected, "ask its author to remove it; ws.filters names the author"))
    connection.execute(delete(filters).where(_own(author, name)))


def _own(author: str, name: str) -> ColumnElement[bool]:
    return and_(filters.c.author == author, filters.c.name == name)
