"""What is asked for outside a run: what rules and columns ask, rows of tables, checks of the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from campaign_nb.data.model import DataModel, TableInfo
from campaign_nb.engine.answers import RuleAnswers
from campaign_nb.engine.compute import computed
from campaign_nb.errors import DataError, Problem


class PolarsExecutor(RuleAnswers):
    """Answers rules, columns and tables with Polars; `now` gives the present where the data model has no `as_of`."""

    def rows(self, table: TableInfo) -> int:
        """Count the rows of a table."""
        return int(computed([table.source.open().select(pl.len())])[0].item())

    def head(self, table: TableInfo, n: int | None) -> pl.DataFrame:
        """Return the first n rows of a table, or all."""
        rows = table.source.open()
        return computed([rows if n is None else rows.head(n)])[0]

    def check(self, model: DataModel) -> pl.DataFrame:
        """Read a data model's rows and list what is wrong."""
        changed = {label: _changed(info) for label, info in model.infos.items()}
        found = [(label, problem.what, 0, problem.expected, problem.do) for label, items in changed.items() for problem in items]
        sound = [label for label, items in changed.items() if not items]
        found += [row for label in sound for row in self._checks(model, model.infos[label], sound)]
        schema = {"table": pl.String, "what": pl.String, "rows": pl.Int64, "expected": pl.String, "do": pl.String}
        return pl.DataFrame(found, schema=schema, orient="row")

    def _checks(self, model: DataModel, info: TableInfo, sound: Sequence[str]) -> Iterator[tuple[str, str, int, str, str]]:
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
            if name not in info.declared or link.to not in sound:
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


def _changed(info: TableInfo) -> list[Problem]:
    """What a table's source is no more, or why it can't be opened."""
    try:
        return info.drift()
    except DataError as error:
        return list(error.problems)


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
