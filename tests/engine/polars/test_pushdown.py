"""What a scan can use: comparisons with values that are known stay a column beside a literal."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from campaign_nb.engine.backends.polars import compile_rule, compile_value, literal
from campaign_nb.rules import tree
from campaign_nb.rules.schema import Field
from campaign_nb.rules.tree import Type
from tests.engine.polars.world import AS_OF, CONTEXT, PARIS, SCHEMA, call, col, is_, node, resolver, rows, values

FRAME = pl.DataFrame(schema=SCHEMA)
MIDNIGHT = dt.datetime(2026, 4, 2, 22, tzinfo=dt.UTC)


def compiled(rule: tree.Node) -> pl.Expr:
    return compile_rule(rule, resolver(FRAME), CONTEXT)


def plan(rule: tree.Node, folder: Path) -> str:
    FRAME.write_parquet(folder / "t.parquet")
    return pl.scan_parquet(folder / "t.parquet").filter(compiled(rule)).explain()


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        (is_(">=", col("day"), call("days_ago", 90)), pl.col("day") >= pl.lit(dt.date(2026, 4, 3))),
        (is_(">=", call("today"), col("day")), pl.col("day") <= pl.lit(dt.date(2026, 7, 2))),
        (is_("<", col("day"), call("now")), pl.col("day") <= pl.lit(dt.date(2026, 7, 2))),
        (is_("<", col("day"), call("add_months", call("today"), -1)), pl.col("day") < pl.lit(dt.date(2026, 6, 2))),
        (is_(">=", col("utc"), call("days_ago", 90)), pl.col("utc") >= literal(MIDNIGHT)),
        (is_("<=", col("utc"), call("now")), pl.col("utc") <= literal(AS_OF)),
        (is_("<", col("at"), call("now")), pl.col("at") < literal(dt.datetime.fromisoformat("2026-07-02 00:30"))),
        (is_(">=", col("i"), 18), pl.col("i") >= literal(18)),
        (is_(">", col("i"), 17.5), pl.col("i") > literal(17)),
        (is_(">", col("i"), call("add", 10, 7)), pl.col("i") > literal(17)),
        (is_(">", col("d"), 49.99), pl.col("d") > literal(Decimal("49.99"))),
        (is_(">", col("i"), tree.Variable("least")), pl.col("i") > literal(5)),
        (tree.In(col("i"), (node(1), node(2))), pl.col("i").is_in([1, 2])),
        (tree.IsNull(col("day")), pl.col("day").is_null()),
    ],
)
def test_a_column_beside_a_known_value_is_left_alone(rule: tree.Node, wanted: pl.Expr) -> None:
    assert compiled(rule).meta.eq(wanted), str(compiled(rule))


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        (is_("=", col("s"), "FR"), 'col("s") == "FR"'),
        (tree.In(col("s"), (node("FR"), node("DE"))), 'col("s").is_in([["FR", "DE"]])'),
        (tree.Like(col("s"), node("FR%")), 'col("s").str.starts_with(["FR"])'),
        (is_(">=", col("j"), 18), 'col("j") >= 18'),
        (is_(">=", col("u"), 18), 'col("u") >= 18'),
        (is_(">=", col("day"), call("days_ago", 90)), 'col("day") >= 2026-04-03'),
        (tree.Between(col("day"), call("days_ago", 1), call("today")), 'col("day") >= 2026-07-01) & (col("day") <= 2026-07-02'),
        (is_(">=", col("seen"), call("days_ago", 90)), 'col("seen") >= 2026-04-03 00:00:00'),
        (is_(">=", col("here"), call("days_ago", 90)), 'col("here") >= 2026-04-03 00:00:00 CEST'),
    ],
)
def test_the_scan_gets_the_condition_without_a_cast(rule: tree.Node, wanted: str, tmp_path: Path) -> None:
    found = plan(rule, tmp_path)
    assert f"SELECTION: {wanted}" in found or f"SELECTION: ({wanted})" in found, found


def test_conditions_joined_by_and_reach_the_scan_one_by_one(tmp_path: Path) -> None:
    found = plan(tree.And((is_(">", col("i"), 1), tree.Not(is_("=", col("s"), "a")), is_("<", col("day"), call("today")))), tmp_path)
    assert "FILTER" not in found
    assert all(part in found for part in ('col("i") > 1', 'col("s") != "a"', 'col("day") < 2026-07-02'))


def test_a_value_of_known_values_is_a_literal() -> None:
    for value, wanted in ((call("now"), AS_OF), (call("today"), dt.date(2026, 7, 2)), (call("upper", "a"), "A"), (call("add", 1, 2), 3)):
        assert compile_value(value, resolver(FRAME), CONTEXT).meta.is_literal()
        assert values(value, {"i": [1]}) == [wanted]


@pytest.mark.parametrize(
    ("start", "name", "more"),
    [
        ("i", "mod", (1000,)),
        ("i", "divide", (1,)),
        ("f", "add", (0.5,)),
        ("f", "greatest", (0.5,)),
        ("d", "divide", (Decimal("1"),)),
        ("here", "add_months", (1,)),
        ("s", "replace", ("a", col("s"))),
        ("s", "substring", (1, col("i"))),
    ],
)
def test_calls_within_calls_do_not_grow_out_of_bounds(start: str, name: str, more: tuple[Any, ...]) -> None:
    value: tree.Node = col(start)
    for _ in range(20):
        value = call(name, value, *more)
    sizes = {"i": 1, "f": 1.0, "d": Decimal("1"), "s": "a", "here": AS_OF}
    assert len(values(value, {key: [one, None] for key, one in sizes.items()})) == 2


def test_choices_within_choices_do_not_grow_out_of_bounds() -> None:
    value: tree.Node = col("i")
    for _ in range(20):
        value = tree.Case(((tree.Between(value, node(0), col("j")), node(1)),), node(2))
        value = tree.Case(((tree.In(value, (col("j"), node(1.5), node(None))), node(3)),), node(4))
    assert values(value, {"i": [1, None], "j": [9, 9]}) == [4, 4]


def test_a_long_list_of_conditions_is_no_deep_expression() -> None:
    rule = tree.Or(tuple(is_("=", col("i"), number) for number in range(3000)))
    frame = rows({"i": [2999, 3000, None]})
    assert frame.lazy().filter(compile_rule(rule, resolver(frame), CONTEXT)).collect()["i"].to_list() == [2999]


def test_collected_rows_give_their_first_value() -> None:
    lines = tree.Lines(tree.Linked((tree.LinkStep("orders"),)), (), ("product.name",), 1)
    frame = pl.LazyFrame(
        {"lines": [[{"name": "tea"}], [{"name": None}], [], None]}, schema={"lines": pl.List(pl.Struct({"name": pl.String}))}
    )
    value = compile_value(call("first_of", lines), lambda _: (pl.col("lines"), Field("lines", Type.LIST)), CONTEXT)
    assert frame.select(value).collect().to_series().to_list() == ["tea", None, None, None]
    assert CONTEXT.zone == PARIS
