"""What rules and columns ask of their table's rows: how many, which, which values, which condition costs most."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import polars as pl

from campaign_nb.clock import instant
from campaign_nb.data.model import DataModel, Table, TableInfo, table_of
from campaign_nb.engine.backends.polars.lower import lower
from campaign_nb.engine.collect import computed
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import Columns, Output
from campaign_nb.engine.reads import names_in
from campaign_nb.engine.remembered import Numbers, Remembered
from campaign_nb.engine.resident import RESIDENT
from campaign_nb.engine.sources import ModelSources, refuse_drift
from campaign_nb.errors import DefinitionError, Problem, RunError, did_you_mean, listed
from campaign_nb.rules import tree
from campaign_nb.rules.check import Misfit, type_of
from campaign_nb.rules.costs import Cost, Costs, parts, spoken
from campaign_nb.rules.count import Count
from campaign_nb.rules.distribution import Distribution, Tally
from campaign_nb.rules.value import Root, Rule, Value
from campaign_nb.steps import Attach, Check, Filter, Population, Scan, Step

RECENT = 20
MOST_CONDITIONS = 200
Query = Callable[[pl.LazyFrame], pl.LazyFrame]


class RuleAnswers:
    """Answers rules and columns with Polars; `now` gives the present where the data model has no `as_of`."""

    def __init__(self, now: Callable[[], dt.datetime]) -> None:
        self._now = now
        self._remembered = Remembered(now)
        self._recent: dict[str, None] = {}

    def moment(self, model: DataModel) -> Moment:
        """Return the instant that *now* means outside a run."""
        return Moment(instant(model.as_of) if model.as_of is not None else self._now())

    def recent(self) -> list[str]:
        """Return the columns that were asked for lately in this kernel, the last one first."""
        return list(reversed(self._recent))

    def count(self, rule: Rule) -> Count:
        """Count the rows for which a rule is true, and all rows, in one pass."""
        root = self._root(rule.root)
        self._note(root, rule.node)

        def counted() -> Numbers:
            found, total = self._deliver(root, _kept(root, rule.node), (), lambda frame: frame.select(pl.len()), [_rows(root)])
            return int(found.item()), int(total.item())

        number, rows = self._numbers(root, (rule.node,), counted)
        return Count.of(number, rows, root.table.label)

    def preview(self, rule: Rule, n: int, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Return the first n rows, by key and then by what is shown, for which a rule is true."""
        root = self._root(rule.root)
        self._note(root, rule.node)
        shown = list(root.table.columns) if columns is None else list(dict.fromkeys(columns))
        linked = _linked(root, shown)
        step = _kept(root, rule.node)
        step = Attach(step, tuple((name, tree.collected(name)) for name in linked)) if linked else step

        def first(frame: pl.LazyFrame) -> pl.LazyFrame:
            schema = frame.collect_schema()
            order = [name for name in dict.fromkeys([*root.table.key, *shown]) if not schema[name].is_nested()]
            return (frame.sort(order, nulls_last=True, maintain_order=True) if order else frame).head(n).select(shown)

        return self._deliver(root, step, tuple(shown), first)[0]

    def distribution(self, value: Value, n: int, where: Rule | None = None) -> Distribution:
        """Count the values of a column, in one pass: the n most frequent ones, and how many there are beside them."""
        root = self._root(value.root)
        if isinstance(n, bool) or n < 1:
            raise DefinitionError(Problem("distribution", f"n={n!r}", "at least 1", ".distribution(n=20)"))
        if where is not None and where.root is not None and where.root.table.label != root.table.label:
            what = f"where= is a rule on {where.root.table.label!r}"
            raise DefinitionError(Problem("distribution", what, f"a rule on {root.table.label!r}", "customers.tier.distribution(where=…)"))
        self._note(root, value.node)
        kept = _kept(root, tree.Everybody() if where is None else where.node)

        def grouped(frame: pl.LazyFrame) -> pl.LazyFrame:
            counts = frame.group_by("value").agg(pl.len().alias("count"))
            every = counts.with_columns(pl.len().alias("values"), pl.col("count").sum().alias("selected"))
            return every.sort(["count", "value"], descending=[True, False], nulls_last=True).head(n)

        found, total = self._deliver(root, Attach(kept, (("value", value.node),)), ("value",), grouped, [_rows(root)])
        whole = int(total.item())
        values, selected = (int(found["values"][0]), int(found["selected"][0])) if found.height else (0, 0)
        frame = found.select("value", "count", share=pl.col("count") / whole)
        if where is not None:
            frame = frame.with_columns(of_selected=pl.col("count") / selected)
        counts = tuple(zip(frame["value"].to_list(), frame["count"].to_list(), strict=True))
        return Distribution(value, Tally(frame, counts, values, selected, whole), "" if where is None else where.text())

    def costs(self, rule: Rule) -> Costs:
        """Count the rows for each condition of a rule, with it alone and without it, in one pass."""
        root = self._root(rule.root)
        self._note(root, rule.node)
        found = parts(rule.node)
        if len(found) > MOST_CONDITIONS:
            raise DefinitionError(
                Problem("costs", f"the rule has {len(found):,} conditions", f"at most {MOST_CONDITIONS}", "is_in([…]) for many values")
            )
        nodes = tuple(dict.fromkeys([rule.node, *(node for part in found for node in (part.alone, part.without))]))

        def counted() -> Numbers:
            names = [f"rule {position}" for position in range(len(nodes))]
            step = Attach(_scan(root), tuple(zip(names, nodes, strict=True)))

            def sums(frame: pl.LazyFrame) -> pl.LazyFrame:
                return frame.select(*(pl.col(name).sum() for name in names), pl.len().alias("rows"))

            return tuple(int(number) for number in self._deliver(root, step, tuple(names), sums)[0].row(0))

        *numbers, rows = self._numbers(root, nodes, counted)
        number = dict(zip(nodes, numbers, strict=True))
        count, scope = number[rule.node], root.scope()
        lines = [Cost(spoken(part.alone, scope), number[part.alone], number[part.without], number[part.without] - count) for part in found]
        schema = {"condition": pl.String, "alone": pl.Int64, "without": pl.Int64, "costs": pl.Int64}
        table = pl.DataFrame([(line.condition, line.alone, line.without, line.costs) for line in lines], schema=schema, orient="row")
        return Costs(Count.of(count, rows, root.table.label), lines, table)

    # ---------------------------------------------------------------------------------------------------- in memory

    def keep(self, model: DataModel, table: str | Table, columns: Sequence[str], at_most: int | None) -> None:
        """Keep columns of a table, given as itself or by name, in memory."""
        RESIDENT.keep(_info(model, table), columns, at_most)

    def drop(self, model: DataModel, table: str | Table | None) -> None:
        """Drop what is kept of a table, or of all tables of a data model."""
        RESIDENT.drop(model, None if table is None else _info(model, table))

    def kept(self, model: DataModel) -> pl.DataFrame:
        """Return what is kept of the tables of a data model: table, columns, rows, bytes."""
        return RESIDENT.listing(model)

    # ------------------------------------------------------------------------------------------------------- asking

    def _numbers(self, root: Root, nodes: tuple[tree.Node, ...], count: Callable[[], Numbers]) -> Numbers:
        model = _model(root)
        return self._remembered.numbers(model, root.table.label, nodes, self.moment(model), count)

    def _deliver(
        self, root: Root, step: Step, columns: tuple[str, ...], query: Query, beside: Sequence[pl.LazyFrame] = ()
    ) -> list[pl.DataFrame]:
        """Compute what is asked of a step's rows, and frames beside it, in one pass."""
        model = _model(root)
        moment = self.moment(model)
        output = Output(step, tuple(name for name in columns if name not in root.table.key))
        plan = lower(Columns([output], lambda _: moment), model, ModelSources(model, names=names_in([output])), [])
        try:
            return computed([query(plan.delivered[output]), *beside])
        except RunError as error:
            refuse_drift(model.infos.values(), error)
            raise

    def _root(self, root: Root | None) -> Root:
        if root is None:
            raise DefinitionError(
                Problem("rule", "it names no table, so there are no rows to test", "a rule on a table", "(customers.age >= 18).count()")
            )
        return root

    def _note(self, root: Root, node: tree.Node) -> None:
        """Keep the names of the columns that somebody works with."""
        for item in node.walk():
            if isinstance(item, tree.Column):
                name = ".".join((item.table or root.table.label, *item.path, item.name))
                self._recent.pop(name, None)
                self._recent[name] = None
        for name in list(self._recent)[:-RECENT]:
            self._recent.pop(name, None)


def _info(model: DataModel, table: object) -> TableInfo:
    """Return a table of a data model.

    Errors: one that the data model does not have, something that is no table.
    """
    root = None if isinstance(table, str) else table_of(table, f"data model {model.name!r}").where().root
    label = table if isinstance(table, str) else root.table.label if root is not None else ""
    return model.infos[label] if label in model.infos else _info(model, model[label])


def _rows(root: Root) -> pl.LazyFrame:
    model = _model(root)
    return ModelSources(model, names=()).scan(root.table.label).select(pl.len())


def _scan(root: Root) -> Scan:
    return Scan(Population(root.schema, root.table))


def _kept(root: Root, node: tree.Node) -> Step:
    return _scan(root) if isinstance(node, tree.Everybody) else Filter(_scan(root), (Check("rule", node),))


def _linked(root: Root, columns: Sequence[str]) -> list[str]:
    """Return the columns that links lead to; each must be there.

    Errors: columns that the table does not have, together.
    """
    linked = [name for name in columns if name not in root.table.columns]
    problems: list[Problem] = []
    for name in linked:
        try:
            type_of(root.scope(), tree.collected(name))
        except Misfit as misfit:
            if "." in name:
                problems.append(misfit.problem("preview"))
            else:
                names = list(root.table.columns)
                expected = did_you_mean(name, names)
                problems.append(Problem("preview", f"no column {name!r} in {root.table.label!r}", expected, f"columns: {listed(names)}"))
    if problems:
        raise DefinitionError(*problems, subject="preview" if len(problems) > 1 else "")
    return linked


def _model(root: Root) -> DataModel:
    if not isinstance(root.schema, DataModel):
        raise DefinitionError(Problem("rule", "its table has no rows", "a table of a data model", 'shop.table("customers", …)'))
    return root.schema
