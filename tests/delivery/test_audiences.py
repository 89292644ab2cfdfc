"""Saved audiences: written beside the store, counted when they are committed, replaced whole."""

from __future__ import annotations

import polars as pl

from campaign_nb.clock import ManualClock
from campaign_nb.delivery.audience import Audiences
from campaign_nb.store import Store, audiences, files
from tests.delivery.world import NOON, a_run, a_task, an_effect


def save(store: Store, rows: pl.DataFrame) -> str:
    """Save an audience in a run of its own; return the run."""
    run, task, effect = a_run(store), a_task("Save"), an_effect("audience", "Loyal", "customers")
    handler = Audiences(store.folder, ManualClock("2026-03-02T12:00"))
    written = handler.write(run, task, effect, rows)
    with store.begin() as connection:
        handler.commit(connection, run, task, effect, written)
    return run.id


def test_an_audience_is_known_by_name_with_its_table_rows_and_run(store: Store) -> None:
    run = save(store, pl.DataFrame({"id": [1, 2], "tier": ["gold", None]}))
    with store.read() as connection:
        found = audiences.audience(connection, "Loyal")
        path = files.path_of(store.folder, files.get(connection, found.file_id))
    assert (found.table_name, found.rows, found.run_id, found.updated_at) == ("customers", 2, run, NOON)
    assert pl.read_parquet(path).rows() == [(1, "gold"), (2, None)]


def test_saving_again_replaces_the_whole_audience(store: Store) -> None:
    save(store, pl.DataFrame({"id": [1, 2]}))
    save(store, pl.DataFrame({"id": [3]}))
    with store.read() as connection:
        (found,) = audiences.list_audiences(connection)
        rows = pl.read_parquet(files.path_of(store.folder, files.get(connection, found.file_id)))
    assert rows["id"].to_list() == [3]


def test_an_audience_that_is_not_committed_does_not_count(store: Store) -> None:
    handler = Audiences(store.folder, ManualClock("2026-03-02T12:00"))
    handler.write(a_run(store), a_task("Save"), an_effect("audience", "Loyal"), pl.DataFrame({"id": [1]}))
    with store.read() as connection:
        assert audiences.list_audiences(connection) == []
