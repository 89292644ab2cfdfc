"""Which way a run goes: what is disabled, which tests chose which output, which joins never had all their branches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import polars as pl

from campaign_nb.engine.backends.polars.expressions import compile_rule
from campaign_nb.engine.backends.polars.sides import context_of
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.plan import OPEN, Closed
from campaign_nb.errors import CampaignError, Problem, RunError
from campaign_nb.graph.definition import Ref
from campaign_nb.graph.operators import name_of
from campaign_nb.graph.problems import CompiledCampaign
from campaign_nb.rules import tree
from campaign_nb.rules.schema import Field

Counts = Mapping[Ref, int]
DISABLED = "disabled"


@dataclass(slots=True)
class Way:
    """The way of a run so far: what it passes by, and what is to be told about activities."""

    ports: set[Ref] = field(default_factory=set[Ref])
    labels: set[str] = field(default_factory=set[str])
    notes: dict[str, str] = field(default_factory=dict[str, str])
    unfired: set[str] = field(default_factory=set[str])
    """The activities that waited for all their branches and did not get them."""
    sent: dict[str, dt.datetime] = field(default_factory=dict[str, dt.datetime])
    """The last send time of messages that go out at each recipient's own, by activity."""

    @property
    def closed(self) -> Closed:
        """What the run passes by, and the send times that it has learnt."""
        if not (self.ports or self.labels or self.sent):
            return OPEN
        return Closed(frozenset(self.ports), frozenset(self.labels), frozenset(self.sent.items()))


class Unknown(Exception):
    """A decision needs the number of people in transitions that have not been counted yet."""

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.label = label


def follow(
    campaign: CompiledCampaign,
    way: Way,
    labels: Collection[str],
    counts: Counts,
    moments: Mapping[str, Moment],
    previous: Counts,
    *,
    counted: bool = True,
) -> None:
    """Go on with the way through some activities, in order, by what was counted.

    Not counted: outputs that would stop without people are taken as going on; their numbers come with `counted`.
    Errors: `Unknown`, where an activity decides by what was not counted.
    """
    for label in labels:
        node = campaign.definition.nodes[label]
        made = campaign.compiled[label]
        refs = campaign.inputs[label]
        arrived = [ref for ref in refs if ref not in way.ports]
        open_ends = any(_may_stop(campaign, ref, counts) for ref in arrived)
        if not node.handling.enabled:
            _shut(way, label, made.ports, DISABLED)
        elif node.activity.gathers and open_ends:
            raise Unknown(label)
        elif refs and (not arrived or (node.activity.gathers and len(arrived) < len(refs))):
            missing = ", ".join(repr(ref.label) for ref in refs if ref in way.ports)
            _shut(way, label, made.ports, f"nothing arrived from {missing}")
            way.unfired |= {label} if node.activity.gathers else set[str]()
        elif made.ways:
            _choose(campaign, way, label, counts, moments[label], previous)
        if counted:
            way.ports |= {ref for port in made.ports if _stops(campaign, ref := Ref(label, port)) and counts.get(ref) == 0}


def _shut(way: Way, label: str, ports: Collection[str], note: str) -> None:
    way.labels.add(label)
    way.ports |= {Ref(label, port) for port in ports}
    way.notes[label] = note


def _stops(campaign: CompiledCampaign, ref: Ref) -> bool:
    """Tell whether an output ends where it has nobody."""
    node = campaign.definition.nodes[ref.label]
    asked = node.handling.when_empty
    return asked == "stop" or (asked is None and node.activity.stops_when_empty)


def _may_stop(campaign: CompiledCampaign, ref: Ref, counts: Counts) -> bool:
    """Tell whether a transition may still turn out to stop, here or before."""
    stack, seen = [ref], set[Ref]()
    while stack:
        item = stack.pop()
        if item in seen:
            continue
        seen.add(item)
        if _stops(campaign, item) and item not in counts:
            return True
        stack.extend(campaign.inputs[item.label])
    return False


def _choose(campaign: CompiledCampaign, way: Way, label: str, counts: Counts, moment: Moment, previous: Counts) -> None:
    made = campaign.compiled[label]
    sizes: dict[tree.Size, int | None] = {}
    for _, node in made.ways:
        for item in node.walk():
            if isinstance(item, tree.Size):
                ref = Ref(item.activity, item.port)
                if not item.previous and ref not in counts and ref not in way.ports:
                    raise Unknown(label)
                sizes[item] = previous.get(ref) if item.previous else 0 if ref in way.ports else counts[ref]
    chosen = next((port for port, node in made.ways if _held(f"test {label!r}, {port!r}", node, sizes, moment)), made.otherwise)
    way.ports |= {Ref(label, port) for port in made.ports if port != chosen}
    told = [f"{_name(size)}: {'unknown' if number is None else f'{number:,}'}" for size, number in sizes.items()]
    way.notes[label] = f"{chosen}" + (f" ({'; '.join(told)})" if told else "")


def _name(size: tree.Size) -> str:
    of = name_of(Ref(size.activity, size.port))
    return f"{of} before" if size.previous else of


def _held(where: str, node: tree.Node, sizes: Mapping[tree.Size, int | None], moment: Moment) -> bool:
    try:
        return holds(node, sizes, moment)
    except CampaignError as error:
        found = [Problem(where, f"{problem.where}: {problem.what}", problem.expected, problem.do) for problem in error.problems]
        raise RunError(*found, subject=where if len(found) > 1 else "") from error


def holds(node: tree.Node, sizes: Mapping[tree.Size, int | None], moment: Moment) -> bool:
    """Tell whether a condition of a run is true; unknown is not.

    >>> import datetime as dt
    >>> many = tree.Compare(">", tree.Size("Gold"), tree.Constant(10))
    >>> holds(many, {tree.Size("Gold"): 11}, Moment(dt.datetime(2026, 7, 1, tzinfo=dt.UTC)))
    True
    """
    known = tree.rebuilt(node, lambda item: tree.Constant(sizes[item]) if isinstance(item, tree.Size) else item)
    return pl.select(compile_rule(known, _no_row, context_of(moment))).item() is True


def _no_row(node: tree.Node) -> tuple[pl.Expr, Field]:
    raise RunError(
        Problem("test", f"{type(node).__name__.lower()} stands in a condition of a run", "sizes and variables", "x.size > 10_000")
    )
