"""The judge's world in PostgreSQL: its tables, and whom the SQL of a rule selects there."""

from __future__ import annotations

from typing import Any

import polars as pl
import psycopg

from campaign_nb.rules import tree
from tests.differential.corpus import Note, against, asked_of
from tests.differential.quirks import quirks_of
from tests.differential.world import EVENT, Ground
from tests.engine.polars.world import PARIS
from tests.postgres.quirks import QUIRKS

TYPES = {
    **{"Int64": "bigint", "Int16": "smallint", "Int8": "smallint", "UInt64": "numeric(20)", "Float64": "double precision"},
    **{"String": "text", "Enum": "text", "Boolean": "boolean", "Date": "date", "Time": "time"},
}


def type_of(dtype: pl.DataType) -> str:
    """A type of Polars as PostgreSQL has it."""
    if isinstance(dtype, pl.Decimal):
        return f"numeric({dtype.precision}, {dtype.scale})"
    if isinstance(dtype, pl.Datetime):
        return "timestamptz" if dtype.time_zone else "timestamp"
    return TYPES[str(dtype.base_type())]


def load(connection: psycopg.Connection, ground: Ground) -> None:
    """Put the rows into tables of this session, its clock on the campaign's wall."""
    connection.execute(f"SET TIME ZONE '{PARIS}'; SET jit = off")  # compiling a query takes longer than answering it
    feedback = [(key, *EVENT) for key in sorted(ground.fans)]
    _table(connection, "campaign_feedback", {"person": "bigint", "event": "text", "activity": "text", "campaign": "text"}, feedback)
    for name, frame in ground.tables.items():
        _table(connection, name, {column: type_of(dtype) for column, dtype in frame.schema.items()}, frame.rows())


def _table(connection: psycopg.Connection, name: str, columns: dict[str, str], rows: list[tuple[Any, ...]]) -> None:
    shape = ", ".join('"' + column + '" ' + kind for column, kind in columns.items())
    connection.execute(f'DROP TABLE IF EXISTS "{name}"')  # type: ignore[arg-type] # a text of ours
    connection.execute(f'CREATE TEMPORARY TABLE "{name}" ({shape})')  # type: ignore[arg-type] # a text of ours
    with connection.cursor() as cursor, cursor.copy(f'COPY "{name}" FROM STDIN') as copy:  # type: ignore[arg-type] # a text of ours
        for row in rows:
            copy.write_row(row)


def says(ground: Ground, connection: psycopg.Connection, rule: tree.Node) -> Any:
    """Whom the rule's SQL selects in PostgreSQL: a set of keys, an error as text, or UNSEEN where it has no form."""

    def ask(query: str) -> set[Any] | str:
        try:
            return {row[0] for row in connection.execute(query)}  # type: ignore[call-overload] # a query of ours
        except psycopg.Error as error:
            return f"{type(error).__name__}: {error}".split("\n")[0]

    return asked_of(ground, rule, "postgres", ask)


def against_postgres(connection: psycopg.Connection, ground: Ground, rules: list[tree.Node], note: Note) -> str | None:
    """Return the first difference between PostgreSQL and plain Python that no quirk has a name for."""
    load(connection, ground)
    answers = ((rule, says(ground, connection, rule)) for rule in rules)
    return against(ground, answers, "postgres", lambda rule, found: quirks_of(rule, found, QUIRKS), note)
