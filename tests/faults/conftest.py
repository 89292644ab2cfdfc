"""What the tests of faults start from: a store in a folder, or on a server of PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.postgres.conftest import server as server


@pytest.fixture
def address(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Makes a new database on the server of this session and returns its address."""

    def make() -> str:
        known: str = request.getfixturevalue("server")
        port, name = psycopg.conninfo.conninfo_to_dict(known)["port"], f"owners_{uuid.uuid4().hex[:8]}"
        with psycopg.connect(known, autocommit=True) as own:
            own.execute(f"CREATE DATABASE {name}")
        return f"postgresql://tester@127.0.0.1:{port}/{name}"

    return make


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.requires("postgres"))])
def place(request: pytest.FixtureRequest, tmp_path: Path, address: Callable[[], str]) -> tuple[Path, str | None]:
    """A folder, and the address of a database or None: on SQLite and on PostgreSQL."""
    return tmp_path / "ws", address() if request.param == "postgres" else None
