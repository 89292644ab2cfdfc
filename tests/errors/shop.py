"""A shop whose people can be told from everything else: no message may name one of them."""

from __future__ import annotations

import datetime as dt

import polars as pl

import campaign_nb as cn

PRIVATE = ("Quillon", "Zebedee", "Yseult", "@private.example", "90210", "Tea for")
"""Parts of the values of people and orders."""


def people() -> pl.DataFrame:
    """Three customers, one of whom has not agreed to be written to."""
    return pl.DataFrame(
        {
            "customer_id": [902101, 902102, 902103],
            "name": ["Quillon", "Zebedee", "Yseult"],
            "email": ["quillon@private.example", "zebedee@private.example", "yseult@private.example"],
            "age": [17, 40, 61],
            "country": ["FR", "DE", "FR"],
            "last_order": [dt.date(2026, 1, 31), dt.date(2026, 6, 1), None],
            "email_opt_in": [True, True, False],
            "count": [1, 2, 3],
        }
    )


def bought() -> pl.DataFrame:
    """Three orders of two customers."""
    return pl.DataFrame(
        {
            "order_id": [1, 2, 3],
            "customer_id": [902101, 902101, 902102],
            "amount": [10.0, 20.0, 70.0],
            "date": [dt.date(2026, 1, 1), dt.date(2026, 1, 31), dt.date(2026, 6, 1)],
            "product": ["Tea for one", "Tea for two", "Tea for six"],
        }
    )


def shop() -> cn.DataModel:
    """Customers and their orders, nothing wrong with either."""
    model = cn.DataModel("shop")
    model.table("customers", people(), key="customer_id", email="email", consent={"email": "email_opt_in"})
    model.table("orders", bought(), key="order_id", links={"customer": cn.Link("customers", on="customer_id")})
    return model
