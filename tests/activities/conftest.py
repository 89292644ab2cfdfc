"""A workspace of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import campaign_nb as cn


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path, clock=cn.ManualClock("2026-07-01 09:00"))
    yield own
    own.close()
