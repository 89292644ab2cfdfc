"""The columns that an author marked in a workspace, and those used lately."""

from __future__ import annotations

import polars as pl

from campaign_nb.clock import Clock
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.render import html
from campaign_nb.rules import tree
from campaign_nb.rules.execute import executor
from campaign_nb.rules.value import Value
from campaign_nb.store import Store, favourites
from campaign_nb.workspace.listing import Listing


class Favourites(Listing):
    """Favourite columns, then those used lately.

    At most 20 favourites for each author; what was used lately is known to this kernel alone.

    Shape: name (`customers.tier`, `orders.customer.country` over N-1 links) and whether it is a favourite.

    >>> import tempfile
    >>> import campaign_nb as cn
    >>> people = cn.DataModel("shop").table("people", pl.DataFrame({"id": [1], "age": [17]}), key="id")
    >>> ws = cn.Workspace(tempfile.mkdtemp())
    >>> ws.favourites.add(people.age)
    >>> ws.favourites[0]
    {'name': 'people.age', 'favourite': True}
    >>> ws.close()
    """

    def __init__(self, store: Store, clock: Clock, author: str) -> None:
        super().__init__("favourites", self._all)
        self._store, self._clock, self._author = store, clock, author

    def add(self, *columns: object) -> None:
        """Mark columns: `ws.favourites.add(customers.tier)`.

        Errors: what is no column; the 21st favourite, then none of the call is kept.
        """
        names = [_name(column) for column in columns]
        with self._store.begin() as connection:
            for name in names:
                favourites.add(connection, self._author, name, self._clock.now())

    def remove(self, *columns: object) -> None:
        """Take the mark off columns.

        Errors: a column that is no favourite, then none of the call is kept.
        """
        names = [_name(column) for column in columns]
        with self._store.begin() as connection:
            for name in names:
                favourites.remove(connection, self._author, name)

    def _all(self) -> pl.LazyFrame:
        with self._store.read() as connection:
            marked = favourites.names(connection, self._author)
        lately = [name for name in executor().recent() if name not in marked]
        rows = [(name, True) for name in marked] + [(name, False) for name in lately]
        return pl.LazyFrame(rows, schema={"name": pl.String, "favourite": pl.Boolean}, orient="row")

    def _repr_html_(self) -> str:
        found = self.frame().rows()
        marked = sum(favourite for _, favourite in found)
        rows = [[f"★ {name}" if favourite else name, "favourite" if favourite else "used lately"] for name, favourite in found]
        return html.table(["column", ""], rows, caption=f"{marked} of at most {favourites.MOST} favourite columns")


def _name(column: object) -> str:
    """Return the name of a column with its table's."""
    if isinstance(column, str) and "." in column.strip("."):
        return column
    if isinstance(column, Value) and isinstance(column.node, tree.Column) and column.root is not None:
        return ".".join((column.root.table.label, *column.node.path, column.node.name))
    what = f"{column!r} names no table" if isinstance(column, str) else f"{type(column).__name__} is no column of a table"
    raise DefinitionError(Problem("favourites", what, "a column of the data model", "ws.favourites.add(customers.tier)"))
