"""A schedule in words: its dates, days, bounds and policies as parts of one English sentence."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import cast

from campaign_nb.schedule.days import DAYS, FULL_DAYS, FULL_MONTHS, MONTHS
from campaign_nb.schedule.duration import duration, duration_words

_OVERLAP = {
    "skip": "a launch is skipped while a run is going",
    "queue": "one launch waits while a run is going",
    "allow": "a launch does not wait for a run that is going",
    "cancel": "a launch stops a run that is going",
}


def joined(words: Sequence[str], last: str = "and") -> str:
    """Join words as in speech.

    >>> joined(["Monday", "Tuesday", "Friday"])
    'Monday, Tuesday and Friday'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def every_day(days: str | Sequence[str]) -> str:
    """Say on which days of the week.

    >>> every_day("all"), every_day(("mon", "thu"))
    ('every day', 'every Monday and Thursday')
    """
    if isinstance(days, str):
        return "every day" if days == "all" else "every day from Monday to Friday"
    return "every " + day_list(days)


def day_list(days: Sequence[str]) -> str:
    """Name days of the week in full."""
    return joined([FULL_DAYS[DAYS.index(day)].title() for day in days])


def month_list(months: str | Sequence[str]) -> str:
    """Name months in full."""
    return "every month" if isinstance(months, str) else joined([FULL_MONTHS[MONTHS.index(month)].title() for month in months])


def month_day(item: int | str) -> str:
    """Say which day of the month.

    >>> month_day("second tuesday"), month_day(15), month_day("last"), month_day("mon")
    ('the second Tuesday', 'day 15', 'the last day', 'every Monday')
    """
    if isinstance(item, int):
        return f"day {item}"
    if item in DAYS:
        return "every " + day_list([item])
    ordinal, _, day = item.partition(" ")
    return f"the {ordinal} {day.title() or 'day'}" if item != "every" else "every day"


def moment(text: str) -> str:
    """Write a canonical date, or date and time, as people do.

    >>> moment("2026-01-05"), moment("2026-01-05T09:00:00")
    ('5 January 2026', '5 January 2026 at 09:00')
    """
    value = dt.datetime.fromisoformat(text)
    date = f"{value.day} {FULL_MONTHS[value.month - 1].title()} {value.year}"
    if len(text) == 10:
        return date
    clock = value.strftime("%H:%M:%S" if value.second else "%H:%M")
    return f"{date} at {clock}" + (f" (UTC{text[19:]})" if value.tzinfo else "")


def span(valid_from: str | None, valid_until: str | None) -> str:
    """Say from when and until when, with the comma before it.

    >>> span("2025-10-01", "2026-01-01")
    ', from 1 October 2025 to 1 January 2026 included'
    """
    parts = [f"from {moment(valid_from)}"] if valid_from else []
    parts += [f"{'to' if valid_from else 'until'} {moment(valid_until)} included"] if valid_until else []
    return ", " + " ".join(parts) if parts else ""


def policy(catch_up: str | None, overlap: str) -> str:
    """Say what happens to launches that were missed, and to those that meet a run still going."""
    parts = [_OVERLAP[overlap]]
    if catch_up == "all":
        parts.insert(0, "every missed launch is made up for")
    elif catch_up is not None:
        late = duration(catch_up)
        words = (
            f"the latest launch missed by at most {duration_words(late)} is made up for" if late else "a missed launch is not made up for"
        )
        parts.insert(0, words)
    return "; ".join(parts)


def literal(value: object) -> str:
    """Write a canonical option as it would be typed.

    >>> literal(("mon", "thu"))
    '["mon", "thu"]'
    """
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, tuple):
        return "[" + ", ".join(literal(item) for item in cast(tuple[object, ...], value)) + "]"
    return repr(value)
