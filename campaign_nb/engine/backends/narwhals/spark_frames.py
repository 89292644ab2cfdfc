"""What Narwhals lacks on Spark for frames: joins by columns, rows in order, aggregates, and counts in one job."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, TypeAlias

from pyspark.sql.connect import functions as F
from pyspark.sql.connect.window import Window

from campaign_nb.rules.tree import Type

One: TypeAlias = Callable[[Any], Any]


def named(name: str) -> Any:
    """Return a column by its name, whatever characters it has."""
    return F.col(f"`{name.replace('`', '``')}`")


def beside(left: Any, right: Any, on: Sequence[tuple[str, str]], how: str, columns: Sequence[str] = ()) -> Any:
    """Join by pairs of columns; the cluster need not be asked for the columns of either side first.

    Shape: the columns of the left side, and these of the right one. Nulls: a null matches nothing.
    """
    keys = [f"__j{i}" for i in range(len(on))]
    near = right.select(*(named(there).alias(key) for (_, there), key in zip(on, keys, strict=True)), *(named(name) for name in columns))
    condition = reduce(lambda one, two: one & two, (named(here) == F.col(key) for (here, _), key in zip(on, keys, strict=True)))
    joined = left.join(near, condition, how)
    return joined if how in ("left_semi", "left_anti") else joined.drop(*keys)


def ranked(frame: Any, groups: Sequence[str], orders: Sequence[tuple[str, bool]], name: str) -> Any:
    """Number the rows of each group from 1 in an order, nulls last."""
    keys = [F.desc_nulls_last(column) if descending else F.asc_nulls_last(column) for column, descending in orders]
    window = Window.partitionBy(*groups) if groups else Window.partitionBy(F.lit(1))
    return frame.withColumn(name, F.row_number().over(window.orderBy(*keys)))


def ordered(frame: Any, orders: Sequence[tuple[str, bool]], n: int | None, share: float | None) -> Any:
    """Return the first n rows in an order, nulls last, or a share of all rows, rounded down."""
    if share is not None:
        numbered = ranked(frame, (), orders, "__n").withColumn("__all", F.count("*").over(Window.partitionBy(F.lit(1))))
        return numbered.filter(F.col("__n") <= F.floor(F.col("__all") * F.lit(share) + F.lit(1e-9)))
    by = [F.desc_nulls_last(name) if down else F.asc_nulls_last(name) for name, down in orders]
    return frame if n is None else frame.sort(*by).limit(n)


AGGREGATES: Mapping[str, One] = {
    "count": F.count,
    "count_distinct": F.count_distinct,
    "sum": F.sum,
    "min": F.min,
    "max": F.max,
    "avg": lambda column: F.avg(column.cast("double")),
    "std_dev": lambda column: F.stddev_samp(column.cast("double")),
}


def joined_text(column: Any, separator: str) -> Any:
    """Join the texts of a group in their order; null where there is none."""
    texts = F.collect_list(column)
    return F.when(F.size(texts) > 0, F.array_join(F.array_sort(texts), separator))


PACKED: Mapping[Type, One] = {
    Type.INTEGER: lambda column: column.cast("bigint"),
    Type.NUMBER: lambda column: column,
    Type.DECIMAL: lambda column: column,
    Type.BOOLEAN: lambda column: column.cast("int"),
    Type.DATE: F.unix_date,
    Type.DATETIME: lambda column: F.unix_micros(column.cast("timestamp")),
    Type.TEXT: lambda column: column,
}
"""What stands for a value where rows are put in order."""


def packable(orders: Sequence[tuple[str, Type, bool]]) -> bool:
    """Tell whether an order is one value, the least or the greatest of which is the first: texts can't be turned around."""
    texts = {descending for _, kind, descending in orders if kind is Type.TEXT}
    return len(texts) < 2 and all(kind in PACKED for _, kind, _ in orders)


def first_of(columns: Sequence[str], orders: Sequence[tuple[str, Type, bool]], chosen: str | None) -> Any:
    """Return the aggregate that holds columns of a group's first row.

    Nulls: they come last in each order; null where the first row can't be had so.
    """
    down = any(kind is Type.TEXT and descending for _, kind, descending in orders)
    parts: list[Any] = []
    for name, kind, descending in orders:
        value, column = PACKED[kind](F.col(name)), F.col(name)
        turned = F.bitwise_not(value) if kind not in (Type.NUMBER, Type.DECIMAL, Type.TEXT) else -value
        parts += [column.isNotNull() if down else column.isNull(), value if descending is down else turned]
    order = F.struct(*(part.alias(f"o{i}") for i, part in enumerate(parts)))
    order = order if chosen is None else F.when(F.col(chosen), order)
    return (F.max_by if down else F.min_by)(F.struct(*(named(name) for name in columns)), order)


def opened(frame: Any, name: str, taken: Sequence[Sequence[str]]) -> Any:
    """Add the columns of a group's first row beside it."""
    return frame.withColumns({own: F.col(name).getField(own) for one in taken for own in one})


def listed(frame: Any, name: str, columns: Sequence[tuple[str, str]]) -> Any:
    """Replace a group's first row by a list of it, made of columns under names of their own; null stays null."""
    rows = F.array(F.struct(*(named(own).alias(field) for own, field in columns)))
    return frame.withColumn(name, F.when(F.col(name).isNotNull(), rows))


def collected(frame: Any, keys: Sequence[str], number: str, columns: Sequence[tuple[str, str]], name: str) -> Any:
    """Return one row per group: its numbered rows as a list, in their order."""
    rows = F.array_sort(F.collect_list(F.struct(F.col(number), F.struct(*(named(own).alias(field) for own, field in columns)).alias("r"))))
    return frame.groupBy(*keys).agg(F.transform(rows, lambda row: row["r"]).alias(name))


def item(rows: Any, place: int, field: str) -> Any:
    """Return a field of one of the rows of a list, counted from 1; null where there is none."""
    return F.try_element_at(rows, F.lit(place)).getField(field)


Agg: TypeAlias = tuple[str, str, str, str]
"""The name of a column, a function, its column and a separator."""


def aggregated(frame: Any, keys: Sequence[str], aggregates: Sequence[Agg], others: Mapping[str, Any] | None = None) -> Any:
    """Return one row per group: a column for each aggregate, and others by name."""
    made = [
        (joined_text(F.col(column), separator) if function == "string_agg" else AGGREGATES[function](F.col(column))).alias(name)
        for name, function, column, separator in aggregates
    ]
    return frame.groupBy(*keys).agg(*made, *(column.alias(name) for name, column in (others or {}).items()))


def counted(parts: Sequence[tuple[Any, Sequence[str]]]) -> list[list[int | None]]:
    """Compute frames of one row of counts each, these columns of them, in one job.

    Nothing but these numbers reaches the driver, and the cluster is not asked for columns that are known.
    """
    rows = [
        part.select(F.lit(at).alias("at"), F.array(*(F.col(name).cast("bigint") for name in names)).alias("n"))
        for at, (part, names) in enumerate(parts)
    ]
    if not rows:
        return []
    together = rows[0]
    for one in rows[1:]:
        together = together.unionAll(one)
    found = {row["at"]: list(row["n"]) for row in together.collect()}
    return [found[at] for at in range(len(parts))]
