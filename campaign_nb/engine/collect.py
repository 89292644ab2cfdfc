"""The one place where lazy frames become rows: one pass of the streaming engine, shared parts once."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from campaign_nb.data.fault import reason_of
from campaign_nb.errors import CampaignError, Problem, RunError


def computed(frames: Sequence[pl.LazyFrame], labels: Sequence[str] = ()) -> list[pl.DataFrame]:
    """Compute lazy frames in one pass of the streaming engine, shared parts once.

    Errors: what can't be computed, with the labels of the activities that ask for it.
    """
    if not frames:
        return []
    try:
        return pl.collect_all(list(frames), engine="streaming")
    except CampaignError:
        raise
    except Exception as error:
        where = f"activit{'ies' if len(labels) > 1 else 'y'} {', '.join(map(repr, labels[:6]))}" if labels else "rows"
        what, expected = f"they can't be computed: {reason_of(error)}", "readable sources with the columns and types of their declaration"
        raise RunError(Problem(where, what, expected, "shop.check(); a function of a python activity is tried by itself")) from error
