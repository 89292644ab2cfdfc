"""Random campaigns: a definition of up to nine activities over one table, drawn so that it has no problem."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeAlias

import polars as pl
from hypothesis import strategies as st

from campaign_nb import activities
from campaign_nb.activity import COMPLEMENT, Activity
from campaign_nb.graph.definition import Definition, Node, Ref
from campaign_nb.rules import tree
from tests.properties.rules import rules, values

Extra: TypeAlias = Mapping[str, str]
CODE = {"segment_code": "text"}
REASON = {"reason": "text"}


def even(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Keep the even keys."""
    return rows.filter(pl.first() % 2 == 0)


def scored(column: str) -> Any:
    """Return a function that keeps the even keys and adds a column: the key modulo 5, as Python has it."""

    def score(rows: pl.LazyFrame) -> pl.LazyFrame:
        return even(rows).with_columns((((pl.first() % 5) + 5) % 5).cast(pl.Int64).alias(column))

    return score


class Plan:
    """A definition in the making: the transitions so far, with the columns that each has added."""

    def __init__(self, draw: st.DrawFn, table: str) -> None:
        self.draw, self.table = draw, table
        self.nodes: dict[str, Node] = {}
        self.extra: dict[Ref, Extra] = {}

    def of(self, *items: Any) -> Any:
        """Draw one of some things."""
        return self.draw(st.sampled_from(items))

    def ref(self) -> Ref:
        """Draw a transition, more often a late one."""
        refs = list(self.extra)
        return self.of(*refs, *refs[-3:], *refs[-3:])

    def rule(self, extra: Extra) -> tree.Node:
        """Draw a rule on a population."""
        return self.draw(rules(self.table, extra))

    def value(self, extra: Extra, kind: str = "") -> tuple[tree.Node, str]:
        """Draw a value of a population."""
        return self.draw(values(self.table, extra, kind))

    def orders(self, extra: Extra, least: int = 0) -> tuple[tree.Order, ...]:
        """Draw an order."""
        count = self.draw(st.integers(least, 2))
        return tuple(tree.Order(self.value(extra, self.of("number", "text"))[0], self.of(True, False)) for _ in range(count))

    def add(self, label: str, activity: Activity, inputs: tuple[Ref, ...], ports: Mapping[str, Extra]) -> None:
        """Add an activity."""
        self.nodes[label] = Node(label, activity, inputs)
        self.extra |= {Ref(label, port): extra for port, extra in ports.items()}

    # ------------------------------------------------------------------------------------------------------ activities

    def build(self, label: str) -> None:
        rule = self.rule({}) if self.of(True, False, False) else tree.Everybody()
        self.add(label, activities.BuildAudience(dimension=self.table, rule=rule), (), {"out": {}})

    def filter(self, label: str) -> None:
        ref = self.ref()
        extra = self.extra[ref]
        self.add(label, activities.FilterRows(rule=self.rule(extra)), (ref,), {"out": extra, COMPLEMENT: {**extra, **REASON}})

    def enrich(self, label: str) -> None:
        ref = self.ref()
        extra, columns, kinds = self.extra[ref], dict[str, tree.Node](), dict[str, str]()
        for at in range(self.of(1, 2, 3)):
            columns[f"{label}{at}"], kinds[f"{label}{at}"] = self.value(extra)
        self.add(label, activities.Enrich(columns=columns), (ref,), {"out": {**extra, **kinds}})

    def deduplicate(self, label: str) -> None:
        ref = self.ref()
        extra = self.extra[ref]
        by = tuple(self.value(extra)[0] for _ in range(self.of(1, 1, 2)))
        activity = activities.Deduplicate(by=by, keep=self.of(1, 1, 2, 0), order=self.orders(extra), nulls=self.of("distinct", "equal"))
        self.add(label, activity, (ref,), {"out": extra, COMPLEMENT: {**extra, **REASON}})

    def split(self, label: str) -> None:
        ref = self.ref()
        extra, parts, left = self.extra[ref], dict[str, Any](), 1.0
        for name in ("A", "B", "C")[: self.of(1, 2, 2, 3)]:
            part = self._part(extra)
            if not isinstance(part, activities.Subset):
                left -= part.share
                part = part if left >= 0 else activities.Subset(code="rest")
            parts[name] = part
        activity = activities.Split(parts=parts, overlap=self.of(False, False, True), one_table=self.of(False, False, True))
        names = ["out"] if activity.one_table else list(parts)
        self.add(label, activity, (ref,), {**{name: {**extra, **CODE} for name in names}, COMPLEMENT: extra})

    def _part(self, extra: Extra) -> Any:
        form = self.of("share", "share", "control", "rule", "rule", "part", "top")
        if form == "share":
            return activities.Share(self.of(0.1, 0.25, 0.5, 1 / 3))
        if form == "control":
            return activities.Control(self.of(0.1, 0.5), self.of(None, "held"))
        rule = activities.Subset().rule if self.of(True, False) and form != "rule" else self.rule(extra)
        if form == "rule":
            return _subset(rule, code=self.of(None, "coded"))
        if form == "part":
            return _subset(rule, share=self.of(0.25, 0.5))
        return _subset(rule, top=self.of(1, 2, 3), by=self.orders(extra))

    def combine(self, label: str) -> None:
        refs = tuple(self.ref() for _ in range(self.of(2, 2, 3)))
        branches = [ref for ref in self.extra if ref.label == refs[0].label]
        refs = tuple(branches) if len(branches) > 1 and self.of(True, False) else refs
        mode, extra = self.of("union", "union", "intersection", "exclusion"), dict[str, str]()
        for ref in refs:
            extra |= self.extra[ref]
        first = self.extra[refs[0]]
        ports: dict[str, dict[str, Extra]] = {
            "union": {"out": extra},
            "intersection": {"out": first, COMPLEMENT: extra},
            "exclusion": {"out": first, COMPLEMENT: {**first, **REASON}},
        }
        self.add(label, activities.Combine(mode=mode), refs, ports[mode])

    def python(self, label: str) -> None:
        ref = self.ref()
        extra, name = self.extra[ref], f"{label}s"
        activity = activities.PythonCode(function=scored(name), adds={name: pl.Int64})
        self.add(label, activity, (ref,), {"out": {**extra, name: "number"}, COMPLEMENT: extra})

    def wait(self, label: str) -> None:
        ref = self.ref()
        self.add(label, activities.Wait(duration=dt.timedelta(days=self.of(2, 60))), (ref,), {"out": self.extra[ref]})


def _subset(rule: tree.Node, **options: Any) -> activities.Subset:
    by = options.pop("by", ())
    part = activities.Subset(**options)
    object.__setattr__(part, "rule", rule)
    object.__setattr__(part, "by", by)
    return part


@st.composite
def definitions(draw: st.DrawFn, table: str, most: int = 9) -> Definition:
    """Return a definition over one table without a problem."""
    plan = Plan(draw, table)
    plan.build("a0")
    kinds = (
        "filter",
        "filter",
        "filter",
        "enrich",
        "enrich",
        "split",
        "split",
        "deduplicate",
        "combine",
        "combine",
        "combine",
        "python",
        "wait",
        "build",
    )
    for at in range(1, draw(st.sampled_from([3, 5, most, most, most]))):
        getattr(plan, plan.of(*kinds))(f"a{at}")
    return Definition("world", seed="s", nodes=plan.nodes)
