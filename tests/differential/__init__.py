"""Polars, DuckDB and plain Python on the same rows and rules."""
