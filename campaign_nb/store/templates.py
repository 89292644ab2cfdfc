"""Templates: definitions with their schedules, kept under a name, from which campaigns are copied."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select, update

from campaign_nb.errors import Problem, StoreError, did_you_mean
from campaign_nb.store.schema import templates
from campaign_nb.store.sqlite import insert_new


@dataclass(frozen=True, slots=True)
class TemplateRecord:
    """A template as it is kept: documents, and what tells it from others."""

    name: str
    document: str
    schedule: str | None
    description: str
    folder: str
    time_zone: str
    created_at: dt.datetime
    modified_at: dt.datetime


def save(
    connection: Connection,
    name: str,
    document: str,
    at: dt.datetime,
    *,
    schedule: str | None = None,
    description: str = "",
    folder: str = "",
    time_zone: str = "",
    replace: bool = False,
) -> TemplateRecord:
    """Keep a definition under a name.

    Errors: a name that is taken, unless it is replaced.
    """
    values: dict[str, Any] = {"document": document, "schedule": schedule, "description": description, "folder": folder}
    values |= {"time_zone": time_zone, "modified_at": at}
    if not insert_new(connection, templates, {"name": name, "created_at": at, **values}):
        if not replace:
            expected = "another name, or to replace it"
            raise StoreError(Problem(f"template {name!r}", "there is a template of that name", expected, "replace=True"))
        connection.execute(update(templates).where(templates.c.name == name).values(**values))
    return get(connection, name)


def find(connection: Connection, name: str) -> TemplateRecord | None:
    """Return the template of that name, None when there is none."""
    row = connection.execute(select(templates).where(templates.c.name == name)).mappings().one_or_none()
    return TemplateRecord(**row) if row else None


def get(connection: Connection, name: str) -> TemplateRecord:
    """Return the template of that name.

    Errors: no such name; the nearest ones are named.
    """
    found = find(connection, name)
    if found is None:
        names = [record.name for record in list_templates(connection)]
        raise StoreError(Problem(f"template {name!r}", "no template of that name", did_you_mean(name, names), "ws.templates lists them"))
    return found


def list_templates(connection: Connection) -> list[TemplateRecord]:
    """Return all templates by name."""
    return [TemplateRecord(**row) for row in connection.execute(select(templates).order_by(templates.c.name)).mappings()]


def rename(connection: Connection, old: str, new: str, at: dt.datetime) -> TemplateRecord:
    """Give a template another name.

    Errors: no such name, a name that is taken.
    """
    get(connection, old)
    if old != new and find(connection, new) is not None:
        raise StoreError(Problem(f"template {new!r}", "there is a template of that name", "a name of its own", "choose another name"))
    connection.execute(update(templates).where(templates.c.name == old).values(name=new, modified_at=at))
    return get(connection, new)


def remove(connection: Connection, name: str) -> None:
    """Forget a template; campaigns made from it stay as they are.

    Errors: no such name.
    """
    get(connection, name)
    connection.execute(delete(templates).where(templates.c.name == name))
