"""Runs survive the death of their kernel at any moment: a world that was killed ends like one that was left alone.

A kernel dies by SIGKILL at a fault point, the next one starts where it died, a third one has nothing left to do. In CI
more than 1,000 deaths, 300 of them while another one was recovered from; CAMPAIGN_NB_DEEP=1: 20,000.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.conftest import is_set
from tests.faults import everything
from tests.faults.breaking import BREAKS, FAILING
from tests.faults.mill import Kill, Mill, Tally, grind

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, and reads the threads of a process from /proc")

DEEP, CI = is_set("CAMPAIGN_NB_DEEP"), is_set("CAMPAIGN_NB_CI") or is_set("CI")
SINGLE, DOUBLE = (10_000, 5_000) if DEEP else (600, 320) if CI else (30, 15)
SECONDS = 15_000 if DEEP else 1_500
MEMORY = Path("/dev/shm")
RUN_OF = "Everything 02 09:00"


@pytest.fixture(scope="module")
def mills() -> Generator[list[Mill]]:
    """Two mills, each with a world that nobody killed; in memory, for a killed process loses nothing that it wrote."""
    folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
    made = [Mill(folder / str(number)) for number in range(2)]
    for mill in made:
        mill.reference()
    yield made
    for mill in made:
        mill.close()
    shutil.rmtree(folder)


@pytest.fixture
def mill(mills: list[Mill]) -> Iterator[Mill]:
    """A mill whose product a test may break."""
    yield mills[0]
    mills[0].broken = None


def round_of_sites(mill: Mill, many: int, chance: random.Random) -> list[Kill]:
    """Every site in turn, at one of its passings after the other, the rare ones again and again."""
    by_site: defaultdict[str, list[Kill]] = defaultdict(list)
    for kill in mill.points():
        by_site[kill.site].append(kill)
    for kills in by_site.values():
        chance.shuffle(kills)
    rounds = -(-many // len(by_site))
    order = [kills[number % len(kills)] for number in range(rounds) for kills in by_site.values()]
    if many < len(by_site):
        chance.shuffle(order)
    return order[:many]


def ground(mills: list[Mill], kills: list[Kill]) -> Tally:
    """What came of kills, with the figures printed."""
    begun = time.monotonic()
    tally = grind(mills, kills)
    took, each = time.monotonic() - begun, tally.cpu / max(1, tally.kills)
    print(f"{tally.kills} kills at {len(tally.sites)} sites, {tally.pairs} of them in a recovery; {took:.0f} s, {each:.2f} s of CPU each")
    return tally


# ------------------------------------------------------------------------------------------------------ the world itself


def test_the_world_that_is_left_alone_has_everything(mills: list[Mill]) -> None:
    seen = mills[0].seen[-1]
    assert [(name, nominal[:10], state) for name, nominal, state, *_ in seen["launches"]] == [
        ("Everything", "2026-03-02", "done"),
        ("Everything", "2026-03-03", "missed"),
        ("Everything", "2026-03-04", "done"),
        ("Follower", "signal <Ev", "done"),
        ("Follower", "signal <Ev", "done"),
    ]
    assert {name: state for name, state, *_ in seen["campaigns"]} == {"Everything": "completed", "Follower": "live"}
    tasks = {activity: (state, rows) for run, activity, _, state, _, rows, *_ in seen["tasks"] if run == RUN_OF}
    assert tasks["First"] == tasks["Second"] == ("done", 10)
    assert tasks["Broken"] == ("failed", 0)
    assert tasks["Few"] == tasks["Never"] == ("skipped", 0)
    assert len(seen["alerts"]) == 2
    assert len([name for name in seen["world"] if name.startswith("ws/extracts/")]) == 7
    assert "leads.csv" not in seen["world"]
    assert [row[0] for row in seen["audiences"]] == ["Followed", "Known leads", "Mailed"]
    assert (seen["wrong ids"], seen["integrity"], seen["leases"], seen["unknown files"]) == ([], [], 0, [])


def test_there_are_sixty_sites_and_more_in_every_part(mills: list[Mill]) -> None:
    sites = {kill.site.split(" · ")[1].split(".")[0] for kill in mills[0].points()}
    assert len({kill.site for kill in mills[0].points()}) >= 120
    assert sites >= {"runner", "audience", "change", "endings", "execution", "extract", "failing", "launches", "lease", "memory"}
    assert sites >= {"migrate", "notices", "outbox", "published", "removal", "workspace"}


def test_what_forks_has_no_threads_of_its_own(mills: list[Mill]) -> None:
    assert [mill.zygote.threads for mill in mills] == [["python"], ["python"]]


# ------------------------------------------------------------------------------------------------------------- the kills


@pytest.mark.timeout(SECONDS)
def test_a_world_killed_at_any_point_ends_like_one_left_alone(mills: list[Mill]) -> None:
    chance = random.Random(2026)
    order = round_of_sites(mills[0], SINGLE, chance)
    tally = ground(mills, [Kill(k.step, k.site, k.number, through=number % 10 == 0) for number, k in enumerate(order)])
    assert tally.wrong == []
    assert tally.kills == SINGLE
    assert len(tally.sites) >= (120 if SINGLE > 150 else SINGLE * 0.8)


@pytest.mark.timeout(SECONDS)
def test_a_world_killed_again_while_it_recovers_ends_like_one_left_alone(mills: list[Mill]) -> None:
    chance = random.Random(2027)
    order = [k for k in round_of_sites(mills[0], 2 * DOUBLE, chance) if k.step > 0][:DOUBLE]
    tally = ground(mills, [Kill(k.step, k.site, k.number, chance.choice([*range(1, 7), *range(7, 60, 9)])) for k in order])
    assert tally.wrong == []
    assert tally.pairs >= 0.9 * len(order)


# --------------------------------------------------------------------------------------------------------- broken on purpose

AT = {
    "commit before the rename": (1, "committed · runner.Runner._commit"),
    "effect outside of the transaction": (1, "stage written · runner.Runner._stage"),
    "launches not unique": (1, "committed · launches.Launches.take"),
    "settled once": (2, "between stage and settlement · runner.Runner.advance"),
}


def swept(mill: Mill, fault: str, step: int, site: str) -> Tally:
    """What comes of kills at every passing of a site, in a product with a fault."""
    mill.broken = fault
    return grind([mill], [kill for kill in mill.points() if (kill.step, kill.site) == (step, site)])


@pytest.mark.parametrize("fault", AT)
def test_a_product_that_is_broken_on_purpose_is_found_out(mill: Mill, fault: str) -> None:
    tally = swept(mill, fault, *AT[fault])
    assert tally.kills >= 1
    assert tally.wrong


def test_the_rows_of_launches_suffice_though_a_kernel_forgets_which_it_made(mill: Mill) -> None:
    assert set(BREAKS) - set(FAILING) - set(AT) == {"launches forgotten"}
    tally = swept(mill, "launches forgotten", *AT["launches not unique"])
    assert (tally.kills, tally.wrong) == (1, [])


# ----------------------------------------------------------------------------------------------------------- what is left


def test_a_half_written_file_outside_of_the_store_goes_with_a_later_one(mill: Mill) -> None:
    mill.kill(Kill(1, "replacement filled · extract.Extracts._put", 1), Tally())
    assert len(list(mill.place.rglob("tmp-*"))) == 1
    everything.later(mill.place)
    assert mill.zygote.do(world="everything", until=3)["status"] == 0
    assert list(mill.place.rglob("tmp-*")) == []
