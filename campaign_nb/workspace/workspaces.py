"""The workspaces that are open in this kernel, and who wants to hear of their changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakSet

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
