"""Sessions of Spark Connect."""

from __future__ import annotations

import os
import warnings
from typing import Any

from pyspark.sql import SparkSession

from campaign_nb.data.fault import reason_of
from campaign_nb.errors import Problem, RunError


def session(url: str) -> Any:
    """Return the session in use, or one of a cluster.

    Errors: a cluster that does not answer; a session in use that is not over Spark Connect.
    """
    where = f"engine 'spark', {url or 'the session in use'}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what PySpark says of its surroundings
        active = None if url else SparkSession.getActiveSession()
        if active is not None and not hasattr(active, "client"):
            expected = 'SparkSession.builder.remote("sc://…")'
            raise RunError(Problem(where, "it is no session of Spark Connect", expected, 'engine=cn.Spark("sc://host")'))
        if active is not None:
            return active
        try:
            return SparkSession.builder.remote(url or os.environ.get("SPARK_REMOTE") or "local[*]").getOrCreate()
        except Exception as error:
            what = f"it does not answer: {reason_of(error)}"
            raise RunError(
                Problem(where, what, "a Spark Connect server, or Java for a local one", 'cn.Spark("sc://host:15002")')
            ) from error
