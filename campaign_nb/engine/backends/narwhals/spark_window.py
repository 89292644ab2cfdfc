"""What Narwhals lacks on Spark for windows: values over the rows of a group, or up to each one in an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pyspark.sql.connect import functions as F
from pyspark.sql.connect.window import Window

from campaign_nb.engine.backends.narwhals.spark_frames import AGGREGATES, named


def _whole_sum(column: Any) -> Any:
    return F.sum(column.cast("decimal(38,0)"))


_OVER: Mapping[str, Callable[[Any], Any]] = {name: AGGREGATES[name] for name in ("count", "sum", "min", "max", "avg", "std_dev")}


def with_window(
    frame: Any,
    function: str,
    value: Sequence[str],
    groups: Sequence[str],
    orders: Sequence[tuple[str, bool]],
    whole: bool,
    name: str,
    dropped: Sequence[str],
) -> Any:
    """Add a column over each group, or up to each row in an order, nulls last; drop the columns it was made of.

    Nulls: they are passed over; a group without a value has null. A sum of whole numbers that does not fit is null.
    """
    window = Window.partitionBy(*map(named, groups)) if groups else Window.partitionBy(F.lit(1))
    if orders:
        keys = [F.desc_nulls_last(named(column)) if down else F.asc_nulls_last(named(column)) for column, down in orders]
        window = window.orderBy(*keys).rowsBetween(Window.unboundedPreceding, Window.currentRow)
    if not value:
        made = (F.row_number() if function == "row_num" else F.count("*")).over(window).cast("bigint")
    elif whole and function == "sum":
        made = _whole_sum(named(value[0])).over(window).try_cast("bigint")
    else:
        made = _OVER[function](named(value[0])).over(window)
    return frame.withColumn(name, made).drop(*dropped)
