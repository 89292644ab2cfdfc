"""The steps from one version of the store's tables to the next, each as the tables were at that time."""

from __future__ import annotations

from sqlalchemy import Connection

# Each step spells out what it makes: the tables of today may differ from those of its version.
_FILTERS_2 = """
CREATE TABLE filters (
    author TEXT NOT NULL,
    name TEXT NOT NULL,
    document TEXT NOT NULL,
    description TEXT NOT NULL,
    favourite BOOLEAN NOT NULL,
    shared BOOLEAN NOT NULL,
    created_at {instant} NOT NULL,
    modified_at {instant} NOT NULL,
    CONSTRAINT pk_filters PRIMARY KEY (author, name)
)"""
_FAVOURITES_2 = """
CREATE TABLE favourites (
    author TEXT NOT NULL,
    name TEXT NOT NULL,
    added_at {instant} NOT NULL,
    CONSTRAINT pk_favourites PRIMARY KEY (author, name)
)"""
_COPY_2 = """
INSERT INTO filters (author, name, document, description, favourite, shared, created_at, modified_at)
SELECT '', name, document, description, {no}, {no}, created_at, modified_at FROM filters_1"""


def authors_of_filters(connection: Connection) -> None:
    """Version 2: filters have an author, may be shared and be favourites; columns may be favourites."""
    sqlite = connection.dialect.name == "sqlite"
    words = {"instant": "TEXT" if sqlite else "TIMESTAMP WITH TIME ZONE", "no": "0" if sqlite else "false"}
    connection.exec_driver_sql("CREATE TABLE filters_1 AS SELECT * FROM filters")
    connection.exec_driver_sql("DROP TABLE filters")
    for statement in (_FILTERS_2, _COPY_2, "DROP TABLE filters_1", _FAVOURITES_2):
        connection.exec_driver_sql(statement.format(**words))
