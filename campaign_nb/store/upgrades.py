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


_FILES_3 = """
CREATE TABLE files (
    id TEXT NOT NULL,
    run_id TEXT,
    activity TEXT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    path TEXT NOT NULL,
    rows BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    committed_at TEXT NOT NULL,
    CONSTRAINT pk_files PRIMARY KEY (id),
    CONSTRAINT uq_files_run_id_activity_kind_channel_path UNIQUE (run_id, activity, kind, channel, path),
    CONSTRAINT ck_files_kind CHECK (kind IN ({kinds})),
    CONSTRAINT fk_files_run_id FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE SET NULL,
    CONSTRAINT uq_files_path UNIQUE (path)
)"""
_AUDIENCES_3 = """
CREATE TABLE audiences (
    name TEXT NOT NULL,
    table_name TEXT NOT NULL,
    file_id TEXT NOT NULL,
    rows BIGINT NOT NULL,
    run_id TEXT,
    updated_at TEXT NOT NULL,
    CONSTRAINT pk_audiences PRIMARY KEY (name),
    CONSTRAINT fk_audiences_file_id FOREIGN KEY(file_id) REFERENCES files (id),
    CONSTRAINT fk_audiences_run_id FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE SET NULL
)"""
_KINDS_3 = "'population', 'outbox', 'feedback', 'audience', 'checkpoint', 'extract_due', 'extract', 'change_due', 'change'"


def kinds_of_files(connection: Connection) -> None:
    """Version 3: files may be extracts and changes of tables, due or done.

    SQLite can't change a check: files are made anew, and audiences with them, which refer to files.
    """
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("ALTER TABLE files DROP CONSTRAINT ck_files_kind")
        connection.exec_driver_sql(f"ALTER TABLE files ADD CONSTRAINT ck_files_kind CHECK (kind IN ({_KINDS_3}))")
        return
    for table in ("audiences", "files"):
        connection.exec_driver_sql(f"CREATE TABLE {table}_2 AS SELECT * FROM {table}")
    for table in ("audiences", "files"):
        connection.exec_driver_sql(f"DROP TABLE {table}")
    for statement in (_FILES_3.format(kinds=_KINDS_3), _AUDIENCES_3):
        connection.exec_driver_sql(statement)
    for table in ("files", "audiences"):
        connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM {table}_2")
        connection.exec_driver_sql(f"DROP TABLE {table}_2")
    connection.exec_driver_sql("CREATE UNIQUE INDEX uq_files_outbox ON files (run_id, activity, channel) WHERE kind = 'outbox'")


ADDED_4 = (
    ("campaigns", "folder TEXT DEFAULT '' NOT NULL"),
    ("campaigns", "pause_reason TEXT DEFAULT '' NOT NULL"),
    ("campaigns", "errors INTEGER DEFAULT '0' NOT NULL"),
    ("versions", "model TEXT"),
    ("launches", "variables TEXT"),
    ("runs", "variables TEXT"),
    ("runs", "held_at TEXT DEFAULT '' NOT NULL"),
    ("runs", "passed TEXT DEFAULT '[]' NOT NULL"),
    ("tasks", "note TEXT DEFAULT '' NOT NULL"),
    ("counts", "active BOOLEAN DEFAULT {yes} NOT NULL"),
)
_MADE_4 = (
    """
CREATE TABLE templates (
    name TEXT NOT NULL,
    document TEXT NOT NULL,
    schedule TEXT,
    description TEXT NOT NULL,
    folder TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    created_at {instant} NOT NULL,
    modified_at {instant} NOT NULL,
    CONSTRAINT pk_templates PRIMARY KEY (name)
)""",
    """
CREATE TABLE leases (
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    token BIGINT NOT NULL,
    beat BIGINT NOT NULL,
    at {instant} NOT NULL,
    CONSTRAINT pk_leases PRIMARY KEY (name)
)""",
    """
CREATE TABLE alerts (
    id {number},
    campaign_id TEXT NOT NULL,
    run_id TEXT,
    activity TEXT NOT NULL,
    at {instant} NOT NULL,
    title TEXT NOT NULL,
    message TEXT NOT NULL,
    CONSTRAINT uq_alerts_run_id_activity_title UNIQUE (run_id, activity, title),
    CONSTRAINT fk_alerts_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaigns (id) ON DELETE CASCADE,
    CONSTRAINT fk_alerts_run_id FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
)""",
    "CREATE INDEX ix_alerts_campaign_id_id ON alerts (campaign_id, id)",
)


def orchestration(connection: Connection) -> None:
    """Version 4: folders, templates, leases and alerts; what runs were told, where they are held, what was decided in them."""
    sqlite = connection.dialect.name == "sqlite"
    words = {
        "instant": "TEXT" if sqlite else "TIMESTAMP WITH TIME ZONE",
        "yes": "1" if sqlite else "true",
        "number": "INTEGER NOT NULL CONSTRAINT pk_alerts PRIMARY KEY AUTOINCREMENT"
        if sqlite
        else "BIGSERIAL CONSTRAINT pk_alerts PRIMARY KEY",
    }
    for table, column in ADDED_4:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column.format(**words)}")
    for statement in _MADE_4:
        connection.exec_driver_sql(statement.format(**words))
