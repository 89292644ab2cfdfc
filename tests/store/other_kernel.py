"""Another kernel on the same store: a process that the tests start, race against and kill."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
from pathlib import Path

from campaign_nb.store import Store, campaigns, files, launches

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def claim_all(store: Store, campaign_id: str) -> None:
    """Claim the same twenty launches as everybody else, once told to go; print the numbers won."""
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(20):
        with store.begin() as connection:
            won = launches.claim(connection, campaign_id, 1, f"2026-03-02T12:{number:02}", "UTC", NOON, NOON)
        if won:
            print(number, flush=True)


def open_new(folder: str) -> None:
    """Open, and so make, the store of a folder, once told to go; print its identity."""
    print("ready", flush=True)
    sys.stdin.readline()
    print(Store.open(Path(folder)).identity, flush=True)


def die_inside(store: Store) -> None:
    """Die inside a transaction before anything reached the file."""
    with store.begin() as connection:
        campaigns.create(connection, "Lost", NOON)
        os.kill(os.getpid(), signal.SIGKILL)


def die_half_written(store: Store) -> None:
    """Die inside a transaction after many of its pages have reached the file."""
    with store.begin() as connection:
        connection.exec_driver_sql("PRAGMA cache_size = 5")
        for number in range(300):
            campaigns.create(connection, f"Lost {number}", NOON, description="x" * 2000)
        os.kill(os.getpid(), signal.SIGKILL)


def create_until_killed(store: Store) -> None:
    """Create campaigns, each with its log line, and print each one that is safe."""
    for number in range(10_000):
        with store.begin() as connection:
            campaigns.create(connection, f"Campaign {number}", NOON)
        print(number, flush=True)


def die_before_the_row(store: Store) -> None:
    """Die when a file stands in its place but its row is not committed."""

    def fill(path: Path) -> int:
        return path.write_bytes(b"rows")

    with store.begin() as connection:
        files.put(connection, store.folder, files.Slot("population", activity="Adults"), fill, NOON)
        os.kill(os.getpid(), signal.SIGKILL)


def die_half_a_file(store: Store) -> None:
    """Die in the middle of a file."""

    def fill(path: Path) -> int:
        path.write_bytes(b"ro")
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    files.write(store.folder, files.Slot("population", activity="Adults"), fill)


if __name__ == "__main__":
    verb, place, *more = sys.argv[1:]
    if verb == "open_new":
        open_new(place)
    else:
        globals()[verb](Store.open(Path(place)), *more)
