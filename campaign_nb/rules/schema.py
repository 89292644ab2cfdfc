"""What rules need to know of tables: the names, types and links that a data model provides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from campaign_nb.rules.tree import Type


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its name, type and, for a date with a time, its zone (None.

    The campaign's).
    """

    name: str
    type: Type
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class LinkSchema:
    """One direction of a link.

    The table it leads to, the pairs of columns, and whether it leads to many rows.
    """

    name: str
    to: str
    on: tuple[tuple[str, str], ...]
    many: bool


class TableSchema(Protocol):
    """One table as rules see it."""

    @property
    def label(self) -> str:
        """The table's name."""
        ...

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that identify a row; empty when rows are only counted."""
        ...

    @property
    def columns(self) -> Mapping[str, Field]:
        """The columns by name, in order."""
        ...

    @property
    def links(self) -> Mapping[str, LinkSchema]:
        """The links by name, both directions."""
        ...

    @property
    def lasting(self) -> bool:
        """Whether its rows can be found again by their key, as those of a data model."""
        ...


class Schema(Protocol):
    """The tables of a data model."""

    def schema_of(self, table: str) -> TableSchema:
        """Return the schema of a table; KeyError when there is none of that name."""
        ...


HIDDEN = "_draw "
"""How the names of columns start that an activity makes for its own draws; people are not shown them."""


@dataclass(frozen=True, slots=True)
class RowSchema:
    """The row under test: a population's own columns, then those of its targeting dimension."""

    table: TableSchema
    extra: Mapping[str, Field] = field(default_factory=dict[str, Field])

    def column(self, name: str) -> Field | None:
        """Return a column by name; the population's own columns come first."""
        return self.extra.get(name) or self.table.columns.get(name)

    @property
    def names(self) -> list[str]:
        """All column names, the table's first; draws of chance stay inside."""
        own = [name for name in self.extra if name not in self.table.columns and not name.startswith(HIDDEN)]
        return list(self.table.columns) + own
