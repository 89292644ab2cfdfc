"""What the tests of the store start from, on a server: a database for each test, copied from one that is made once."""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from campaign_nb.store import Store, campaigns

_numbers = itertools.count()


@pytest.fixture(scope="session")
def new_database(server: str) -> Callable[[str], str]:
    """Makes a database as a copy of another and returns its address."""
    port = psycopg.conninfo.conninfo_to_dict(server)["port"]

    def make(template: str = "template1") -> str:
        name = f"store_{next(_numbers)}"
        with psycopg.connect(server, autocommit=True) as own:
            own.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"postgresql://tester@127.0.0.1:{port}/{name}"

    return make


@pytest.fixture(scope="session")
def made(new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder and the database of a store that is made once, for copies."""
    folder, url = tmp_path_factory.mktemp("made") / ".campaign-nb", new_database("template1")
    Store.open(folder, url=url).close()
    return folder, url.rpartition("/")[2]


@pytest.fixture
def opened(made: tuple[Path, str], new_database: Callable[[str], str], tmp_path: Path) -> Iterator[tuple[Store, str]]:
    """A store of this test alone, and its address."""
    url = new_database(made[1])
    store = Store.open(shutil.copytree(made[0], tmp_path / ".campaign-nb"), url=url)
    yield store, url
    store.close()


@pytest.fixture
def store(opened: tuple[Store, str]) -> Store:
    return opened[0]


@pytest.fixture
def noon() -> dt.datetime:
    return dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def spring(store: Store, noon: dt.datetime) -> str:
    """The id of a campaign with one version."""
    with store.begin() as connection:
        made = campaigns.create(connection, "Spring", noon)
        campaigns.save_version(connection, made.id, '{"version": 1}', noon)
    return made.id
