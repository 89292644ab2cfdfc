"""Whole rules mean the same in Spark SQL: hundreds of them on awkward rows, executed as `sql("spark")` writes them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pyspark.errors import PySparkException
from sqlglot import exp

from campaign_nb.rules import tree
from campaign_nb.rules.sql import query
from tests.conftest import is_set
from tests.differential.corpus import RULES, UNSEEN, Note, against, chosen, ground_of, pairs, query_of, rules_of
from tests.differential.generate import OPERATORS
from tests.differential.quirks import quirks_of
from tests.differential.spark_quirks import QUIRKS
from tests.differential.test_corpus import NODES, names_of
from tests.differential.world import EVENT, Ground
from tests.engine.polars.world import PARIS, call, col

pytestmark = [pytest.mark.requires("java"), pytest.mark.timeout(600)]
NOON = dt.time(12)
Patch = pytest.MonkeyPatch
FRAMES = range(5 if is_set("CI") or is_set("CAMPAIGN_NB_CI") else 2)
TOGETHER = 10
"""How many rules are asked at once."""
SETTINGS = {"spark.sql.session.timeZone": PARIS, "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
"""The campaign's wall; and nothing compiled, which takes longer than a dozen rows."""


@pytest.fixture(scope="module")
def clock(spark: Any) -> Iterator[Any]:
    """The session with its clock on the campaign's wall."""
    before = {name: spark.conf.get(name, None) for name in SETTINGS}
    for name, value in SETTINGS.items():
        spark.conf.set(name, value)
    yield spark
    for name, value in before.items():
        spark.conf.unset(name) if value is None else spark.conf.set(name, value)


def load(spark: Any, ground: Ground, folder: Path) -> None:
    """Let the rows reach Spark as files."""
    feedback = {"person": sorted(ground.fans), **{name: [value] * len(ground.fans) for name, value in zip(NAMES, EVENT, strict=True)}}
    shape = {"person": pl.Int64(), **dict.fromkeys(NAMES, pl.String())}
    for name, frame in {**ground.tables, "campaign_feedback": pl.DataFrame(feedback, schema=shape)}.items():
        texts = [column for column, dtype in frame.schema.items() if isinstance(dtype, pl.Enum)]
        frame.with_columns(pl.col(texts).cast(pl.String)).write_parquet(folder / f"{name}.parquet")
        spark.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)


NAMES = ("event", "activity", "campaign")


def asked(spark: Any, queries: list[str]) -> list[set[Any] | str]:
    """Whom each query selects, asked in one; where that fails, in halves, until the one that fails is alone."""
    whole = " UNION ALL ".join(f"SELECT {at} AS `at`, id FROM ({one})" for at, one in enumerate(queries))
    found: list[set[Any] | str] = [set() for _ in queries]
    try:
        for at, key in spark.sql(whole).collect():
            found[at].add(key)  # type: ignore[union-attr] # sets still
    except PySparkException as error:
        if len(queries) == 1:
            return [f"{type(error).__name__}: {error}".split("\n")[0]]
        half = len(queries) // 2
        return asked(spark, queries[:half]) + asked(spark, queries[half:])
    return found


def against_spark(spark: Any, ground: Ground, rules: list[tree.Node], folder: Path, note: Note) -> str | None:
    """Return the first difference between Spark and plain Python that no quirk has a name for."""
    load(spark, ground, folder)
    queries = {at: query for at, rule in enumerate(rules) if (query := query_of(ground, rule, "spark")) is not None}
    places, found = list(queries), dict[int, Any]()
    for start in range(0, len(places), TOGETHER):
        some = places[start : start + TOGETHER]
        found |= zip(some, asked(spark, [queries[at] for at in some]), strict=True)
    answers = ((rule, found.get(at, UNSEEN)) for at, rule in enumerate(rules))
    return against(ground, answers, "spark", lambda rule, said: quirks_of(rule, said, QUIRKS), note)


def test_spark_selects_the_same_people_but_for_named_quirks(clock: Any, tmp_path: Path) -> None:
    seen, agreed = Counter[bool | None](), Counter[str]()

    def note(rule: tree.Node, agrees: bool | None) -> None:
        seen[agrees] += 1
        agreed.update({name for node in rule.walk() for name in names_of(node)} if agrees else ())

    for frame, ground, rules in pairs(FRAMES):
        assert against_spark(clock, ground, rules, tmp_path, note) is None, frame
    assert seen.total() == len(FRAMES) * RULES
    assert seen[True] >= 0.85 * (seen[True] + seen[False]), seen
    rare = {"Lines", "Window", "Parameter", "Behaviour", "Variable"}
    assert {*NODES, *OPERATORS} - set(agreed) <= rare


def test_spark_still_says_something_else(clock: Any) -> None:
    """Each named quirk is still one: the day that it goes, its name goes too."""
    for name, quirk in QUIRKS.items():
        try:
            ((found,),) = clock.sql(quirk.query).collect()
        except PySparkException:
            continue
        assert found != quirk.ours, name


def test_a_plain_rule_has_no_quirk() -> None:
    rule = tree.And((tree.Compare("=", col("i"), tree.Constant(1)), tree.Like(col("s"), col("t")), tree.Not(tree.Truth(col("b")))))
    assert quirks_of(rule, quirks=QUIRKS) == set()


def test_date_times_are_cut_and_subtracted_on_the_wall(clock: Any, tmp_path: Path) -> None:
    ground = ground_of(1)
    rules: list[tree.Node] = [
        tree.Compare("<=", call("trunc_date", col("seen"), seconds), col("seen")) for seconds in (1, 3600, 86_400, 604_800)
    ]
    rules += [
        tree.Compare("<", call("hours_diff", col("at"), col("day")), tree.Constant(0)),
        tree.Compare("<", col("tod"), tree.Constant(NOON)),
    ]
    rules += [tree.Compare("=", call("trunc_date", col("day"), 86_400), col("day"))]
    load(clock, ground, tmp_path)
    queries = [query_of(ground, rule, "spark") or "" for rule in rules]
    assert asked(clock, queries) == [chosen(ground, rule) for rule in rules]


FAULTS: dict[str, tuple[Callable[[Patch], None], tuple[str, ...]]] = {
    "less is less or equal": (lambda patch: patch.setitem(query._OPERATORS, "<", exp.LTE), ("<",)),  # pyright: ignore[reportPrivateUsage] # the table under test
    "the largest is the smallest": (lambda patch: patch.setitem(query._AGGREGATES, "max", "MIN"), ("max of rows",)),  # pyright: ignore[reportPrivateUsage] # the table under test
    "links lead to every row": (lambda patch: patch.setattr(query.Query, "_on", lambda *_: exp.true()), ("exists", "not exists")),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_noticed(name: str, clock: Any, tmp_path: Path, monkeypatch: Patch) -> None:
    plant, topics = FAULTS[name]
    ground = ground_of(1)
    rules = rules_of(1, ground, list(topics))[:12]
    assert against_spark(clock, ground, rules, tmp_path, lambda *_: None) is None
    plant(monkeypatch)
    assert "the judge: " in (against_spark(clock, ground, rules, tmp_path, lambda *_: None) or "")
