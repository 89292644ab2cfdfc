"""Hot columns in memory: what a data model offers to keep questions fast in this kernel."""

from __future__ import annotations

from typing import Any

from campaign_nb.rules import tree
from campaign_nb.rules.execute import executor
from campaign_nb.rules.value import Value


class KeepsInMemory:
    """The verbs of a data model about columns in memory."""

    def keep_in_memory(self, table: object, *columns: str | Value, at_most: int | None = None) -> Any:
        """Keep hot columns of a table in memory in this kernel; all, where none is named.

        Shape: returns `in_memory()`. The key and the columns of links are kept too. What reads other columns reads the
        file. No number changes: a file that has changed is noticed, and read anew.
        `at_most` is a number of bytes for all kept columns together; by default a quarter of the machine's memory.
        Errors: columns that the table does not have, rows that are no files, more bytes than are allowed.
        """
        executor().keep(self, table, [_name_of(column) for column in columns], at_most)
        return self.in_memory()

    def in_memory(self) -> Any:
        """Return what is kept in memory as a frame: table, columns, rows, bytes.

        Nulls: rows and bytes of a table whose file changed a moment ago.
        """
        return executor().kept(self)

    def drop_from_memory(self, table: object = None) -> None:
        """Drop what is kept in memory of a table, or of all tables."""
        executor().drop(self, table)


def _name_of(column: str | Value) -> str:
    node = column.node if isinstance(column, Value) else None
    return node.name if isinstance(node, tree.Column) and not node.path else str(column)
