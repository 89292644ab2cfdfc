"""Every test of the store that does not look into SQLite's own file, run on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.store import (
    test_lifecycle,
    test_store_campaigns,
    test_store_files,
    test_store_filters,
    test_store_launches,
    test_store_names,
    test_store_runs,
    test_store_transactions,
)

pytestmark = pytest.mark.requires("postgres")

MODULES = (
    test_lifecycle,
    test_store_campaigns,
    test_store_files,
    test_store_filters,
    test_store_launches,
    test_store_names,
    test_store_runs,
    test_store_transactions,
)
ONLY_SQLITE = {
    "test_a_read_sees_one_state_from_its_first_look_on": "looks through a second connection of sqlite3",
    "test_a_writer_takes_the_lock_when_it_begins": "looks through a second connection of sqlite3",
    "test_a_store_locked_by_another_program_says_so": "locks through a second connection of sqlite3",
    "test_a_full_disk_says_so_and_keeps_nothing_of_the_block": "limits the pages of a file",
    "test_a_row_without_its_parent_is_refused": "quotes SQLite's words",
    "test_a_word_outside_a_closed_list_is_refused": "quotes SQLite's words",
    "test_the_file_of_an_audience_is_not_forgotten_under_it": "quotes SQLite's words",
    "test_a_stage_that_fails_half_way_leaves_nothing": "quotes SQLite's words",
    "test_a_store_that_is_deleted_under_our_feet_says_so": "deletes the file",
    "test_integrity_names_references_that_lead_nowhere": "writes past the store, which a server does not allow",
    "test_integrity_names_tables_that_are_missing": "writes past the store",
    "test_a_disk_error_says_what_it_is": "makes a new file",
    "test_two_kernels_claim_each_launch_once": "opens the folder in other processes; tests/faults/test_owners.py does so on a server",
}
"""The counterparts of these for a server are in test_server.py."""

found = [(name, test) for module in MODULES for name, test in vars(module).items() if name.startswith("test_")]
assert len({name for name, _ in found}) == len(found), "two tests have one name"
assert ONLY_SQLITE.keys() <= {name for name, _ in found}, "an exception names a test that is gone"
FIXTURES = ("run_id", "claim", "keys", "run")
globals().update({name: value for module in MODULES for name, value in vars(module).items() if name in FIXTURES})
globals().update({name: test for name, test in found if name not in ONLY_SQLITE})
