"""Rules, values and hashes on Polars."""
