"""Options that direct the course of a campaign are kept in documents, written as code, told in words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

import campaign_nb as cn


def zoned() -> cn.DataModel:
    shop = cn.DataModel("shop")
    shop.table("people", pl.DataFrame({"id": [1, 2], "tz": ["UTC", None], "mail": ["a@x.org"] * 2}), key="id", email="mail", time_zone="tz")
    return shop


def everything(tmp_path: Path, shop: cn.DataModel) -> cn.Campaign:
    """A campaign with every option of its course another than usual."""
    settings: dict[str, Any] = {"on_error": "ignore", "tolerated_errors": 3, "history": "90d", "moved": 0.25}
    variables = {"channel": "sms", "least": 3, "day": dt.date(2026, 1, 1)}
    c = cn.Campaign("Course", data=shop, workspace=cn.Workspace(tmp_path), variables=variables, **settings)
    people = c.build_audience("All", shop.people, on_error="abort", max_duration="30s")
    ways = people.fork("Both", "mail", "a text", enabled=False)
    ways.mail.wait("Morning", days=1, at="09:00", local=True, when_empty="stop").email(
        "Mail", subject="Hi", text="x", category="transactional", breakpoint=True
    )
    later = ways["a text"].wait("Christmas", until="2026-12-24 09:00")
    test = people.test(
        "Enough?",
        {
            "enough": people.size > 10,
            "grown by half": (people.size >= people.size.previous * 2) & (cn.var("channel") == "sms"),
            "no day": cn.var("day").is_null() | (ways["a text"].size == 0),
        },
    )
    c.and_join("Joined", test.enough, later, primary=later, description="when both have come").alert("Told", title="T", message="M")
    test["grown by half"].end("Next", signal="Second", values={"channel": "sms", "day": dt.date(2026, 1, 2), "share": 1.5, "yes": True})
    test.otherwise.end("The end")
    return c


def test_the_document_gives_all_of_it_back(tmp_path: Path) -> None:
    shop = zoned()
    c = everything(tmp_path, shop)
    assert len(c.problems) == 0
    assert cn.Campaign.from_json(c.to_json(), data=shop).definition == c.definition


def test_the_code_gives_all_of_it_back_by_its_verbs(tmp_path: Path) -> None:
    shop = zoned()
    c, found = everything(tmp_path, shop), dict[str, Any](shop=shop)
    code = c.to_python()
    exec(code, found)  # noqa: S102 # the code under test
    (made,) = (item for item in found.values() if isinstance(item, cn.Campaign))
    assert made.definition == c.definition
    assert ".add(" not in code
    for part in ('.fork("Both", "mail", "a text", enabled=False)', 'on_error="abort", max_duration="30s"', "breakpoint=True"):
        assert part in code


def test_a_copy_under_another_name_keeps_its_course(tmp_path: Path) -> None:
    c = everything(tmp_path, zoned())
    twin = c.duplicate("Twin")
    assert [str(change) for change in c.diff(twin)] == ["name Course → Twin"]


def test_what_changed_is_told_in_words(tmp_path: Path) -> None:
    shop = zoned()
    c = everything(tmp_path, shop)
    other = cn.Campaign("Course", data=shop, workspace=c.workspace)
    people = other.build_audience("All", shop.people)
    people.fork("Both", "mail", "text").mail.wait("Morning", days=1, at="10:00", breakpoint=True)
    people.end("Next", signal="Third")
    told = [str(change) for change in c.diff(other) if change.what != "removed"]
    assert told == [
        "variables channel=sms, least=3, day=2026-01-01 → nothing",
        "on error ignore → suspend",
        "tolerated errors 3 → 0",
        "history 90 days → 30 days",
        "moved 25% → 50%",
        "'All': on error abort → nothing",
        "'All': max duration 30 seconds → nothing",
        "'Both': ways mail, a text → mail, text",
        "'Both': enabled no → nothing",
        "'Morning': at 09:00 → 10:00",
        "'Morning': local True → nothing",
        "'Morning': when empty stop → nothing",
        "'Morning': breakpoint nothing → yes",
        "'Next': signal Second → Third",
        "'Next': values channel: sms, day: 2026-01-02, share: 1.5, yes: True → nothing",
        "'Next': reads grown by half of Enough? → All",
    ]


def test_what_is_drawn_tells_the_options(tmp_path: Path) -> None:
    nodes = {node["id"]: node for node in everything(tmp_path, zoned()).view()["nodes"]}
    assert ["signal", "Second"] in [list(pair) for pair in nodes["Next"]["options"]]
    assert (nodes["Both"]["state"], nodes["All"]["kind"], nodes["Enough?"]["family"]) == ("disabled", "build_audience", "flow")
