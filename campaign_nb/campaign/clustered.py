"""A dry run on a cluster, as users hold it: counts here, rows there."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

import polars as pl

from campaign_nb.campaign.run import DryRun, Explanation
from campaign_nb.engine.deciding import Unknown, Way, follow
from campaign_nb.engine.dry import DryResult, Responses, dry_run
from campaign_nb.engine.engines import Engine, engine_of, on_cluster
from campaign_nb.engine.plan import moments_of
from campaign_nb.engine.program import Program
from campaign_nb.errors import Problem, RunError
from campaign_nb.graph.definition import Ref
from campaign_nb.reports.report import Report

if TYPE_CHECKING:
    from campaign_nb.engine.backends.narwhals.cluster import Cluster


class ClusterRun(DryRun):
    """A dry run whose rows stay on the cluster.

    Its counts are here; `frame` and `write` are done there.
    """

    def __init__(self, run_id: str, program: Program, result: DryResult, cluster: Cluster) -> None:
        super().__init__(run_id, program, result, None)
        self._cluster = cluster

    def frame(self, label: str, output: str = "", columns: Sequence[str] = ()) -> Any:
        """Return the population of a transition as the cluster's own frame.

        Shape: the key, the added columns, and columns of the dimension asked for.
        Errors: an activity or an output that the run does not have.
        """
        return self._cluster.frame(self._found(self.ports(), label, output), columns)

    def messages_frame(self, label: str) -> Any:
        """Return the messages of an activity as the cluster's own frame.

        Shape: the key, the address and every part.
        Errors: an activity that sends none.
        """
        return self._cluster.messages(label)

    def write(self, folder: str | os.PathLike[str], *, messages: bool = True, populations: bool = True) -> list[str]:
        """Let the cluster write every population and every message as Parquet, or one of both.

        It keeps what several of them share until all are written.
        Shape: below a folder that the cluster reaches, a folder for each population and each message activity.
        Return the folders written.
        """
        return self._cluster.write(os.fspath(folder), messages=messages, populations=populations)

    def population(self, ref: Ref, columns: Sequence[str] = (), *, first: int | None = None) -> pl.DataFrame:
        """Refuse to bring rows to this machine.

        Errors: always; `frame` and `write` are what there is.
        """
        self._refuse("its rows are on the cluster", f"run.frame({ref.label!r}, {ref.port!r}), or run.write(folder)")

    def explain(self, key: Any, *, table: object = None, at: object = None) -> Explanation:
        """Refuse to compute a person's path on this machine.

        Errors: always.
        """
        self._refuse("the path of one person is not computed on a cluster", 'campaign.dry_run(engine="polars").explain(…)')

    def lineage(self, transition: object) -> pl.LazyFrame:
        """Refuse to compute on this machine where everybody is.

        Errors: always.
        """
        self._refuse("where everybody is is not computed on a cluster", 'campaign.dry_run(engine="polars").lineage(…)')

    def report(self) -> Report:
        """Refuse a report, which reads whom each message reaches.

        Errors: always.
        """
        self._refuse("a report reads rows on this machine", 'campaign.report(campaign.dry_run(engine="polars"))')

    def _refuse(self, what: str, do: str) -> NoReturn:
        raise RunError(Problem(f"dry run {self.id[:8]} on Spark", what, "counts, exclusions, messages, rendering", do))


def _decided(program: Program, where: str) -> Program:
    """Return the program with what its tests and joins decide without any count.

    Errors: a test or a join that decides by how many people there are, which are counted together on a cluster.
    """
    campaign, way = program.campaign, Way()
    try:
        follow(campaign, way, campaign.order, {}, moments_of(campaign, program.start), program.previous)
    except Unknown as unknown:
        what = f"{unknown.label!r} decides by how many people there are, before the others run: that does not run on Spark"
        raise RunError(Problem(where, what, "tests on variables", 'campaign.dry_run(engine="polars")')) from None
    return replace(program, closed=way.closed)


def run_dry(program: Program, responses: Responses | None, engine: Engine) -> DryRun:
    """Run a campaign dry on the engine that is chosen.

    Errors: an unknown engine; what does not run on it; simulated responses on a cluster.
    """
    where = f"campaign {program.campaign.definition.name!r}"
    chosen = engine_of(engine, where)
    if chosen is None:
        return DryRun(uuid.uuid4().hex, program, dry_run(program, responses), responses)
    if responses is not None:
        what, do = "simulated responses do not run on Spark", 'campaign.dry_run(engine="polars", responses=…)'
        raise RunError(Problem(where, what, "a dry run without them", do))
    program = _decided(program, where)
    cluster = on_cluster(chosen, program)
    return ClusterRun(uuid.uuid4().hex, program, cluster.dry_run(), cluster)
