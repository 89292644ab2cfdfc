"""A small corpus of each part of the suite, for faults that are planted: what the suite says of it, or nothing."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from campaign_nb import activities
from campaign_nb.graph.definition import Definition, Node, Ref
from campaign_nb.rules import tree
from campaign_nb.rules.tree import Column, Compare, Constant, Linked, LinkStep, Order
from tests.differential.corpus import against_duckdb, against_partition, against_polars, ground_of, rules_of
from tests.properties.oracle import Oracle
from tests.properties.test_campaigns import everything, program_of, rows_of, wanted
from tests.properties.world import DAYS, IDS, NUMBERS, TEXTS, Tables

FRAMES = (1, 2, 3, 4)
GOLD = Compare("=", Column("tier"), Constant("gold"))


def polars(*topics: str) -> str | None:
    """Rules about some topics, judged by Polars and plain Python."""
    return _first(topics, lambda ground, rules: against_polars(ground, rules, shrink=False))


def partition(*topics: str) -> str | None:
    """Rules about some topics, their opposites, and that they are unknown."""
    return _first(topics, against_partition)


def duckdb(*topics: str) -> str | None:
    """Rules about some topics, judged by DuckDB and plain Python."""
    return _first(topics, lambda ground, rules: against_duckdb(ground, rules, lambda *_: None))


def _first(topics: tuple[str, ...], judge: Any) -> str | None:
    found = (judge(ground := ground_of(frame), rules_of(frame, ground, list(topics))) for frame in FRAMES)
    return next((one for one in found if one is not None), None)


def people_of(draw: random.Random) -> Tables:
    """People and orders in whom every second cell is null or the same as another."""

    def maybe(pool: list[Any]) -> Any:
        return draw.choice([*pool, None])

    people = [
        {"id": key, "age": maybe(NUMBERS), "tier": maybe(TEXTS), "email": maybe(["a@x.org"]), "city": maybe(["P", "Q"])} for key in IDS
    ]
    orders = [
        {"order": 10 + at, "person": maybe([*IDS, 99]), "amount": maybe(NUMBERS), "day": maybe(DAYS), "item": maybe(TEXTS)}
        for at in range(10)
    ]
    cities = [{"code": "P", "size": maybe(NUMBERS), "region": maybe(["N"])}]
    return {"people": people, "orders": orders, "cities": cities, "regions": [{"name": "N", "big": True}], "lines": [], "visits": []}


def campaign() -> str | None:
    """A campaign of every activity that keeps, drops or shares people, against the same in plain Python."""
    liked = Linked((LinkStep("liked"),))
    rules = {"All": tree.Everybody(), "Gold": GOLD, "Fans": tree.Exists(liked), "No fans": tree.Not(tree.Exists(liked))}
    rules["Late"] = Compare(">", tree.Aggregate("count", liked), Constant(1))
    nodes = {label: Node(label, activities.BuildAudience(dimension="people", rule=rule)) for label, rule in rules.items()}
    by, order = (Column("tier"),), (Order(Column("age"), True),)
    first = {name: activities.Enrich(columns={"n": Constant(number)}) for name, number in (("One", 1), ("Two", 2))}
    nodes |= {"One": Node("One", first["One"], (Ref("All"),)), "Two": Node("Two", first["Two"], (Ref("Gold"),))}
    more: dict[str, tuple[Any, tuple[str, ...]]] = {
        "Oldest": (activities.Deduplicate(by=by, keep=1, order=order, nulls="distinct"), ("All",)),
        "Youngest": (activities.Deduplicate(by=by, keep=1, order=(Order(Column("age")),), nulls="equal"), ("All",)),
        "Two each": (activities.Deduplicate(by=(Column("city"),), keep=2, order=order, nulls="distinct"), ("All",)),
        "Parts": (activities.Split(parts={"A": activities.Share(0.5), "B": activities.Share(0.25)}), ("All",)),
        "Wait": (activities.Wait(duration=dt.timedelta(days=2)), ("Gold",)),
        "Together": (activities.Combine(mode="union"), ("Two", "One")),
        "Both": (activities.Combine(mode="intersection"), ("All", "Gold")),
        "Without": (activities.Combine(mode="exclusion"), ("All", "Gold")),
    }
    nodes |= {label: Node(label, activity, tuple(map(Ref, inputs))) for label, (activity, inputs) in more.items()}
    for seed in range(6):
        tables = people_of(random.Random(seed))
        definition = Definition("Small", seed="s", nodes=nodes)
        program, oracle = program_of(definition, tables), Oracle(definition, tables, "people")
        for ref, frame in everything(program.plan(staged=False), program).items():
            if rows_of(frame) != wanted(oracle, program, ref):
                return f"{ref}: {rows_of(frame)}, the judge: {wanted(oracle, program, ref)}"
    return None
