"""A clock that stands still, and a workspace that goes by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import campaign_nb as cn


@pytest.fixture
def clock() -> cn.ManualClock:
    return cn.ManualClock("2026-07-01 09:00")


@pytest.fixture
def workspace(tmp_path: Path, clock: cn.ManualClock) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=clock)
    yield own
    own.close()
