"""Runs whose activities fail survive the death of their kernel too, and so do runs on a server of PostgreSQL.

What follows an error is killed at its fault points: a halt and what resumes it, a branch that ends, a run that has failed
and is counted, a campaign that pauses. The judge is the one of the world that has everything.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.breaking import FAILING
from tests.faults.mill import Kill, Mill, ServerMill, Tally, grind
from tests.faults.test_kills import CI, DEEP, MEMORY, SECONDS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, and reads the threads of a process from /proc")

FAILED, SERVED = (5_000, 1_000) if DEEP else (60, 62) if CI else (8, 6)
"""How many kills, of each world in which activities fail and on the server."""
PATHS = ("failing.", "endings.", "life.act", "live_run.", "execution.", "published.Published._start")
"""Where what follows an error is written down."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder in memory, for a killed process loses nothing that it wrote."""
    made = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def mills(folder: Path) -> Iterator[dict[str, Mill]]:
    """A mill for each world in which activities fail."""
    yield from _lived({name: Mill(folder / name, name) for name in ("halting", "ending")})


@pytest.fixture(scope="module")
def served(folder: Path, server: str) -> Iterator[dict[str, Mill]]:
    """Two mills whose worlds have their stores on a server."""
    yield from _lived({name: ServerMill(folder / name, server) for name in ("first", "second")})


def _lived(made: dict[str, Mill]) -> Iterator[dict[str, Mill]]:
    with ThreadPoolExecutor() as pool:
        list(pool.map(Mill.reference, made.values()))
    yield made
    for mill in made.values():
        mill.close()


def chosen(mill: Mill, many: int, chance: random.Random, *, steps: bool = True) -> list[Kill]:
    """Every site (of every step) in turn, at one of its passings after the other, those on the paths of errors first.

    Every fourth is followed by a death in the recovery, every tenth goes on to the end of the world.
    """
    by_site: defaultdict[tuple[int, str], list[Kill]] = defaultdict(list)
    for kill in mill.points():
        if kill.step:
            by_site[kill.step if steps else 0, kill.site].append(kill)
    for kills in by_site.values():
        chance.shuffle(kills)
    places = sorted(by_site)
    chance.shuffle(places)
    places.sort(key=lambda place: not place[1].split(" · ")[1].startswith(PATHS))
    rounds = -(-many // len(places))
    order = [by_site[place][number % len(by_site[place])] for number in range(rounds) for place in places][:many]
    return [
        Kill(k.step, k.site, k.number, chance.randrange(1, 40) if number % 4 == 3 else 0, number % 10 == 0)
        for number, k in enumerate(order)
    ]


def ground(name: str, shares: Sequence[tuple[Mill, list[Kill]]]) -> Tally:
    """What came of kills, each mill with its own, with the figures printed."""
    begun, whole = time.monotonic(), Tally()
    with ThreadPoolExecutor() as pool:
        for tally in pool.map(lambda share: grind([share[0]], share[1]), shares):
            whole.kills, whole.pairs = whole.kills + tally.kills, whole.pairs + tally.pairs
            whole.sites, whole.wrong, whole.cpu = whole.sites | tally.sites, whole.wrong + tally.wrong, whole.cpu + tally.cpu
    took, each = time.monotonic() - begun, whole.cpu / max(1, whole.kills)
    print(f"{name}: {whole.kills} kills at {len(whole.sites)} sites, {whole.pairs} of them in a recovery; {took:.0f} s, {each:.2f} s each")
    return whole


# ----------------------------------------------------------------------------------------------------- the worlds themselves


def test_errors_that_halt_runs_pause_their_campaigns_until_they_are_resumed(mills: dict[str, Mill]) -> None:
    failed, mended = mills["halting"].seen[1], mills["halting"].seen[2]
    names = ["Blocks", "Halts", "Misses", "Repeats"]
    assert [row[:4] for row in failed["campaigns"]] == [[name, "live", True, True] for name in names]
    assert [row[2] for row in failed["runs"]] == ["paused"] * 4
    assert [row[:4] for row in mended["campaigns"]] == [[name, "completed", False, False] for name in names]
    assert [row[2] for row in mended["runs"]] == ["done"] * 4
    assert [(row[0], row[4]) for row in mended["alerts"]] == [(name, "Run suspended by an error") for name in names]
    assert "leads.csv" not in mended["world"] and "ws/extracts/taken/list.csv" in mended["world"]
    assert (mended["wrong ids"], mended["integrity"], mended["leases"]) == ([], [], 0)


def test_errors_that_end_runs_are_counted_and_pause_campaigns_as_these_say(mills: dict[str, Mill]) -> None:
    first, mended, second, last = mills["ending"].seen[1:]
    paused = {name: (paused, error) for name, _, paused, error, *_ in first["campaigns"]}
    assert paused == {
        "Aborts": (True, True),
        "Counts": (False, True),
        "Ignores": (False, False),
        "Leaves": (True, True),
        "Waits": (False, False),
    }
    assert [row[:2] for row in first["errors"]] == [["Aborts", 1], ["Counts", 1], ["Ignores", 0], ["Leaves", 1], ["Waits", 0]]
    assert [row[:2] for row in mended["errors"]] == [["Aborts", 0], ["Counts", 1], ["Ignores", 0], ["Leaves", 0], ["Waits", 0]]
    assert [row[2] for row in mended["runs"] if row[0].startswith(("Aborts", "Leaves"))] == ["failed", "done", "failed", "done"]
    assert ["Counts", "live", True, True] in [row[:4] for row in second["campaigns"]]
    assert ["Counts", 2, ""] in second["errors"]
    assert (["Counts", "live", False, False] in [row[:4] for row in last["campaigns"]], last["errors"][1]) == (True, ["Counts", 0, ""])
    assert "ws/extracts/taken/list.csv" in last["world"]


# ------------------------------------------------------------------------------------------------------------- the kills


@pytest.mark.timeout(SECONDS)
def test_worlds_in_which_activities_fail_end_alike_though_they_are_killed(mills: dict[str, Mill]) -> None:
    chance = random.Random(2028)
    tally = ground("activities that fail", [(mill, chosen(mill, FAILED, chance)) for mill in mills.values()])
    assert tally.wrong == []
    assert tally.kills - tally.pairs == 2 * FAILED
    assert len(tally.sites) >= (50 if FAILED > 50 else FAILED)
    if FAILED > 50:
        assert {"failing.Failing.fail", "failing.suspend", "failing.end_failed", "failing.Failing._go_on", "endings.Endings.close"} <= {
            site.split(" · ")[1] for site in tally.sites
        }


@pytest.mark.requires("postgres")
@pytest.mark.timeout(SECONDS)
def test_a_world_on_a_server_ends_like_one_left_alone_though_it_is_killed(served: dict[str, Mill]) -> None:
    chance = random.Random(2029)
    first, second = served.values()
    order = chosen(first, SERVED, chance, steps=False)
    tally = ground("on PostgreSQL", [(first, order[::2]), (second, order[1::2])])
    assert tally.wrong == []
    assert tally.kills - tally.pairs == SERVED
    assert len(tally.sites) >= min(SERVED, 60)


# --------------------------------------------------------------------------------------------------------- broken on purpose


def swept(mill: Mill, fault: str, step: int, site: str) -> Tally:
    """What comes of kills at every passing of a site, in a product with a fault."""
    mill.broken = fault
    try:
        return grind([mill], [kill for kill in mill.points() if (kill.step, kill.site) == (step, site)])
    finally:
        mill.broken = None


@pytest.mark.parametrize(
    ("world", "fault", "site"),
    [
        ("halting", "pause apart", "committed · failing.Failing.fail"),
        ("ending", "errors apart", "committed · endings.Endings.close"),
    ],
)
def test_what_follows_an_error_in_two_steps_is_found_out(mills: dict[str, Mill], world: str, fault: str, site: str) -> None:
    tally = swept(mills[world], fault, 1, site)
    assert tally.kills >= 1
    assert tally.wrong


@pytest.mark.requires("postgres")
def test_a_server_without_transactions_is_found_out(served: dict[str, Mill]) -> None:
    assert list(FAILING) == ["pause apart", "errors apart", "no transactions"]
    tally = swept(served["first"], "no transactions", 1, "launch claimed · launches.Launches._apply")
    assert tally.kills >= 1
    assert tally.wrong
