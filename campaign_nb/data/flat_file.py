"""Flat files line by line: what can't be read is kept beside, with its line number and the reason, never half-loaded."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import polars as pl

from campaign_nb.data.file_column import FileColumn, guessed, read_column
from campaign_nb.errors import DataError, DefinitionError, Problem

MOST_BYTES = 50_000_000
MOST_SHOWN = 10_000
"""How many characters of a line are kept to be shown."""
LINE, CONTENT, FAULT = "line", "content", "_fault"
COLUMNS, QUOTES, ENCODING, NUL = "wrong number of columns", "quotes do not match", "not in the encoding", "a NUL character"
LONG = f"a field of more than {csv.field_size_limit():,} characters"
Layout: TypeAlias = Literal["delimited", "fixed"]
Record: TypeAlias = tuple[int, str, list[str] | None, str | None]
"""The line on which a record starts, its text, its fields and what is wrong with it."""

_ENDS = "\r\n"
_LOST = re.compile("[\udc80-\udcff]")
"""What stands for a byte outside the encoding."""
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How a flat file is laid out.

    `delimited` cuts fields at a separator, `fixed` by the widths of the columns. `skip` leaves out lines at the top, before the
    header. `multiline` lets a quoted field hold line ends. `time_zone` is the zone of dates with a time; None is the campaign's.
    """

    layout: Layout = "delimited"
    separator: str = ","
    quote: str = '"'
    header: bool = True
    skip: int = 0
    encoding: str = "utf-8"
    multiline: bool = True
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class FlatFile:
    """A file with the description of its layout and columns; it is read when the engine asks."""

    path: str
    format: FileFormat
    columns: Mapping[str, FileColumn] = field(default_factory=dict[str, FileColumn])
    errors: int | None = None
    """How many lines may be rejected before the whole file is; None for any number."""
    goes: bool = False
    """Whether it is deleted once it was loaded."""
    digest: list[str] = field(default_factory=list[str], compare=False, repr=False)
    """The hash of the content each time that it was read."""

    @property
    def faults(self) -> list[str]:
        """All that can be wrong with a line, in the order in which it is looked for."""
        found = [ENCODING, NUL, QUOTES, LONG, COLUMNS]
        for name, column in self.columns.items():
            found += [f"{name}: {what}" for what in column.faults]
        return found

    def lines(self) -> pl.LazyFrame:
        """Read the file.

        Shape: one row per record with its line number, its text, the typed columns, and what is wrong with it, or null.
        Errors: a file that is gone, too large or empty, an unknown encoding, more rejected lines than `errors`.
        """
        if self.goes and not os.path.exists(self.path):
            do = "run[…] of the load itself has its rows; put a file there for another run"
            raise _refused(self.path, "it is gone: it is deleted once a run has loaded it", "a file for each run", do)
        content = _content(self.path, self.format)
        self.digest.append(hashlib.sha256(content).hexdigest())
        records = list(records_of(self.path, content, self.format, self.columns))
        frame = self._typed(records)
        wrong = int(frame[FAULT].is_not_null().sum())
        if self.errors is not None and wrong > self.errors:
            first = frame.filter(pl.col(FAULT).is_not_null()).row(0, named=True)
            what = f"{wrong:,} lines can't be read, the first is line {first[LINE]}: {first[FAULT]}"
            raise DataError(Problem(f"file {self.path!r}", what, f"at most {self.errors:,}", "mend the file, or raise errors="))
        return frame.lazy()

    def _typed(self, records: list[Record]) -> pl.DataFrame:
        names = list(self.columns)
        fields = {name: [None if row is None else row[at] for _, _, row, _ in records] for at, name in enumerate(names)}
        texts = pl.DataFrame(fields, schema=dict.fromkeys(names, pl.String))
        own = pl.DataFrame(
            [(line, _shown(content), fault) for line, content, _, fault in records],
            schema={LINE: pl.Int64, CONTENT: pl.String, FAULT: pl.String},
            orient="row",
        )
        whole, faults = own.hstack(texts), [pl.col(FAULT)]
        values: list[pl.Expr] = []
        for name, column in self.columns.items():
            if not column.ignore:
                value, fault = read_column(name, column, self.format.time_zone)
                values.append(value.alias(name))
                faults.append(pl.when(pl.col(FAULT).is_null()).then(fault))
        found = whole.select(LINE, CONTENT, *values, pl.coalesce(faults).alias(FAULT))
        return found.with_columns(
            pl.when(pl.col(FAULT).is_null()).then(pl.col(name)).alias(name) for name in names if name in found.columns
        )


def sample(path: str, format: FileFormat) -> dict[str, FileColumn]:
    """Read the columns of a delimited file from its header, or number them, and guess their types from the first lines.

    Errors: a file that can't be read, no line, a name twice in the header.
    """
    rows = [row for _, row in zip(range(1_001), _rows(path, _content(path, format), format), strict=False)]
    if not rows:
        raise _refused(path, "it has no line", "a header, or at least one line", "check the file")
    first = next((row for _, _, row, _ in rows if row is not None), None)
    if first is None:
        raise _refused(path, f"its first lines can't be read: {rows[0][3]}", "delimited text", 'encoding="latin-1", or separator=";"')
    names = (
        [name.strip() or f"column_{at}" for at, name in enumerate(first, 1)]
        if format.header
        else [f"column_{at}" for at in range(1, len(first) + 1)]
    )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _refused(path, f"its header has {twice[0]!r} twice", "each name once", "header=False, skip=1 and columns={…}")
    body = rows[1:] if format.header else rows
    good = [row for _, _, row, _ in body if row is not None and len(row) == len(names)]
    return {name: FileColumn(type=guessed([row[at] for row in good])) for at, name in enumerate(names)}


def records_of(path: str, content: bytes, format: FileFormat, columns: Mapping[str, FileColumn]) -> Iterator[Record]:
    """Yield the records below the header; one with another number of fields than there are columns has no fields."""
    rows = _rows(path, content, format) if format.layout == "delimited" else _fixed(path, content, format, columns)
    if format.header:
        next(rows, None)
    for line, text, row, fault in rows:
        if row is not None and len(row) != len(columns):
            yield line, text, None, COLUMNS
        else:
            yield line, text, row, fault


def _fixed(path: str, content: bytes, format: FileFormat, columns: Mapping[str, FileColumn]) -> Iterator[Record]:
    for line, whole in _lines(path, content, format):
        text = whole.rstrip(_ENDS)
        fault = _damage(text)
        cut, at = list[str](), 0
        for column in columns.values():
            cut.append(text[at : at + (column.width or 0)])
            at += column.width or 0
        if text.strip():
            yield line, text, None if fault or len(text) > at else cut, fault or (COLUMNS if len(text) > at else None)


def _rows(path: str, content: bytes, format: FileFormat) -> Iterator[Record]:
    """Yield the records of a delimited file; a record that can't be cut has no fields."""
    lines = _Lines(_lines(path, content, format), one=not format.multiline)
    quoting = csv.QUOTE_MINIMAL if format.quote else csv.QUOTE_NONE
    reader = csv.reader(lines, delimiter=format.separator, quotechar=format.quote or None, quoting=quoting, strict=True)
    while True:
        try:
            lines.start()
            row = next(reader)
        except StopIteration:
            if lines.ended:
                return
            continue
        except csv.Error:
            alone = lines.back()
            yield lines.first, lines.text, None, _damage(lines.text) or (LONG if alone and _is_long(lines.text) else QUOTES)
            continue
        fault = _damage(lines.text)
        if row:
            yield lines.first, lines.text, None if fault else row, fault


class _Lines:
    """Hands lines to a parser of records and remembers which a record took; after a broken one it goes on with the next line."""

    def __init__(self, lines: Iterator[tuple[int, str]], *, one: bool) -> None:
        """Take the lines; `one` lets each record have a single one."""
        self._lines, self._one, self._again = lines, one, deque[tuple[int, str]]()
        self._taken: list[tuple[int, str]] = []
        self.ended = False

    def start(self) -> None:
        """Begin a record."""
        self._taken = []

    def back(self) -> bool:
        """Give back all lines of a broken record but the first, so that one stray quote does not take the rest of the file.

        Return whether the record had that line alone.
        """
        alone = len(self._taken) == 1
        self._again.extendleft(reversed(self._taken[1:]))
        self._taken = self._taken[:1]
        return alone

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._one and self._taken:
            raise StopIteration
        line = self._again.popleft() if self._again else next(self._lines, None)
        if line is None:
            self.ended = True
            raise StopIteration
        self._taken.append(line)
        return line[1]

    @property
    def first(self) -> int:
        """The number of the record's first line."""
        return self._taken[0][0] if self._taken else 0

    @property
    def text(self) -> str:
        """The record's text."""
        return "".join(text for _, text in self._taken).rstrip(_ENDS)


def _is_long(text: str) -> bool:
    return len(text) > csv.field_size_limit()


def _lines(path: str, content: bytes, format: FileFormat) -> Iterator[tuple[int, str]]:
    """Yield lines with their numbers and ends, any of the three; bytes outside the encoding stay visible as such."""
    marked = format.encoding.lower() in ("utf-8", "utf8")
    try:
        with io.TextIOWrapper(
            io.BytesIO(content), "utf-8-sig" if marked else format.encoding, errors="surrogateescape", newline=""
        ) as text:
            for number, line in enumerate(text, 1):
                if number > format.skip:
                    yield number, line
    except LookupError as error:
        raise DefinitionError(
            Problem(f"file {path!r}", f"no encoding {format.encoding!r}", "utf-8, latin-1, cp1252 or utf-16", 'encoding="latin-1"')
        ) from error
    except UnicodeError as error:
        raise _refused(path, f"it is not in {format.encoding}", "text in the encoding named", 'encoding="latin-1"') from error


def _content(path: str, format: FileFormat) -> bytes:
    try:
        size = os.path.getsize(path)
        if size > MOST_BYTES:
            raise _refused(
                path,
                f"it has {size:,} bytes",
                f"at most {MOST_BYTES:,}",
                f"a table of the data model: shop.table(…, {os.path.basename(path)!r})",
            )
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise _refused(
            path,
            f"it can't be read: {error.strerror or type(error).__name__}",
            "a file that is there",
            "check the path; os.getcwd() is the working directory",
        ) from error
    marked = _MARKS.get(content[:2])
    if marked is not None and not format.encoding.lower().startswith("utf-16"):
        raise _refused(path, f"it starts like {marked}", f"text in {format.encoding}", f'encoding="{marked}"')
    return content


def _damage(text: str) -> str | None:
    if _LOST.search(text):
        return ENCODING
    return NUL if "\0" in text else None


def _shown(text: str) -> str:
    """Return a line, or its start, without what no text can hold: bytes outside the encoding become marks."""
    text = text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _refused(path: str, what: str, expected: str, do: str) -> DataError:
    return DataError(Problem(f"file {path!r}", what, expected, do))
