"""What the tests of reports start from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign_nb.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / ".campaign-nb")
    yield opened
    opened.close()
