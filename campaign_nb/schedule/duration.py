"""Lengths of time as people write them: "15m", "3 days", "1h30m"."""

from __future__ import annotations

import datetime as dt
import re

from campaign_nb.errors import Problem, ScheduleError

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_WORDS = {
    "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "min": "m", "mins": "m", "minute": "m", "minutes": "m",
    "hour": "h", "hours": "h",
    "day": "d", "days": "d",
    "week": "w", "weeks": "w",
}  # fmt: skip
_PART = re.compile(r"\s*(\d{1,9}(?:\.\d{1,6})?)\s*([a-z]{1,8})\s*", re.ASCII)
_LONGEST = dt.timedelta(days=36_525)
_NAMES = {"w": "week", "d": "day", "h": "hour", "m": "minute", "s": "second"}


def duration(value: str | dt.timedelta, where: str = "duration") -> dt.timedelta:
    """Read a length of elapsed time, as text or as a timedelta.

    Units: s, m, h, d (24 hours) and w, or their names; several add up.
    Errors: no unit, a unit without a fixed length (month, year), a negative length, more than a century.

    >>> duration("3 days"), duration("1h30m"), duration("90s")
    (datetime.timedelta(days=3), datetime.timedelta(seconds=5400), datetime.timedelta(seconds=90))
    """
    length = value if isinstance(value, dt.timedelta) else _read(value)
    if length is None or not dt.timedelta(0) <= length <= _LONGEST:
        expected = 'a number and a unit of fixed length, such as "90s", "15m", "2h", "3 days"; at most 100 years'
        raise ScheduleError(Problem(where, f"{_shown(value)} is no length of time", expected, '"1h30m"'))
    return length


def duration_text(length: dt.timedelta) -> str:
    """Write a length of time in its shortest text, which `duration` reads back.

    >>> duration_text(dt.timedelta(minutes=90)), duration_text(dt.timedelta(0))
    ('1h30m', '0s')
    """
    return "".join(f"{count}{unit}" for count, unit in _parts(length, "dhms")) or "0s"


def duration_words(length: dt.timedelta) -> str:
    """Write a length of time as an English phrase.

    >>> duration_words(dt.timedelta(minutes=90)), duration_words(dt.timedelta(days=14))
    ('1 hour 30 minutes', '2 weeks')
    """
    units = "w" if length and length % dt.timedelta(weeks=1) == dt.timedelta(0) else "dhms"
    return " ".join(f"{count} {_NAMES[unit]}{'' if count == '1' else 's'}" for count, unit in _parts(length, units)) or "0 seconds"


def _read(text: object) -> dt.timedelta | None:
    """Add up the parts of a text, or None when it is not made of parts."""
    if not isinstance(text, str):
        return None
    rest, seconds = text.strip().lower(), 0.0
    if not rest or len(rest) > 60:
        return None
    while rest:
        part = _PART.match(rest)
        unit = part and _WORDS.get(part[2], part[2])
        if part is None or unit not in _SECONDS:
            return None
        seconds += float(part[1]) * _SECONDS[unit]
        rest = rest[part.end() :]
    try:
        return dt.timedelta(seconds=seconds)
    except OverflowError:
        return None


def _parts(length: dt.timedelta, units: str) -> list[tuple[str, str]]:
    """Split a length into whole units, the smallest with its fraction."""
    micros = length // dt.timedelta(microseconds=1)
    found: list[tuple[str, str]] = []
    for unit in units:
        size = _SECONDS[unit] * 1_000_000
        if unit == "s":
            count = f"{micros / size:.6f}".rstrip("0").rstrip(".")
        else:
            whole, micros = divmod(micros, size)
            count = str(whole)
        if count != "0":
            found.append((count, unit))
    return found


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, str | int | float | dt.timedelta) else f"a {type(value).__name__}"
