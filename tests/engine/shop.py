"""A small shop with every kind of link, nulls included: the rows of engine tests."""

from __future__ import annotations

import datetime as dt

import polars as pl

import campaign_nb as cn

AS_OF = "2026-07-01"


def day(number: int) -> dt.date:
    """Return a day so many days before the instant of the tests."""
    return dt.date(2026, 7, 1) - dt.timedelta(days=number)


def shop() -> cn.DataModel:
    """Return the model: people, their orders, the products of orders, the lines of orders."""
    model = cn.DataModel("shop", as_of=AS_OF)
    model.table(
        "people",
        pl.DataFrame(
            {
                "id": [1, 2, 3, 4, 5],
                "email": ["a@example.com", "b@example.com", None, "d@example.com", "not an address"],
                "age": [17, 40, 61, None, 30],
                "opt_in": [True, True, True, None, True],
            }
        ),
        key="id",
        email="email",
        consent={"email": "opt_in"},
    )
    model.table(
        "orders",
        pl.DataFrame(
            {
                "order": [10, 11, 12, 13, 14, 15],
                "person": [1, 1, 2, 2, 3, None],
                "amount": [5.0, 60.0, 100.0, None, None, 7.0],
                "date": [day(10), day(100), day(1), day(2), day(3), day(4)],
                "product": ["x", "y", "x", "z", None, "x"],
            }
        ),
        key="order",
        links={"buyer": cn.Link("people", on="person"), "item": cn.Link("products", on="product")},
    )
    model.table("products", pl.DataFrame({"code": ["x", "y"], "name": ["Xylo", "Yoyo"], "price": [3, 9]}), key="code")
    model.table(
        "lines",
        pl.DataFrame({"line": [1, 2, 3, 4], "order": [10, 10, 11, 12], "pieces": [1, 2, 3, 4]}),
        key="line",
        links={"of": cn.Link("orders", on="order", back="lines")},
    )
    return model
