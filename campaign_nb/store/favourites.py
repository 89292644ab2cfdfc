"""Columns that an author marked, to be found again first."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, delete, select

from campaign_nb.errors import Problem, StoreError, did_you_mean
from campaign_nb.store.schema import favourites
from campaign_nb.store.sqlite import insert_new

MOST = 20


def add(connection: Connection, author: str, name: str, at: dt.datetime) -> bool:
    """Mark a column (`customers.tier`); False when it was marked before.

    Errors: more than 20 of one author.
    """
    known = names(connection, author)
    if name in known:
        return False
    if len(known) >= MOST:
        what = f"{MOST} columns are favourites already"
        raise StoreError(Problem(f"favourite {name!r}", what, f"at most {MOST}", f'ws.favourites.remove("{known[0]}")'))
    return insert_new(connection, favourites, {"author": author, "name": name, "added_at": at})


def names(connection: Connection, author: str) -> list[str]:
    """Return the columns that an author marked, the first one first."""
    query = select(favourites.c.name).where(favourites.c.author == author).order_by(favourites.c.added_at, favourites.c.name)
    return list(connection.execute(query).scalars())


def remove(connection: Connection, author: str, name: str) -> None:
    """Take the mark off a column.

    Errors: a column that is not marked.
    """
    known = names(connection, author)
    if name not in known:
        raise StoreError(Problem(f"favourite {name!r}", "it is no favourite", did_you_mean(name, known), "ws.favourites lists them"))
    connection.execute(delete(favourites).where(favourites.c.author == author, favourites.c.name == name))
