"""What rules and tables ask for outside a run: counts, previews, distributions, checks of the data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import polars as pl

from campaign_nb.clock import instant
from campaign_nb.data.model import DataModel, TableInfo
from campaign_nb.engine.backends.polars.lower import lower
from campaign_nb.engine.compute import computed
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.optimise.columns import Columns, Output
from campaign_nb.engine.sources import ModelSources, refuse_drift
from campaign_nb.errors import DataError, DefinitionError, Problem, RunError
from campaign_nb.rules import tree
from campaign_nb.rules.value import Root, Rule, Value
from campaign_nb.steps import Attach, Check, Filter, Population, Scan, Step


class PolarsExecutor:
    """Answers rules, columns and tables with Polars; `now` gives the present where the data model has no `as_of`."""

    def __init__(self, now: Callable[[], dt.datetime]) -> None:
        self._now = now

    def moment(self, model: DataModel) -> Moment:
        """Return the instant that *now* means outside a run."""
        return Moment(instant(model.as_of) if model.as_of is not None else self._now())

    def count(self, rule: Rule) -> int:
        """Count the rows for which a rule is true."""
        return int(self._select(rule, lambda frame: frame.select(pl.len())).item())

    def preview(self, rule: Rule, n: int) -> pl.DataFrame:
        """Return the first n rows, by key, for which a rule is true."""
        key = list(self._root(rule.root).table.key)
        return self._select(rule, lambda frame: (frame.sort(key) if key else frame).head(n), every=True)

    def _root(self, root: Root | None) -> Root:
        if root is None:
            raise DefinitionError(
                Problem("rule", "it names no table, so there are no rows to test", "a rule on a table", "(customers.age >= 18).count()")
            )
        return root

    def _select(self, rule: Rule, query: Callable[[pl.LazyFrame], pl.LazyFrame], *, every: bool = False) -> pl.DataFrame:
        root = self._root(rule.root)
        scan = Scan(Population(root.schema, root.table))
        step: Step = scan if isinstance(rule.node, tree.Everybody) else Filter(scan, (Check("rule", rule.node),))
        return self._deliver(root, step, tuple(root.table.columns) if every else (), query)

    def _deliver(self, root: Root, step: Step, columns: tuple[str, ...], query: Callable[[pl.LazyFrame], pl.LazyFrame]) -> pl.DataFrame:
        model = _model(root)
        moment = self.moment(model)
        output = Output(step, tuple(name for name in columns if name not in root.table.key))
        plan = lower(Columns([output], lambda _: moment), model, ModelSources(model), [])
        try:
            return computed([query(plan.delivered[output])])[0]
        except RunError as error:
            refuse_drift(model.infos.values(), error)
            raise

    def distribution(self, value: Value, n: int) -> pl.DataFrame:
        """Return the n most frequent values with their counts and shares of all rows; ties by the value."""
        root = self._root(value.root)
        scan = Scan(Population(root.schema, root.table))
        step = Attach(scan, (("value", value.node),))

        def query(frame: pl.LazyFrame) -> pl.LazyFrame:
            grouped = frame.group_by("value").agg(pl.len().alias("count"))
            shares = grouped.with_columns((pl.col("count") / pl.col("count").sum()).alias("share"))
            return shares.sort(["count", "value"], descending=[True, False], nulls_last=True).head(n)

        return self._deliver(root, step, ("value",), query)

    def rows(self, table: TableInfo) -> int:
        """Count the rows of a table."""
        return int(computed([table.source.open().select(pl.len())])[0].item())

    def head(self, table: TableInfo, n: int | None) -> pl.DataFrame:
        """Return the first n rows of a table, or all."""
        rows = table.source.open()
        return computed([rows if n is None else rows.head(n)])[0]

    def check(self, model: DataModel) -> pl.DataFrame:
        """Read a data model's rows and list what is wrong."""
        found = [row for info in model.infos.values() for row in self._checks(model, info)]
        schema = {"table": pl.String, "what": pl.String, "rows": pl.Int64, "expected": pl.String, "do": pl.String}
        return pl.DataFrame(found, schema=schema, orient="row")

    def _checks(self, model: DataModel, info: TableInfo) -> Iterator[tuple[str, str, int, str, str]]:
        try:
            changed = info.drift()
        except DataError as error:
            changed = list(error.problems)
        if changed:
            yield from ((info.label, problem.what, 0, problem.expected, problem.do) for problem in changed)
            return
        label, scan = info.label, info.source.open()
        total = self.rows(info)
        if not total:
            yield label, "it has no rows", 0, "at least one row", "check the source"
        if not info.key:
            yield label, "it has no key: its rows are counted, never targeted", total, "a key", f'shop.table("{label}", …, key="…")'
        else:
            nulls, repeated, _ = key_faults(info)
            if nulls:
                yield label, f"null in its key {', '.join(info.key)}", nulls, "a value in every row", "filter or repair the source"
            if repeated:
                yield (
                    label,
                    f"rows repeat a key {', '.join(info.key)}",
                    repeated,
                    "each key once",
                    "another key, or a source without repeats",
                )
        for name, link in info.links.items():
            if name not in info.declared:
                continue
            heres, theres = [h for h, _ in link.on], [t for _, t in link.on]
            target = model.infos[link.to]
            missing = [column for column in theres if column not in target.columns]
            if missing:
                yield label, f"link {name}: table {link.to} has no column {', '.join(missing)}", 0, "columns of both tables", "on={…}"
                continue
            known = target.source.open().select(theres).unique()
            lost = scan.select(heres).drop_nulls().join(known, left_on=heres, right_on=theres, how="anti")
            number = int(computed([lost.select(pl.len())])[0].item())
            if number:
                yield (
                    label,
                    f"link {name} leads to no row of {link.to}",
                    number,
                    "a row for every value",
                    f"repair {link.on[0][0]}; rows without a match are left out",
                )
        for name, link in info.declared.items():
            if link.to not in model.infos:
                yield (
                    label,
                    f"link {name} leads to table {link.to}, which is not declared",
                    0,
                    "a declared table",
                    f'shop.table("{link.to}", …)',
                )


def key_faults(info: TableInfo) -> tuple[int, int, int]:
    """Count the rows with a null in the key, those that repeat a key without null, and all rows.

    Memory: one whole number a row; text and keys of several columns are compared by hash, and counted exactly where one repeats.
    """
    keys = info.source.open().select(info.key)
    known = keys.drop_nulls()
    whole_numbers = len(info.key) == 1 and keys.collect_schema().dtypes()[0].is_integer()
    number = pl.col(info.key[0]) if whole_numbers else pl.struct(info.key).hash()
    rows, numbers = computed([keys.select(pl.len()), known.select(number.alias("number"))])
    total, whole = int(rows.item()), numbers.height
    repeated = _repeats(numbers.to_series())
    if repeated and not whole_numbers:
        repeated = whole - int(computed([known.unique().select(pl.len())])[0].item())
    return total - whole, repeated, total


def _repeats(numbers: pl.Series) -> int:
    """Count the values that stand in a column already."""
    ordered = numbers if numbers.is_sorted() else numbers.sort()
    return int((ordered.slice(1) == ordered.slice(0, max(len(ordered) - 1, 0))).sum())


def _model(root: Root) -> DataModel:
    assert isinstance(root.schema, DataModel)
    return root.schema
