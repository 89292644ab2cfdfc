"""Alert: a live run that gets there tells it once; a dry run lists it."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import Alert
from campaign_nb.store import alerts
from tests.activities.stored import shop

TEXT = {"title": "Few people", "message": "Fewer than ten were found."}


def told(workspace: cn.Workspace) -> list[tuple[str, str, str]]:
    with workspace.store.read() as connection:
        return [(item.activity, item.title, item.message) for item in alerts.list_alerts(connection)]


def test_everybody_goes_on() -> None:
    rows = pl.DataFrame({"id": [1, 2], "points": [5, 50]})
    assert cn.testing.run(Alert.of(**TEXT), rows)["out"]["id"].to_list() == [1, 2]


def campaign(workspace: cn.Workspace, **options: Any) -> cn.Campaign:
    model = shop()
    c = cn.Campaign("Alerted", data=model, workspace=workspace)
    c.build_audience("All", model.people).alert("Few", **TEXT, **options).enrich("After", a=cn.col.points)
    return c


def test_a_live_run_tells_it_in_the_alerts_and_in_the_log(workspace: cn.Workspace) -> None:
    c = campaign(workspace)
    c.publish(confirm=0)
    assert c.runs[0].wait("20s")["After"].height == 3
    assert told(workspace) == [("Few", "Few people", "Fewer than ten were found.")]
    assert c.log.frame().filter(level="warning").select("activity", "message").rows() == [
        ("Few", "alert: Few people: Fewer than ten were found.")
    ]


def test_a_dry_run_lists_it_and_tells_nobody(workspace: cn.Workspace) -> None:
    run = campaign(workspace).dry_run()
    assert run.effects.rows() == [("Few", "alert", "Few people", 3)]
    assert told(workspace) == []


def test_one_that_is_disabled_is_neither_told_nor_listed(workspace: cn.Workspace) -> None:
    c = campaign(workspace, enabled=False)
    assert c.dry_run().effects.height == 0
    c.publish(confirm=0)
    assert (c.runs[0].wait("20s").states()["After"], told(workspace)) == ("skipped", [])


def test_its_text_is_as_it_is_written(workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("Plain", data=model, workspace=workspace)
    c.build_audience("All", model.people).alert("Few", title="{{ name }}", message="<b>{{ points }}</b>")
    c.publish(confirm=0)
    c.runs[0].wait("20s")
    assert told(workspace) == [("Few", "{{ name }}", "<b>{{ points }}</b>")]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"title": ""}, "title=''\n  expected: a text that says something"),
        ({"message": " \n"}, "message="),
        ({"title": 3}, "title=3"),
        ({"title": "x" * 201}, "its title has 201 characters\n  expected: at most 200"),
        ({"message": "x" * 4_001}, "its message has 4,001 characters\n  expected: at most 4,000"),
        ({"title": "", "message": ""}, r"alert has 2 problems"),
    ],
)
def test_what_says_nothing_or_too_much_is_refused(change: dict[str, Any], what: str) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        Alert.of(**{**TEXT, **change})


def test_the_longest_texts_are_fine() -> None:
    assert Alert.of(title="x" * 200, message="y" * 4_000).title == "x" * 200
