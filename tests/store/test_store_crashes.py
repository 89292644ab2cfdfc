"""Kernels killed at their worst moment: the next one finds a whole store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from campaign_nb.store import Store, campaigns, files, log, meta
from tests.store.conftest import Kernel


def _killed(kernel: Kernel) -> None:
    kernel.communicate(timeout=30)
    assert kernel.returncode == -9


@pytest.mark.parametrize("verb", ["die_inside", "die_half_written"])
def test_a_kernel_killed_in_a_transaction_leaves_the_state_before_it(
    store: Store, noon: dt.datetime, kernels: Callable[..., Kernel], verb: str
) -> None:
    with store.begin() as connection:
        kept = campaigns.create(connection, "Kept", noon)
    _killed(kernels(verb, store.folder))
    again = Store.open(store.folder)
    assert again.integrity() == []
    with again.begin() as connection:
        assert campaigns.list_campaigns(connection) == [kept]
        meta.put(connection, "colour", "green")


def test_a_kernel_killed_half_way_through_its_pages_leaves_work_to_undo(store: Store, kernels: Callable[..., Kernel]) -> None:
    size = store.path.stat().st_size
    _killed(kernels("die_half_written", store.folder))
    assert store.path.stat().st_size > size
    with store.read() as connection:
        assert campaigns.list_campaigns(connection) == []
    assert store.integrity() == []


@pytest.mark.parametrize("lines", [1, 7, 20])
def test_what_a_killed_kernel_said_was_safe_is_there_and_whole(store: Store, kernels: Callable[..., Kernel], lines: int) -> None:
    kernel = kernels("create_until_killed", store.folder)
    assert kernel.stdout is not None
    said = [int(kernel.stdout.readline()) for _ in range(lines)]
    kernel.kill()
    said += [int(line) for line in kernel.stdout.read().splitlines()]
    kernel.wait(timeout=30)
    again = Store.open(store.folder)
    assert again.integrity() == []
    with again.read() as connection:
        found = campaigns.list_campaigns(connection)
        assert {campaign.name for campaign in found} >= {f"Campaign {number}" for number in said}
        assert len(found) <= len(said) + 1
        assert {line.campaign_id for line in log.read(connection)} == {campaign.id for campaign in found}


@pytest.mark.parametrize(("verb", "left"), [("die_before_the_row", "population-"), ("die_half_a_file", "tmp-")])
def test_a_kernel_killed_around_a_file_leaves_no_row_and_an_orphan_that_is_swept(
    store: Store, kernels: Callable[..., Kernel], verb: str, left: str
) -> None:
    _killed(kernels(verb, store.folder))
    (orphan,) = (path.name for path in (store.folder / "files").rglob("*") if path.is_file())
    assert orphan.startswith(left)
    with store.begin() as connection:
        assert files.list_files(connection) == []
        assert files.sweep(connection, store.folder, idle=dt.timedelta(0)) == [f"files/shared/{orphan}"]
