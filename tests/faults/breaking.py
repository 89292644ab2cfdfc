"""Faults made on purpose in the product: each must turn a small sweep of kills red."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from campaign_nb.delivery.extract import Extracts
from campaign_nb.engine import failing
from campaign_nb.engine.runner import Runner
from campaign_nb.scheduler.endings import Endings
from campaign_nb.scheduler.launches import Launches
from campaign_nb.store import Connection, Store, campaigns, files, launches, place, postgres


def commit_before_rename() -> None:
    """A file's row counts before the file stands in its place."""
    late: list[tuple[Path, Path]] = []
    settle, begin = files._settle, Store.begin

    def put_aside(temporary: Path, target: Path, where: str) -> str:
        aside = place.temporary(target.parent)
        digest = settle(temporary, aside, where)
        target.touch()
        late.append((aside, target))
        return digest

    @contextmanager
    def committed(self: Store) -> Generator[Connection, None, None]:
        with begin(self) as connection:
            yield connection
        while late:
            os.replace(*late.pop(0))

    files._settle, Store.begin = put_aside, committed


def effect_outside() -> None:
    """An extract counts in a transaction of its own, before its stage does."""
    write, commit = Extracts.write, Extracts.commit

    def at_once(self: Extracts, *about: Any) -> list[files.Written]:
        written = write(self, *about)
        with self._store.begin() as connection:
            commit(self, connection, *about[:3], written)
        return written

    Extracts.write, Extracts.commit = at_once, lambda self, *about: None


def forget_launches() -> None:
    """A kernel that starts does not look which launches were made: it tries them all again."""
    Launches.considered = lambda self, connection, item: max(  # type: ignore[method-assign] # the fault
        self._considered.get((item.campaign_id, item.version), item.since), item.since
    )


def launches_not_unique() -> None:
    """It tries them all again, and nothing keeps a launch from having two rows."""
    forget_launches()
    insert = launches._insert
    launches._insert = lambda connection, values: insert(
        connection, {**values, "nominal": f"{values['nominal']}.{random.randrange(100_000, 1_000_000)}"}
    )


def settle_once() -> None:
    """What a crash left undone outside of the store is not done when the run goes on."""
    advance = Runner.advance

    def forgetful(self: Runner, *about: Any, **more: Any) -> Any:
        settle, calls = self._settle, [0]

        def later(*of: Any) -> None:
            calls[0] += 1
            if calls[0] > 1:
                settle(*of)

        self._settle = later
        return advance(self, *about, **more)

    Runner.advance = forgetful  # type: ignore[method-assign] # the fault


def pause_apart() -> None:
    """A run that an error ends or halts counts before the pause of its campaign does."""
    late: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
    begin = Store.begin

    @contextmanager
    def committed(self: Store) -> Generator[Connection, None, None]:
        with begin(self) as connection:
            yield connection
        while late:
            about, more = late.pop(0)
            with begin(self) as connection:
                campaigns.flag(connection, *about, **more)

    failing.campaigns = SimpleNamespace(flag=lambda connection, *about, **more: late.append((about, more)))  # type: ignore[assignment] # the fault
    Store.begin = committed


def errors_apart() -> None:
    """The launch of a run that failed ends before the failure is counted."""
    late: list[tuple[Any, ...]] = []
    close, failed = Endings.close, Endings._failed

    def counted_later(self: Endings, run_id: str) -> None:
        close(self, run_id)
        while late:
            with self._store.begin() as connection:
                failed(self, connection, *late.pop(0))

    Endings.close, Endings._failed = counted_later, lambda self, connection, *about: late.append(about)  # type: ignore[method-assign] # the fault


def no_transactions() -> None:
    """Every statement counts at once on a server."""
    engine = postgres.engine
    postgres.engine = lambda url, lease=None: engine(url, lease).execution_options(isolation_level="AUTOCOMMIT")


FAILING: dict[str, Callable[[], None]] = {
    "pause apart": pause_apart,
    "errors apart": errors_apart,
    "no transactions": no_transactions,
}
"""The faults of what follows an error, and of a store on a server."""

BREAKS: dict[str, Callable[[], None]] = {
    "commit before the rename": commit_before_rename,
    "effect outside of the transaction": effect_outside,
    "launches forgotten": forget_launches,
    "launches not unique": launches_not_unique,
    "settled once": settle_once,
    **FAILING,
}


def break_product(name: str | None) -> None:
    """Break the product of this process; with None it stays whole."""
    if name is not None:
        BREAKS[name]()
