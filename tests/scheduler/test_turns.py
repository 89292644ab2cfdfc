"""Threads take short turns while a scheduler runs, and the interpreter's own afterwards."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import campaign_nb as cn
from campaign_nb.scheduler import turns


def test_a_running_scheduler_holds_turns_short_and_gives_them_back(tmp_path: Path) -> None:
    before = sys.getswitchinterval()
    one, other = cn.Workspace(tmp_path / "one"), cn.Workspace(tmp_path / "other")
    one.scheduler.start()
    other.scheduler.start()
    one.close()
    assert sys.getswitchinterval() == pytest.approx(turns.SECONDS, rel=0.05)
    other.close()
    assert sys.getswitchinterval() == before


def test_turns_that_are_shorter_already_stay() -> None:
    before = sys.getswitchinterval()
    try:
        sys.setswitchinterval(0.0001)
        turns.hold()
        within = sys.getswitchinterval()
        turns.release()
        assert within == pytest.approx(0.0001, rel=0.05)
    finally:
        sys.setswitchinterval(before)


def test_a_clock_that_is_set_by_hand_has_no_thread_and_leaves_turns_alone(tmp_path: Path) -> None:
    before = sys.getswitchinterval()
    own = cn.Workspace(tmp_path, clock=cn.ManualClock("2026-07-01 09:00"))
    own.scheduler.start()
    assert sys.getswitchinterval() == before
    own.close()
