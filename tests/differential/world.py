"""Three linked tables with a column of every type, awkward cells, and links that dangle, lead to many and back to themselves."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

import campaign_nb as cn
from campaign_nb.engine.backends.polars.lower import lower
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import Columns, Output
from campaign_nb.engine.sources import ModelSources
from campaign_nb.rules import tree
from campaign_nb.rules.sql import Dialect
from campaign_nb.rules.value import Root, Rule
from campaign_nb.steps import Attach, Check, Filter, Population, Scan
from tests.engine.polars.random_rules import DAYS, DECIMALS, INSTANTS, POOLS, TEXTS, WALLS
from tests.engine.polars.world import AS_OF, PARIS, SCHEMA
from tests.judge import Judge, World

Row: TypeAlias = dict[str, Any]
Tables: TypeAlias = dict[str, pl.DataFrame]

VARIABLES: dict[str, Any] = {"least": 5, "nothing": None, "word": "a", "yes": True}
IDS = [0, 1, -1, 2, 3, 7, 2**53 + 1, 2**63 - 1, -(2**63), 4, 5, 6]
CODES = ["", "P", "p", "É", "E\u0301"]
ZONES = [PARIS, "America/New_York", "Australia/Lord_Howe", "UTC"]

CHANGES = [dt.datetime.fromisoformat(text) for text in ("2026-11-01 01:30", "2026-03-08 02:30", "2026-04-05 01:45", "2026-10-04 02:15")]
MOMENTS = [*INSTANTS, *(at.replace(tzinfo=dt.UTC) for at in CHANGES), dt.datetime(2026, 4, 4, 15, 15, tzinfo=dt.UTC)]
TIMES = [dt.time(), dt.time(12), dt.time(23, 59, 59, 999999), dt.time(2, 30)]
WORDS = [
    *TEXTS,
    " a\u00a0",
    "\t b ",
    "a@b@c",
    "x1Y o'neil",
    "<b>&\"'",
    "12.5",
    "-3",
    " 7 ",
    "1e3",
    "2026-03-29T02:30",
    "2026-07-01 10:00:00Z",
]
ISO = ["2026-07-01", "2026-07-01T22:30:00.5+02:00", "2026-02-30", "é\r\nb\rc", "straße"]
WORDS += ISO
EXACT = [0.0, -0.0, 1.5, -2.25, 4.0, 1024.0, float("nan")]

MAIN = pl.Schema(
    {
        **SCHEMA,
        "howe": pl.Datetime("us", "Australia/Lord_Howe"),
        "tod": pl.Time(),
        "p": pl.Float64(),
        "boss_id": pl.Int64(),
        "home_code": pl.String(),
    }
)
SCHEMAS: Mapping[str, pl.Schema] = {
    "people": pl.Schema({"id": pl.Int64(), **MAIN}),
    "orders": pl.Schema(
        {
            **{"no": pl.Int64(), "owner_id": pl.Int64(), "at_code": pl.String(), "k": pl.Int64(), "n": pl.Int16(), "x": pl.Float64()},
            **{"m": pl.Decimal(12, 2), "w": pl.String(), "v": pl.Boolean(), "on": pl.Date(), "ts": pl.Datetime("us")},
            "moment": pl.Datetime("us", PARIS),
        }
    ),
    "places": pl.Schema({"code": pl.String(), "size": pl.Int64(), "name": pl.String(), "since": pl.Date(), "rate": pl.Float64()}),
}
CELLS: Mapping[str, Mapping[str, list[Any]]] = {
    "people": {
        **{name: POOLS[name] for name in SCHEMA},
        **{
            "s": WORDS,
            "t": WORDS,
            "at": [*WALLS, *CHANGES],
            "seen": [*WALLS, *CHANGES],
            "boss_id": [*IDS, 99],
            "home_code": [*CODES, "nowhere"],
        },
        **dict.fromkeys(("here", "utc", "ny", "howe"), MOMENTS),
        "tod": TIMES,
        "p": [*EXACT, 7.5, -7.5, float("inf")],
    },
    "orders": {
        **{"owner_id": [*IDS[:6], *IDS[:6], 99], "at_code": [*CODES, "nowhere"], "k": [0, 1, 5, -7, 2**53 + 1, 2**63 - 1, -(2**63)]},
        **{"n": [0, 1, 1, 5, -7], "x": EXACT, "m": DECIMALS, "w": TEXTS, "v": [True, False], "on": DAYS, "ts": [*WALLS, *CHANGES]},
        "moment": MOMENTS,
    },
    "places": {"size": [0, 1, 5, 2**63 - 1], "name": TEXTS, "since": DAYS, "rate": EXACT},
}
KEYS = {"people": "id", "orders": "no", "places": "code"}
LINKS: Mapping[tuple[str, str], tuple[str, tuple[tuple[str, str], ...]]] = {
    ("people", "boss"): ("people", (("boss_id", "id"),)),
    ("people", "team"): ("people", (("id", "boss_id"),)),
    ("people", "home"): ("places", (("home_code", "code"),)),
    ("people", "orders"): ("orders", (("id", "owner_id"),)),
    ("orders", "owner"): ("people", (("owner_id", "id"),)),
    ("orders", "place"): ("places", (("at_code", "code"),)),
    ("places", "residents"): ("people", (("code", "home_code"),)),
    ("places", "sales"): ("orders", (("code", "at_code"),)),
}
EVENT = ("opened", "Mail", "Spring")
NULLS = 0.35


def tables_of(draw: random.Random) -> Tables:
    """Return small random tables; every cell but a key is null in a third of the rows."""
    sizes = {"people": 12, "orders": 14, "places": 4}
    keys: dict[str, list[Any]] = {
        "people": draw.sample(IDS, 12),
        "orders": draw.sample(range(100, 140), 14),
        "places": draw.sample(CODES, 4),
    }
    found: Tables = {}
    for table, schema in SCHEMAS.items():
        cells = CELLS[table]
        rows = [
            {KEYS[table]: key, **{name: None if draw.random() < NULLS else _cell(schema[name], draw.choice(cells[name])) for name in cells}}
            for key in keys[table][: sizes[table]]
        ]
        found[table] = pl.DataFrame(rows, schema=schema, orient="row")
    return found


def _cell(dtype: pl.DataType, value: Any) -> Any:
    return value.astimezone(ZoneInfo(dtype.time_zone)) if isinstance(dtype, pl.Datetime) and dtype.time_zone else value


class Ground:
    """The same rows for each of the judges: a data model for Polars, a database, rows for plain Python."""

    def __init__(self, tables: Tables, fans: set[Any] | None = None) -> None:
        self.tables, self.fans = tables, fans or set()
        self.model = cn.DataModel("ground")
        self.model.table("places", tables["places"], key="code")
        boss, home = cn.Link("people", on="boss_id", back="team"), cn.Link("places", on="home_code", back="residents")
        self.model.table("people", tables["people"], key="id", links={"boss": boss, "home": home})
        owner, place = cn.Link("people", on="owner_id", back="orders"), cn.Link("places", on="at_code", back="sales")
        self.model.table("orders", tables["orders"], key="no", links={"owner": owner, "place": place})
        self.world = World({name: frame.to_dicts() for name, frame in tables.items()}, LINKS, KEYS, {EVENT: self.fans})
        self.root = Root(self.model, self.model.schema_of("people"))
        self.moment = Moment(AS_OF, PARIS, tuple(VARIABLES.items()))

    # ------------------------------------------------------------------------------------------------------- the judge

    def judges(self) -> list[Judge]:
        """A judge of each row of people."""
        return [Judge(row, AS_OF, PARIS, VARIABLES, self.world, "people") for row in self.world.tables["people"]]

    def judged(self, rule: tree.Node) -> list[bool | None]:
        """The truth of a rule for each row."""
        return [judge.rule(rule) for judge in self.judges()]

    # ---------------------------------------------------------------------------------------------------------- Polars

    def lowered(self, outputs: list[Output]) -> list[pl.LazyFrame]:
        """The whole way of the product: from steps to frames."""
        events = pl.LazyFrame({"key_0": sorted(self.fans)}, schema={"key_0": pl.Int64})
        sources = ModelSources(self.model, {}, lambda node, _: events if (node.event, node.activity, node.campaign) == EVENT else None)
        plan = lower(Columns(outputs, lambda _: self.moment), self.model, sources, [])
        return [plan.delivered[output] for output in outputs]

    def scan(self) -> Scan:
        """All people."""
        return Scan(Population(self.model, self.root.table))

    def asked(self, rules: list[tree.Node], engines: tuple[Any, ...] = ("in-memory", "streaming")) -> list[list[list[bool | None]]]:
        """The truth of each rule for each row, by each engine of Polars, in one query."""
        step = Attach(self.scan(), tuple((f"r{at}", rule) for at, rule in enumerate(rules)))
        (frame,) = self.lowered([Output(step, tuple(f"r{at}" for at in range(len(rules))))])
        found: list[list[list[bool | None]]] = []
        for engine in engines:
            rows = self.tables["people"].select("id").join(frame.collect(engine=engine), on="id", how="left", maintain_order="left")
            found.append([rows[f"r{at}"].to_list() for at in range(len(rules))])
        return found

    def kept(self, rules: list[tree.Node]) -> list[set[int]]:
        """Whom a filter by each rule keeps."""
        outputs = [Output(Filter(self.scan(), (Check("rule", rule),)), ()) for rule in rules]
        return [set(frame["id"].to_list()) for frame in pl.collect_all(self.lowered(outputs))]

    # ---------------------------------------------------------------------------------------------------------- DuckDB

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A database with the same rows, its clock on the campaign's wall."""
        connection = duckdb.connect(":memory:")
        connection.execute(f"SET TimeZone = '{PARIS}'; SET threads = 1")
        for name, frame in self.tables.items():
            connection.register(f"{name}_", frame.to_arrow())
            clock = " REPLACE (CAST(tod AS TIME) AS tod)" if "tod" in frame.columns else ""  # Arrow's has nanoseconds
            connection.execute(f'CREATE TABLE "{name}" AS SELECT *{clock} FROM "{name}_"')
        connection.execute("CREATE TABLE campaign_feedback (person BIGINT, event TEXT, activity TEXT, campaign TEXT)")
        if self.fans:
            connection.executemany("INSERT INTO campaign_feedback VALUES (?, ?, ?, ?)", [(key, *EVENT) for key in sorted(self.fans)])
        return connection

    def sql(self, rule: tree.Node, dialect: Dialect = "duckdb") -> str:
        """A rule as people see it, for a dialect."""
        return Rule(rule, self.root).sql(dialect, as_of=AS_OF.astimezone(ZoneInfo(PARIS)))
