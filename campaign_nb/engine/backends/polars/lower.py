"""The whole lowering: which function lowers which step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from campaign_nb.engine.backends.polars.attach import attach_wave
from campaign_nb.engine.backends.polars.flow import Flow
from campaign_nb.engine.backends.polars.lowering import Lowering, Sources, Vocabulary
from campaign_nb.engine.backends.polars.steps_combine import lower_dedupe, lower_take, lower_union
from campaign_nb.engine.backends.polars.steps_deliver import lower_output, lower_python, lower_render
from campaign_nb.engine.backends.polars.steps_dimension import lower_bring, lower_file, lower_follow, lower_match, lower_rekey
from campaign_nb.engine.backends.polars.steps_filter import (
    lower_anti,
    lower_filter,
    lower_load,
    lower_local_time,
    lower_nothing,
    lower_rejected,
    lower_same,
    lower_scan,
    lower_semi,
)
from campaign_nb.engine.optimise.columns import Columns, Output
from campaign_nb.rules.schema import Schema
from campaign_nb.steps import (
    Anti,
    Attach,
    Bring,
    Bucket,
    Dedupe,
    FileRows,
    Filter,
    Follow,
    Load,
    LocalTime,
    Match,
    Nothing,
    Python,
    Rejected,
    Rekey,
    Render,
    Scan,
    Semi,
    Step,
    Take,
    Union,
)

LOWER: Mapping[type[Step], Callable[[Lowering, Any], Flow]] = {
    Scan: lower_scan,
    Load: lower_load,
    LocalTime: lower_local_time,
    Nothing: lower_nothing,
    Attach: lower_same,
    Bucket: lower_same,
    Filter: lower_filter,
    Semi: lower_semi,
    Anti: lower_anti,
    Rejected: lower_rejected,
    Union: lower_union,
    Dedupe: lower_dedupe,
    Take: lower_take,
    Follow: lower_follow,
    Match: lower_match,
    Bring: lower_bring,
    Rekey: lower_rekey,
    FileRows: lower_file,
    Python: lower_python,
    Render: lower_render,
    Output: lower_output,
}


def lower(columns: Columns, schema: Schema, sources: Sources, counted: Sequence[Step], *, explain: bool = False) -> Lowering:
    """Lower every step of a plan to flows over shared lazy frames."""
    plan = Lowering(columns, schema, sources, counted, Vocabulary(LOWER, attach_wave), explain=explain)
    plan.run()
    return plan
