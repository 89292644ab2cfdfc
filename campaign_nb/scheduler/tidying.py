"""Tidying: what kernels that died have left in a store, taken away when another one starts."""

from __future__ import annotations

from collections.abc import Callable

from campaign_nb.clock import Clock
from campaign_nb.scheduler import lease
from campaign_nb.store import Store, files, leases, runs
from campaign_nb.store.runs import UNFINISHED


def tidy(store: Store, clock: Clock, close: Callable[[str], None]) -> None:
    """Remove files that no row speaks of and nobody touched for a day, and leases of runs that are over.

    `close` is called with each of these runs while this kernel has its lease: its kernel may have died before it was closed.
    A store that asks whether it is the one to go on stays as it is.
    Errors: what the store or the disk refuses.
    """
    if store.question is not None:
        return
    with store.read() as connection:
        over = [name for name in leases.by_name(connection) if runs.get(connection, name).state not in UNFINISHED]
    for run_id in over:
        found = lease.lease(store, run_id, clock.now(), lambda connection: True)
        if found is not None:
            try:
                close(run_id)
            finally:
                found.release()
    with store.begin() as connection:
        files.sweep(connection, store.folder)
