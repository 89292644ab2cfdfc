"""Rules that hold for every schedule, whatever its launches are."""

from __future__ import annotations

import datetime as dt
import json
from itertools import islice, pairwise

from hypothesis import given
from hypothesis import strategies as st

from campaign_nb.clock import zone
from campaign_nb.schedule import Schedule, Slot
from tests.schedule.instants import TICK, slots_between
from tests.schedule.random_schedules import launching, schedules

DAY = dt.timedelta(days=1)
Launching = tuple[Schedule, dt.datetime]
shares = st.floats(0, 0.999)


def fresh(schedule: Schedule) -> Schedule:
    """The same schedule as a new object, as a restart makes it."""
    return Schedule.from_json(json.loads(json.dumps(schedule.to_json())))


def first(schedule: Schedule, after: dt.datetime) -> Slot:
    return next(fresh(schedule).slots(after))


@given(launching(), shares)
def test_from_every_instant_between_two_launches_the_next_is_the_later_one(case: Launching, share: float) -> None:
    schedule, after = case
    for earlier, later in pairwise(islice(schedule.slots(after), 8)):
        for instant in (earlier.at, earlier.at + (later.at - earlier.at) * share, later.at - TICK):
            assert first(schedule, instant) == later


@given(launching())
def test_launches_strictly_increase_and_have_identities_of_their_own(case: Launching) -> None:
    schedule, after = case
    found = list(islice(schedule.slots(after), 60))
    assert all(earlier.at < later.at for earlier, later in pairwise([Slot("", 0, "", after), *found]))
    assert len({slot.identity for slot in found}) == len(found)


@given(launching(), shares)
def test_counts_of_two_spans_add_up_to_the_count_of_both(case: Launching, share: float) -> None:
    schedule, start = case
    middle, end = start + 3 * DAY * share, start + 3 * DAY
    whole, left, right = (schedule.missed(a, b) for a, b in ((start, end), (start, middle), (middle, end)))
    assert (whole.count if whole else 0) == sum(part.count for part in (left, right) if part)


@given(launching())
def test_the_launch_before_the_next_one_is_not_after_the_start(case: Launching) -> None:
    schedule, start = case
    following = first(schedule, start)
    before = schedule.latest(start - 40 * DAY, following.at - TICK)
    assert before is None or before.at <= start
    assert schedule.latest(start, following.at) == following


@given(launching(), st.integers(0, 4 * 86_400))
def test_the_latest_launch_and_the_summary_of_missed_ones_equal_a_list_of_all(case: Launching, seconds: int) -> None:
    schedule, after = case
    until = after + dt.timedelta(seconds=seconds)
    found = slots_between(schedule, after, until)
    assert schedule.latest(after, until) == (found[-1] if found else None)
    missed = schedule.missed(after, until)
    assert (missed and (missed.first, missed.last, missed.count, missed.estimated)) == (
        (found[0], found[-1], len(found), False) if found else None
    )


@given(launching(), st.lists(shares, max_size=5))
def test_restarts_at_any_instant_leave_the_launches_as_they_are(case: Launching, shares: list[float]) -> None:
    schedule, start = case
    stops = [start, *sorted(start + 3 * DAY * share for share in shares), start + 3 * DAY]
    pieces = [slot for a, b in pairwise(stops) for slot in slots_between(fresh(schedule), a, b)]
    assert pieces == slots_between(schedule, start, start + 3 * DAY)


@given(schedules("Asia/Kolkata"), st.integers(0, 400 * 86_400))
def test_in_a_zone_without_changes_launches_are_those_of_utc_moved_by_the_offset(schedule: Schedule, seconds: int) -> None:
    offset = dt.timedelta(hours=5, minutes=30)
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
    in_utc = Schedule.from_json({**schedule.to_json(), "time_zone": "UTC"})
    assert [slot.at + offset for slot in islice(schedule.slots(start - offset), 20)] == [
        slot.at for slot in islice(in_utc.slots(start), 20)
    ]


@given(launching())
def test_saving_loading_and_saving_again_changes_nothing(case: Launching) -> None:
    schedule, _ = case
    assert fresh(schedule) == schedule
    assert hash(fresh(schedule)) == hash(schedule)
    assert json.dumps(fresh(schedule).to_json()) == json.dumps(schedule.to_json())


@given(launching())
def test_the_preview_is_what_the_scheduler_is_given(case: Launching) -> None:
    schedule, after = case
    preview = schedule.launches(10, after=after)
    assert [at.astimezone(dt.UTC) for at in preview] == [slot.at for slot in islice(schedule.slots(after), 10)]
    assert {at.tzinfo for at in preview} <= {zone(str(schedule.time_zone))}
