"""Filters and favourites of a workspace, over kernels and authors."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.rules.execute import executor
from campaign_nb.store import filters

ROOT = Path(__file__).parents[2]
OTHER_KERNEL = """
import json, sys
import campaign_nb as cn
ws = cn.Workspace(sys.argv[1], author=sys.argv[2])
big = ws.filters["Big"]
print(json.dumps([big.table, big(least=3).text(), big.description, big.favourite, ws.favourites.frame().rows()]))
ws.close()
"""

Open = Callable[..., cn.Workspace]


@pytest.fixture
def shop() -> cn.DataModel:
    model = cn.DataModel("shop", as_of="2026-07-01")
    rows = {"id": [1, 2, 3, 4, 5], "tier": ["gold", "gold", "silver", None, "gold"], "spend": [900, 500, 600, 700, None]}
    model.table("customers", pl.DataFrame(rows), key="id")
    model.table("orders", pl.DataFrame({"order": [1], "id": [2]}), key="order", links={"buyer": cn.Link("customers", on="id")})
    return model


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Open]:
    """Opens the same folder, for one author after the other."""
    opened: list[cn.Workspace] = []

    def open_for(author: str = "") -> cn.Workspace:
        opened.append(cn.Workspace(tmp_path / "w", clock=cn.ManualClock("2026-07-01 09:00"), author=author))
        return opened[-1]

    yield open_for
    for one in opened:
        one.close()


def big(shop: cn.DataModel, **options: bool) -> cn.Filter:
    return cn.Filter("Big", shop.customers.spend > cn.param("least", 500), "Spends much", **options)


def test_a_saved_filter_comes_back_and_is_a_rule_on_its_table(shop: cn.DataModel, workspace: Open) -> None:
    workspace().filters.save(big(shop))
    again = workspace().filters["Big"]
    assert (again.label, again.table, again.description, again.parameters) == ("Big", "customers", "Spends much", {"least": 500})
    assert shop.customers.where(again()).count() == 3
    assert again.on(shop.customers)(least=800).count() == 1
    assert ((shop.customers.tier == "gold") & again()).preview()["id"].to_list() == [1]
    campaign = cn.Campaign("Spring", data=shop, workspace=workspace())
    assert campaign.build_audience("Big gold", shop.customers.where(again(), shop.customers.tier == "gold")).frame()["id"].to_list() == [1]


def test_a_saved_filter_is_refused_on_another_table(shop: cn.DataModel, workspace: Open) -> None:
    workspace().filters.save(big(shop))
    saved = workspace().filters["Big"]
    with pytest.raises(cn.DefinitionError, match="filter 'Big'\n  it is about 'customers'\n  expected: rules on 'orders'"):
        saved.on(shop.orders)
    with pytest.raises(cn.DefinitionError, match="customers"):
        shop.orders.where(saved())


def test_a_filter_survives_in_another_process(shop: cn.DataModel, workspace: Open, tmp_path: Path) -> None:
    ws = workspace("ann")
    ws.filters.save(big(shop, favourite=True))
    ws.favourites.add(shop.orders.buyer.tier)
    ws.close()
    command = [sys.executable, "-c", OTHER_KERNEL, str(tmp_path / "w"), "ann"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout
    assert json.loads(said) == ["customers", "spend > 3", "Spends much", True, [["orders.buyer.tier", True]]]


def test_a_label_is_saved_again_only_on_purpose(shop: cn.DataModel, workspace: Open) -> None:
    ws = workspace()
    ws.filters.save(big(shop))
    other = cn.Filter("Big", shop.customers.spend > 1)
    with pytest.raises(cn.StoreError, match=r"filter 'Big'\n  there is a filter of that name\n.*\n  → ws.filters.save\(…, replace=True\)"):
        ws.filters.save(other)
    assert ws.filters["Big"].rule.text() == "spend > param('least', 500)"
    ws.filters.save(other, replace=True)
    assert ws.filters["Big"].rule.text() == "spend > 1"


def test_removing_and_replacing_leave_rules_already_made_as_they_are(shop: cn.DataModel, workspace: Open) -> None:
    ws = workspace()
    ws.filters.save(big(shop))
    rule = shop.customers.where(ws.filters["Big"]())
    own = ws.filters["Big"].rule
    ws.filters.remove("Big")
    assert (rule.text(), rule.count(), own.text()) == ("spend > 500", 3, "spend > param('least', 500)")
    with pytest.raises(cn.StoreError, match="filter 'Big'\n  no filter of that name\n  expected: there is none yet"):
        ws.filters["Big"]


def test_the_list_has_favourites_first_and_private_filters_for_their_author_alone(shop: cn.DataModel, workspace: Open) -> None:
    ann, bob = workspace("ann"), workspace("bob")
    ann.filters.save(big(shop))
    ann.filters.save(cn.Filter("Gold", shop.customers.tier == "gold"), shared=True)
    ann.filters.save(cn.Filter("Zero", shop.customers.spend.is_null(), favourite=True))
    assert ann.filters.frame()["name"].to_list() == ["Zero", "Big", "Gold"]
    assert bob.filters.frame().select("name", "about", "rule", "shared", "author").rows() == [
        ("Gold", "customers", "tier = 'gold'", True, "ann")
    ]
    assert [workspace().filters[0].label, ann.filters[-1].label, len(ann.filters)] == ["Gold", "Gold", 3]
    with pytest.raises(cn.StoreError, match="filter 'Big'\n  no filter of that name\n  expected: one of: Gold"):
        bob.filters["Big"]
    with pytest.raises(cn.StoreError, match="filters\n  no row 1\n  expected: 0 to 0"):
        bob.filters[1]
    with pytest.raises(cn.StoreError, match="somebody else shares it"):
        bob.filters.remove("Gold")


def test_the_list_is_searched_in_every_text(shop: cn.DataModel, workspace: Open) -> None:
    ws = workspace()
    ws.filters.save(big(shop))
    ws.filters.save(cn.Filter("Gold", shop.customers.tier == "gold"))
    assert [ws.filters.search(text).frame()["name"].to_list() for text in ("MUCH", "tier", "o")] == [["Big"], ["Gold"], ["Big", "Gold"]]
    assert ws.filters.search("tier")[0].label == "Gold"


def test_the_list_shows_itself_escaped_with_its_favourites(shop: cn.DataModel, workspace: Open) -> None:
    ws = workspace("ann")
    assert "No filter yet" in ws.filters._repr_html_()
    ws.filters.save(cn.Filter("<b>Big</b>", shop.customers.spend > cn.param("least", 5), favourite=True))
    shown = ws.filters._repr_html_()
    assert "★ &lt;b&gt;Big" in shown and "<b>" not in shown and "least = 5" in shown and "only you" in shown


def test_a_filter_that_cant_be_read_does_not_hide_the_others(shop: cn.DataModel, workspace: Open) -> None:
    ws = workspace()
    ws.filters.save(big(shop))
    with ws.store.begin() as connection:
        filters.save(connection, "", "Of the future", '{"version": 9}', ws.clock.now())
    assert ws.filters.frame()["rule"].to_list() == ["spend > param('least', 500)", "can't be read: the document is no filter"]


def test_only_a_filter_is_saved(shop: cn.DataModel, workspace: Open) -> None:
    with pytest.raises(cn.DefinitionError, match="filters\n  Rule is no filter\n  expected: a filter with a label"):
        workspace().filters.save(shop.customers.spend > 5)  # type: ignore[arg-type] # on purpose


def test_favourites_come_first_then_columns_used_lately(shop: cn.DataModel, workspace: Open) -> None:
    ws = workspace("ann")
    ws.favourites.add(shop.customers.tier, "orders.buyer.spend")
    ((shop.customers.spend > 5) & (shop.customers.tier == "gold")).count()
    shown = ws.favourites.frame()
    assert shown.rows()[:3] == [("customers.tier", True), ("orders.buyer.spend", True), ("customers.spend", False)]
    assert shown["name"].n_unique() == shown.height
    assert executor().recent()[:2] == ["customers.tier", "customers.spend"]
    ws.favourites.remove(shop.customers.tier)
    assert ws.favourites.frame().rows()[:2] == [("orders.buyer.spend", True), ("customers.tier", False)]
    assert ws.favourites[0]["name"] == "orders.buyer.spend"


def test_the_twenty_first_favourite_is_refused_and_nothing_of_its_call_kept(shop: cn.DataModel, workspace: Open) -> None:
    ws = workspace("ann")
    ws.favourites.add(*(f"customers.c{number:02}" for number in range(19)))
    with pytest.raises(cn.StoreError, match="20 columns are favourites already\n  expected: at most 20"):
        ws.favourites.add(shop.customers.tier, shop.customers.spend)
    assert ws.favourites.frame().filter("favourite").height == 19
    workspace("bob").favourites.add(shop.customers.tier)


@pytest.mark.parametrize("column", ["tier", 5, None])
def test_what_is_no_column_of_a_table_is_no_favourite(workspace: Open, column: object) -> None:
    with pytest.raises(cn.DefinitionError, match=r"favourites\n  .*\n  expected: a column of the data model"):
        workspace().favourites.add(column)
