"""The store: one SQLAlchemy Core layer that keeps campaigns, launches, runs and the files that count."""

from __future__ import annotations

from sqlalchemy import Connection

from campaign_nb.store import alerts, audiences, campaigns, favourites, files, filters, launches, leases, log, meta, runs
from campaign_nb.store.database import Store

__all__ = [
    "Connection",
    "Store",
    "alerts",
    "audiences",
    "campaigns",
    "favourites",
    "files",
    "filters",
    "launches",
    "leases",
    "log",
    "meta",
    "runs",
]
