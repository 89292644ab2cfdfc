"""What is known before a run to stop it: variables without a value, signals that the other campaign does not take."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from campaign_nb.activity import Notice
from campaign_nb.delivery.notices import signalled
from campaign_nb.errors import Problem, RunError, did_you_mean
from campaign_nb.graph.behaviour import variables
from campaign_nb.graph.definition import Definition, Node
from campaign_nb.graph.located import placed
from campaign_nb.graph.problems import variable_problems
from campaign_nb.graph.settings import value_document
from campaign_nb.schedule import OnSignal, Parameter, Schedule
from campaign_nb.schedule.sentence import literal
from campaign_nb.store import Connection, campaigns
from campaign_nb.store.campaigns import VersionRecord
from campaign_nb.workspace import Workspace
from campaign_nb.workspace.life import schedule_of

if TYPE_CHECKING:
    from campaign_nb.campaign.campaign import Campaign

_EXAMPLES: Mapping[str, Any] = {
    "bool": (True, "true or false"),
    "int": (10, "a whole number"),
    "float": (0.5, "a number"),
    "str": ("sms", "text"),
    "date": (dt.date(2026, 7, 1), "a date"),
    "datetime": (dt.datetime.fromisoformat("2026-07-01T09:00"), "a date and time"),
}
"""A value of each type of parameter, and the type in words."""


@dataclass(frozen=True, slots=True)
class _Receiver:
    """A campaign that an end signals, as the workspace has it now; `why` tells why no signal would start it."""

    schedule: OnSignal | None = None
    variables: tuple[str, ...] = ()
    why: str = ""


def foreseen(campaign: Campaign) -> list[Problem]:
    """Return what would stop a run of a campaign: variables without a value, values that no other campaign takes."""
    definition, schedule = campaign.definition, campaign.schedule
    parameters = schedule.parameters if isinstance(schedule, OnSignal) else ()
    known = [*definition.settings.variables, *(parameter.name for parameter in parameters)]
    found = [*variable_problems(definition, known), *_without_test(definition, schedule)]
    for node, notice, receiver in _receivers(definition, campaign.workspace):
        found += [placed(problem, node) for problem in _unfit(node, notice, receiver)]
    return found


def remarks(definition: Definition, workspace: Workspace) -> dict[str, str]:
    """Return by activity why a signal would start nothing as the workspace stands now; that may change until a run gets there."""
    told = [(node, receiver.why) for node, _, receiver in _receivers(definition, workspace)]
    return {node.label: f"as it stands now, the run would stop here: {why}" for node, why in told if why}


def values_by_hand(version: VersionRecord, campaign: str) -> str | None:
    """Return the values of a launch that no signal asked for, as a run keeps them; None when it needs none.

    Errors: a parameter that has neither a test value nor a variable of that name.
    """
    schedule = None if version.schedule is None else schedule_of(version.schedule)
    if not isinstance(schedule, OnSignal) or not schedule.parameters:
        return None
    own: Mapping[str, object] = json.loads(version.definition).get("variables", {})
    missing = [parameter for parameter in schedule.parameters if parameter.test is None and parameter.name not in own]
    if missing:
        names = ", ".join(repr(parameter.name) for parameter in missing)
        what = f"a launch by hand brings no value for parameter{'s' if len(missing) > 1 else ''} {names}"
        do = f"campaign.signal({_given(schedule, {parameter.name: '…' for parameter in missing})})"
        raise RunError(Problem(f"campaign {campaign!r}", what, "a signal, which brings one", do))
    tests = {parameter.name: value_document(parameter.test) for parameter in schedule.parameters if parameter.test is not None}
    return json.dumps(tests, sort_keys=True) if tests else None


# -------------------------------------------------------------------------------------------------------------- variables


def _without_test(definition: Definition, schedule: Schedule | None) -> Iterator[Problem]:
    """Yield the parameters that rules ask for and a dry run has no value for."""
    if not isinstance(schedule, OnSignal):
        return
    typed = {parameter.name: parameter for parameter in schedule.parameters if parameter.test is None}
    for node in definition.nodes.values():
        for name in variables(node.activity):
            if name in typed and name not in definition.settings.variables:
                what = f"a dry run has no value for {name!r}: the schedule gives its type only"
                do = f"campaign.schedule = cn.{_tried(schedule, definition.time_zone)!r}"
                yield placed(Problem("", what, f"a test value, {_EXAMPLES[typed[name].type][1]}", do), node)


def _tried(schedule: OnSignal, time_zone: str) -> OnSignal:
    """Return the schedule with a test value for each parameter, as it would be written in a campaign of a time zone."""
    options = {item.name: getattr(schedule, item.name) for item in fields(schedule) if item.name != "parameters"}
    if options["time_zone"] == time_zone:
        options["time_zone"] = None
    return OnSignal({parameter.name: _example(parameter) for parameter in schedule.parameters}, **options)


def _example(parameter: Parameter) -> Any:
    return _EXAMPLES[parameter.type][0] if parameter.test is None else parameter.test


def _given(schedule: OnSignal, text: Mapping[str, str]) -> str:
    """Return values for all parameters as they are written in a call."""
    pairs = {parameter.name: text.get(parameter.name, literal(_example(parameter))) for parameter in schedule.parameters}
    if all(name.isidentifier() for name in pairs):
        return ", ".join(f"{name}={value}" for name, value in pairs.items())
    return f"{{{', '.join(f'{literal(name)}: {value}' for name, value in pairs.items())}}}"


# ---------------------------------------------------------------------------------------------------------------- signals


def _receivers(definition: Definition, workspace: Workspace) -> list[tuple[Node, Notice, _Receiver]]:
    """Return the signals to other campaigns, each with what the workspace knows of its receiver; makes no workspace."""
    told = [(node, notice) for node in definition.nodes.values() for notice in node.activity.notices() if notice.kind == "signal"]
    named = [(node, notice) for node, notice in told if notice.name.strip() and notice.name != definition.name]
    if not named:
        return []
    if not workspace.begun:
        return [(node, notice, _Receiver(why=_nobody(notice.name))) for node, notice in named]
    with workspace.store.read() as connection:
        return [(node, notice, _receiver(connection, notice.name)) for node, notice in named]


def _receiver(connection: Connection, name: str) -> _Receiver:
    record = campaigns.find(connection, name)
    if record is None:
        return _Receiver(why=_nobody(name))
    version, schedule, why = signalled(connection, record)
    if version is None or schedule is None or why:
        return _Receiver(why=f"campaign {name!r} can't be signalled: {why}")
    own: Mapping[str, object] = json.loads(version.definition).get("variables", {})
    return _Receiver(schedule, tuple(own))


def _nobody(name: str) -> str:
    return f"no campaign is called {name!r}"


def _unfit(node: Node, notice: Notice, receiver: _Receiver) -> Iterator[Problem]:
    """Yield what the campaign that is signalled does not take of the values."""
    given, schedule = notice.details, receiver.schedule
    if schedule is None:
        return
    wanted = {parameter.name: given.get(parameter.name) for parameter in schedule.parameters}
    usable = {name: literal(value) for name, value in wanted.items() if value is not None}
    for problem in schedule.faults(given, ""):
        usable = {name: value for name, value in usable.items() if not problem.what.startswith(f"{name}=")}
    values = ", ".join(
        f"{literal(parameter.name)}: {usable.get(parameter.name, literal(_example(parameter)))}" for parameter in schedule.parameters
    )
    do = f"x.end({literal(node.label)}, signal={literal(notice.name)}, values={{{values}}})"
    for problem in schedule.faults(given, ""):
        yield replace(problem, what=f"campaign {notice.name!r} does not take the signal: {problem.what}", do=do)
    known = [*wanted, *(name for name in receiver.variables if name not in wanted)]
    for name in given:
        if name not in known:
            what = f"campaign {notice.name!r} has no parameter and no variable {name!r}"
            yield Problem("", what, did_you_mean(name, known), do)
