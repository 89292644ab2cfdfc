"""A count is found again while its files are unchanged, and never a moment longer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.engine import answers

LONG_AGO = 1_600_000_000


def keep(path: Path, rows: dict[str, list[Any]], when: float | None = LONG_AGO) -> None:
    """Write a file, as one that has not changed for long."""
    pl.DataFrame(rows).write_csv(path)
    if when is not None:
        os.utime(path, (when, when))


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Returns how many passes over the data there were since it was asked last."""
    made = [0]
    real = answers.computed

    def counted(frames: Any) -> Any:
        made[0] += 1
        return real(frames)

    def since() -> int:
        found, made[0] = made[0], 0
        return found

    monkeypatch.setattr(answers, "computed", counted)
    return since


@pytest.fixture
def shop(tmp_path: Path) -> cn.DataModel:
    keep(tmp_path / "people.csv", {"id": [1, 2, 3], "age": [17, 40, 61], "since": ["2020-01-01", "2026-01-01", "2026-01-01"]})
    keep(tmp_path / "orders.csv", {"order": [1, 2], "person": [1, 3]})
    model = cn.DataModel("shop", as_of="2026-07-01")
    model.table("people", tmp_path / "people.csv", key="id")
    model.table("orders", tmp_path / "orders.csv", key="order", links={"buyer": cn.Link("people", on="person")})
    return model


def test_the_same_question_on_the_same_files_reads_nothing(shop: cn.DataModel, passes: Callable[[], int]) -> None:
    for _ in range(2):
        found = (shop.people.age > 18).count()
        assert (found, found.rows) == (2, 3)
    assert passes() == 1
    assert (shop.people.age > 50).count() == 1
    assert passes() == 1


def test_a_card_and_the_costs_are_found_again(shop: cn.DataModel, passes: Callable[[], int]) -> None:
    rule = (shop.people.age > 18) & shop.people.orders.exists()
    shown = [(rule._repr_html_(), repr(rule.costs())) for _ in range(2)]
    assert (passes(), shown[0] == shown[1]) == (2, True)


def test_a_changed_file_is_counted_anew(shop: cn.DataModel, tmp_path: Path, passes: Callable[[], int]) -> None:
    assert (shop.people.age > 18).count() == 2
    keep(tmp_path / "people.csv", {"id": [1, 2, 3], "age": [17, 40, 11], "since": ["2020-01-01", "2026-01-01", "2026-01-01"]})
    assert (shop.people.age > 18).count() == 1  # as large and as old as before: only the file's own clock tells
    assert passes() == 2


def test_a_change_of_a_linked_file_counts_too(shop: cn.DataModel, tmp_path: Path) -> None:
    assert shop.people.orders.exists().count() == 2
    keep(tmp_path / "orders.csv", {"order": [1, 2], "person": [1, 1]})
    assert shop.people.orders.exists().count() == 1


def test_a_change_of_a_file_that_is_not_read_changes_nothing(shop: cn.DataModel, tmp_path: Path, passes: Callable[[], int]) -> None:
    (shop.people.age > 18).count()
    keep(tmp_path / "orders.csv", {"order": [1], "person": [1]})
    (shop.people.age > 18).count()
    assert passes() == 1


def test_a_file_that_changed_a_moment_ago_is_counted_anew(shop: cn.DataModel, tmp_path: Path, passes: Callable[[], int]) -> None:
    keep(tmp_path / "people.csv", {"id": [1], "age": [40], "since": ["2020-01-01"]}, when=None)
    assert [(shop.people.age > 18).count() for _ in range(2)] == [1, 1]
    assert passes() == 2


def test_a_table_declared_again_is_counted_anew(shop: cn.DataModel, tmp_path: Path) -> None:
    assert (shop.people.age > 18).count() == 2
    keep(tmp_path / "others.csv", {"id": [1], "age": [99]})
    assert (shop.table("people", tmp_path / "others.csv", key="id").age > 18).count() == 1


def test_rows_in_memory_are_counted_anew_since_they_may_change_unseen() -> None:
    ages = np.array([17, 40, 61])
    people = cn.DataModel("memory").table("people", pl.DataFrame({"id": [1, 2, 3], "age": ages}), key="id")
    assert (people.age > 18).count() == 2
    ages[0] = 20
    assert (people.age > 18).count() == 3


def test_rows_of_a_function_are_counted_anew() -> None:
    rows = [pl.DataFrame({"id": [1], "age": [20]}), pl.DataFrame({"id": [1], "age": [10]})]
    people = cn.DataModel("called").table("people", lambda: rows[0], key="id")
    assert (people.age > 18).count() == 1
    rows.reverse()
    assert (people.age > 18).count() == 0


def test_a_rule_about_today_is_counted_anew_unless_the_data_stand_still(
    tmp_path: Path, shop: cn.DataModel, passes: Callable[[], int]
) -> None:
    assert [(shop.people.since >= cn.days_ago(365)).count() for _ in range(2)] == [2, 2]
    assert passes() == 1
    living = cn.DataModel("living").table("people", tmp_path / "people.csv", key="id")
    for _ in range(2):
        (living.since >= cn.days_ago(365)).count()
    assert passes() == 2
    for _ in range(2):
        (living.age > 18).count()
    assert passes() == 1


def test_another_instant_is_another_question(shop: cn.DataModel) -> None:
    rule = shop.people.since >= cn.days_ago(365)
    assert rule.count() == 2
    shop.as_of = "2020-03-01"
    assert rule.count() == 3


def test_a_file_that_is_gone_is_missed(shop: cn.DataModel, tmp_path: Path) -> None:
    assert (shop.people.age > 18).count() == 2
    (tmp_path / "people.csv").unlink()
    with pytest.raises(cn.DataError, match="no file"):
        (shop.people.age > 18).count()
