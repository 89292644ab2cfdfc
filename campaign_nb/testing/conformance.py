"""The suite that every activity must pass, ours and anybody's own."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, cast, get_args

import polars as pl

from campaign_nb.activity import CATALOGUE, Activity, Family
from campaign_nb.data.model import DataModel
from campaign_nb.errors import CampaignError, DefinitionError, Problem, listed
from campaign_nb.graph.code import to_python
from campaign_nb.graph.definition import Definition, Node, Ref, is_label
from campaign_nb.graph.document import from_json, to_json
from campaign_nb.graph.values import Unwritable, kind_of
from campaign_nb.graph.values import to_json as value_as_json
from campaign_nb.render.icons import ICONS
from campaign_nb.rules import tree
from campaign_nb.testing.rowwise import ROW_CHECKS
from campaign_nb.testing.run import AS_OF
from campaign_nb.testing.trial import Trial
from campaign_nb.testing.world import World, world_of

OUR_CLOCK = "the context, and `now` in rules: they are the instant of the run"


def conformance(
    activity: Activity | type[Activity],
    *inputs: pl.DataFrame | pl.LazyFrame | DataModel,
    key: str = "",
    audiences: Mapping[str, pl.DataFrame] | None = None,
    row_wise: bool = False,
) -> None:
    """Check that an activity keeps every promise of activities.

    One error lists all that it breaks.

    Its words, its ports, its options through documents and code, its checks, and what it does to rows: nothing on
    empty inputs, the declared columns, every row accounted for, never the order of rows, the same on every run.

    Shape: an activity with options, or its class when it needs none. `inputs` as for `run`, or a data model and then
    the frames of keys and added columns; without any, a small shop of people (id, name, email, agreed, points, spend,
    joined, seen, tier) and their orders. `audiences` are saved before, by name. `row_wise` says that what happens to a
    row hangs on that row alone, so that one more person must change nothing for the others.
    Errors: everything that was found, in one DefinitionError.

    >>> import campaign_nb as cn
    >>> conformance(cn.activities.FilterRows.of(cn.col.points > 10), row_wise=True)
    """
    kind = activity if isinstance(activity, type) else type(activity)
    found = list(_words(kind))
    made = _made(activity, found)
    if made is not None:
        world = world_of(inputs, key, audiences or {}, least_inputs(kind))
        found += findings(Trial(made, world, row_wise=row_wise))
    if found:
        raise DefinitionError(*found, subject=f"activity {kind.kind or kind.__name__!r}")


def findings(trial: Trial) -> list[Problem]:
    """Return all that an activity breaks on the rows of a trial."""
    found = [problem for name, check in CHECKS.items() for problem in _outcome(name, check, trial)]
    faults = list(_outcome("run", _played, trial))
    if faults:
        return [*found, *faults]
    return found + [problem for name, check in ROW_CHECKS.items() for problem in _outcome(name, check, trial)]


def _outcome(name: str, check: Any, trial: Trial) -> Iterator[Problem]:
    """Yield what a check finds; what it stumbles over is a finding too."""
    try:
        yield from check(trial)
    except CampaignError as error:
        for problem in error.problems:
            yield Problem(name, f"{problem.where}: {problem.what}", problem.expected, problem.do)
    except Exception as error:  # an activity of somebody's own may fail in any way
        yield Problem(name, _told(error), "no exception")


def _told(error: Exception) -> str:
    return ": ".join([type(error).__name__, *str(error).splitlines()[:1]])


def _played(trial: Trial) -> Iterator[Problem]:
    """Yield effects that keep columns nobody has, else play the rows once, which raises what can't be computed at all."""
    for effect in trial.compiled().effects:
        lacking = [name for name in effect.columns if name not in effect.step.population.extra]
        if lacking:
            yield Problem("effects", f"effect {effect.kind!r} keeps {listed(lacking)}", "added columns of its population")
            return
    _ = trial.first


def least_inputs(kind: type[Activity]) -> int:
    """Return how many inputs a kind is tried with when none are given."""
    least, most = kind.inputs
    return 0 if most == 0 else max(least, 1)


def _made(activity: Activity | type[Activity], found: list[Problem]) -> Activity | None:
    if isinstance(activity, Activity):
        return activity
    try:
        return activity.of()
    except Exception as error:  # a kind of somebody's own may fail in any way
        do = f"conformance({activity.__name__}.of(…))"
        found.append(Problem("options", f"it can't be built without any: {type(error).__name__}", "an activity with options", do))
        return None


# ------------------------------------------------------------------------------------------------------------- words


def _words(kind: type[Activity]) -> Iterator[Problem]:
    """Yield what is wrong with what people see of a kind."""
    own = kind.__doc__ or ""
    first = own.strip().splitlines()[0] if own.strip() and not own.startswith(f"{kind.__name__}(") else ""
    if not 10 < len(first) < 80:
        yield Problem("docstring", f"its first line has {len(first)} characters", "a sentence of fewer than 80, in the user's words")
    if not getattr(kind, "label", "").strip():
        yield Problem("label", "it has none", "what the activity is called", 'label = "Filter"')
    if getattr(kind, "icon", None) not in ICONS:
        yield Problem("icon", f"{getattr(kind, 'icon', None)!r} is unknown", f"one of: {listed(sorted(ICONS), 40)}", 'icon = "filter"')
    if getattr(kind, "family", None) not in get_args(Family):
        yield Problem("family", f"{getattr(kind, 'family', None)!r}", f"one of: {listed(get_args(Family))}", 'family = "targeting"')
    if CATALOGUE.get(kind.kind) is not kind:
        yield Problem("kind", f"{kind.kind!r} leads to another class", "a kind of its own", 'kind = "my_activity"')


def _ports(trial: Trial) -> Iterator[Problem]:
    """Yield what is wrong with the outputs."""
    ports = trial.activity.ports()
    names = [port.name for port in ports]
    if not all(is_label(name) for name in names):
        yield Problem("ports", f"its outputs are called {names}", "a printable name for each")
    if len(set(names)) != len(names):
        yield Problem("ports", f"its outputs are called {listed(names)}", "a name of its own for each")
    if ports and ports[0].complement:
        yield Problem("ports", "its first output is a complement", "the main output first")
    made = list(trial.compiled().ports)
    if made != names:
        yield Problem("ports", f"compile gives {listed(made) or 'none'}", f"the ports, in their order: {listed(names)}")


# ----------------------------------------------------------------------------------------------------------- options


def _frozen(trial: Trial) -> Iterator[Problem]:
    """Yield options that can be changed after the activity was made."""
    for item in dataclasses.fields(trial.activity):  # pyright: ignore[reportArgumentType] # every subclass is a dataclass
        value: object = getattr(trial.activity, item.name)
        if isinstance(value, list | set | bytearray):
            yield Problem(
                "frozen", f"the option {item.name!r} is {kind_of(cast('object', value))}", "a value that stays: a tuple", "tuple(…)"
            )
        try:
            setattr(trial.activity, item.name, value)
        except (dataclasses.FrozenInstanceError, AttributeError):
            continue
        yield Problem("frozen", f"the option {item.name!r} can be set", "a frozen dataclass")
    texts: list[object] = [text for pair in trial.activity.options() for text in pair]
    if not all(isinstance(text, str) for text in texts):
        yield Problem("options", "a name or a text is no text", "readable options")


def _document(trial: Trial) -> Iterator[Problem]:
    """Yield what is lost on the way through JSON."""
    definition = _definition(trial)
    try:
        again = from_json(to_json(definition))
    except DefinitionError as error:
        if not all("this notebook only" in problem.what for problem in error.problems):
            raise
        return
    if again != definition or _values(again.nodes[LABEL].activity) != _values(trial.activity):
        yield Problem("to_json", "from_json gives another activity", "options that come back equal", "plain values, rules, dataclasses")


def _values(activity: Activity) -> Any:
    fields = dataclasses.fields(activity)  # pyright: ignore[reportArgumentType] # every subclass is a dataclass
    return {item.name: repr(value_as_json(getattr(activity, item.name), strict=False)) for item in fields}


def _code(trial: Trial) -> Iterator[Problem]:
    """Yield what keeps an activity from being written as Python."""
    try:
        text = to_python(_definition(trial))
    except Unwritable as error:
        yield Problem("to_python", error.what, error.expected, error.do)
        return
    try:
        ast.parse(text)
    except SyntaxError as error:
        yield Problem("to_python", f"the code can't be read: line {error.lineno}, {error.msg}", "options that are written as Python")


LABEL = "Tested"


def _definition(trial: Trial) -> Definition:
    """Return a campaign with the activity in it."""
    source: Any = CATALOGUE["build_audience"]
    count = len(trial.world.inputs)
    nodes = {
        f"Input {number}": Node(f"Input {number}", source(dimension=trial.world.main, rule=tree.Everybody())) for number in range(count)
    }
    made = Node(LABEL, trial.activity, tuple(Ref(f"Input {number}") for number in range(count)))
    return Definition("Conformance", nodes={**nodes, LABEL: made})


# ------------------------------------------------------------------------------------------------------------ checks


def _pure(trial: Trial) -> Iterator[Problem]:
    """Yield what compile and validate read that they must not, and what differs when they are asked again."""
    given = trial.given
    with trial.watched() as seen:
        found = trial.problems(given)
        first = trial.compiled()
    for problem in found:
        yield Problem("validate", f"it refuses the rows given: {problem.what}", "rows on which the activity can run", problem.do)
    for what in seen:
        yield Problem("compile", f"it calls {what}", "steps from schemas alone; neither rows nor a clock", OUR_CLOCK)
    if trial.described(first) != trial.described(trial.compiled()):
        yield Problem("compile", "it gives other steps when it is asked again", "the same steps for the same inputs and context")
    wait = trial.compiled().wait
    if wait is not None and wait(AS_OF) < AS_OF:
        yield Problem("compile", f"it goes on at {wait(AS_OF)}, before it got there", "None, or a later instant")


def _validates(trial: Trial) -> Iterator[Problem]:
    """Yield what `validate` raises, leaves out, or lets pass although it can't run."""
    for what, world in (("missing columns", trial.world.bare()), ("columns of another type", trial.world.mistyped())):
        try:
            problems = trial.problems(world.given())
        except Exception as error:  # an activity of somebody's own may fail in any way
            yield Problem("validate", f"on {what} it raises {type(error).__name__}", "problems, yielded")
            continue
        yield from _four_parts(problems)
        if not problems and (what == "missing columns" or not trial.calls_python()):
            yield from _runs(trial, world, what)


def _four_parts(problems: list[Any]) -> Iterator[Problem]:
    for problem in problems:
        if not isinstance(problem, Problem):
            yield Problem("validate", f"it yields a {type(problem).__name__}", "problems", "Problem(where, what, expected, do)")
        elif not (problem.where and problem.what and problem.expected):
            yield Problem("validate", f"a problem without {_lacking(problem)}: {problem.what!r}", "where, what and expected")


def _lacking(problem: Problem) -> str:
    return listed([name for name in ("where", "what", "expected") if not getattr(problem, name)])


def _runs(trial: Trial, world: World, what: str) -> Iterator[Problem]:
    try:
        trial.play(world)
    except Exception as error:  # whatever an engine says of columns that are not there
        told = error.what if isinstance(error, CampaignError) else _told(error)
        yield Problem("validate", f"it lets {what} pass, but the run fails: {told}", "a problem that names the column", "value_problems(…)")


CHECKS = {
    "ports": _ports,
    "frozen": _frozen,
    "to_json": _document,
    "to_python": _code,
    "compile": _pure,
    "validate": _validates,
}
