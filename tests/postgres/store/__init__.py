"""The tests of the store, on PostgreSQL."""
