"""The corpus: which rules stand on which rows, and what the judges say of them."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, TypeAlias

import duckdb
import polars as pl

from campaign_nb.errors import CampaignError, DefinitionError
from campaign_nb.rules import tree
from campaign_nb.rules.sql import Dialect
from campaign_nb.rules.text import text
from tests.differential.generate import TOPICS, Maker
from tests.differential.quirks import quirks_of
from tests.differential.shrink import shrunk
from tests.differential.world import IDS, Ground, tables_of

FULL = os.environ.get("CI", os.environ.get("CAMPAIGN_NB_CI", "")).lower() not in {"", "0", "false", "no"}
FRAMES, RULES = (420, 50) if FULL else (20, 50)
LEAST = 200 if FULL else 8
"""How often each operator and each function occurs at the least."""
BLOCK = 20
BLOCKS = range(0, FRAMES, BLOCK)
UNSEEN = object()


@cache
def _tables(frame: int) -> tuple[Any, frozenset[int]]:
    draw = random.Random(frame)
    return tables_of(draw), frozenset(draw.sample(IDS, 4))


def ground_of(frame: int) -> Ground:
    """The rows of a number."""
    tables, fans = _tables(frame)
    return Ground(tables, set(fans))


def rules_of(frame: int, ground: Ground, topics: list[str] = TOPICS) -> list[tree.Node]:
    """The rules on the rows of a number; each is about two topics, all topics in turn."""
    maker, found = Maker(random.Random(f"rules {frame}"), ground.judges()), list[tree.Node]()
    for at in range(frame * RULES, (frame + 1) * RULES):
        found.append(maker.rule([topics[(at * 2 + part) % len(topics)] for part in range(2)]))
    return found


def pairs(frames: Iterator[int] | range) -> Iterator[tuple[int, Ground, list[tree.Node]]]:
    """The rows and the rules of some numbers."""
    for frame in frames:
        ground = ground_of(frame)
        yield frame, ground, rules_of(frame, ground)


def said(rule: tree.Node) -> str:
    """A rule as text where it has one."""
    try:
        return text(rule)
    except CampaignError:
        return repr(rule)


# ------------------------------------------------------------------------------------------------------------ judging


def against_polars(ground: Ground, rules: list[tree.Node], *, shrink: bool = True) -> str | None:
    """Return the first difference between Polars, in memory or streaming, and plain Python, made small."""
    wanted = [ground.judged(rule) for rule in rules]
    found = ground.asked(rules)
    for rule, *three in zip(rules, wanted, *found, strict=True):
        if not three[0] == three[1] == three[2]:
            small = shrunk(rule, lambda one: _differs(ground, one)) if shrink else rule
            again = [ground.judged(small), *(part[0] for part in ground.asked([small]))]
            return f"{said(small)}\njudge, in memory, streaming: {again}\nof {said(rule)}: {three}"
    return None


def _differs(ground: Ground, rule: tree.Node) -> bool:
    try:
        found = ground.asked([rule])
    except pl.exceptions.PolarsError:
        return False
    return not ground.judged(rule) == found[0][0] == found[1][0]


def parted(rules: list[tree.Node]) -> list[tuple[tree.Node, tree.Node, tree.Node]]:
    """Each rule, its opposite, and that it is unknown."""
    every = tree.Everybody()
    return [(rule, no := tree.Not(rule), tree.Except(tree.Except(every, rule), no)) for rule in rules]


def against_partition(ground: Ground, rules: list[tree.Node]) -> str | None:
    """Return the first rule whose three parts do not share the rows between them, or are not those of plain Python."""
    threes = parted(rules)
    kept = ground.kept([part for three in threes for part in three])
    everybody = set(ground.tables["people"]["id"].to_list())
    for at, rule in enumerate(rules):
        parts = kept[3 * at : 3 * at + 3]
        judged = dict(zip(ground.tables["people"]["id"].to_list(), ground.judged(rule), strict=True))
        wanted = [{key for key, truth in judged.items() if truth is one} for one in (True, False, None)]
        if sum(map(len, parts)) != len(everybody) or set().union(*parts) != everybody or parts != wanted:
            return f"{said(rule)}: {parts}, the judge: {wanted}"
    return None


Note: TypeAlias = Callable[[tree.Node, bool | None], None]
Explained: TypeAlias = Callable[[tree.Node, object], set[str]]
MARKS: dict[Dialect, str] = {"duckdb": "${}", "postgres": "%({})s", "spark": ":{}"}


def query_of(ground: Ground, rule: tree.Node, dialect: Dialect) -> str | None:
    """A rule's SQL with the variables filled in; None where it has no form."""
    try:
        query = ground.sql(rule, dialect)
    except DefinitionError as error:
        if "has no form in" in str(error):
            return None
        raise
    for name, value in (("least", "5"), ("nothing", "NULL")):
        query = query.replace(MARKS[dialect].format(name), value)
    return query


def asked_of(ground: Ground, rule: tree.Node, dialect: Dialect, ask: Callable[[str], Any]) -> Any:
    """Whom the rule's SQL selects: a set of keys, the name of an error, or UNSEEN where it has no form."""
    query = query_of(ground, rule, dialect)
    return UNSEEN if query is None else ask(query)


def duckdb_says(ground: Ground, connection: duckdb.DuckDBPyConnection, rule: tree.Node) -> Any:
    """Whom the rule's SQL selects in DuckDB."""

    def ask(query: str) -> set[Any] | str:
        try:
            return {row[0] for row in connection.execute(query).fetchall()}
        except duckdb.Error as error:
            return f"{type(error).__name__}: {error}".split("\n")[0]

    return asked_of(ground, rule, "duckdb", ask)


def chosen(ground: Ground, rule: tree.Node) -> set[Any]:
    """Whom a rule selects by plain Python."""
    return {key for key, truth in zip(ground.tables["people"]["id"].to_list(), ground.judged(rule), strict=True) if truth is True}


def against(ground: Ground, answers: Iterable[tuple[tree.Node, Any]], dialect: Dialect, explained: Explained, note: Note) -> str | None:
    """Return the first answer of a database that differs from plain Python and that no quirk has a name for.

    `note` is told of each rule whether it agrees, None without a form.
    """
    for rule, found in answers:
        wanted = chosen(ground, rule)
        note(rule, None if found is UNSEEN else found == wanted)
        if found is not UNSEEN and found != wanted and not explained(rule, found):
            return f"{said(rule)}: {found}, the judge: {wanted}\n{ground.sql(rule, dialect)}"
    return None


def against_duckdb(ground: Ground, rules: list[tree.Node], note: Note) -> str | None:
    """Return the first difference between DuckDB and plain Python that no quirk has a name for."""
    with ground.connect() as connection:
        return against(ground, ((rule, duckdb_says(ground, connection, rule)) for rule in rules), "duckdb", quirks_of, note)
