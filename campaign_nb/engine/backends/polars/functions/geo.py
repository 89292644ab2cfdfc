"""Places on the globe."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from campaign_nb.engine.backends.polars.functions.table import Table
from campaign_nb.engine.backends.polars.operand import Context, Operand, once
from campaign_nb.rules.functions.geo import EARTH
from campaign_nb.rules.tree import Type


def _great_circle(read: Sequence[Operand]) -> pl.Expr:
    longitude, latitude, east, north = (arg.expr.cast(pl.Float64).radians() for arg in read)
    chord = ((north - latitude) / 2).sin().pow(2) + latitude.cos() * north.cos() * ((east - longitude) / 2).sin().pow(2)
    return chord.clip(upper_bound=1.0).sqrt().arcsin() * (2 * EARTH)


def _distance(args: Sequence[Operand], _: Context) -> Operand:
    return Operand(once(args, _great_circle), Type.NUMBER, nan=True)


TABLE: Table = {"distance": _distance}
