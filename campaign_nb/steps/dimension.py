"""Steps whose rows are those of another table than their source's, or of a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from campaign_nb.rules import tree
from campaign_nb.rules.schema import HIDDEN, Field, Schema, TableSchema
from campaign_nb.rules.tree import Type
from campaign_nb.steps.core import Pairs, Population, Step, Unary


@dataclass(frozen=True, eq=False)
class Follow(Unary):
    """The rows of another table that links lead to, each once; columns added before stay behind."""

    drops: ClassVar[bool] = True
    passes: ClassVar[bool] = False
    path: tuple[str, ...]
    reason: str = "led to the same row"

    @cached_property
    def population(self) -> Population:
        """The rows of the table at the end of the path."""
        below = self.source.population
        table = below.table
        for name in self.path:
            table = below.schema.schema_of(table.links[name].to)
        return Population(below.schema, table)


EVERYBODY = tree.Everybody()
MATCHES = f"{HIDDEN}matches"
FIRST = f"{HIDDEN}first"


@dataclass(frozen=True, eq=False)
class Match(Unary):
    """Look rows of a table up for each row: how many there are, the key of the first, and whether no earlier row has that key.

    Nulls: a null among the values of a row matches nothing.
    """

    schema: Schema
    table: TableSchema
    on: tuple[tuple[tree.Node, str], ...]
    """Values of the row, and the columns of the table that they equal."""
    where: tree.Node
    """Which rows of the table may match."""
    order: tuple[tree.Order, ...] = ()
    """Which of several rows is the first; the key decides in the end."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that hold the key of the first match."""
        return tuple(f"{HIDDEN}match {name}" for name in self.table.key)

    @cached_property
    def population(self) -> Population:
        """The rows of its source with the number of matches, the key of the first and whether it is taken first."""
        found = {name: Field(name, self.table.columns[key].type) for name, key in zip(self.keys, self.table.key, strict=True)}
        counted = {MATCHES: Field(MATCHES, Type.INTEGER), FIRST: Field(FIRST, Type.BOOLEAN)}
        return self.source.population.adding(counted | found)


@dataclass(frozen=True, eq=False)
class Rekey(Unary):
    """The same rows as rows of another table, whose key stands in columns of theirs; added columns stay."""

    passes: ClassVar[bool] = False
    schema: Schema
    table: TableSchema
    keys: tuple[str, ...]
    keeps: tuple[str, ...]
    """The columns of its source that it keeps as added columns."""

    @cached_property
    def population(self) -> Population:
        """The rows of the other table with the columns kept."""
        row = self.source.population.scope.row
        kept = {name: found for name in self.keeps if (found := row.column(name)) is not None}
        return Population(self.schema, self.table, kept)


FAULT = "_fault"


@dataclass(frozen=True, eq=False)
class FileRows(Step):
    """The lines of a file, each with what is wrong with it, as the file's own description reads them."""

    rows: Population
    file: Any
    """What describes the file; it reads itself when the engine asks."""

    @property
    def sources(self) -> tuple[Step, ...]:
        """None."""
        return ()

    @cached_property
    def population(self) -> Population:
        """The file's lines and what is wrong with each."""
        return self.rows.adding({FAULT: Field(FAULT, Type.TEXT)})


@dataclass(frozen=True, eq=False)
class Bring(Step):
    """Add columns of the rows of another step that match a row, and how many do; of several, those of the first.

    Rows match by equal values, and where a rule on values of both is true. The number of rows stays.
    Nulls: a null among the values equals nothing, unknown is no match; without a match the columns are null.
    """

    source: Step
    other: Step
    pairs: Pairs
    columns: tuple[tuple[str, str], ...]
    """The new columns, and the columns of the other step."""
    order: tuple[tree.Order, ...] = ()
    rule: tree.Node = EVERYBODY
    """What must be true beside, on the values named below."""
    here: tuple[tuple[str, tree.Node], ...] = ()
    """Values of the row that the rule reads, by name."""
    there: tuple[tuple[str, tree.Node], ...] = ()
    """Values of the other row that the rule reads, by name."""

    @property
    def sources(self) -> tuple[Step, ...]:
        """The rows that stay, then those that are looked up."""
        return (self.source, self.other)

    @property
    def made(self) -> tuple[str, ...]:
        """The columns that it adds."""
        return (*(name for name, _ in self.columns), MATCHES)

    @cached_property
    def population(self) -> Population:
        """The rows of its source with the columns of the other step and the number of matches."""
        row = self.other.population.scope.row
        found = {name: (row.column(column) or Field(column, Type.UNKNOWN)) for name, column in self.columns}
        added = {name: Field(name, item.type, item.zone) for name, item in found.items()}
        return self.source.population.adding(added | {MATCHES: Field(MATCHES, Type.INTEGER)})
