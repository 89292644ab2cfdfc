"""Dates with a time that name no zone, read in one."""

from __future__ import annotations

import polars as pl

_GAPS = ("1h", "2h", "24h")


def instants(values: pl.Series, zone: str) -> pl.Series:
    """Return dates with a time as instants of a zone.

    Time: values that have a zone keep their instant. Of two instants the earlier is meant; a time that a change of
    clocks leaves out is moved on by the length of the gap.

    >>> import datetime as dt
    >>> instants(pl.Series([dt.datetime(2026, 3, 29, 2, 30)]), "Europe/Paris").dt.to_string("%H:%M %z").to_list()
    ['03:30 +0200']
    """
    if getattr(values.dtype, "time_zone", None) is not None:
        return values.dt.convert_time_zone(zone)
    found = values.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    for gap in _GAPS:
        later = values.dt.offset_by(gap).dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        found = found.zip_with(found.is_not_null(), later)
    return found
