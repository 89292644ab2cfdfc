"""Messages as rows: the parts that the engine computed, and those rendered per row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from campaign_nb.steps import Render

CHUNK = 50_000
"""Rows rendered at a time by templates that are no plain values."""


def messages(step: Render, rows: pl.DataFrame) -> pl.DataFrame:
    """Return one message per row: key, address and every part; templates with loops are rendered row by row.

    Nulls: a missing value prints nothing.
    """
    if not step.templates:
        return rows
    return pl.concat([_rendered(step, chunk) for chunk in rows.iter_slices(CHUNK)]) if rows.height else _rendered(step, rows)


def _rendered(step: Render, rows: pl.DataFrame) -> pl.DataFrame:
    values = [name for name in rows.columns if name.startswith("value:")]
    context = rows.select(pl.col(name).alias(name.removeprefix("value:")) for name in values)
    texts = {name: pl.Series(name, list(_texts(template, context, rows.height)), dtype=pl.String) for name, template in step.templates}
    return rows.drop(values).with_columns(**texts)


def _texts(template: object, context: pl.DataFrame, height: int) -> Iterator[str]:
    if not context.width:
        yield from [template.render({})] * height  # type: ignore[attr-defined] # a Template
        return
    for row in context.iter_rows(named=True):
        yield template.render(row)  # type: ignore[attr-defined] # a Template


def summary(step: Render) -> list[pl.Expr]:
    """Return what a dry run keeps of messages: how many, how long, and how many have an empty part.

    Shape: expressions for one selection over the messages.
    """
    names = [name for name, _ in step.parts]
    return [
        pl.len().alias("messages"),
        *(pl.col(name).str.len_chars().max().alias(f"{name} longest") for name in names),
        *((pl.col(name).is_null() | (pl.col(name) == "")).sum().alias(f"{name} empty") for name in names),
    ]


def names_of(step: Render) -> Sequence[str]:
    """Return the names of a message's parts."""
    return [*(name for name, _ in step.parts), *(name for name, _ in step.templates)]
