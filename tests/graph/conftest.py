"""What the tests of this folder are given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from campaign_nb.data.model import DataModel, Table
from tests.graph import shop as shops
from tests.graph.shop import Campaign, Notebook


@pytest.fixture
def shop() -> DataModel:
    return shops.a_shop()


@pytest.fixture
def customers(shop: DataModel) -> Table:
    return shop["customers"]


@pytest.fixture
def spring(shop: DataModel) -> Campaign:
    """An empty campaign."""
    return Campaign("Spring", data=shop)


@pytest.fixture
def full(shop: DataModel) -> Campaign:
    """The campaign of the documentation."""
    return shops.spring_of(shop)


@pytest.fixture
def notebook() -> Iterator[Notebook]:
    with shops.notebook() as made:
        yield made
