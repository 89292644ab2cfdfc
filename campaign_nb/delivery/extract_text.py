"""The bytes of an extracted file."""

from __future__ import annotations

import io

import polars as pl

from campaign_nb.activities.extract_file import LINE_ENDS, ExtractFile
from campaign_nb.delivery.local_time import instants
from campaign_nb.errors import DeliveryError, Problem

_FORMULA = r"^[\s\"']*[=+\-@＝＋－＠]|^[\t\r\n\x00]"
"""What a spreadsheet may run, as the start of a cell."""


_TEXT = (pl.String, pl.Categorical, pl.Enum)


def written(rows: pl.DataFrame, how: ExtractFile, zone: str, where: str) -> bytes:
    """Return rows, with their labels as names, in the format that an activity asks for.

    Errors: values that a fixed width, an encoding or text without quotes has no room for, by column and number.
    """
    content = io.BytesIO()
    if how.format == "parquet":
        rows.write_parquet(content)
        return content.getvalue()
    if how.format == "ndjson":
        rows.write_ndjson(content)
        return content.getvalue()
    texts = rows.select(_text(rows[name], how, zone) for name in rows.columns)
    return _encoded(_fixed(rows, texts, how, where) if how.format == "fixed" else _csv(rows, texts, how, where), how, where)


def _text(column: pl.Series, how: ExtractFile, zone: str) -> pl.Series:
    """Return a column as text."""
    match column.dtype:
        case pl.Date():
            return column.dt.to_string(how.text.date)
        case pl.Datetime():
            return instants(column, zone).dt.to_string(how.text.datetime)
        case pl.Time() | pl.Duration():
            return column.dt.to_string("iso")
        case pl.Float32() | pl.Float64() | pl.Decimal():
            return column.cast(pl.String).str.replace(".", how.text.decimal, literal=True)
        case _:
            return column.cast(pl.String)


def _csv(rows: pl.DataFrame, texts: pl.DataFrame, how: ExtractFile, where: str) -> str:
    if not how.unsafe:
        texts = texts.with_columns(guarded(texts[name]) for name, kind in rows.schema.items() if isinstance(kind, _TEXT))
        labels = guarded(pl.Series(texts.columns, dtype=pl.String)).to_list()
        texts = texts.rename(dict(zip(texts.columns, labels, strict=True)))
    if not how.quote:
        _refuse(texts, rf"[\n\r{_escaped(how.separator)}]", where, "the separator or a line end", "values without, or quotes", "quote='\"'")
    text = texts.write_csv(
        include_header=how.header,
        separator=how.separator,
        quote_char=how.quote or '"',
        quote_style="necessary" if how.quote else "never",
        line_terminator=LINE_ENDS[how.text.line_end],
    )
    return text


def _escaped(sign: str) -> str:
    return f"\\x{ord(sign):02x}"


def guarded(texts: pl.Series) -> pl.Series:
    """Return text with an apostrophe before what a spreadsheet would run.

    >>> guarded(pl.Series(["=1+1", "a=b", "-2", None])).to_list()
    ["'=1+1", 'a=b', "'-2", None]
    """
    frame = texts.to_frame("text")
    risky = pl.col("text").str.contains(_FORMULA)
    return frame.select(pl.when(risky).then("'" + pl.col("text")).otherwise("text").alias(texts.name)).to_series()


def _fixed(rows: pl.DataFrame, texts: pl.DataFrame, how: ExtractFile, where: str) -> str:
    """Return lines of columns of fixed widths: text to the left, numbers to the right; a line end in a value is a blank."""
    plain = texts.with_columns(pl.all().fill_null("").str.replace_all(r"\r\n|[\r\n]", " "))
    for name in plain.columns:
        wide = int((plain[name].str.len_chars() > how.widths[name]).sum())
        if wide:
            what = f"{wide:,} values of column {name!r} have more than {how.widths[name]} characters"
            raise DeliveryError(Problem(where, what, "values that fit", f'widths={{"{name}": {how.widths[name] * 2}}}'))
    padded = [
        pl.col(name).str.pad_start(how.widths[name]) if kind.is_numeric() else pl.col(name).str.pad_end(how.widths[name])
        for name, kind in rows.schema.items()
    ]
    lines = plain.select(pl.concat_str(padded).alias("line"))["line"].to_list()
    head = ["".join(name.ljust(how.widths[name]) for name in plain.columns)] if how.header else []
    return "".join(line + LINE_ENDS[how.text.line_end] for line in [*head, *lines])


def _encoded(text: str, how: ExtractFile, where: str) -> bytes:
    try:
        return text.encode(how.encoding)
    except UnicodeEncodeError:
        unknown = sum(1 for sign in set(text) if not sign.isascii() and sign.encode(how.encoding, "ignore") == b"")
        what = f"{unknown:,} different characters are not in {how.encoding}"
        raise DeliveryError(Problem(where, what, "an encoding that has them", 'encoding="utf-8"')) from None


def _refuse(texts: pl.DataFrame, pattern: str, where: str, found: str, expected: str, do: str) -> None:
    for name in texts.columns:
        number = int(texts[name].str.contains(pattern).sum())
        if number:
            raise DeliveryError(Problem(where, f"{number:,} values of column {name!r} hold {found}", expected, do))
