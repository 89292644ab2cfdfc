"""Events of another calendar, from a CSV file: name, start and end, to be seen beside launches."""

from __future__ import annotations

import csv
import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from campaign_nb.errors import DataError, DefinitionError, Problem

MOST_FILES = 3
MOST_BYTES = 1_000_000
_FORMATS = ("%m/%d/%y", "%m/%d/%Y", "%Y-%m-%d")
_DO = "name,start,end\nTrade fair,07/01/26,07/03/26"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that others plan, from one day to another, both included."""

    name: str
    first: dt.date
    last: dt.date


def read(paths: Sequence[str | os.PathLike[str]]) -> list[Event]:
    """Return the events of up to three files; a first line without dates is a heading.

    Time: dates are `mm/dd/yy`, `mm/dd/yyyy` or ISO 8601.
    Errors: more files, a file that can't be read, lines that are no events, all of a file together.
    """
    if isinstance(paths, str | os.PathLike) or len(paths) > MOST_FILES:  # pyright: ignore[reportUnnecessaryIsInstance] # users
        what = "one path" if isinstance(paths, str | os.PathLike) else f"{len(paths)} files"  # pyright: ignore[reportUnnecessaryIsInstance] # users
        raise DefinitionError(Problem("overlays", what, f"a list of up to {MOST_FILES} CSV files", 'overlays=["fairs.csv"]'))
    return [event for path in paths for event in _events(Path(path))]


def _events(path: Path) -> list[Event]:
    where = f"file {str(path)!r}"
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(Problem(where, f"it has {path.stat().st_size:,} bytes", f"at most {MOST_BYTES:,}", "a shorter calendar"))
        lines = [line for line in csv.reader(path.read_text("utf-8-sig").splitlines()) if any(line)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = (error.strerror or type(error).__name__) if isinstance(error, OSError) else type(error).__name__
        raise DataError(Problem(where, f"it can't be read: {why}", "a CSV file in UTF-8", _first_line())) from error
    events: list[Event] = []
    problems: list[Problem] = []
    for number, line in enumerate(lines, 1):
        first, last = (_day(line[1]), _day(line[2])) if len(line) >= 3 else (None, None)
        if first is not None and last is not None and first <= last:
            events.append(Event(line[0].strip(), first, last))
        elif number > 1 or (first is None) != (last is None):
            problems.append(Problem(f"{where}, line {number}", "it is no event", "a name, a start and a later end", _first_line()))
    if problems:
        raise DataError(*problems[:10], subject=where if len(problems) > 1 else "")
    return events


def _first_line() -> str:
    return _DO.splitlines()[1]


def _day(text: str) -> dt.date | None:
    for form in _FORMATS:
        try:
            return dt.datetime.strptime(text.strip(), form).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
    return None
