"""The harness times what it says, and refuses to compare two different campaigns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.bench import __main__, floor, make_data, measure, report
from tests.bench.hand_written import COUNTS, TIERS
from tests.bench.measure import Side, Timing

RIGHT: dict[str, int] = dict.fromkeys(COUNTS, 7)


def _side(name: str, found: dict[str, int], calls: list[str]) -> Side:
    def prepare(data: Path, tiers: Sequence[str]) -> Callable[[], dict[str, int]]:
        return lambda: calls.append(name) or found

    return Side(name, prepare)


def test_the_order_is_reversed_every_other_round_and_the_first_round_dropped() -> None:
    calls: list[str] = []
    timings, counts = measure.interleaved([_side("a", RIGHT, calls), _side("b", RIGHT, calls)], Path(), [], rounds=2)
    assert calls == ["a", "b", "b", "a", "a", "b"]
    assert [len(timing.wall) for timing in timings.values()] == [2, 2]
    assert counts == RIGHT


def test_a_side_with_another_count_is_refused() -> None:
    sides = [_side("a", RIGHT, []), _side("b", {**RIGHT, "FA": 8}, [])]
    with pytest.raises(measure.UnequalCounts, match="b: FA 8 instead of 7"):
        measure.interleaved(sides, Path(), [], rounds=1)


def test_a_side_that_leaves_a_count_out_is_refused() -> None:
    with pytest.raises(measure.UnequalCounts, match="b: no Q1; no Q2"):
        measure.interleaved([_side("a", RIGHT, []), _side("b", {}, [])], Path(), [], rounds=1)


def test_figures_that_two_sides_share_are_compared_too() -> None:
    sides = [_side("a", {**RIGHT, "control.ids": 5}, []), _side("b", {**RIGHT, "control.ids": 6}, [])]
    with pytest.raises(measure.UnequalCounts, match=r"control\.ids 6 instead of 5"):
        measure.interleaved(sides, Path(), [], rounds=1)


def test_ratios_are_of_minima_against_the_plan_written_by_hand() -> None:
    table = report.table({measure.YARDSTICK: Timing([2.0, 3.0], [4.0, 4.0], 100.0), "campaign_nb": Timing([2.5, 9.0], [3.0, 5.0], 130.0)})
    cells = [cell.strip() for cell in table.splitlines()[-1].strip("|").split("|")]
    assert cells == ["campaign_nb", "2.500", "5.750", "1.25", "3.000", "4.000", "0.75", "130", "1.30"]


def test_the_floor_needs_every_column_that_the_campaign_reads(tmp_path: Path) -> None:
    make_data.make(tmp_path, 1_000)
    read = [frame.collect().columns for frame in floor.frames(tmp_path)]
    assert read == list(floor.NEEDED.values())
    assert floor.prepare(tmp_path, TIERS["narrow"])() == {}


def test_the_command_measures_every_side_and_keeps_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "report.md"
    __main__.main(["--rows", "2000", "--rounds", "1", "--data", str(tmp_path / "data"), "--report", str(kept)])
    printed = capsys.readouterr().out
    assert "Canonical campaign, 2,000 people, narrow, 1 round in turns" in printed
    assert all(f"| {side.name} " in printed for side in measure.sides())
    assert kept.read_text() == printed
