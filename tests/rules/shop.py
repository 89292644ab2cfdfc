"""A shop of three linked tables, known to rules by schema alone; links in both directions, one of them to itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from campaign_nb.rules import tree
from campaign_nb.rules.check import Scope
from campaign_nb.rules.handle import Collection, Handle, LinkedRow
from campaign_nb.rules.schema import Field, LinkSchema
from campaign_nb.rules.tree import Type
from campaign_nb.rules.value import Root, Value


@dataclass(frozen=True)
class FakeTable:
    """One table's schema."""

    label: str
    key: tuple[str, ...]
    columns: Mapping[str, Field]
    links: Mapping[str, LinkSchema] = field(default_factory=dict[str, LinkSchema])


class FakeShop:
    """A data model without rows."""

    def __init__(self, *tables: FakeTable) -> None:
        self.tables = {table.label: table for table in tables}

    def schema_of(self, table: str) -> FakeTable:
        return self.tables[table]


class Table(Handle):
    """A table's handle, as a data model gives it."""

    def __init__(self, shop: FakeShop, label: str) -> None:
        self._root = Root(shop, shop.schema_of(label))

    def _text(self) -> str:
        return self._root.table.label

    def _column(self, name: str) -> Value:
        return Value(tree.Column(name, (), self._root.table.label), self._root, name)

    def _link(self, name: str) -> Any:
        link = self._root.table.links[name]
        target = self._root.at(link.to).table
        if link.many:
            return Collection(self._root, tree.Linked((tree.LinkStep(name),), self._root.table.label), target)
        return LinkedRow(self._root, (name,), target)


def _columns(**types: Type) -> dict[str, Field]:
    return {name: Field(name, kind) for name, kind in types.items()}


def _links(*links: LinkSchema) -> dict[str, LinkSchema]:
    return {link.name: link for link in links}


CUSTOMERS = FakeTable(
    "customers",
    ("customer_id",),
    {
        **_columns(customer_id=Type.INTEGER, name=Type.TEXT, age=Type.INTEGER, country=Type.TEXT, email=Type.TEXT, opt_in=Type.BOOLEAN),
        **_columns(joined=Type.DATE, last_seen=Type.DATETIME, balance=Type.NUMBER, credit=Type.DECIMAL, referrer_id=Type.INTEGER),
        **_columns(count=Type.INTEGER, **{"any name": Type.TEXT, "in": Type.INTEGER, "col": Type.TEXT}),
    },
    _links(
        LinkSchema("orders", "orders", (("customer_id", "customer_id"),), many=True),
        LinkSchema("referrer", "customers", (("referrer_id", "customer_id"),), many=False),
        LinkSchema("referred", "customers", (("customer_id", "referrer_id"),), many=True),
    ),
)
ORDERS = FakeTable(
    "orders",
    ("order_id",),
    {
        **_columns(order_id=Type.INTEGER, customer_id=Type.INTEGER, amount=Type.NUMBER, qty=Type.INTEGER),
        **_columns(date=Type.DATE, status=Type.TEXT, paid=Type.BOOLEAN),
    },
    _links(
        LinkSchema("customer", "customers", (("customer_id", "customer_id"),), many=False),
        LinkSchema("items", "items", (("order_id", "order_id"),), many=True),
    ),
)
ITEMS = FakeTable(
    "items",
    ("item_id",),
    _columns(item_id=Type.INTEGER, order_id=Type.INTEGER, sku=Type.TEXT, price=Type.NUMBER),
    _links(LinkSchema("order", "orders", (("order_id", "order_id"),), many=False)),
)

SHOP = FakeShop(CUSTOMERS, ORDERS, ITEMS)

customers = Table(SHOP, "customers")
orders = Table(SHOP, "orders")
items = Table(SHOP, "items")


def scope_of(label: str = "customers") -> Scope:
    """The scope of a row of a table."""
    return Root(SHOP, SHOP.schema_of(label)).scope()
