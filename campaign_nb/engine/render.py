"""Messages as rows: the parts that the engine computed, and those rendered per row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from campaign_nb.messages.content import WITHOUT, Template
from campaign_nb.steps import SEND_AT, Render

CHUNK = 50_000
"""Rows rendered at a time by templates that are no plain values."""
_VALUE = "value:"


def messages(step: Render, rows: pl.DataFrame) -> pl.DataFrame:
    """Return one message per row: key, address and every part; templates with loops are rendered row by row.

    Nulls: a missing value prints nothing.
    Errors: what a template does wrong with a row's values.
    """
    if not step.templates:
        return rows
    return pl.concat([_rendered(step, chunk) for chunk in rows.iter_slices(CHUNK)]) if rows.height else _rendered(step, rows)


def _rendered(step: Render, rows: pl.DataFrame) -> pl.DataFrame:
    values = [name for name in rows.columns if name.startswith(_VALUE)]
    context = rows.select(_cell(name, rows.schema[name]).alias(name.removeprefix(_VALUE)) for name in values)
    texts = {name: pl.Series(name, list(_texts(template, context, rows.height)), dtype=pl.String) for name, template in step.templates}
    return rows.drop(values).with_columns(**texts)


def _cell(name: str, dtype: pl.DataType) -> pl.Expr:
    """A column as templates see it: a float of single precision keeps the digits that it prints."""
    value = pl.col(name)
    return value.cast(pl.String).cast(pl.Float64) if isinstance(dtype, pl.Float32) else value


def _texts(template: Template, context: pl.DataFrame, height: int) -> Iterator[str]:
    names = list(template.names)
    if not names:
        yield from [template.render({})] * height
        return
    for row in context.select(names).iter_rows(named=True):
        yield template.render(row)


def summary(step: Render) -> list[pl.Expr]:
    """Return what a dry run keeps of messages: how many, how long, how many have an empty part or an empty column.

    Shape: expressions for one selection over the messages. `without first_name` counts the messages whose templates
    read a `first_name` that is null or empty, whatever they print instead.
    """
    names = [name for name in names_of(step) if not name.startswith(WITHOUT) and name != SEND_AT]
    columns = [name for name in names_of(step) if name.startswith(WITHOUT)]
    return [
        pl.len().alias("messages"),
        *(pl.col(name).str.len_chars().max().alias(f"{name} longest") for name in names),
        *((pl.col(name).is_null() | (pl.col(name) == "")).sum().alias(f"{name} empty") for name in names),
        *(pl.col(name).sum().alias(f"without {name.removeprefix(WITHOUT)}") for name in columns),
    ]


def names_of(step: Render) -> Sequence[str]:
    """Return the names of a message's parts, those rendered per row last."""
    return list(dict.fromkeys(name for name, _ in (*step.parts, *step.templates)))
