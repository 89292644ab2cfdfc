"""Options of every kind of activity, in one place: what the suite is run on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

import campaign_nb as cn
from campaign_nb import activities
from campaign_nb.activity import Activity
from campaign_nb.data.file_column import FileColumn
from campaign_nb.testing.world import sample

SHOP = sample()
PEOPLE, ORDERS = SHOP.people, SHOP.orders


@dataclass(frozen=True)
class Example:
    """An activity with options, what it is tried on, and what is promised of it."""

    activity: Activity
    inputs: Sequence[Any] = ()
    row_wise: bool = False
    any_key: bool = True
    """Whether it can be tried on people with another key."""
    audiences: Mapping[str, pl.DataFrame] = field(default_factory=dict)


def halved(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Keep the even keys and add a column."""
    return rows.filter(pl.col("id") % 2 == 0).with_columns(half=pl.col("points") / 2)


def passed(rows: pl.LazyFrame, *others: pl.LazyFrame) -> pl.LazyFrame:
    """Keep everybody."""
    return rows


def alone(activity: Activity) -> Example:
    """An activity that looks at one row at a time."""
    return Example(activity, row_wise=True)


KEPT = (SHOP, pl.DataFrame({"id": [1, 2, 3, 5, 8], "score": [1.5, None, 3.0, 0.0, 2.5], "group": ["A", "B", None, "A", "B"]}))
"""A population with added columns."""
BOUGHT = (SHOP, pl.DataFrame({"order": [100, 101, 102, 103, 104, 106, 107]}))
"""Some orders."""
FILE = Path(__file__).with_name("leads.csv")
MARKS = sample()
"""The shop with a table that can be written."""
MARKS.table("marks", pl.DataFrame({"id": [1, 2, 3, 50], "mark": ["old", None, "x", "y"], "seen": [None, 0, 1, 2]}), key="id")
MARKS.infos["marks"].writable = MARKS.infos["people"].writable = True
ZONED = cn.DataModel("zoned")
"""People of several zones; one has none, one has a zone that is none."""
ZONED.table(
    "people",
    SHOP.people.head(12).with_columns(
        tz=pl.Series(["Europe/Paris", "Asia/Tokyo", None, "Mars/Base", "America/New_York", "", "UTC", *["Pacific/Apia"] * 5])
    ),
    key="id",
    time_zone="tz",
)
ZONED.table("orders", SHOP.orders.head(8), key="order", links={"buyer": cn.Link("people", on="person")})
GOLD = cn.col.tier == "gold"
MANY = "size('Input 0') > 10"
Subset, Control = cn.Subset, cn.Control

EXAMPLES: Mapping[str, Mapping[str, Example]] = {
    "build_audience": {
        "everybody": alone(activities.BuildAudience.of(PEOPLE)),
        "a rule": alone(activities.BuildAudience.of((PEOPLE.points > 10) & (PEOPLE.seen < cn.now()))),
        "linked rows": alone(activities.BuildAudience.of(PEOPLE.orders.where(cn.col.amount > 4).exists())),
        "text": alone(activities.BuildAudience.of("tier = 'gold' or joined is null", dimension=PEOPLE)),
        "another table": Example(activities.BuildAudience.of(ORDERS.buyer.points > 10)),
    },
    "read_audience": {
        "keys": Example(activities.ReadAudience.of("Loyal"), audiences={"Loyal": pl.DataFrame({"id": [1, 4, 99]})}),
        "columns": Example(
            activities.ReadAudience.of("Loyal"),
            audiences={"Loyal": pl.DataFrame({"id": [1, 4, 99], "rank": ["A", None, "B"], "points": [1, 2, 3]})},
        ),
    },
    "save_audience": {
        "keys": alone(activities.SaveAudience.of("Loyal")),
        "columns": Example(activities.SaveAudience.of("Loyal", columns=["score"]), KEPT, row_wise=True),
    },
    "combine": {mode: Example(activities.Combine.of(mode=mode), row_wise=True) for mode in ("union", "intersection", "exclusion")}
    | {f"{mode} by values": Example(activities.Combine.of(mode=mode, by="tier")) for mode in ("union", "intersection", "exclusion")}
    | {"three with columns": Example(activities.Combine.of(), (*KEPT, pl.DataFrame({"id": [1, 12]}), KEPT[1].tail(2)))},
    "deduplicate": {
        "at random": Example(activities.Deduplicate.of(by="email")),
        "in an order": Example(activities.Deduplicate.of(by=["email", cn.col.tier], order=[cn.col.points.desc(), "joined"])),
        "two of each": Example(activities.Deduplicate.of(by=cn.fn.lower(cn.col.tier), keep=2, nulls="equal")),
        "all": alone(activities.Deduplicate.of(by="tier", keep=0)),
    },
    "enrich": {
        "expressions": alone(activities.Enrich.of(double=cn.col.points * 2, initial=cn.fn.upper(cn.col.name), then=cn.col.seen)),
        "linked rows": alone(
            activities.Enrich.of(orders_made=PEOPLE.orders.count(), paid=PEOPLE.orders.sum("amount"), last=PEOPLE.orders.max("day"))
        ),
        "looked up": alone(activities.Enrich.of(day=cn.Lookup("day", ORDERS, on={"id": "person"}, order=ORDERS.day.desc()))),
        "looked up by a condition": alone(
            activities.Enrich.of(
                dearer=cn.Lookup("amount", ORDERS, on=(ORDERS.person == cn.col.id) & (ORDERS.amount > cn.col.points / 10)),
                day=cn.Lookup("day", "orders", on="orders.amount between points and spend", order=ORDERS.day.desc()),
            )
        ),
        "looked up in another population": Example(
            activities.Enrich.of(theirs=cn.Lookup("score", on="people.score > points", order=cn.col.score.desc())),
            (*KEPT[:1], pl.DataFrame({"id": [1, 2, 4]}), KEPT[1]),
        ),
        "lines": alone(activities.Enrich.of(latest=PEOPLE.orders.sort(ORDERS.day.desc()).select("amount", "day").head(2))),
    },
    "split": {
        "shares": alone(activities.Split.of(A=0.5, B=0.25, held=Control(0.25, code="none"))),
        "rules": alone(activities.Split.of(gold=GOLD, rich=cn.col.spend > 5.0)),
        "a share of a rule": alone(activities.Split.of(gold=Subset(GOLD, share=0.5), rest=Subset())),
        "the best": Example(activities.Split.of(best=Subset(top=3, by=cn.col.points.desc()), drawn=Subset(top=2, code="D"))),
        "overlap": alone(activities.Split.of(gold=GOLD, rich=cn.col.points > 10, overlap=True, seed=7)),
        "one table": alone(activities.Split.of(A=0.5, B=GOLD, one_table=True)),
    },
    "filter": {
        "a comparison": alone(activities.FilterRows.of(cn.col.points > 10)),
        "text": alone(activities.FilterRows.of("tier in ('gold', 'silver') and not agreed")),
        "linked rows": alone(activities.FilterRows.of(PEOPLE.orders.where(cn.col.amount > 4).count() >= 1)),
        "added columns": Example(activities.FilterRows.of((cn.col.score > 1.0) | (cn.col.group == "A")), KEPT, row_wise=True),
        "a change of days": alone(activities.FilterRows.of(cn.col.joined >= cn.days_ago(200))),
    },
    "wait": {
        "days": alone(activities.Wait.of(days=3)),
        "a moment": alone(activities.Wait.of(hours=1, seconds=0.5)),
        "a date": alone(activities.Wait.of(until="2026-12-24 09:00")),
        "a date in the past": alone(activities.Wait.of(until="1999-12-24")),
        "a time of day": alone(activities.Wait.of(at="09:00")),
        "a time of day after two days": alone(activities.Wait.of(days=2, at="23:59:59")),
        "everybody's own time": Example(activities.Wait.of(at="09:00", local=True), (ZONED,), row_wise=True),
        "everybody's own time after a day": Example(activities.Wait.of(days=1, at="09:00", local=True), (ZONED,), row_wise=True),
    },
    "fork": {"two": alone(activities.Fork.of("mail", "text")), "three": alone(activities.Fork.of("mail", "a text", "3"))},
    "and_join": {
        "two": Example(activities.AndJoin.of()),
        "three": Example(activities.AndJoin.of(), (*KEPT, KEPT[1].tail(2), KEPT[1].head(1))),
    },
    "test": {
        "a size": Example(activities.ConditionTest.of(many=MANY)),
        "several": Example(
            activities.ConditionTest.of({"more": "size('Input 0') > previous_size('Input 0') * 2", "few": "size('Input 0') < 9"})
        ),
    },
    "alert": {"an alert": alone(activities.Alert.of(title="Few people", message="Fewer than 10,000 were found."))},
    "email": {
        "marketing": alone(activities.Email.of(subject="Hi {{ name }}", html="<p>{{ name }}</p>", text="{{ points }} points")),
        "empty consent": alone(activities.Email.of(subject="Hi", text="Hello {{ name|default('you') }}", empty_consent=True)),
        "transactional": alone(
            activities.Email.of(subject="Receipt", text="{% if points %}{{ points }}{% endif %}", category="transactional")
        ),
        "a loop": alone(activities.Email.of(subject="Hi", text="{% for n in [1, 2] %}{{ n }} {{ tier }}{% endfor %}")),
    },
    "python": {
        "adds and drops": alone(activities.PythonCode.of(halved, adds={"half": pl.Float64}, reads=["points"])),
        "several inputs": Example(activities.PythonCode.of(passed), (*KEPT, pl.DataFrame({"id": [1, 2]}))),
    },
    "change_dimension": {
        "to one": Example(activities.ChangeDimension.of(via=ORDERS.buyer), BOUGHT),
        "to many": Example(activities.ChangeDimension.of(via=PEOPLE.orders)),
        "there and back": Example(activities.ChangeDimension.of(via=["orders", "buyer"])),
    },
    "reconcile": {
        "by key": Example(activities.Reconcile.of(to=PEOPLE, on={"person": "id"}), BOUGHT),
        "ambiguous": Example(activities.Reconcile.of(to=PEOPLE, on={"amount": "points"}, where=PEOPLE.agreed), BOUGHT),
        "the first": Example(
            activities.Reconcile.of(to=PEOPLE, on={"amount": "points"}, on_many="first", order=PEOPLE.joined.desc()), BOUGHT
        ),
        "kept": Example(activities.Reconcile.of(to=PEOPLE, on={"amount": "points"}, keep=True), BOUGHT),
        "kept under another name": Example(activities.Reconcile.of(to=PEOPLE, on={"person": "id"}, keep={"id": "buyer_id"}), BOUGHT),
    },
    "incremental_query": {
        "a rule": Example(activities.IncrementalQuery.of(PEOPLE.points > 10)),
        "everybody": Example(activities.IncrementalQuery.of(PEOPLE, remember="365d")),
        "a date": Example(activities.IncrementalQuery.of(PEOPLE.tier == "gold", newer="seen")),
    },
    "load_file": {
        "with types": Example(
            activities.LoadFile.of(FILE, columns={"mail": "text", "age": "integer", "seen": "datetime"}, time_zone="Asia/Tokyo")
        ),
        "as they come": Example(activities.LoadFile.of(FILE, errors=5)),
        "deleted after its import": Example(activities.LoadFile.of(FILE, sample_file=FILE, delete=True)),
        "another layout": Example(
            activities.LoadFile.of(
                FILE,
                columns={"mail": "text", "rest": FileColumn(ignore=True)},
                **{"separator": ";", "quote": "'", "header": False, "skip": 1, "encoding": "latin-1", "multiline": False},
            )
        ),
        "fixed widths": Example(activities.LoadFile.of(FILE, layout="fixed", columns={"first": FileColumn(width=3)})),
    },
    "extract_file": {
        "as it comes": alone(activities.ExtractFile.of("{{ campaign }}/{{ activity }}-{{ as_of }}-{{ run }}.csv")),
        "added columns": Example(activities.ExtractFile.of("scores.parquet", columns=["score", "points"], skip_empty=True), KEPT),
        "another layout": Example(
            activities.ExtractFile.of(
                "partner.csv",
                columns={"No.": "id", "Twice": cn.col.points * 2, "Since": cn.col.joined},
                **{"header": False, "separator": ";", "quote": "'", "encoding": "latin-1", "distinct": True, "unsafe": True},
                text=cn.TextFormat(decimal=",", date="%d.%m.%Y", datetime="%d.%m.%Y %H:%M", line_end="crlf"),
                sort=[cn.col.points.desc(), "name"],
            )
        ),
        "fixed widths": alone(
            activities.ExtractFile.of("partner.txt", format="fixed", columns=["id", "tier"], widths={"id": 6, "tier": 10})
        ),
        "lists": Example(
            activities.ExtractFile.of("orders.ndjson", columns={"last": PEOPLE.orders.sort(ORDERS.day.desc()).select("amount").head(2)})
        ),
    },
    "update_data": {
        "upsert": Example(activities.UpdateData.of(into="people", set={"tier": "new", "points": cn.col.points + 1}), (MARKS,)),
        "update": Example(activities.UpdateData.of(into="people", mode="update", set={"points": 1}, when=GOLD), (MARKS,)),
        "delete": Example(activities.UpdateData.of(into="people", mode="delete"), (MARKS,)),
        "insert": Example(activities.UpdateData.of(into="marks", mode="insert", set={"mark": cn.col.tier}), (MARKS,), any_key=False),
        "by another key": Example(
            activities.UpdateData.of(into="marks", set={"mark": None}, key={"id": cn.col.points}, when=cn.col.agreed),
            (MARKS,),
            any_key=False,
        ),
    },
    "end": {
        "the end": alone(activities.End.of()),
        "a signal": alone(activities.End.of(signal="Second")),
        "values": alone(activities.End.of(signal="Second", values={"channel": "sms", "day": dt.date(2026, 7, 1), "n": 3, "yes": True})),
    },
}
