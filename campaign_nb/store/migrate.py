"""Bring a store's tables from the version that wrote them to the one that this code knows, one transaction a step."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType

from sqlalchemy import Connection, inspect

from campaign_nb.errors import Problem, StoreError
from campaign_nb.store import meta, upgrades
from campaign_nb.store.schema import metadata

Migration = Callable[[Connection], None]

FIRST = 1
# From version 2 on: number → what changes the tables of the version before. A new store is made whole, at the latest version.
MIGRATIONS: Mapping[int, Migration] = MappingProxyType(
    {2: upgrades.authors_of_filters, 3: upgrades.kinds_of_files, 4: upgrades.orchestration}
)


def latest(migrations: Mapping[int, Migration] = MIGRATIONS) -> int:
    """Return the newest version of the tables.

    >>> latest({2: print, 3: print})
    3
    """
    return max(migrations, default=FIRST)


def version(connection: Connection) -> int:
    """Return the version of the tables of a store; 0 when it has none yet."""
    if not inspect(connection).has_table(meta.TABLE.name):
        return 0
    return int(meta.get(connection, "schema_version") or 0)


def migrate(begin: Callable[[], AbstractContextManager[Connection]], where: str, migrations: Mapping[int, Migration] = MIGRATIONS) -> int:
    """Go up to the latest version; of several kernels that try, each finds the steps that others made done.

    Errors: tables newer than this code; a step that fails leaves the version before it.
    """
    newest = latest(migrations)
    while True:
        with begin() as connection:
            found = version(connection)
            refuse_newer(found, where, migrations)
            if found == newest:
                return found
            if found == 0:
                metadata.create_all(connection, checkfirst=False)
                meta.put(connection, "identity", str(uuid.uuid4()))
                meta.put(connection, "schema_version", str(newest))
            else:
                migrations[found + 1](connection)
                meta.put(connection, "schema_version", str(found + 1))


def refuse_newer(found: int, where: str, migrations: Mapping[int, Migration] = MIGRATIONS) -> None:
    """Raise when tables are newer than this code.

    >>> refuse_newer(1, "store 'x'")
    """
    if found > latest(migrations):
        raise StoreError(
            Problem(
                where,
                f"its tables have version {found}, written by a newer campaign_nb",
                f"version {latest(migrations)} or earlier",
                "pip install --upgrade campaign-nb",
            )
        )
