"""Each named quirk of DuckDB is still one: the day that it goes, its name goes too."""

from __future__ import annotations

import duckdb
import pytest

from campaign_nb.rules import tree
from tests.differential.quirks import QUIRKS, quirks_of
from tests.engine.polars.world import PARIS


@pytest.mark.parametrize("name", QUIRKS)
def test_duckdb_still_says_something_else(name: str) -> None:
    quirk = QUIRKS[name]
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"SET TimeZone = '{PARIS}'")
        try:
            found = connection.execute(quirk.query).fetchone()
        except duckdb.Error:
            return
    assert found is not None and (found[0] != quirk.ours or type(found[0]) is not type(quirk.ours))


def test_a_plain_rule_has_no_quirk() -> None:
    rule = tree.And((tree.Compare("=", tree.Column("i"), tree.Constant(1)), tree.Like(tree.Column("s"), tree.Column("t"))))
    assert quirks_of(rule) == set()
    assert quirks_of(rule, "SyntaxException: Like pattern must not end with escape character!") == {
        "a pattern may not end with a backslash"
    }
    assert quirks_of(tree.Not(tree.In(tree.Column("day"), (tree.Constant(None),)))) == set()
