"""What the tests here start from: a store of their own."""

from __future__ import annotations

from tests.store.conftest import made as made
from tests.store.conftest import store as store
