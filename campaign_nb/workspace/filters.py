"""The predefined filters of a workspace: saved, found by name, shared or the author's own."""

from __future__ import annotations

from typing import Any

import polars as pl

from campaign_nb.clock import Clock
from campaign_nb.errors import CampaignError, DefinitionError, Problem, StoreError
from campaign_nb.render import html
from campaign_nb.rules.filters import Filter
from campaign_nb.store import Store, filters
from campaign_nb.store.filters import FilterRecord
from campaign_nb.workspace.listing import Listing

_COLUMNS: dict[str, Any] = {
    "name": pl.String,
    "about": pl.String,
    "rule": pl.String,
    "parameters": pl.String,
    "favourite": pl.Boolean,
    "shared": pl.Boolean,
    "author": pl.String,
    "description": pl.String,
    "modified_at": pl.Datetime("us", "UTC"),
}


class Filters(Listing):
    """The saved filters: the author's own and those shared, favourites first.

    Index by position or name for the filter itself: `ws.filters["Big"](least=800)` is a rule, and a copy. A saved
    filter knows its table by name: `customers.where(ws.filters["Big"]())`, or `.on(customers)`.

    >>> import tempfile
    >>> import campaign_nb as cn
    >>> people = cn.DataModel("shop").table("people", pl.DataFrame({"id": [1, 2, 3], "age": [17, 40, 61]}), key="id")
    >>> ws = cn.Workspace(tempfile.mkdtemp())
    >>> ws.filters.save(cn.Filter("Adults", people.age >= cn.param("least", 18)))
    >>> adults = ws.filters["Adults"]
    >>> people.where(adults(least=50)).count()
    1
    >>> ws.close()
    """

    def __init__(self, store: Store, clock: Clock, author: str, text: str = "") -> None:
        super().__init__(f"filters with {text!r}" if text else "filters", self._all)
        self._store, self._clock, self._author, self._text = store, clock, author, text

    def save(self, filter: Filter, *, shared: bool = False, replace: bool = False) -> None:
        """Keep a filter under its label, with its description.

        One that is not shared is listed for its author alone.
        Errors: a label that is taken, unless it is the author's own filter and `replace=True`.
        """
        if not isinstance(filter, Filter):  # pyright: ignore[reportUnnecessaryIsInstance] # users
            what = f"{type(filter).__name__} is no filter"
            raise DefinitionError(Problem("filters", what, "a filter with a label", 'ws.filters.save(cn.Filter("Big", rule))'))
        with self._store.begin() as connection:
            filters.save(
                connection,
                self._author,
                filter.label,
                filter.to_json(),
                self._clock.now(),
                description=filter.description,
                favourite=filter.favourite,
                shared=shared,
                replace=replace,
            )

    def remove(self, name: str) -> None:
        """Forget a filter of one's own; rules made with it stay as they are.

        Errors: no such filter, one that somebody else shares.
        """
        with self._store.begin() as connection:
            filters.remove(connection, self._author, name)

    def search(self, text: str) -> Filters:
        """Return the filters in which any text contains `text`, whatever its case."""
        return Filters(self._store, self._clock, self._author, text)

    def __getitem__(self, which: int | str) -> Filter:  # pyright: ignore[reportIncompatibleMethodOverride] # what was saved, not its row
        found = self._records()
        if isinstance(which, str):
            own = [record for record in found if record.name == which]
            if not own:
                with self._store.read() as connection:
                    own = [filters.get(connection, self._author, which)]
            return Filter.from_json(min(own, key=lambda record: record.author != self._author).document)
        if not -len(found) <= which < len(found):
            expected = f"0 to {len(found) - 1}, or from the end" if found else "at least one filter; there is none"
            raise StoreError(Problem(self._title, f"no row {which}", expected, ".frame() shows all rows"))
        return Filter.from_json(found[which].document)

    def _records(self) -> list[FilterRecord]:
        with self._store.read() as connection:
            found = filters.visible(connection, self._author)
        wanted = self._text.lower()
        return [record for record in found if any(wanted in str(item).lower() for item in _row(record))] if wanted else found

    def _all(self) -> pl.LazyFrame:
        return pl.LazyFrame([_row(record) for record in self._records()], schema=_COLUMNS, orient="row")

    def _repr_html_(self) -> str:
        rows: list[list[str]] = []
        for record in self._records():
            name, about, rule, parameters, favourite, shared, author, description, _ = _row(record)
            whose = f"by {author or 'nobody named'}" if shared else "only you" if author else "private"
            rows.append([f"★ {name}" if favourite else name, about, rule, parameters or "–", whose, description])
        none = f"{self._title}: nothing matches" if self._text else "No filter yet: ws.filters.save(cn.Filter(…))"
        caption = f"{self._title}: {len(rows):,}" if rows else none
        return html.table(["name", "about", "rule", "parameters", "shared", "description"], rows, caption=caption)


def _row(record: FilterRecord) -> tuple[Any, ...]:
    try:
        found = Filter.from_json(record.document)
        about, rule = found.table or "", found.rule.text()
        parameters = ", ".join(f"{name} = {default}" for name, default in found.parameters.items())
    except CampaignError as error:  # one that this version can't read must not hide the others
        about, rule, parameters = "", f"can't be read: {error.what}", ""
    return (
        record.name,
        about,
        rule,
        parameters,
        record.favourite,
        record.shared,
        record.author,
        record.description,
        record.modified_at,
    )
