"""Small facts about the store itself, by key."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from campaign_nb.store.schema import meta as TABLE
from campaign_nb.store.sqlite import insert_new


def get(connection: Connection, key: str) -> str | None:
    """Return the value of a key, None when there is none."""
    return connection.execute(select(TABLE.c.value).where(TABLE.c.key == key)).scalar_one_or_none()


def starting(connection: Connection, prefix: str) -> dict[str, str]:
    """Return the values of all keys that start with a text."""
    rows = connection.execute(select(TABLE.c.key, TABLE.c.value).where(TABLE.c.key.startswith(prefix, autoescape=True)))
    return {str(key): str(value) for key, value in rows}


def put(connection: Connection, key: str, value: str) -> None:
    """Set the value of a key."""
    connection.execute(delete(TABLE).where(TABLE.c.key == key))
    connection.execute(insert(TABLE).values(key=key, value=value))


def swap(connection: Connection, key: str, old: str | None, new: str) -> bool:
    """Set the value of a key if it still is `old` (None: not there); tell whether it was.

    Of several processes that try at once, one gets True.
    """
    if old is None:
        return insert_new(connection, TABLE, {"key": key, "value": new})
    return connection.execute(update(TABLE).where(TABLE.c.key == key, TABLE.c.value == old).values(value=new)).rowcount == 1
