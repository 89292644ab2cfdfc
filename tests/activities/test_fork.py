"""Fork: the same population on several ways, each with a name."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import Fork
from tests.activities.stored import shop

TWO = pl.DataFrame({"id": [1, 2]})


def test_every_way_has_everybody() -> None:
    ways, counted = cn.testing.counted(Fork.of("mail", "a text", "3"), TWO)
    assert {name: rows["id"].to_list() for name, rows in ways.items()} == {"mail": [1, 2], "a text": [1, 2], "3": [1, 2]}
    assert counted.reasons["Tested"] == {}


def test_ways_are_found_by_name_and_unpacked_in_order(workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("Forked", data=model, workspace=workspace)
    ways = c.build_audience("All", model.people).fork("Both", "mail", "a text")
    mail, text = ways
    assert (mail, text) == (ways.mail, ways["a text"])
    assert (mail.enrich("A", a=cn.col.points).frame(c.dry_run()).height, ways.names) == (3, ["mail", "a text"])


def test_a_way_that_stops_leaves_the_other_going(workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("Forked", data=model, workspace=workspace)
    ways = c.build_audience("None", model.people.points > 900).fork("Both", "mail", "text", when_empty="stop")
    ways.mail.enrich("A", a=cn.col.points)
    assert c.dry_run().states() == {"None": "done", "Both": "done", "A": "skipped"}


def test_it_is_written_as_its_method(workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("Forked", data=model, workspace=workspace)
    c.build_audience("All", model.people).fork("Both", "mail", "a text", description="two ways")
    assert '.fork("Both", "mail", "a text", description="two ways")' in c.to_python()


@pytest.mark.parametrize(
    ("ways", "what"),
    [
        ((), "no ways\n  expected: the names of two ways or more"),
        (("mail",), "1 way\n"),
        (("mail", "text", "mail"), "two ways are called 'mail'"),
        (("mail", " "), "a way is called ' '"),
        (("mail", "a\nb"), "a way is called"),
        (("mail", 3), "a way is called 3"),
    ],
)
def test_what_is_no_fork_is_refused(ways: tuple[Any, ...], what: str) -> None:
    with pytest.raises(cn.DefinitionError, match=what):
        Fork.of(*ways)


def test_a_fork_of_a_document_is_checked_too() -> None:
    with pytest.raises(cn.DefinitionError, match="fork 'Tested'\n  1 way\n"):
        cn.testing.run(Fork(ways=("mail",)), TWO)
