"""The engine: plans, runs and backends."""
