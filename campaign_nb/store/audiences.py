"""What outlives a run by name: saved audiences."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select, update

from campaign_nb.errors import Problem, StoreError, did_you_mean
from campaign_nb.store.schema import audiences
from campaign_nb.store.sqlite import insert_new


@dataclass(frozen=True, slots=True)
class AudienceRecord:
    """A saved population.

    The targeting dimension's table, the file of its keys, and the run that saved it.
    """

    name: str
    table_name: str
    file_id: str
    rows: int
    run_id: str | None
    updated_at: dt.datetime


def save_audience(
    connection: Connection, name: str, table_name: str, file_id: str, rows: int, at: dt.datetime, *, run_id: str | None = None
) -> AudienceRecord:
    """Keep a population under a name.

    A population of that name before is replaced, its file stays until it is forgotten.

    Errors: an empty name, a file that is not recorded.
    """
    _check_name("audience", name)
    values: dict[str, Any] = {"table_name": table_name, "file_id": file_id, "rows": rows, "run_id": run_id, "updated_at": at}
    if not insert_new(connection, audiences, {"name": name, **values}):
        connection.execute(update(audiences).where(audiences.c.name == name).values(**values))
    return audience(connection, name)


def audience(connection: Connection, name: str) -> AudienceRecord:
    """Return the audience of that name.

    Errors: no such name; the nearest ones are named.
    """
    row = connection.execute(select(audiences).where(audiences.c.name == name)).mappings().one_or_none()
    if row is None:
        known = [saved.name for saved in list_audiences(connection)]
        raise StoreError(Problem(f"audience {name!r}", "no audience of that name", did_you_mean(name, known), "workspace.audiences"))
    return AudienceRecord(**row)


def list_audiences(connection: Connection) -> list[AudienceRecord]:
    """Return all audiences, by name."""
    return [AudienceRecord(**row) for row in connection.execute(select(audiences).order_by(audiences.c.name)).mappings()]


def remove_audience(connection: Connection, name: str) -> None:
    """Forget an audience; its file stays until it is forgotten.

    Errors: no such name.
    """
    audience(connection, name)
    connection.execute(delete(audiences).where(audiences.c.name == name))


def _check_name(kind: str, name: str) -> None:
    if not name.strip():
        raise StoreError(Problem(kind, "its name is empty", "a name"))
