"""A small shop, a campaign without storage or engine, and cells that tests run: what the tests of this folder share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import polars as pl

from campaign_nb.activities.split import Control
from campaign_nb.activity import Audience
from campaign_nb.data.model import DataModel, Link, Table
from campaign_nb.graph import cells
from campaign_nb.graph.building import Building
from campaign_nb.graph.definition import Definition, Ref
from campaign_nb.graph.draft import Draft
from campaign_nb.graph.owner import Owner


class Campaign(Building):
    """A campaign as its transitions see it; counts are what a test says they are."""

    def __init__(self, name: str, *, data: DataModel, **settings: Any) -> None:
        self.schema = data
        self.draft = Draft(Definition(name, **{key: tuple(value) if key == "tags" else value for key, value in settings.items()}))
        self.audiences: Mapping[str, Audience] = {}
        self.counts: dict[Ref, int] = {}
        self.changes = 0

    def _owner(self) -> Owner:
        return self

    def frame(self, ref: Ref, run: Any = None) -> Any:
        return pl.DataFrame({"transition": [f"{ref.label}/{ref.port}"], "run": [run]})

    def count(self, ref: Ref) -> int | None:
        return self.counts.get(ref)

    def changed(self) -> None:
        self.changes += 1

    @property
    def definition(self) -> Definition:
        return self.draft.definition


def a_shop() -> DataModel:
    """Customers with orders."""
    shop = DataModel("shop")
    customers = {"customer_id": pl.Int64, "age": pl.Int64, "tier": pl.String, "email": pl.String, "ok": pl.Boolean, "last_order": pl.Date}
    orders = {"order_id": pl.Int64, "customer_id": pl.Int64, "amount": pl.Float64, "date": pl.Date, "product": pl.String}
    shop.table("customers", pl.DataFrame(schema=customers), key="customer_id", email="email", consent={"email": "ok"})
    links = {"customer": Link("customers", on="customer_id")}
    shop.table("orders", pl.DataFrame(schema=orders), key="order_id", links=links)
    return shop


def tables(shop: DataModel) -> tuple[Table, Table]:
    """The handles of both tables."""
    return shop["customers"], shop["orders"]


def spring_of(shop: DataModel) -> Campaign:
    """The campaign of the documentation, shortened."""
    customers, orders = tables(shop)
    spring = Campaign("Spring", data=shop, description="Win back", tags=["retail"], time_zone="Europe/Paris")
    lapsed = spring.build_audience("Lapsed buyers", customers.last_order < "2026-01-01")
    gold = spring.build_audience("Gold", customers.tier == "gold")
    young = spring.build_audience("Young", "age < 18", dimension=customers)
    reach = ((lapsed | gold) - young).deduplicate("One per address", by="email", order=customers.last_order.desc())
    spend = customers.orders.where(orders.amount > 3).sum("amount")
    last = customers.orders.sort(orders.date.desc()).select("product").head(3)
    known = reach.enrich("Spend", spend=spend, last=last)
    a, b, _ = known.split("Offer", A=0.45, B=0.45, control=Control(0.10))
    mail_a = a.email("Offer A", subject="We miss you", html="<p>Hello\nthere</p>")
    mail_b = b.email("Offer B", subject="10% for you", text="…", description="the bold one")
    late = (mail_a | mail_b).wait("Three days", days=3)
    late.filter("Opened, no click", (mail_a.opened - mail_a.clicked) | (mail_b.opened - mail_b.clicked)).end("Done")
    return spring


class Notebook:
    """Runs functions as cells: each run is a new execution of its cell."""

    def __init__(self) -> None:
        self.execution = 0
        self._running: tuple[str, int] | None = None

    def run(self, cell: str, body: Callable[[], Any]) -> Any:
        """Run a cell."""
        self.execution += 1
        self._running = (cell, self.execution)
        try:
            return body()
        finally:
            self._running = None

    def running(self) -> tuple[str, int] | None:
        """The running cell."""
        return self._running


@contextmanager
def notebook() -> Iterator[Notebook]:
    """A notebook that drafts ask which cell is running."""
    made = Notebook()
    cells.provide(made.running)
    try:
        yield made
    finally:
        cells.provide(None)
