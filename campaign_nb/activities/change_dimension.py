"""Change dimension: go on with the rows of a linked table instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from campaign_nb.activity import COMPLEMENT, OUT, Activity, Compiled, Context, Port, Rows
from campaign_nb.errors import Problem, did_you_mean
from campaign_nb.rules import tree
from campaign_nb.rules.handle import path_of
from campaign_nb.rules.schema import LinkSchema, TableSchema
from campaign_nb.steps import Check, Filter, Follow, Population, Rejected, Step


class ChangeDimension(Activity):
    """Go on with the linked rows of another table: buyers instead of their purchases.

    Shape: one input; one row per key of the table at the end of the path, however many rows lead to it. The complement
    holds the rows that lead to none, in the old dimension. Columns added before stay behind.
    Nulls: a row whose link is null leads to none.
    Errors: an unknown link, a table without a key.

    >>> import polars as pl, campaign_nb as cn
    >>> shop = cn.DataModel("shop")
    >>> people = shop.table("people", pl.DataFrame({"id": [1, 2]}), key="id")
    >>> rows = pl.DataFrame({"order": [7, 8, 9], "buyer": [1, 1, None]})
    >>> orders = shop.table("orders", rows, key="order", links={"person": cn.Link("people", on={"buyer": "id"})})
    >>> c = cn.Campaign("Buyers", data=shop)
    >>> buyers = c.build_audience("Orders", orders).change_dimension("Buyers", via=orders.person)
    >>> run = c.dry_run()
    >>> buyers.frame(run)["id"].to_list(), buyers.complement.frame(run)["order"].to_list()
    ([1], [9])
    """

    kind = "change_dimension"
    label = "Change dimension"
    icon = "shuffle"
    family = "targeting"
    rows: ClassVar[Rows] = "creates"

    via: tuple[str, ...]
    """The links to follow, from the targeting dimension on."""

    @classmethod
    def of(cls, *, via: object) -> Self:
        """Build from a link: `orders.customer`, "customer", or a list of links."""
        return cls(via=path_of(via, "change_dimension"))

    def ports(self) -> tuple[Port, ...]:
        """The linked rows, and the rows that lead to none."""
        return (Port(), Port(COMPLEMENT, complement=True))

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield an unknown link and a table that can't be targeted."""
        where, table = f"change_dimension {context.label!r}", inputs[0].table
        for name in self.via:
            if name not in table.links:
                yield Problem(where, f"table {table.label!r} has no link {name!r}", did_you_mean(name, table.links), _example(table))
                return
            table = context.schema.schema_of(table.links[name].to)
        if not table.key:
            yield Problem(
                where, f"table {table.label!r} has no key", "a key, to target its rows", f'shop.table({table.label!r}, …, key="…")'
            )

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Keep the rows that lead somewhere, then go there."""
        rule, many = self._leads(inputs[0].population.table, context)
        leading = Filter(inputs[0], (Check("no linked row", rule),))
        there = Follow(leading, self.via)
        return Compiled({OUT: there, COMPLEMENT: Rejected(leading)}, drops=(leading,) if many else (leading, there))

    def _leads(self, table: TableSchema, context: Context) -> tuple[tree.Node, bool]:
        """Return the rule that a row leads to a row of the last table, and whether it may lead to many."""
        links: list[LinkSchema] = []
        for name in self.via:
            links.append(table.links[name])
            table = context.schema.schema_of(links[-1].to)
        if any(link.many for link in links):
            return tree.Exists(tree.Linked(tuple(tree.LinkStep(name) for name in self.via))), True
        return tree.Not(tree.IsNull(tree.Column(table.key[0], self.via))), False


def _example(table: TableSchema) -> str:
    return f"via={table.label}.{next(iter(table.links), '…')}"
