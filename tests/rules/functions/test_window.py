"""Windows: numbers of rows and aggregates over groups of a table, draws by the key; rows written by hand."""

from __future__ import annotations

import re
from typing import Any

import duckdb
import polars as pl
import pytest
import sqlglot

import campaign_nb as cn
from campaign_nb.errors import DefinitionError
from campaign_nb.graph.code_rules import RuleCode
from campaign_nb.rules.document import from_dict, from_json, to_json
from campaign_nb.rules.read import read_value
from campaign_nb.rules.sql.dialects import FLAVOURS
from campaign_nb.rules.sql.query import Query, moment
from campaign_nb.rules.text import text
from campaign_nb.rules.value import Value
from tests.rules.functions.cases import NOW

ROWS = pl.DataFrame(
    {
        "id": [1, 2, 3, 4, 5, 6, 7, 8],
        "land": ["FR", "DE", "FR", None, "DE", "FR", None, "DE"],
        "spend": [10.0, 5.0, None, 7.0, 5.0, 30.0, float("nan"), 1.0],
        "points": [3, 1, 2, 2, None, 3, 1, 4],
        "city": ["b", "a", "b", "c", "a", "d", "c", "e"],
    }
)
ORDERS = pl.DataFrame({"order_id": [1, 2, 3, 4], "id": [1, 1, 2, 6], "amount": [4, 6, 9, 2], "product": ["pen", "ink", "pad", None]})

VALUES: dict[str, list[Any]] = {
    "row_num()": [1, 2, 3, 4, 5, 6, 7, 8],
    "row_id()": [1, 2, 3, 4, 5, 6, 7, 8],
    "row_num(partition_by(land))": [1, 1, 2, 1, 2, 3, 2, 3],
    "row_num(partition_by(land), order_by(spend desc))": [2, 1, 3, 1, 2, 1, 2, 3],
    "row_num(partition_by(land), order_by(desc(points), city))": [1, 2, 3, 1, 3, 2, 2, 1],
    "row_num(order_by(points))": [5, 1, 3, 4, 8, 6, 2, 7],
    "over(count_all(), partition_by(land))": [3, 3, 3, 2, 3, 3, 2, 3],
    "over(count_all())": [8] * 8,
    "over(count(spend), partition_by(land))": [2, 3, 2, 1, 3, 2, 1, 3],
    "over(sum(spend), partition_by(land))": [40.0, 11.0, 40.0, 7.0, 11.0, 40.0, 7.0, 11.0],
    "over(sum(points), partition_by(land))": [8, 5, 8, 3, 5, 8, 3, 5],
    "over(avg(points), partition_by(city))": [2.5, 1.0, 2.5, 1.5, 1.0, 3.0, 1.5, 4.0],
    "over(min(points), partition_by(land))": [2, 1, 2, 1, 1, 2, 1, 1],
    "over(max(city))": ["e"] * 8,
    "over(std_dev(points), partition_by(city))": [0.5**0.5, None, 0.5**0.5, 0.5**0.5, None, None, 0.5**0.5, None],
    "over(sum(points), partition_by(land), order_by(id))": [3, 1, 5, 2, 1, 8, 3, 5],
    "over(sum(spend), order_by(id))": [10.0, 15.0, 15.0, 22.0, 27.0, 57.0, 57.0, 58.0],
    "over(count(points), order_by(id desc))": [7, 6, 5, 4, 3, 3, 2, 1],
    "over(avg(points), order_by(id))": [3.0, 2.0, 2.0, 2.0, 2.0, 11 / 5, 2.0, 16 / 7],
    "over(min(spend), partition_by(land), order_by(id desc))": [10.0, 1.0, 30.0, 7.0, 1.0, 30.0, None, 1.0],
    "over(max(points), order_by(id))": [3, 3, 3, 3, 3, 3, 3, 4],
    "over(sum(orders.sum(amount)), partition_by(land))": [12, 9, 12, None, 9, 12, None, 9],
    "row_num(partition_by(length(land)), order_by(orders.count() desc))": [1, 2, 4, 1, 5, 3, 2, 6],
}


@pytest.fixture(scope="module")
def shop() -> cn.DataModel:
    found = cn.DataModel("shop")
    found.table("people", ROWS, key="id")
    found.table("orders", ORDERS, key="order_id", links={"person": cn.Link("people", on="id")})
    found.table("loose", ROWS.drop("id"))
    return found


def node_of(shop: cn.DataModel, written: str) -> Any:
    return read_value(written, shop.people.id.root.scope())


def in_engine(shop: cn.DataModel, written: str) -> list[Any]:
    campaign = cn.Campaign("Windows", data=shop)
    everybody = campaign.build_audience("All", shop.people)
    found = everybody.enrich("Window", value=Value(node_of(shop, written), shop.people.id.root))
    campaign.dry_run()
    return found.frame().sort("id")["value"].to_list()


@pytest.mark.parametrize("written", VALUES)
def test_the_engine_gives_what_was_worked_out_by_hand(shop: cn.DataModel, written: str) -> None:
    assert in_engine(shop, written) == pytest.approx(VALUES[written], nan_ok=False)


@pytest.mark.parametrize("written", VALUES)
def test_duckdb_gives_the_same(shop: cn.DataModel, written: str) -> None:
    value = Query(FLAVOURS["duckdb"], moment(NOW), shop.people.id.root.scope()).value(node_of(shop, written))
    with duckdb.connect(":memory:") as connection:
        connection.register("people", ROWS.to_arrow())
        connection.register("orders", ORDERS.to_arrow())
        query = f'SELECT {value.sql(dialect="duckdb")} FROM "people" AS t ORDER BY t."id"'
        found = [row[0] for row in connection.execute(query).fetchall()]
    assert found == pytest.approx(VALUES[written])


@pytest.mark.parametrize("written", [*VALUES, "random('a')", "random()", "new_uuid('it''s')"])
def test_a_window_comes_back_from_its_text_its_document_and_its_python(shop: cn.DataModel, written: str) -> None:
    node = node_of(shop, written)
    assert node_of(shop, text(node)) == node == from_json(to_json(node))
    found: dict[str, Any] = {"cn": cn, "people": shop.people, "orders": shop.orders}
    exec(f"found = {RuleCode(lambda label: label, lambda behaviour: None).value(node)}", found)  # noqa: S102 # the code under test
    assert found["found"].node == node


@pytest.mark.parametrize("dialect", list(FLAVOURS))
def test_a_window_is_read_by_every_dialect(shop: cn.DataModel, dialect: str) -> None:
    for written in VALUES:
        query = Value(node_of(shop, written), shop.people.id.root).is_null().sql(dialect)  # type: ignore[arg-type] # the dialects by name
        (statement,) = sqlglot.parse(query, read=dialect)
        assert statement is not None and statement.find(sqlglot.exp.Window) is not None


def test_a_rule_counts_the_rows_of_its_table_whoever_was_chosen_before(shop: cn.DataModel) -> None:
    first = cn.rule("row_num(partition_by(land), order_by(spend desc)) = 1", shop.people)
    assert first.count() == 3
    assert ((shop.people.land == "FR") & (shop.people.points < 3) & first).count() == 0
    assert cn.rule("orders.exists(row_num(partition_by(id), order_by(amount desc)) = 1 and amount < 5)", shop.people).count() == 1


def test_the_row_order_of_the_source_decides_nothing(shop: cn.DataModel) -> None:
    turned = cn.DataModel("turned")
    turned.table("people", ROWS.reverse(), key="id")
    turned.table("orders", ORDERS.reverse(), key="order_id", links={"person": cn.Link("people", on="id")})
    for written in (
        "row_num(partition_by(land), order_by(points))",
        "over(sum(points), partition_by(land), order_by(city))",
        "random('x')",
        "new_uuid()",
    ):
        assert in_engine(turned, written) == in_engine(shop, written)


def test_a_window_chooses_who_is_kept(shop: cn.DataModel) -> None:
    campaign = cn.Campaign("Best of each city", data=shop)
    rank = cn.fn.row_num(cn.fn.partition_by(shop.people.land), cn.fn.order_by(shop.people.spend.desc()))
    kept = campaign.build_audience("All", shop.people).deduplicate("One per city", by="city", order=rank)
    campaign.dry_run()
    assert sorted(kept.frame()["id"].to_list()) == [1, 2, 4, 6, 8]


def test_a_window_that_left_somebody_out_is_explained_with_its_value(shop: cn.DataModel) -> None:
    campaign = cn.Campaign("Best", data=shop)
    campaign.build_audience("All", shop.people).filter(
        "Best", cn.rule("row_num(partition_by(land), order_by(spend desc)) = 1", shop.people)
    )
    told = str(campaign.dry_run().explain(1))
    assert "number among rows with the same land by spend descending = 2" in told


def test_draws_by_the_key_are_spread_and_reproducible() -> None:
    many = cn.DataModel("many")
    many.table("people", pl.DataFrame({"id": range(10_000)}), key="id")
    chosen = cn.rule("random('spring') < 0.1", many.people)
    assert 900 < chosen.count() < 1_100
    assert chosen.count() == chosen.count() != cn.rule("random('autumn') < 0.1", many.people).count()
    campaign = cn.Campaign("Draws", data=many)
    drawn = campaign.build_audience("All", many.people).enrich("Ids", one=cn.fn.new_uuid("a"), two=cn.fn.new_uuid("b"), part=cn.fn.random())
    campaign.dry_run()
    frame = drawn.frame()
    assert frame["one"].n_unique() == frame["two"].n_unique() == 10_000 and frame["part"].is_between(0, 1, closed="left").all()
    form = r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"
    assert all(re.fullmatch(form, item) for item in frame["one"].head(100))
    assert not set(frame["one"]) & set(frame["two"])


SAID = {
    "row_num(partition_by(land), order_by(spend desc))": "number among people with the same land by spend descending",
    "row_id()": "number among all people by the key",
    "over(sum(spend), partition_by(land, city))": "total spend of people with the same land and city",
    "over(count_all(), partition_by(land))": "number of people with the same land",
    "over(count(spend))": "number of all people with spend known",
    "over(avg(points), order_by(id, city desc))": "average points of all people, up to this one by id then city descending",
    "random('spring')": "random number of seed 'spring'",
    "new_uuid()": "unique id",
}


@pytest.mark.parametrize("written", SAID)
def test_a_window_is_said_as_written_by_hand(shop: cn.DataModel, written: str) -> None:
    assert Value(node_of(shop, written), shop.people.id.root).explain() == SAID[written]


REFUSED = {
    "over(sum(city))": "sum of a text column",
    "over(std_dev(points), order_by(id))": "a standard deviation up to a row",
    "over(string_agg(city))": r"string_agg\(…\) is not computed over rows",
    "over(sum(points, 1))": "sum got 2 arguments",
    "over(sum(points), land)": "found '\\)'",
    "over(sum(points), group_by(land))": "'group_by' is no part of a window",
    "row_num(order_by(nothing))": "no column 'nothing'",
    "random(points)": "random got something else than a seed",
    "random('a', 'b')": "random got something else than a seed",
    "sum(points)": "no function 'sum'",
    "string_agg(city, ',')": "string_agg: it joins texts of linked rows",
}


@pytest.mark.parametrize("written", REFUSED)
def test_what_is_no_window_is_refused(shop: cn.DataModel, written: str) -> None:
    with pytest.raises(DefinitionError, match=REFUSED[written]):
        _ = Value(node_of(shop, written), shop.people.id.root).type


def test_windows_in_python_say_what_is_missing(shop: cn.DataModel) -> None:
    with pytest.raises(DefinitionError, match=r"cn\.fn\.sum does not say of which rows"):
        _ = cn.fn.sum(shop.people.spend) > 3  # type: ignore[operator] # what is refused
    with pytest.raises(DefinitionError, match="over got no aggregate"):
        cn.fn.over(shop.people.spend)
    with pytest.raises(DefinitionError, match="a window got Value"):
        cn.fn.row_num(shop.people.land)
    with pytest.raises(DefinitionError, match="a rule on 'orders' is used where a row of 'people' is tested"):
        cn.fn.row_num(cn.fn.partition_by(shop.people.land), cn.fn.order_by(shop.orders.amount))
    with pytest.raises(DefinitionError, match="table 'loose' has no key"):
        cn.fn.row_num(cn.fn.partition_by(shop.loose.land))
    with pytest.raises(DefinitionError, match="random has no form in SQL"):
        cn.rule("random() < 0.5", shop.people).sql()


@pytest.mark.parametrize(
    "data",
    [
        {"node": "window", "function": "sum"},
        {"node": "window", "function": "row_num", "value": {"node": "column", "name": "x"}},
        {"node": "window", "function": "random", "value": {"node": "constant", "value": 1}},
        {"node": "window", "function": "median"},
    ],
    ids=str,
)
def test_a_document_with_no_such_window_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError, match=r"of no value|of a value|without a seed|'median'"):
        from_dict(data)


def test_texts_of_linked_rows_are_joined_with_a_separator(shop: cn.DataModel) -> None:
    assert in_engine(shop, "orders.string_agg(product, '; ')") == ["ink; pen", "pad", *[None] * 6]
    joined = shop.people.orders.string_agg("product", " + ")
    assert joined.text() == "orders.string_agg(product, ' + ')" and joined.node == node_of(shop, joined.text()) == from_json(
        to_json(joined.node)
    )
    assert joined.explain() == "list of product of orders, separated by ' + '"
    assert (joined == "ink + pen").count() == 1
    with duckdb.connect(":memory:") as connection:
        connection.register("people", ROWS.to_arrow())
        connection.register("orders", ORDERS.to_arrow())
        assert connection.execute((joined == "ink + pen").sql()).fetchall() == [(1,)]
    for dialect in FLAVOURS:
        assert "' + '" in (joined == "x").sql(dialect)  # type: ignore[arg-type] # the dialects by name
    with pytest.raises(DefinitionError, match="sum has no separator"):
        from_json(to_json(joined.node).replace("string_agg", "sum"))


def test_all_linked_rows_are_counted(shop: cn.DataModel) -> None:
    assert in_engine(shop, "orders.count_all()") == [2, 1, 0, 0, 0, 1, 0, 0]
    assert shop.people.orders.count_all().node == shop.people.orders.count().node == node_of(shop, "orders.count_all()")
