"""What the tests of the scheduler start from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign_nb.store import Store
from tests.scheduler.world import World


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an empty store that is made once, for copies."""
    folder = tmp_path_factory.mktemp("made") / ".campaign-nb"
    Store.open(folder).close()
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / ".campaign-nb")


@pytest.fixture
def world(folder: Path) -> Iterator[World]:
    """A kernel whose clock stands at midnight, Monday 2 March 2026, UTC, its scheduler not started."""
    made = World(folder)
    yield made
    made.close()
