"""Workspaces and their stores."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import campaign_nb as cn
from campaign_nb.store import meta, sqlite
from campaign_nb.store.database import Store
from tests.errors.situations import Stage, situation


@situation
def a_workspace_that_is_a_database_elsewhere(stage: Stage) -> object:
    return cn.Workspace("mysql://anna:secret@db.example.com/marketing")


@situation
def a_workspace_with_an_unknown_engine(stage: Stage) -> object:
    return cn.Workspace("w", engine="flink")


@situation
def a_file_where_the_folder_should_be(stage: Stage) -> object:
    path = stage.given(stage.folder / "w")
    path.write_text("a letter")
    stage.files_unchanged()
    return cn.Workspace(path).campaigns


@situation
def a_folder_inside_a_file(stage: Stage) -> object:
    stage.given(stage.folder / "letter").write_text("a letter")
    stage.files_unchanged()
    return cn.Workspace(stage.folder / "letter" / "w").campaigns


@situation
def a_folder_that_can_t_be_written(stage: Stage) -> object:
    return cn.Workspace(stage.given(Path("/proc/campaigns"))).campaigns


@situation
def a_folder_without_the_right_to_write(stage: Stage) -> object:
    with patch.object(Path, "mkdir", side_effect=PermissionError(errno.EACCES, "Permission denied")):
        return cn.Workspace(stage.given(stage.folder / "w")).campaigns


@situation
def a_disk_that_is_full(stage: Stage) -> object:
    with patch.object(Path, "mkdir", side_effect=OSError(errno.ENOSPC, "No space left on device")):
        return cn.Workspace(stage.given(stage.folder / "w")).campaigns


@situation
def a_folder_in_the_place_of_the_file(stage: Stage) -> object:
    stage.given(stage.folder / "w" / "store.db").mkdir(parents=True)
    return cn.Workspace(stage.given(stage.folder / "w")).campaigns


@situation
def the_database_of_another_program(stage: Stage) -> object:
    folder = stage.given(stage.folder / "w")
    folder.mkdir()
    with closing(sqlite3.connect(folder / "store.db")) as raw:
        raw.execute("CREATE TABLE theirs (x)")
        raw.commit()
    stage.files_unchanged()
    return cn.Workspace(folder).campaigns


@situation
def a_file_that_is_no_database(stage: Stage) -> object:
    folder = stage.given(stage.folder / "w")
    folder.mkdir()
    (folder / "store.db").write_text("name;age\nQuillon;17\n")
    stage.files_unchanged()
    return cn.Workspace(folder).campaigns


@situation
def a_store_of_a_newer_version(stage: Stage) -> object:
    folder = stage.given(stage.folder / "w")
    store = Store.open(folder)
    with store.begin() as connection:
        meta.put(connection, "schema_version", "99")
    store.close()
    stage.files_unchanged()
    return cn.Workspace(folder).campaigns


@situation
def a_store_cut_short(stage: Stage) -> object:
    folder = stage.given(stage.folder / "w")
    Store.open(folder).close()
    content = (folder / "store.db").read_bytes()
    (folder / "store.db").write_bytes(content[: len(content) // 2])
    stage.files_unchanged()
    return cn.Workspace(folder).campaigns


@situation
def a_store_with_a_trigger(stage: Stage) -> object:
    folder = stage.given(stage.folder / "w")
    Store.open(folder).close()
    with closing(sqlite3.connect(folder / "store.db")) as raw:
        raw.execute("CREATE TRIGGER evil AFTER INSERT ON log BEGIN DELETE FROM log; END")
        raw.commit()
    return cn.Workspace(folder).campaigns


@situation
def a_store_that_was_closed(stage: Stage) -> object:
    store = Store.open(stage.given(stage.folder / "w"))
    store.close()
    with store.read() as connection:
        return connection


@situation
def a_store_that_another_program_writes_to(stage: Stage) -> object:
    spring = stage.mailing()
    store = spring.workspace.folder / "store.db"
    with patch.object(sqlite, "BUSY_SECONDS", 0.05):
        assert spring.dry_run().messages == {"Offer": 2}
        _ = spring.workspace.store
        with closing(sqlite3.connect(store, isolation_level=None)) as raw:
            raw.execute("BEGIN IMMEDIATE")
            stage.unchanged(lambda: spring.status)
            return spring.publish(confirm=2)


@situation
def an_audience_that_the_workspace_does_not_have(stage: Stage) -> object:
    return stage.workspace().audiences["Loyal"]
