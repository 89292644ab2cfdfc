"""How values of different types compare: numbers exactly, dates and instants as written in decisions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from campaign_nb.engine.backends.polars import Context, compile_rule
from campaign_nb.rules import tree
from tests.engine.polars.world import AS_OF, CONTEXT, PARIS, call, col, is_, resolver, rows, truths, wall

T, F, U = True, False, None
OPERATORS: tuple[tree.Operator, ...] = ("=", "<>", "<", "<=", ">", ">=")


def utc(text: str) -> dt.datetime:
    return wall(text).replace(tzinfo=dt.UTC)


def all_six(left: Any, right: Any, columns: dict[str, list[Any]]) -> list[list[bool | None]]:
    return [truths(is_(op, left, right), columns) for op in OPERATORS]


def test_a_comparison_with_null_is_unknown_on_either_side() -> None:
    assert all_six(col("i"), None, {"i": [1, None]}) == [[U, U]] * 6
    assert all_six(None, col("i"), {"i": [1, None]}) == [[U, U]] * 6
    assert all_six(col("i"), col("j"), {"i": [None, 1, None], "j": [1, None, None]}) == [[U, U, U]] * 6


def test_nan_is_null_and_the_zeros_are_equal() -> None:
    cells = {"f": [float("nan"), 0.0, -0.0, None]}
    assert all_six(col("f"), 0, cells) == [[U, T, T, U], [U, F, F, U], [U, F, F, U], [U, T, T, U], [U, F, F, U], [U, T, T, U]]
    assert truths(is_(">", col("f"), 1000), cells) == [U, F, F, U]
    assert truths(is_("=", col("f"), col("g")), {"f": [float("nan")] * 2, "g": [float("nan"), 1.0]}) == [U, U]


@pytest.mark.parametrize(
    ("value", "table"),
    [
        (17.5, [[F, F, U], [T, T, U], [T, F, U], [T, F, U], [F, T, U], [F, T, U]]),
        (17, [[T, F, U], [F, T, U], [F, F, U], [T, F, U], [F, T, U], [T, T, U]]),
        (17.0, [[T, F, U], [F, T, U], [F, F, U], [T, F, U], [F, T, U], [T, T, U]]),
        (Decimal("17.001"), [[F, F, U], [T, T, U], [T, F, U], [T, F, U], [F, T, U], [F, T, U]]),
        (float("inf"), [[F, F, U], [T, T, U], [T, T, U], [T, T, U], [F, F, U], [F, F, U]]),
        (float("-inf"), [[F, F, U], [T, T, U], [F, F, U], [F, F, U], [T, T, U], [T, T, U]]),
        (10**30, [[F, F, U], [T, T, U], [T, T, U], [T, T, U], [F, F, U], [F, F, U]]),
    ],
)
def test_a_whole_number_compares_exactly_with_any_number(value: Any, table: list[list[bool | None]]) -> None:
    assert all_six(col("i"), value, {"i": [17, 18, None]}) == table
    mirrored = [table[0], table[1], table[4], table[5], table[2], table[3]]
    assert all_six(value, col("i"), {"i": [17, 18, None]}) == mirrored


def test_between_two_whole_numbers_below_zero_the_lower_one_decides() -> None:
    assert all_six(col("i"), -17.5, {"i": [-18, -17, None]}) == [[F, F, U], [T, T, U], [T, F, U], [T, F, U], [F, T, U], [F, T, U]]


def test_extremes_neither_wrap_nor_round() -> None:
    big = 2**63 - 1
    assert truths(is_("=", col("i"), float(2**63)), {"i": [big, -(2**63)]}) == [F, F]
    assert truths(is_("<", col("i"), col("u")), {"i": [-1, big, None], "u": [2**64 - 1, 2**63, 1]}) == [T, T, U]
    assert truths(is_(">", col("u"), -1), {"u": [0, 2**64 - 1]}) == [T, T]
    assert truths(is_("=", col("u"), 2**64 - 1), {"u": [0, 2**64 - 1]}) == [F, T]
    assert truths(is_("<", col("j"), 1000), {"j": [127, -128]}) == [T, T]


def test_a_decimal_compares_with_a_known_float_as_it_is_written() -> None:
    cells = {"d": [Decimal("12.10"), Decimal("12.11"), None]}
    assert all_six(col("d"), 12.1, cells) == [[T, F, U], [F, T, U], [F, F, U], [T, F, U], [F, T, U], [T, T, U]]
    assert truths(is_(">", col("d"), Decimal("12.105")), cells) == [F, T, U]
    assert truths(is_("<", col("d"), 1e300), cells) == [T, T, U]
    assert truths(is_(">", col("d"), 1e-300), cells) == [T, T, U]
    assert truths(is_("=", col("d"), col("e")), {"d": [Decimal("1.50")] * 2, "e": [Decimal("1.500"), Decimal("1.501")]}) == [T, F]
    assert truths(is_(">", col("d"), col("i")), {"d": [Decimal("1.50")] * 2, "i": [1, 2]}) == [T, F]


def test_a_narrow_float_compares_in_its_own_precision() -> None:
    frame = pl.DataFrame({"f": pl.Series([0.1, 0.2], dtype=pl.Float32)})
    rule = compile_rule(is_("=", col("f"), 0.1), resolver(frame), CONTEXT)
    assert frame.select(rule).to_series().to_list() == [T, F]


def test_text_compares_by_case_and_code_point() -> None:
    cells = {"s": ["a", "A", "", "e\u0301", "é", None]}
    assert truths(is_("=", col("s"), "a"), cells) == [T, F, F, F, F, U]
    assert truths(is_("<", col("s"), "a"), cells) == [F, T, T, F, F, U]
    assert truths(is_("=", col("s"), "é"), cells) == [F, F, F, F, T, U]
    assert truths(is_("=", col("s"), "i"), {"s": ["İ", "ı", "I", "i"]}) == [F, F, F, T]


def test_a_category_compares_as_text_not_by_its_place_in_the_list() -> None:
    assert truths(is_("<", col("c"), "b"), {"c": ["b", "a", "é", None]}) == [F, T, F, U]
    assert truths(is_("=", col("c"), "not a category"), {"c": ["b", None]}) == [F, U]


def test_truth_values_compare() -> None:
    assert truths(is_("=", col("b"), True), {"b": [True, False, None]}) == [T, F, U]
    assert truths(is_("<", col("b"), True), {"b": [True, False, None]}) == [F, T, U]


# ------------------------------------------------------------------------------------------------------------ times


def test_a_date_compares_with_a_date() -> None:
    days = {"day": [dt.date(2026, 6, 30), dt.date(2026, 7, 1), None]}
    assert all_six(col("day"), dt.date(2026, 7, 1), days) == [[F, T, U], [T, F, U], [T, F, U], [T, T, U], [F, F, U], [F, T, U]]


def test_a_date_is_its_midnight_in_the_campaigns_zone() -> None:
    days = {"day": [dt.date(2026, 7, 1), dt.date(2026, 7, 2), None]}
    noon, midnight = wall("2026-07-01 12:00"), utc("2026-07-01 22:00")  # the second is 2 July, 00:00 in Paris
    assert all_six(col("day"), noon, days) == [[F, F, U], [T, T, U], [T, F, U], [T, F, U], [F, T, U], [F, T, U]]
    assert all_six(col("day"), midnight, days) == [[F, T, U], [T, F, U], [T, F, U], [T, T, U], [F, F, U], [F, T, U]]
    cells = {"day": [dt.date(2026, 7, 2)] * 3, "utc": [utc("2026-07-01 21:59"), utc("2026-07-01 22:00"), None]}
    assert truths(is_(">=", col("utc"), col("day")), cells) == [F, T, U]


def test_an_instant_compares_with_a_date_as_with_its_midnight() -> None:
    cells = {"utc": [utc("2026-07-01 21:59:59.999999"), utc("2026-07-01 22:00"), None]}
    assert all_six(col("utc"), dt.date(2026, 7, 2), cells) == [[F, T, U], [T, F, U], [T, F, U], [T, T, U], [F, F, U], [F, T, U]]
    assert truths(is_(">=", col("ny"), dt.date(2026, 7, 2)), {"ny": [utc("2026-07-01 21:59"), utc("2026-07-01 22:00")]}) == [F, T]


def test_a_datetime_without_zone_is_in_the_campaigns_zone() -> None:
    cells = {"at": [wall("2026-07-02 00:29"), wall("2026-07-02 00:30"), None]}
    assert truths(is_("<", col("at"), call("now")), cells) == [T, F, U]
    assert truths(is_("=", col("at"), AS_OF), cells) == [F, T, U]
    assert truths(is_("=", col("at"), col("utc")), {"at": cells["at"], "utc": [AS_OF] * 3}) == [F, T, U]
    assert truths(is_(">=", col("at"), dt.date(2026, 7, 2)), cells) == [T, T, U]


def test_instants_compare_as_instants_whatever_their_zones() -> None:
    cells = {"here": [AS_OF, AS_OF, None], "ny": [AS_OF, AS_OF - dt.timedelta(microseconds=1), AS_OF]}
    assert truths(is_("=", col("here"), col("ny")), cells) == [T, F, U]
    tokyo = AS_OF.astimezone(ZoneInfo("Asia/Tokyo"))
    assert truths(is_("=", col("ny"), tokyo), {"ny": cells["ny"]}) == [T, F, T]
    offset = AS_OF.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=30)))
    assert truths(is_("=", col("here"), offset), {"here": cells["here"]}) == [T, T, U]


def test_the_repeated_hour_of_autumn_is_told_apart_only_between_instants() -> None:
    first, second = utc("2026-10-25 00:30"), utc("2026-10-25 01:30")  # both 02:30 in Paris
    assert truths(is_("<", col("utc"), second), {"utc": [first, second]}) == [T, F]
    assert truths(is_("=", col("utc"), wall("2026-10-25 02:30")), {"utc": [first, second]}) == [T, T]
    assert truths(is_("=", col("at"), col("utc")), {"at": [wall("2026-10-25 02:30")] * 2, "utc": [first, second]}) == [T, T]


def test_the_hour_that_spring_skips_is_never_on_the_clock() -> None:
    before, after = utc("2026-03-29 00:59"), utc("2026-03-29 01:00")  # 01:59, then 03:00 in Paris
    skipped = wall("2026-03-29 02:30")
    assert truths(is_("=", col("utc"), skipped), {"utc": [before, after]}) == [F, F]
    assert truths(is_(">", col("utc"), skipped), {"utc": [before, after]}) == [F, T]


def test_a_day_without_midnight_starts_with_its_first_instant() -> None:
    havana = Context(AS_OF, "America/Havana")  # on 8 March 2026 clocks go from 00:00 to 01:00
    cells = {"utc": [utc("2026-03-08 04:59"), utc("2026-03-08 05:00")]}
    assert truths(is_(">=", col("utc"), dt.date(2026, 3, 8)), cells, havana) == [F, T]


def test_the_first_and_the_last_day_of_the_calendar_compare() -> None:
    cells = {"utc": [AS_OF, None], "at": [wall("2026-07-01"), None]}
    assert truths(is_(">", col("utc"), dt.date.min), cells) == [T, U]
    assert truths(is_("<", col("utc"), dt.date.max), cells) == [T, U]
    assert truths(is_("<", col("at"), wall("9999-12-31 23:59:59.999999")), cells) == [T, U]


def test_text_in_a_variable_is_read_as_a_date_beside_a_date() -> None:
    cells = {"day": [dt.date(2026, 6, 29), dt.date(2026, 6, 30), None], "at": [wall("2026-06-30"), wall("2026-06-29"), None]}
    assert truths(is_("<", col("day"), tree.Variable("day")), cells) == [T, F, U]
    assert truths(is_("<", col("at"), tree.Variable("day")), cells) == [F, T, U]


def test_a_time_of_another_precision_compares_to_the_microsecond() -> None:
    assert truths(
        is_(">", col("seen"), wall("2026-07-01 00:00:00.000500")), {"seen": [wall("2026-07-01"), wall("2026-07-01 00:00:00.001")]}
    ) == [F, T]


def test_now_is_the_same_in_a_comparison_of_columns_and_of_values() -> None:
    case = tree.Case(((is_("=", col("i"), 1), call("now")),), col("utc"))
    cells = {"i": [1, 2, 2], "utc": [None, AS_OF, AS_OF + dt.timedelta(seconds=1)]}
    assert truths(is_("=", case, call("now")), cells) == [T, T, F]


def test_rows_of_no_rows_give_no_rows() -> None:
    frame = rows({"i": [], "utc": []})
    rule = tree.And((is_(">", col("i"), 1.5), is_(">", col("utc"), dt.date(2026, 7, 1))))
    assert frame.lazy().filter(compile_rule(rule, resolver(frame), CONTEXT)).collect().height == 0
    assert CONTEXT.zone == PARIS
