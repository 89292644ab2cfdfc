"""A dry run as the frames that the figures are made from: the messages that it would send, the answers it simulated."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from campaign_nb.delivery.outbox import SEPARATOR, person_of
from campaign_nb.engine import dry
from campaign_nb.engine.compute import computed
from campaign_nb.engine.dry import DryResult, Responses
from campaign_nb.engine.program import Program
from campaign_nb.graph.definition import Ref
from campaign_nb.reports.kept import EXCLUSIONS, RUNS, Kept
from campaign_nb.reports.metrics import EVENTS, FEEDBACK, INBOUND, OUTBOX

_ALL = ("delivered", *EVENTS)
_SIMULATED: Mapping[str, type[pl.DataType]] = {**FEEDBACK, "simulated": pl.Boolean}


def rehearsed(run: str, program: Program, result: DryResult, responses: Responses | None = None) -> Kept:
    """Return what a dry run has found out, as if it had been kept.

    Shape: events are those that `responses` simulates; without it none are recorded.
    Errors: sources that can't be read any more.
    """
    nodes = program.campaign.definition.nodes
    labels = [label for label in program.campaign.order if nodes[label].activity.channel]
    inbound: list[tuple[object, ...]] = []
    exclusions: list[tuple[object, ...]] = []
    for place, label in enumerate(labels):
        left = [(reason, rows) for reason, rows in result.counted.reasons.get(label, {}).items() if rows]
        excluded = sum(rows for _, rows in left)
        targeted = result.counted.ports[Ref(label, "out")] + excluded
        inbound.append((label, run, place, 0, targeted, excluded, responses is not None))
        exclusions += [(label, run, reason, rows) for reason, rows in left]
    messages = _messages(run, labels, program, responses)
    return Kept(
        pl.DataFrame([(run, program.start.as_of, "done")], schema=RUNS, orient="row"),
        pl.DataFrame(inbound, schema=INBOUND, orient="row"),
        pl.DataFrame(exclusions, schema=EXCLUSIONS, orient="row"),
        pl.concat([pl.LazyFrame(schema=OUTBOX), *(rows.lazy().select(list(OUTBOX)) for rows in messages)]),
        pl.concat([pl.LazyFrame(schema=_SIMULATED), *(_events(rows.lazy()) for rows in messages if responses is not None)]),
    )


def _messages(run: str, labels: list[str], program: Program, responses: Responses | None) -> list[pl.DataFrame]:
    """One row per message with a column per event; each once, for people and events are read several times."""
    found = dry.recipients(program, labels, responses)
    frames: list[pl.LazyFrame] = []
    for label, people in found.items():
        schema = people.collect_schema()
        person = person_of(schema, [name for name in schema if name.startswith("key_")])
        table = program.campaign.compiled[label].ports["out"].population.table.label
        about = {"activity": pl.lit(label), "run": pl.lit(run), "table": pl.lit(table), "person": person}
        named = pl.concat_str([pl.lit(label), person], separator=SEPARATOR).alias("message_id")
        frames.append(people.select(named, *[pl.col(event) for event in _ALL if event in schema], **about))
    return computed(frames)


def _events(messages: pl.LazyFrame) -> pl.LazyFrame:
    one = [messages.filter(pl.col(event)).select("message_id", pl.lit(event).alias("event"), simulated=True) for event in _ALL]
    return pl.concat(one)
