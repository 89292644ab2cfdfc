"""What is wrong with the shape of a graph: limits, sources, cycles, inputs, messages and sizes that are not there."""

from __future__ import annotations

from collections.abc import Iterator

from campaign_nb.errors import Problem, did_you_mean, listed
from campaign_nb.graph.behaviour import behaviours, sizes
from campaign_nb.graph.definition import Definition, Node
from campaign_nb.graph.located import placed

MOST_ACTIVITIES = 500
MOST_CHANNELS = 10


def shape_problems(definition: Definition) -> list[Problem]:
    """Return what is wrong before any schema is looked at."""
    found: list[Problem] = list(_limits(definition))
    found += [_cycle(definition, cycle) for cycle in definition.dag.cycles()]
    for node in definition.nodes.values():
        found += [
            placed(problem, node) for problem in (*_inputs(definition, node), *_behaviours(definition, node), *_sizes(definition, node))
        ]
    if not found and not any(node.activity.inputs[0] == 0 for node in definition.nodes.values()):
        do = 'campaign.build_audience("Everybody", customers)'
        found.append(Problem(f"campaign {definition.name!r}", "it has no source", "an activity that starts with people", do))
    return found


def inputs_fit(node: Node) -> bool:
    """Tell whether an activity has as many inputs as its kind takes."""
    least, most = node.activity.inputs
    return least <= len(node.inputs) <= (len(node.inputs) if most is None else most)


def _limits(definition: Definition) -> Iterator[Problem]:
    where = f"campaign {definition.name!r}"
    if (count := len(definition.nodes)) > MOST_ACTIVITIES:
        yield Problem(where, f"it has {count} activities", f"at most {MOST_ACTIVITIES}", "split it into several campaigns")
    channels = [label for label, node in definition.nodes.items() if node.activity.channel]
    if len(channels) > MOST_CHANNELS:
        what = f"it has {len(channels)} messages: {listed(channels)}"
        yield Problem(where, what, f"at most {MOST_CHANNELS}", "split it into several campaigns")


def _cycle(definition: Definition, cycle: list[str]) -> Problem:
    node = definition.nodes[cycle[0]]
    if len(cycle) == 1:
        what = "it reads itself: x = x.… was run twice, or its label was used twice"
        return placed(Problem("", what, "a name of its own for the result", f"y = x.{node.activity.kind}({node.label!r}, …)"), node)
    way = " → ".join([*map(repr, cycle), repr(cycle[0])])
    return placed(Problem("", f"a cycle: {way}", "transitions that lead one way", f"campaign.remove({cycle[-1]!r})"), node)


def _inputs(definition: Definition, node: Node) -> Iterator[Problem]:
    if not inputs_fit(node):
        least, most = node.activity.inputs
        count = len(node.inputs)
        what = f"it has {count or 'no'} input{'s' if count != 1 else ''}"
        yield Problem("", what, _range(least, most), _joined(node, least, most))
    for ref in dict.fromkeys(node.inputs):
        source = definition.nodes.get(ref.label)
        if source is None:
            expected = did_you_mean(ref.label, [label for label in definition.nodes if label != node.label])
            yield Problem("", f"it reads {ref.label!r}, which is not there", expected, "run the cell that defines it")
        elif source.port(ref.port) is None:
            ports = [port.name for port in source.activity.ports()]
            expected = f"one of: {listed(ports)}" if ports else "an activity that hands people on"
            do = f"campaign[{ref.label!r}][{ports[0]!r}]" if ports else f"campaign.remove({node.label!r})"
            yield Problem("", f"{source.activity.kind} {ref.label!r} has no output {ref.port!r}", expected, do)


def _range(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least}"
    return str(least or "none") if most == least else f"{least} to {most}"


def _joined(node: Node, least: int, most: int | None) -> str:
    """What to write for an activity with too few or too many inputs."""
    if most == 0:
        return f"campaign.{node.activity.kind}({node.label!r}, …)"
    return f"x.{node.activity.kind}({node.label!r}, …)" if least == 1 else f"campaign.{node.activity.kind}({node.label!r}, a, b)"


def _behaviours(definition: Definition, node: Node) -> Iterator[Problem]:
    """Yield behaviours asked of a message of this campaign that is none."""
    for item in behaviours(node.activity):
        if item.campaign not in ("", definition.name):
            continue
        source = definition.nodes.get(item.activity)
        if source is None or not source.activity.channel:
            what = "which is not there" if source is None else "which sends no message"
            messages = [label for label, other in definition.nodes.items() if other.activity.channel]
            do = f'mail = ….email("Offer", …), then mail.{item.event}'
            yield Problem("", f"it asks who {item.event} {item.activity!r}, {what}", did_you_mean(item.activity, messages), do)


def _sizes(definition: Definition, node: Node) -> Iterator[Problem]:
    """Yield sizes of transitions that are not there."""
    for item in sizes(node.activity):
        source = definition.nodes.get(item.activity)
        if source is None:
            expected = did_you_mean(item.activity, [label for label in definition.nodes if label != node.label])
            yield Problem("", f"it asks how many are in {item.activity!r}, which is not there", expected, "x.size, of a transition x")
        elif source.port(item.port) is None:
            ports = [port.name for port in source.activity.ports()]
            expected = f"one of: {listed(ports)}" if ports else "an activity that hands people on"
            yield Problem(
                "", f"it asks how many are in output {item.port!r} of {item.activity!r}, which it does not have", expected, "x.size"
            )
