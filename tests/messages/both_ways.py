"""Every template twice: compiled to a value and computed by the engine, and rendered row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from campaign_nb.data.model import DataModel
from campaign_nb.data.types import fields_of
from campaign_nb.engine.backends.polars import compile_value
from campaign_nb.engine.render import messages
from campaign_nb.messages.content import Template, template
from campaign_nb.messages.language import Part
from campaign_nb.rules import tree
from campaign_nb.rules.schema import Field
from campaign_nb.steps import Population, Render, Scan
from tests.engine.polars.world import CONTEXT


def frame(**columns: tuple[Any, Sequence[Any]]) -> pl.DataFrame:
    """A frame from columns of (type, values), with a key before them."""
    height = len(next(iter(columns.values()))[1])
    keys = pl.Series("id", range(1, height + 1), dtype=pl.Int64)
    return pl.DataFrame([keys, *(pl.Series(name, values, dtype=dtype) for name, (dtype, values) in columns.items())])


def population(rows: pl.DataFrame) -> Population:
    """The population of a frame's rows."""
    model = DataModel("test")
    model.table("people", rows, key="id")
    return Population(model, model.schema_of("people"))


def problems(source: str, rows: pl.DataFrame, part: Part = "text") -> list[str]:
    """What is wrong with a template on a frame."""
    return [problem.what for problem in template(source, part).problems(population(rows), "email 'Offer'")]


def computed(source: str, rows: pl.DataFrame, part: Part = "text") -> list[str] | None:
    """The texts that the engine computes; None for a template that is no plain value."""
    value = template(source, part).value(population(rows))
    if value is None:
        return None
    fields = fields_of(rows.collect_schema())

    def resolve(node: tree.Node) -> tuple[pl.Expr, Field]:
        assert isinstance(node, tree.Column)
        return pl.col(node.name), fields[node.name]

    return rows.lazy().with_columns(_=compile_value(value, resolve, CONTEXT)).collect()["_"].to_list()


def rendered(source: str, rows: pl.DataFrame, part: Part = "text") -> list[str]:
    """The texts that are rendered row by row, as a run does it with templates that are no plain values."""
    made: Template = template(source, part)
    step = Render(Scan(population(rows)), "email", tree.Column("id"), (), (("text", made),))
    given = rows.select("id", *(pl.col(name).alias(f"value:{name}") for name in made.names))
    return messages(step, given)["text"].to_list()


def both(source: str, rows: pl.DataFrame, part: Part = "text") -> list[str]:
    """The texts of a plain template, which must be the same both ways."""
    one, two = computed(source, rows, part), rendered(source, rows, part)
    assert one is not None, "it is no plain value"
    assert one == two, f"computed {one}, rendered {two}"
    return one
