"""Columns kept in memory give the numbers of their files, and only as long as these are unchanged."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.engine import resident
from campaign_nb.engine.resident import RESIDENT
from tests.engine.test_remembered import keep


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An hour after every change: a file that was just written counts as settled."""
    monkeypatch.setattr(RESIDENT, "_now", lambda: dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    RESIDENT._kept.clear()
    yield


@pytest.fixture
def shop(tmp_path: Path) -> cn.DataModel:
    keep(tmp_path / "people.csv", {"id": [1, 2, 3], "age": [17, 40, 61]})
    keep(tmp_path / "orders.csv", {"order": [1, 2, 3], "person": [3, 1, 3], "amount": [5, 7, 9], "note": ["a", "b", "c"]})
    model = cn.DataModel("shop", as_of="2026-07-01")
    model.table("people", tmp_path / "people.csv", key="id")
    model.table("orders", tmp_path / "orders.csv", key="order", links={"buyer": cn.Link("people", on="person")})
    return model


@pytest.fixture
def from_files(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables that were asked for and read from their files."""
    read: list[str] = []
    real = RESIDENT.rows

    def noted(info: resident.TableInfo, names: frozenset[str]) -> pl.LazyFrame | None:
        found = real(info, names)
        if found is None:
            read.append(info.label)
        return found

    monkeypatch.setattr(RESIDENT, "rows", noted)
    return read


def test_kept_columns_come_with_the_key_and_the_columns_of_links(shop: cn.DataModel) -> None:
    found = shop.keep_in_memory(shop.orders, shop.orders.amount)
    assert found.select("table", "columns", "rows").rows() == [("orders", ["order", "person", "amount"], 3)]
    assert found["bytes"].to_list() == [3 * 3 * 8]
    assert shop.keep_in_memory("people")["columns"].to_list() == [["id", "age"], ["order", "person", "amount"]]


def test_a_rule_that_reads_kept_columns_reads_no_file(shop: cn.DataModel, from_files: list[str]) -> None:
    shop.keep_in_memory("orders", "amount")
    assert (shop.people.orders.sum("amount") > 10).count() == 1
    assert set(from_files) == {"people"}


def test_a_rule_that_reads_another_column_too_reads_the_file(shop: cn.DataModel, from_files: list[str]) -> None:
    shop.keep_in_memory("orders", "amount")
    assert shop.people.orders.where(shop.orders.note == "a", shop.orders.amount > 1).exists().count() == 1
    assert "orders" in from_files


def test_a_changed_file_is_noticed_and_read_anew(shop: cn.DataModel, tmp_path: Path) -> None:
    shop.keep_in_memory("orders", "amount")
    assert (shop.people.orders.sum("amount") > 10).count() == 1
    keep(tmp_path / "orders.csv", {"order": [1, 2, 3], "person": [3, 1, 3], "amount": [5, 7, 4], "note": ["a", "b", "c"]})
    assert (shop.people.orders.sum("amount") > 10).count() == 0  # as large and as old as before
    assert shop.in_memory()["rows"].to_list() == [3]


def test_a_file_that_changed_a_moment_ago_is_read_itself(
    shop: cn.DataModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, from_files: list[str]
) -> None:
    monkeypatch.setattr(RESIDENT, "_now", lambda: dt.datetime.now(dt.UTC))
    keep(tmp_path / "orders.csv", {"order": [1, 2], "person": [3, 3], "amount": [5, 9], "note": ["a", "b"]}, when=None)
    assert shop.keep_in_memory("orders", "amount").select("rows", "bytes").rows() == [(None, None)]
    assert (shop.people.orders.sum("amount") > 10).count() == 1
    assert "orders" in from_files


def test_what_is_dropped_is_read_from_the_file_again(shop: cn.DataModel, from_files: list[str]) -> None:
    shop.keep_in_memory("orders", "amount")
    shop.keep_in_memory("people")
    shop.drop_from_memory(shop.orders)
    assert shop.in_memory()["table"].to_list() == ["people"]
    assert shop.people.orders.exists().count() == 2
    assert set(from_files) == {"orders"}
    shop.drop_from_memory()
    assert shop.in_memory().is_empty()


def test_a_table_declared_again_is_not_kept(shop: cn.DataModel, tmp_path: Path) -> None:
    shop.keep_in_memory("people")
    keep(tmp_path / "others.csv", {"id": [1], "age": [99]})
    assert (shop.table("people", tmp_path / "others.csv", key="id").age > 18).count() == 1
    assert shop.in_memory().is_empty()


def test_a_file_that_is_gone_is_missed(shop: cn.DataModel, tmp_path: Path) -> None:
    shop.keep_in_memory("people")
    (tmp_path / "people.csv").unlink()
    with pytest.raises(cn.DataError, match="no file"):
        (shop.people.age > 18).count()


def test_a_column_that_has_gone_is_named_as_ever(shop: cn.DataModel, tmp_path: Path) -> None:
    shop.keep_in_memory("people")
    keep(tmp_path / "people.csv", {"id": [1, 2, 3]})
    with pytest.raises(cn.DataError, match="its column 'age' is gone"):
        (shop.people.age > 18).count()


@pytest.mark.parametrize(
    ("table", "columns", "options", "error", "said"),
    [
        ("orders", ["amout", "date"], {}, cn.DefinitionError, "no column 'amout' to keep in memory\n    expected: did you mean 'amount'?"),
        ("orders", ["amount"], {"at_most": 71}, cn.DataError, "3 columns need about 72 bytes\n  expected: at most 71 bytes in memory"),
        ("loose", [], {}, cn.DataError, "its rows are a frame in memory: nobody could see when they change"),
        ("order", [], {}, cn.DefinitionError, "no table 'order'"),
    ],
)
def test_what_cant_be_kept_is_refused(
    shop: cn.DataModel, table: str, columns: list[str], options: dict[str, int], error: type[Exception], said: str
) -> None:
    shop.table("loose", pl.DataFrame({"id": [1]}), key="id")
    with pytest.raises(error, match=re.escape(said)):
        shop.keep_in_memory(table, *columns, **options)
    assert shop.in_memory().is_empty()


def test_a_link_declared_later_reads_its_column_from_the_file(shop: cn.DataModel, tmp_path: Path, from_files: list[str]) -> None:
    keep(tmp_path / "towns.csv", {"size": [40, 61, 61]})
    shop.keep_in_memory("people", "id")
    shop.table("towns", tmp_path / "towns.csv", links={"peers": cn.Link("people", on={"size": "age"})})
    assert shop.people.towns.exists().count() == 2
    assert "people" in from_files


def test_a_data_model_written_again_takes_the_place_of_the_first(shop: cn.DataModel, tmp_path: Path) -> None:
    shop.keep_in_memory("people")
    again = cn.DataModel("shop")
    again.table("people", tmp_path / "people.csv", key="id")
    assert again.keep_in_memory("people", at_most=48)["rows"].to_list() == [3]
    assert shop.in_memory().is_empty()


def test_the_tables_kept_already_count(shop: cn.DataModel) -> None:
    shop.keep_in_memory("people")
    with pytest.raises(cn.DataError, match="need about 72 bytes beside 48 bytes of other tables\n  expected: at most 100 bytes"):
        shop.keep_in_memory("orders", "amount", at_most=100)
    assert shop.in_memory()["table"].to_list() == ["people"]


def test_by_default_a_quarter_of_the_memory_is_the_most(shop: cn.DataModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resident, "memory", lambda: 200)
    with pytest.raises(cn.DataError, match="at most 50 bytes in memory, a quarter of this machine's memory"):
        shop.keep_in_memory("orders", "amount")
    assert resident.SHARE == 4


def test_this_machine_has_memory() -> None:
    assert resident.memory() > 2**20
