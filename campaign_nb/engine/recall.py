"""What a first run finds of earlier runs: nothing, in the shape in which later runs find something."""

from __future__ import annotations

import polars as pl

from campaign_nb.activity import Recall
from campaign_nb.data.model import DataModel
from campaign_nb.rules.tree import Scalar


def nothing_recalled(recall: Recall, model: DataModel) -> tuple[dict[str, pl.LazyFrame], dict[str, Scalar]]:
    """Return keys by their reference, none of them, and variables by name, without a value."""
    variables: dict[str, Scalar] = {} if recall.variable is None else {recall.variable: None}
    if recall.reference is None or recall.table not in model.infos:
        return {}, variables
    info = model.infos[recall.table]
    return {recall.reference: info.source.open().select(info.key).limit(0)}, variables
