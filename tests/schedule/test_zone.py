"""The clock's jumps, and where zone rules come from."""

from __future__ import annotations

import copy
import datetime as dt
import os
import pickle
import subprocess
import sys

import pytest

from campaign_nb.clock import zone, zone_names
from campaign_nb.errors import ScheduleError
from campaign_nb.schedule import tzdata_version
from campaign_nb.schedule.zone import first_pass, last_pass, second_pass, skipped, start_of, transition
from tests.schedule.instants import utc


def wall(text: str, name: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone(name))


@pytest.mark.parametrize(
    ("name", "text", "first", "second"),
    [
        ("Europe/Paris", "2026-07-01 09:00", "2026-07-01 07:00", None),
        ("Europe/Paris", "2026-03-29 02:00", "2026-03-29 01:00", None),
        ("Europe/Paris", "2026-03-29 02:59:59", "2026-03-29 01:00", None),
        ("Europe/Paris", "2026-10-25 02:00", "2026-10-25 00:00", "2026-10-25 01:00"),
        ("Europe/Paris", "2026-10-25 03:00", "2026-10-25 02:00", None),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45", "2026-04-04 15:15"),
        ("America/St_Johns", "2006-10-29 00:00:30", "2006-10-29 02:30:30", "2006-10-29 03:30:30"),
        ("Pacific/Apia", "2011-12-30 12:00", None, None),
        ("Pacific/Kwajalein", "1993-08-21 00:00", None, None),
    ],
)
def test_first_and_second_pass_of_a_wall_time(name: str, text: str, first: str | None, second: str | None) -> None:
    assert first_pass(wall(text, name)) == (utc(first) if first else None)
    assert second_pass(wall(text, name)) == (utc(second) if second else None)


def test_a_change_is_found_to_the_second() -> None:
    assert transition(wall("1919-03-30 23:45", "America/Toronto")) == utc("1919-03-31 04:30")
    assert transition(wall("2011-12-30 12:00", "Pacific/Apia")) == utc("2011-12-30 10:00")


def test_a_skipped_time_was_last_passed_when_the_clock_jumped() -> None:
    assert skipped(wall("2026-03-29 02:30", "Europe/Paris"))
    assert last_pass(wall("2026-03-29 02:30", "Europe/Paris")) == utc("2026-03-29 01:00")
    assert last_pass(wall("2026-10-25 02:30", "Europe/Paris")) == utc("2026-10-25 01:30")


def test_a_day_without_midnight_starts_after_it() -> None:
    assert start_of(dt.date(2026, 9, 6), zone("America/Santiago")) == utc("2026-09-06 04:00")
    assert start_of(dt.date(2026, 11, 1), zone("America/Havana")) == utc("2026-11-01 04:00")


def test_an_unknown_zone_names_the_one_that_was_meant() -> None:
    for wrong, meant in [
        ("Paris", "Europe/Paris"),
        ("europe/paris", "Europe/Paris"),
        ("New York", "America/New_York"),
        ("Europe/Berlim", "Europe/Berlin"),
    ]:
        with pytest.raises(ScheduleError, match="no such IANA time zone") as caught:
            zone(wrong)
        assert caught.value.do == f'time_zone="{meant}"'


@pytest.mark.parametrize("wrong", ["", "localtime", "../zones", "Europe", "/etc/localtime", None, 3])
def test_only_names_of_the_zone_index_are_zones(wrong: object) -> None:
    with pytest.raises(ScheduleError, match="no such IANA time zone"):
        zone(wrong)  # type: ignore[arg-type] # what users hand over


def test_every_name_of_the_index_can_be_read() -> None:
    assert len(zone_names()) > 500
    assert all(zone(name).key == name for name in zone_names())


def test_instants_of_a_zone_can_be_copied_and_pickled_and_share_one_zone() -> None:
    at = wall("2026-07-01 09:00", "Europe/Paris")
    for twin in (copy.deepcopy(at), pickle.loads(pickle.dumps(at))):  # noqa: S301 # our own bytes
        assert twin == at
        assert twin.tzinfo is at.tzinfo


PROGRAM = """
import sys, zoneinfo
before = zoneinfo.TZPATH
import campaign_nb.schedule as s
assert zoneinfo.TZPATH == before
vancouver = s.Cron("0 9 2 11 *", time_zone="America/Vancouver").launches(1, after="2026-11-01 12:00")[0]
sys.stdout.write(vancouver.isoformat())
"""


@pytest.mark.parametrize("path", ["", "/usr/share/zoneinfo"])
def test_zone_rules_come_from_the_package_and_the_search_path_of_the_process_stays(path: str) -> None:
    env = {**os.environ, "PYTHONTZPATH": path}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "2026-11-02T09:00:00-07:00"


def test_the_version_of_the_zone_rules_is_the_package_s() -> None:
    assert tzdata_version()[:2] == "20"
    assert tzdata_version()[4:].isalpha()
