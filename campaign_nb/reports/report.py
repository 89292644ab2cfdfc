"""A campaign's report: its messages, whom they left out, and how people answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from campaign_nb.clock import zone
from campaign_nb.engine.compute import computed
from campaign_nb.render import html
from campaign_nb.render.html import Markup
from campaign_nb.reports import charts, shown
from campaign_nb.reports.kept import Kept, kept
from campaign_nb.reports.metrics import funnel, metrics
from campaign_nb.store.database import Store

if TYPE_CHECKING:
    import altair as alt

SHOWN_RUNS = 10


@dataclass(frozen=True, eq=False)
class Report:
    """Targeted, excluded, sent, delivered, opened, clicked, with their rates.

    Of one run, or of all.

    `frame()` has every figure, `messages` one row per message, `exclusions` who was left out and why, `funnel` a chart.
    """

    campaign: str
    runs: pl.DataFrame
    """The runs it is about, newest first: run, as_of, state."""
    exclusions: pl.DataFrame
    """Who was left out: activity, run, reason, people."""
    figures: pl.DataFrame
    stages: pl.DataFrame
    """How many messages of each activity got to each stage of the funnel."""
    simulated: bool = False
    """Whether events of a response model are among the events."""
    dry: bool = False
    """Whether it is about a dry run: sent are the messages that it would send."""
    time_zone: str = "UTC"
    """The campaign's zone, in which instants are shown; frames are in UTC."""

    def frame(self) -> pl.DataFrame:
        """Return counts and rates: a row per message and run, and totals.

        Shape: a null `run` is all runs together, a null `activity` all messages together. `opened` counts opens,
        `unique_opened` people; `open_rate` is opens by delivered, `unique_open_rate` people by people. `tracked` is how
        many of the sent have their events recorded.
        Nulls: what became of messages without recorded events; a rate of nothing.
        """
        return self.figures

    @property
    def messages(self) -> pl.DataFrame:
        """One row per message activity: its figures over the runs of the report."""
        return self.figures.filter(pl.col("activity").is_not_null() & pl.col("run").is_null()).drop("run", "as_of")

    @property
    def total(self) -> dict[str, Any]:
        """The figures of all messages together; empty when there is no message."""
        rows = self.figures.filter(pl.col("activity").is_null() & pl.col("run").is_null())
        return rows.row(0, named=True) if rows.height else {}

    @property
    def funnel(self) -> alt.VConcatChart:
        """The funnel from targeted to clicked, as an Altair chart.

        An opened message was opened at least once.
        """
        return charts.funnel_chart(self.stages.to_dicts())

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know before the figures are believed."""
        return tuple(self._notes())

    def _notes(self) -> Iterator[str]:
        if not self.runs.height:
            yield "No live run yet: publish the campaign, or launch it. campaign.report(run) tells what a dry run has counted."
            return
        if self.dry:
            yield "A dry run: nothing was sent. Sent are the messages that it would send."
        total = self.total
        if not total:
            yield "It has no message activity." if self.dry else "No message was sent: the runs reached no message activity."
        else:
            yield from self._on_events(total)
        states = self.runs["state"].to_list()
        going, failed = sum(state in ("running", "waiting", "paused") for state in states), states.count("failed")
        if going:
            yield f"{_runs(going)} going on: figures may still grow."
        if failed:
            yield f"{_runs(failed)} failed: only what was sent before counts."
        if total and total["delivered"] != total["unique_delivered"]:
            yield "Some got several messages: people reached, opened and clicked count each person once; the other figures count messages."

    def _on_events(self, total: dict[str, Any]) -> Iterator[str]:
        sent, tracked = total["sent"], total["tracked"]
        if self.simulated:
            yield "Responses are simulated by a response model: they say nothing about real people."
        if sent and not tracked and self.dry:
            yield "Nobody's answers are known: campaign.dry_run(responses=cn.ResponseModel(…)) simulates them."
            return
        if sent and not tracked:
            yield "No events are recorded: the sandbox outbox keeps messages here and sends nothing; cn.ResponseModel simulates answers."
            return
        if tracked < sent:
            yield f"Events are recorded for {tracked:,} of {sent:,} messages; rates of delivery refer to those."
        if total["opened"]:
            yield "Opens are inflated: mail programs load images by themselves. Clicks are the firmer measure."

    # --------------------------------------------------------------------------------------------------------- showing

    @property
    def _title(self) -> str:
        name = html.one_line(self.campaign, 80)
        if not self.runs.height:
            return f"Report of {name}"
        local = zone(self.time_zone)
        newest, oldest = (self.runs["as_of"][at].astimezone(local).strftime("%Y-%m-%d %H:%M") for at in (0, -1))
        when = f"as of {newest} {self.time_zone}" if newest == oldest else f"as of {oldest} to {newest} {self.time_zone}"
        runs = "dry run" if self.dry else _runs(self.runs.height)
        return f"Report of {name}: {runs}, {when}"

    @property
    def _overview(self) -> pl.DataFrame:
        """Each message, and all of them where there are several."""
        whole = self.figures.filter(pl.col("run").is_null())
        return whole if whole.height > 2 else whole.filter(pl.col("activity").is_not_null())

    @property
    def _reasons(self) -> pl.DataFrame:
        """Exclusions over the runs, in the order of the messages, the largest first."""
        places = self.messages.select("activity").with_row_index("place")
        summed = self.exclusions.group_by("activity", "reason").agg(pl.col("people").sum()).join(places, on="activity", how="left")
        return summed.sort("place", pl.col("people"), "reason", descending=[False, True, False]).drop("place")

    @cached_property
    def _html(self) -> Markup:
        parts: list[Markup] = []
        if self.total:
            parts += [
                shown.table(self._overview, "activity", self._title),
                shown.small_print([shown.bases(self._overview)]),
                shown.picture(charts.svg(charts.funnel_spec(self.stages.to_dicts()))),
            ]
            targeted = dict(self.messages.select("activity", "targeted").rows())
            parts += [shown.reasons_table(self._reasons, targeted)] if self.exclusions.height else []
            parts += [self._by_run()] if self.runs.height > 1 else []
        else:
            parts.append(html.element("div", {"class": "cnb-title"}, self._title))
        return html.fragment(*parts, shown.small_print(self.notes))

    def _by_run(self) -> Markup:
        runs = self.figures.filter(pl.col("activity").is_null() & pl.col("run").is_not_null()).head(SHOWN_RUNS)
        named = runs.with_columns(pl.col("as_of").dt.convert_time_zone(self.time_zone).dt.to_string("%Y-%m-%d %H:%M").alias("run as of"))
        rest = self.runs.height - named.height
        return shown.table(named, "run as of", "By run, newest first" + (f"; {rest:,} more in frame()" if rest > 0 else ""))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": str(self._html), "text/plain": repr(self)}

    def _repr_html_(self) -> str:
        return str(self._html)

    def __repr__(self) -> str:
        return shown.text(self._title, self._overview, self._reasons, self.notes)


def _runs(number: int) -> str:
    return "1 run" if number == 1 else f"{number:,} runs"


def report_of(store: Store, campaign: str, run_id: str | None = None, time_zone: str = "UTC", *, now: dt.datetime | None = None) -> Report:
    """Return the report of all live runs of a campaign, or of one; `time_zone` is that in which it is shown.

    Time: sent are the messages that have gone out by `now`; without it, all but what stopped and failed runs have not sent.
    Errors: a run of another campaign, no such run, a file of messages that is gone from the disk.
    """
    return report_on(campaign, kept(store, campaign, run_id, now), time_zone=time_zone)


def report_on(campaign: str, found: Kept, *, dry: bool = False, time_zone: str = "UTC") -> Report:
    """Return the report of what is known of runs and messages."""
    figures = metrics(found.inbound.lazy(), found.outbox, found.feedback)
    simulated = found.feedback.select(pl.col("simulated").any())
    counted, some = computed([figures, simulated])
    stages = computed([funnel(counted.lazy())])[0]
    dated = counted.join(found.runs.select("run", "as_of"), on="run", how="left", maintain_order="left")
    columns = ["activity", "run", "as_of", *(name for name in counted.columns if name not in ("activity", "run"))]
    return Report(campaign, found.runs, found.exclusions, dated.select(columns), stages, bool(some.item()), dry, time_zone)
