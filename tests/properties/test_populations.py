"""Relations between the populations before and after an activity, whatever the rows."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import campaign_nb as cn
from campaign_nb import activities
from campaign_nb.rules import tree
from campaign_nb.rules.value import Rule
from tests.properties.asking import SOME, after
from tests.properties.oracle import KEYS
from tests.properties.rules import rules
from tests.properties.world import tables

KEY = st.integers(-(2**63), 2**63 - 1) | st.integers(-5, 50)
SHARES = st.lists(st.sampled_from([0.05, 0.1, 0.25, 1 / 3, 0.5]), min_size=1, max_size=4).filter(lambda shares: sum(shares) <= 1)


def groups(activity: activities.Split, ids: list[Any]) -> dict[str, set[Any]]:
    """Who is in each group."""
    kind = pl.String if isinstance(ids[0], str) else pl.Int64
    found = cn.testing.run(activity, pl.DataFrame({"id": ids}, schema={"id": kind}))
    return {port: set(rows["id"]) for port, rows in found.items()}


@SOME
@given(
    ids=st.lists(KEY, min_size=1, max_size=40, unique=True) | st.lists(st.text(max_size=5), min_size=1, max_size=40, unique=True),
    shares=SHARES,
    at=st.integers(0, 39),
)
def test_groups_are_disjoint_cover_everybody_and_stay_when_people_join(ids: list[Any], shares: list[float], at: int) -> None:
    split = activities.Split.of({f"g{number}": share for number, share in enumerate(shares)})
    found, fewer = groups(split, ids), groups(split, ids[at:] or ids)
    assert set().union(*found.values()) == set(ids)
    assert sum(map(len, found.values())) == len(ids)
    assert all(fewer[port] == found[port] & set(ids[at:] or ids) for port in found)
    assert groups(split, ids[::-1]) == found


@SOME
@given(ids=st.lists(KEY, min_size=1, max_size=40, unique=True), numbers=st.lists(st.integers(1, 30), min_size=2, max_size=4))
def test_a_drawn_number_of_people_is_exact_and_part_of_any_greater_number(ids: list[int], numbers: list[int]) -> None:
    drawn = [groups(activities.Split.of(drawn=cn.Subset(top=number)), ids)["drawn"] for number in sorted(numbers)]
    assert [len(found) for found in drawn] == [min(number, len(ids)) for number in sorted(numbers)]
    assert all(few <= more for few, more in pairwise(drawn))


@pytest.mark.parametrize("table", ["people", "orders"])
@SOME
@given(data=st.data())
def test_nobody_of_a_suppression_list_is_left_in_an_audience(table: str, data: st.DataObject) -> None:
    found, p, q = data.draw(tables()), data.draw(rules(table, {})), data.draw(rules(table, {}))
    asked = after(p, activities.Combine.of(mode="exclusion"), found, table, q)
    ids = {port: set(rows[KEYS[table]]) for port, rows in asked.items()}
    assert not ids["out"] & ids["input 1"]
    assert ids["out"] | ids["complement"] == ids["input 0"]
    assert ids["complement"] <= ids["input 1"]


@pytest.mark.parametrize("table", ["people", "orders"])
@SOME
@given(data=st.data())
def test_a_union_is_everybody_of_either_once_and_an_intersection_everybody_of_both(table: str, data: st.DataObject) -> None:
    found, p, q = data.draw(tables()), data.draw(rules(table, {})), data.draw(rules(table, {}))
    for mode in ("union", "intersection"):
        asked = after(p, activities.Combine.of(mode=mode), found, table, q)  # type: ignore[arg-type] # a mode
        keys = {port: rows[KEYS[table]].to_list() for port, rows in asked.items()}
        ids = {port: set(rows) for port, rows in keys.items()}
        assert ids["out"] == (ids["input 0"] | ids["input 1"] if mode == "union" else ids["input 0"] & ids["input 1"])
        assert len(keys["out"]) == len(ids["out"])


@pytest.mark.parametrize("table", ["people", "orders"])
@SOME
@given(data=st.data())
def test_groups_by_rules_and_shares_are_disjoint_and_cover_everybody(table: str, data: st.DataObject) -> None:
    found, p, q = data.draw(tables()), Rule(data.draw(rules(table, {}))), Rule(data.draw(rules(table, {})))
    parts: list[Any] = [p, 0.25, cn.Subset(q, share=0.5), cn.Subset(q, top=1), cn.Control(0.5), q]
    chosen = data.draw(st.permutations(parts))[: data.draw(st.integers(1, 6))]
    asked = after(tree.Everybody(), activities.Split.of({f"g{at}": part for at, part in enumerate(chosen)}), found, table)
    keys = [key for port, rows in asked.items() if port != "input 0" for key in rows[KEYS[table]]]
    assert sorted(keys) == sorted(row[KEYS[table]] for row in found[table])


@SOME
@given(data=st.data())
def test_what_deduplication_keeps_has_every_value_once_and_loses_none(data: st.DataObject) -> None:
    found, p, keep = data.draw(tables()), data.draw(rules("people", {})), data.draw(st.integers(1, 2))
    asked = after(p, activities.Deduplicate.of(by="email", keep=keep), found, "people")
    email = {row["id"]: row["email"] for row in found["people"]}
    values = {port: [email[key] for key in rows["id"] if email[key] is not None] for port, rows in asked.items()}
    assert {*values["out"]} == {*values["input 0"]}
    assert all(values["out"].count(value) == min(keep, values["input 0"].count(value)) for value in values["out"])
    assert all(email[key] is not None for key in asked["complement"]["id"])


@settings(parent=SOME, max_examples=max(5, SOME.max_examples // 5), suppress_health_check=[*HealthCheck])
@given(rates=st.tuples(st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from([0.0, 0.5, 1.0])), seed=st.integers(0, 9))
def test_who_opened_and_who_did_not_are_together_who_got_the_message(tmp_path: Path, rates: tuple[float, float], seed: int) -> None:
    workspace = cn.Workspace(tmp_path / "ws", responses=cn.ResponseModel(seed=seed, bounce=rates[0], open=rates[1]))
    shop = cn.DataModel("shop", as_of="2026-07-01")
    rows = pl.DataFrame({"id": range(60), "mail": [f"p{key}@x.fr" if key % 7 else None for key in range(60)], "agreed": True})
    spring = cn.Campaign("Spring", data=shop, workspace=workspace)
    mail = spring.build_audience("All", shop.table("people", rows, key="id", email="mail", consent={"email": "agreed"})).email(
        "Mail", subject="Hi", text="x"
    )
    for label, rule in {"Got": mail.delivered, "Opened": mail.opened, "Not": mail.delivered & ~mail.opened}.items():
        mail.filter(label, rule)
    run = spring.dry_run()
    got, opened, closed = (set(run[label]["id"]) for label in ("Got", "Opened", "Not"))
    assert opened | closed == got and not opened & closed
    assert got <= set(run["Mail"]["id"]) == {key for key in range(60) if key % 7}
