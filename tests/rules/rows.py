"""The shop's rows, few and awkward, in DuckDB: nulls everywhere, NaN, month ends, signs and cases."""

from __future__ import annotations

import datetime as dt

import duckdb

AS_OF = dt.date(2026, 7, 1)

_TABLES = """
CREATE TABLE customers (
  customer_id INTEGER, name TEXT, age INTEGER, country TEXT, email TEXT, opt_in BOOLEAN, joined DATE, last_seen TIMESTAMP,
  balance DOUBLE, credit DECIMAL(9, 2), referrer_id INTEGER, count INTEGER, "any name" TEXT, "in" INTEGER, col TEXT
);
INSERT INTO customers VALUES
  (1, 'Ann', 17, 'FR', 'ann@x.org', true, '2020-01-31', '2026-06-30 23:00', 10.5, 12.50, NULL, 1, 'a b', 1, 'x'),
  (2, 'Bob', 40, 'DE', 'bob@Y.ORG', false, '2026-07-01', '2026-07-01 00:00', 'NaN', 0, 1, 2, 'a%b', 2, 'y'),
  (3, NULL, NULL, NULL, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, 'O''Brien', 30, 'FR', 'o@b@z.fr', true, '2024-02-29', '2026-07-01 12:30', -2.5, -7, 2, 4, 'A_B', -7, 'z'),
  (5, ' eve de ', 65, 'fr', NULL, true, '2025-12-31', NULL, 0, 100, 1, 0, 'ab', 0, '');
CREATE TABLE orders (order_id INTEGER, customer_id INTEGER, amount DOUBLE, qty INTEGER, date DATE, status TEXT, paid BOOLEAN);
INSERT INTO orders VALUES
  (1, 1, 60, 1, '2026-06-15', 'paid', true),
  (2, 1, 80, 2, '2026-04-02', 'paid', true),
  (3, 1, 'NaN', 1, '2026-04-01', NULL, NULL),
  (4, 2, 20, 3, '2026-06-30', 'open', false),
  (5, 2, NULL, NULL, NULL, 'Paid', true),
  (6, 4, 55, -7, '2027-01-01', 'paid', false),
  (7, NULL, 999, 1, '2026-06-01', 'paid', true);
CREATE TABLE items (item_id INTEGER, order_id INTEGER, sku TEXT, price DOUBLE);
INSERT INTO items VALUES (1, 1, 'A-1', 5), (2, 1, 'B-2', 7), (3, 2, 'A-1', 1), (4, 4, 'C%3', 9), (5, NULL, 'A-1', 3);
"""


def database() -> duckdb.DuckDBPyConnection:
    """A fresh database with the shop's rows."""
    connection = duckdb.connect(":memory:")
    connection.execute(_TABLES)
    return connection


def keys(connection: duckdb.DuckDBPyConnection, query: str) -> list[int]:
    """The keys that a query selects, in order."""
    return sorted(row[0] for row in connection.execute(query).fetchall())
