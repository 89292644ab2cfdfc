"""Tests against a PostgreSQL server that they start on loopback themselves."""
