"""The workspaces that are open in this kernel, and who wants to hear of their changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakSet

from campaign_nb.errors import Problem, ScheduleError, StoreError
from campaign_nb.schedule import duration
from campaign_nb.store import postgres

if TYPE_CHECKING:
    from campaign_nb.workspace.workspace import Workspace

_opened: WeakSet[Workspace] = WeakSet()
_watchers: list[Callable[[Workspace], None]] = []


def opened() -> list[Workspace]:
    """Return the workspaces whose store is open, by folder."""
    return sorted(_opened, key=lambda workspace: str(workspace.folder))


def opening(workspace: Workspace) -> None:
    """Note that a workspace's store was opened."""
    _opened.add(workspace)
    changed(workspace)


def closing(workspace: Workspace) -> None:
    """Note that a workspace was closed."""
    _opened.discard(workspace)


def watch(watcher: Callable[[Workspace], None]) -> Callable[[], None]:
    """Hear of every change in any workspace; returns a function that ends it."""
    _watchers.append(watcher)
    return lambda: _watchers.remove(watcher) if watcher in _watchers else None


def changed(workspace: Workspace) -> None:
    """Tell the watchers; what one raises does not reach those who change something."""
    for watcher in list(_watchers):
        try:
            watcher(workspace)
        except Exception:  # a panel that fails must not fail what it shows
            continue


def place(url: str, folder: str | None, default: str) -> tuple[str | None, str]:
    """Return the address of a workspace's database, None for a file, and its folder.

    Errors: an address that is neither a folder nor PostgreSQL's; two folders; an address that can't be read.

    >>> place("campaigns", None, ".campaign-nb"), place("postgresql://anna@db/shop", None, ".campaign-nb")
    ((None, 'campaigns'), ('postgresql://anna@db/shop', '.campaign-nb'))
    """
    if postgres.is_address(url):
        postgres.address(url)
        return url, default if folder is None else folder
    if "://" in url:
        what, expected = "it is neither a folder nor a database of PostgreSQL", "a folder, or postgresql://user@host/database"
        raise StoreError(Problem(f"workspace {url.split('@')[-1]!r}", what, expected, 'cn.Workspace(".campaign-nb")'))
    if folder is not None:
        what = f"a folder of its own, {folder!r}, beside its folder"
        raise StoreError(Problem(f"workspace {url!r}", what, "folder= with an address of PostgreSQL only", f"cn.Workspace({folder!r})"))
    return None, url


def on_server(address: str | None) -> str:
    """Return what a representation says of a workspace's server, never its password.

    >>> on_server("postgresql://anna:secret@db/shop"), on_server(None)
    (' on postgresql://anna:***@db/shop', '')
    """
    return "" if address is None else f" on {postgres.shown(postgres.address(address))}"


def seconds(lease: str | dt.timedelta) -> float:
    """Read the length of a lease.

    Errors: no length of time; less than a fifth of a second, within which no kernel gives a sign of life; more than an hour.

    >>> seconds("10s")
    10.0
    """
    length = duration(lease, "lease of a workspace").total_seconds()
    if not 0.2 <= length <= 3600:
        expected = "0.2 s to an hour; less is lost in every pause, more keeps the runs of a dead kernel waiting"
        raise ScheduleError(Problem("lease of a workspace", f"a lease of {length:g} s", expected, 'cn.Workspace(…, lease="10s")'))
    return length
