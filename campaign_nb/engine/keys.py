"""Keys of targeting dimensions: none null, none twice, checked once for each state of a source."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from polars.exceptions import PolarsError

from campaign_nb.data.model import DataModel, TableInfo
from campaign_nb.engine.executor import key_faults
from campaign_nb.engine.plan import Plan
from campaign_nb.engine.sources import refuse_drift
from campaign_nb.errors import DataError, Problem, RunError
from campaign_nb.steps import Scan, order_of_steps

_checked: WeakKeyDictionary[TableInfo, object] = WeakKeyDictionary()


def check_keys(model: DataModel, plan: Plan) -> None:
    """Refuse a run on a table with null or repeated keys, or without rows.

    Errors: all tables together. Cost: one pass over the key columns for each state of a source.
    """
    problems: list[Problem] = []
    ends = [step for task in plan.whole.values() for step in task.compiled.ports.values()]
    tables = dict.fromkeys(step.rows.table.label for step in order_of_steps(ends) if isinstance(step, Scan))
    for label in tables:
        info = model.infos[label]
        state = info.source.fingerprint()
        if info in _checked and _checked[info] == state:
            continue
        found = _problems(info)
        problems += found
        if not found:
            _checked[info] = state
    if problems:
        raise DataError(*problems, subject=f"data model {model.name!r}" if len(problems) > 1 else "")


def _rows(count: int, one: str, many: str) -> str:
    return f"1 row {one}" if count == 1 else f"{count:,} rows {many}"


def _problems(info: TableInfo) -> list[Problem]:
    where, key, found = f"table {info.label!r}", ", ".join(info.key), list[Problem]()
    try:
        nulls, repeated, total = key_faults(info)
    except (RunError, PolarsError) as error:
        refuse_drift([info], error)
        raise
    if not total:
        found.append(Problem(where, "it has no rows", "at least one row", "check the source"))
    if nulls:
        found.append(
            Problem(
                where,
                f"{_rows(nulls, 'has', 'have')} a null in the key {key}",
                "a value in every row",
                "shop.check() counts them; repair the source",
            )
        )
    if repeated:
        found.append(
            Problem(
                where, f"{_rows(repeated, 'repeats', 'repeat')} a key {key}", "each key once", "another key, or a source without repeats"
            )
        )
    return found
