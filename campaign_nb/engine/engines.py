"""The choice of an engine: Polars on this machine, or a Spark cluster over Spark Connect."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from campaign_nb.errors import Problem, RunError, did_you_mean

if TYPE_CHECKING:
    from campaign_nb.engine.backends.narwhals.cluster import Cluster
    from campaign_nb.engine.program import Program

NAMES = ("polars", "spark")
_CHOICES = 'engine="polars", engine="spark" or engine=cn.Spark("sc://host")'


@dataclass(frozen=True, slots=True)
class Spark:
    """A Spark cluster that dry runs compute on, reached by Spark Connect.

    Shape: `url` is the cluster's, such as "sc://host:15002", or "local[2]" for a cluster of this machine alone. Without it
    the session in use is taken, else the one that the environment's SPARK_REMOTE names, else "local[*]".
    The session is set to UTC, and to null where a number does not fit. Nothing but counts comes to this machine.
    Errors: Spark is not installed; a cluster that does not answer; both when first used.

    >>> Spark("sc://host").url
    'sc://host'
    """

    url: str = ""


Engine: TypeAlias = str | Spark
"""What users give: a name, or a cluster."""


def engine_of(chosen: object, where: str) -> Spark | None:
    """Return the cluster that is chosen; None for Polars.

    Errors: anything else.

    >>> engine_of("spark", "workspace"), engine_of("polars", "workspace")
    (Spark(url=''), None)
    """
    if isinstance(chosen, Spark):
        return chosen
    if chosen == "spark":
        return Spark()
    if chosen == "polars":
        return None
    hint = did_you_mean(chosen, NAMES) if isinstance(chosen, str) else "polars or spark"
    raise RunError(Problem(where, f"engine={chosen!r} is not known", hint, _CHOICES))


def on_cluster(spark: Spark, program: Program) -> Cluster:
    """Return a campaign on a cluster.

    Errors: Spark is not installed; everything of the campaign that does not run there, by activity.
    """
    try:
        module = importlib.import_module("campaign_nb.engine.backends.narwhals.cluster")
        connect = importlib.import_module("campaign_nb.engine.backends.narwhals.connect")
    except ImportError as error:
        what = f"{error.name or 'a package'} is not installed"
        raise RunError(Problem("engine 'spark'", what, "PySpark and Narwhals", "%pip install 'campaign-nb[spark]'")) from error
    return module.Cluster(partial(connect.session, spark.url), program)


def refuse_live(chosen: Engine, where: str) -> None:
    """Refuse what stores and sends rows where they are computed on a cluster: they would have to come to this machine."""
    if engine_of(chosen, where) is not None:
        what, expected = "live runs do not run on Spark: a sandbox outbox is on this machine", "dry runs, and run.write(folder), there"
        raise RunError(Problem(where, what, expected, 'cn.Campaign(…, workspace=cn.Workspace(".campaign-nb"))'))
