"""The data model: tables, keys, roles and links, and where their rows come from."""
