"""Launches: each happens once, whoever tries."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from campaign_nb.errors import StoreError
from campaign_nb.store import Store, campaigns, launches
from tests.store.conftest import Kernel, race

DAY = dt.timedelta(days=1)


@pytest.fixture
def claim(spring: str, noon: dt.datetime) -> Callable[..., str | None]:
    """Claims the launch of 2 March 2026, 13:00 in Paris, or what a test makes of it."""

    def claim(connection: Connection, nominal: str = "2026-03-02T13:00:00", **changes: object) -> str | None:
        values = {"version": 1, "zone": "Europe/Paris", "due_at": noon, "at": noon, **changes}
        return launches.claim(connection, spring, nominal=nominal, **values)  # type: ignore[arg-type] - a test changes any of them

    return claim


def test_a_launch_is_claimed_once(store: Store, claim: Callable[..., str | None], noon: dt.datetime) -> None:
    with store.begin() as connection:
        won = claim(connection, tzdata="2026f")
        assert won is not None
        assert claim(connection) is None
        found = launches.get(connection, won)
    assert (found.state, found.fired_at, found.ended_at, found.tzdata, found.count) == ("running", noon, None, "2026f", 1)
    assert (found.nominal, found.fold, found.zone, found.due_at, found.run_id) == ("2026-03-02T13:00:00", 0, "Europe/Paris", noon, None)


@pytest.mark.parametrize("change", [{"nominal": "2026-03-02T13:00:01"}, {"fold": 1}, {"zone": "Europe/Berlin"}, {"version": 2}])
def test_each_part_of_the_identity_makes_another_launch(
    store: Store, spring: str, claim: Callable[..., str | None], noon: dt.datetime, change: dict[str, object]
) -> None:
    with store.begin() as connection:
        campaigns.publish(connection, spring, {"draft"}, "live", noon)
        campaigns.save_version(connection, spring, '{"version": 2}', noon)
        assert claim(connection)
        assert claim(connection, **change)
        assert claim(connection, **change) is None


def test_the_launch_of_an_unknown_version_is_refused(store: Store, claim: Callable[..., str | None]) -> None:
    with pytest.raises(StoreError, match="a row breaks a rule of the store"), store.begin() as connection:
        claim(connection, version=9)


def test_four_threads_claim_each_launch_once(store: Store, claim: Callable[..., str | None]) -> None:
    won: list[int] = []
    ready = threading.Barrier(4)

    def run() -> None:
        ready.wait()
        for number in range(20):
            with store.begin() as connection:
                if claim(connection, nominal=f"2026-03-02T13:00:{number:02}"):
                    won.append(number)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(won) == Counter(range(20))


def test_two_kernels_claim_each_launch_once(store: Store, spring: str, kernels: Callable[..., Kernel]) -> None:
    first, second = race([kernels("claim_all", store.folder, spring), kernels("claim_all", store.folder, spring)])
    assert Counter(first + second) == Counter(str(number) for number in range(20))
    with store.read() as connection:
        assert len(launches.list_launches(connection, spring)) == 20


def test_a_pending_launch_is_fired_once(store: Store, claim: Callable[..., str | None], noon: dt.datetime) -> None:
    with store.begin() as connection:
        planned = claim(connection, state="pending")
        assert planned is not None
        assert launches.get(connection, planned).fired_at is None
        assert launches.fire(connection, planned, noon + DAY)
        assert not launches.fire(connection, planned, noon + DAY)
        assert (launches.get(connection, planned).state, launches.get(connection, planned).fired_at) == ("running", noon + DAY)


def test_a_skipped_launch_is_a_row_too(store: Store, claim: Callable[..., str | None], noon: dt.datetime) -> None:
    with store.begin() as connection:
        skipped = claim(connection, state="skipped", reason="the run before is still going")
        assert skipped is not None
        found = launches.get(connection, skipped)
    assert (found.state, found.fired_at, found.ended_at, found.reason) == ("skipped", None, noon, "the run before is still going")


def test_a_launch_ends_once(store: Store, claim: Callable[..., str | None], noon: dt.datetime) -> None:
    with store.begin() as connection:
        won = claim(connection)
        assert won is not None
        found = launches.finish(connection, won, "failed", noon + DAY, "no column 'age'")
        assert (found.state, found.ended_at, found.reason) == ("failed", noon + DAY, "no column 'age'")
        with pytest.raises(StoreError, match="launch 2026-03-02T13:00:00 Europe/Paris\n  it is failed and can't become done"):
            launches.finish(connection, won, "done", noon + DAY)


def test_an_unknown_launch_is_named(store: Store, noon: dt.datetime) -> None:
    with pytest.raises(StoreError, match="no launch has the id 'nobody'"), store.begin() as connection:
        launches.finish(connection, "nobody", "done", noon)


def test_a_gap_is_one_row_and_nothing_inside_it_is_launched(
    store: Store, spring: str, claim: Callable[..., str | None], noon: dt.datetime
) -> None:
    with store.begin() as connection:
        gap = launches.record_missed(
            connection,
            spring,
            1,
            "2026-03-02T13:00:00",
            "Europe/Paris",
            noon,
            noon + 2 * DAY,
            20_000,
            noon + 3 * DAY,
            estimated=True,
            reason="asleep",
        )
        assert gap is not None
        for inside in (noon, noon + DAY, noon + 2 * DAY):
            assert claim(connection, nominal=f"at {inside}", due_at=inside) is None
        assert claim(connection, nominal="after", due_at=noon + 3 * DAY)
        found = launches.get(connection, gap)
    assert (found.state, found.due_at, found.first, found.last) == ("missed", noon, noon, noon + 2 * DAY)
    assert (found.count, found.estimated, found.reason, found.ended_at) == (20_000, True, "asleep", noon + 3 * DAY)


def test_a_gap_is_recorded_once(store: Store, spring: str, noon: dt.datetime) -> None:
    with store.begin() as connection:
        for expected in (True, False):
            gap = launches.record_missed(connection, spring, 1, "2026-03-02T13:00:00", "Europe/Paris", noon, noon, 1, noon + DAY)
            assert (gap is not None) is expected


@pytest.mark.parametrize(("count", "days"), [(0, 1), (1, -1)])
def test_a_gap_of_nothing_is_refused(store: Store, spring: str, noon: dt.datetime, count: int, days: int) -> None:
    with pytest.raises(StoreError, match=f"a gap of {count} launches"), store.begin() as connection:
        launches.record_missed(connection, spring, 1, "2026-03-02T13:00:00", "Europe/Paris", noon, noon + days * DAY, count, noon)


def test_launches_are_listed_in_the_order_in_which_they_are_due(
    store: Store, spring: str, claim: Callable[..., str | None], noon: dt.datetime
) -> None:
    with store.begin() as connection:
        for days in (2, 0, 1):
            claim(connection, nominal=str(days), due_at=noon + days * DAY, state="pending" if days else "running")

        def listed(**options: object) -> list[str]:
            return [launch.nominal for launch in launches.list_launches(connection, spring, **options)]  # type: ignore[arg-type] - any option

        assert listed() == ["0", "1", "2"]
        assert listed(limit=2) == ["1", "2"]
        assert listed(states={"pending"}) == ["1", "2"]
        assert listed(states={"pending"}, due_until=noon + DAY) == ["1"]
        assert launches.list_launches(connection, "another") == []
