"""Orchestrated marketing campaigns in Jupyter: exact before sending, explainable per person, reproducible, and code.

>>> import polars as pl
>>> import campaign_nb as cn
>>> shop = cn.DataModel("shop")
>>> people = shop.table("people", pl.DataFrame({"id": [1, 2, 3], "age": [17, 40, 61]}), key="id")
>>> (people.age >= 18).count()
2
"""

import sys as _sys

from campaign_nb import activities, testing
from campaign_nb.activities import Control, Lookup, Subset, TextFormat
from campaign_nb.activity import Activity
from campaign_nb.campaign import Campaign, DryRun, Explanation, LiveRun
from campaign_nb.clock import ManualClock, ShiftedClock, SystemClock
from campaign_nb.data.file_column import FileColumn
from campaign_nb.data.model import DataModel, Link
from campaign_nb.delivery.tell import MailServer
from campaign_nb.engine.engines import Spark
from campaign_nb.errors import (
    ActivityError,
    CampaignError,
    DataError,
    DefinitionError,
    DeliveryError,
    Problem,
    RunError,
    ScheduleError,
    StoreError,
)
from campaign_nb.feedback.simulate import ResponseModel
from campaign_nb.graph.transition import Branches, Transition
from campaign_nb.rules import execute as _execute
from campaign_nb.rules.build import col, days_ago, days_ahead, months_ago, now, param, today, var, years_ago
from campaign_nb.rules.filters import Filter
from campaign_nb.rules.functions import namespace as fn
from campaign_nb.rules.parse import rule
from campaign_nb.schedule import Asap, Cron, Daily, Monthly, Once, OnSignal, SeveralTimesADay, Weekly
from campaign_nb.secrets import Secret
from campaign_nb.workspace import Workspace

__version__ = "0.1.0"

__all__ = [
    "Activity",
    "ActivityError",
    "Asap",
    "Branches",
    "Campaign",
    "CampaignError",
    "Control",
    "Cron",
    "Daily",
    "DataError",
    "DataModel",
    "DefinitionError",
    "DeliveryError",
    "DryRun",
    "Explanation",
    "FileColumn",
    "Filter",
    "Link",
    "LiveRun",
    "Lookup",
    "MailServer",
    "ManualClock",
    "Monthly",
    "OnSignal",
    "Once",
    "Problem",
    "ResponseModel",
    "RunError",
    "ScheduleError",
    "Secret",
    "SeveralTimesADay",
    "ShiftedClock",
    "Spark",
    "StoreError",
    "Subset",
    "SystemClock",
    "TextFormat",
    "Transition",
    "Weekly",
    "Workspace",
    "activities",
    "col",
    "days_ago",
    "days_ahead",
    "fn",
    "months_ago",
    "now",
    "param",
    "rule",
    "testing",
    "today",
    "var",
    "years_ago",
]

from campaign_nb.engine.executor import PolarsExecutor as _PolarsExecutor  # wiring, not API


def _jupyter_labextension_paths() -> list[dict[str, str]]:  # pyright: ignore[reportUnusedFunction] # Jupyter calls it
    """Tell `jupyter labextension develop` where the built extension is."""
    return [{"src": "labextension", "dest": "campaign-nb"}]


_execute.provide(_PolarsExecutor(SystemClock().now))

if "ipykernel" in _sys.modules:
    from campaign_nb import kernel as _kernel

    _kernel.load()
