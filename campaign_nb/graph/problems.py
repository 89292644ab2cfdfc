"""What is wrong with a definition, all at once and from schemas alone; and the definition compiled when nothing is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from campaign_nb.activity import Activity, Audience, Compiled, Context
from campaign_nb.errors import DefinitionError, Problem, did_you_mean, nearest
from campaign_nb.graph.behaviour import variables
from campaign_nb.graph.definition import Definition, Node, Ref
from campaign_nb.graph.located import once, placed
from campaign_nb.graph.shape import inputs_fit, shape_problems
from campaign_nb.rules.schema import HIDDEN, Schema
from campaign_nb.steps import Population, Step

NO_AUDIENCES: Mapping[str, Audience] = {}


@dataclass(frozen=True)
class CompiledCampaign:
    """A definition whose every activity has become steps: what the engine takes."""

    definition: Definition
    order: tuple[str, ...]
    """The labels, each after all that it reads."""
    compiled: Mapping[str, Compiled]
    inputs: Mapping[str, tuple[Ref, ...]]

    def step(self, ref: Ref) -> Step:
        """Return the step of a transition."""
        return self.compiled[ref.label].ports[ref.port]

    def population(self, ref: Ref) -> Population:
        """Return what is known of a transition's rows before any run."""
        return self.step(ref).population


@dataclass
class _Reading:
    """One pass over a definition in the order of its transitions."""

    definition: Definition
    schema: Schema
    audiences: Mapping[str, Audience]
    compiled: dict[str, Compiled] = field(default_factory=dict[str, Compiled])
    problems: list[Problem] = field(default_factory=list[Problem])

    def read(self) -> Self:
        """Check and compile every activity whose inputs are known."""
        self.problems += shape_problems(self.definition)
        for label in self.definition.dag.order():
            node = self.definition.nodes[label]
            inputs = [self.step_of(ref) for ref in node.inputs]
            known = [step for step in inputs if step is not None]
            if inputs_fit(node) and len(known) == len(inputs):
                self._activity(node, known)
        self.problems += self._names_taken_twice()
        return self

    def step_of(self, ref: Ref) -> Step | None:
        """Return the step of a transition, None where it is not known."""
        done = self.compiled.get(ref.label)
        return None if done is None else done.ports.get(ref.port)

    def _activity(self, node: Node, inputs: Sequence[Step]) -> None:
        definition = self.definition
        context = Context(definition.name, node.label, definition.seed, self.schema, definition.time_zone, self.audiences)
        found = list(_checked(node.activity, [step.population for step in inputs], context))
        self.problems += [placed(problem, node) for problem in found]
        if not found:
            self.compiled[node.label] = node.activity.compile(inputs, context)
            return
        try:
            # What leaves an activity often does not depend on what is wrong with it: a filter on a misspelt column
            # still passes its rows on, so that what comes after is checked in the same go.
            compiled = node.activity.compile(inputs, context)
            if _undisturbed([step.population for step in inputs], [step.population for step in compiled.ports.values()]):
                self.compiled[node.label] = compiled
        except Exception:  # a broken activity may fail in any way; its problems are reported already
            return

    def _names_taken_twice(self) -> Iterator[Problem]:
        first: dict[tuple[str, str], str] = {}
        for label, compiled in self.compiled.items():
            for effect in compiled.effects:
                if effect.kind not in _NAMED or first.setdefault((effect.kind, effect.name), label) == label:
                    continue
                verb, call = _NAMED[effect.kind]
                what = f"{first[effect.kind, effect.name]!r} {verb} {effect.name!r} too"
                problem = Problem("", what, "a name of its own for each", f'.{call}({label!r}, "{effect.name} (2)")')
                yield placed(problem, self.definition.nodes[label])


_NAMED = {"audience": ("saves the audience", "save_audience"), "extract": ("writes the file", "extract_file")}
"""What an effect does to the thing that it names, of which there is one for each name."""


def _undisturbed(inputs: Sequence[Population], outputs: Sequence[Population]) -> bool:
    """Tell whether what leaves a broken activity is what would leave it once mended, as far as columns and types go."""
    known = {name: item.type for population in inputs for name, item in (*population.table.columns.items(), *population.extra.items())}
    same = all(known.get(name, item.type) is item.type for population in outputs for name, item in population.extra.items())
    return same and len({population.table.label for population in inputs}) < 2


def _checked(activity: Activity, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
    """Yield what an activity finds wrong; a check that fails itself is a problem too, not the end of all checks."""
    try:
        yield from activity.validate(inputs, context)
    except Exception as error:  # an activity of somebody's own may fail in any way
        yield Problem(
            f"{activity.kind} {context.label!r}",
            f"its check failed: {type(error).__name__}: {error}",
            "problems, not an exception",
            "mend validate",
        )


def problems(
    definition: Definition,
    schema: Schema,
    audiences: Mapping[str, Audience] = NO_AUDIENCES,
    draft_problems: Sequence[Problem] = (),
) -> list[Problem]:
    """Return everything that is wrong with a definition, from schemas alone; empty when it can run.

    Shape: what the draft found first (labels defined twice), then the graph's shape, then each activity in the order of
    the transitions. An activity is not blamed for what is wrong before it.
    """
    return once([*draft_problems, *_Reading(definition, schema, audiences).read().problems])


def variable_problems(definition: Definition, known: Collection[str]) -> list[Problem]:
    """Return the variables that rules ask for and that are not known, by activity."""
    found: list[Problem] = []
    for node in definition.nodes.values():
        for name in variables(node.activity):
            if name not in known:
                near = nearest(name, known)
                do = f'cn.var("{near}")' if near else f'cn.Campaign(…, variables={{"{name}": …}}), or a parameter of its cn.OnSignal'
                found.append(placed(Problem("", f"no variable {name!r}", did_you_mean(name, known), do), node))
    return found


def compile_definition(
    definition: Definition,
    schema: Schema,
    audiences: Mapping[str, Audience] = NO_AUDIENCES,
    draft_problems: Sequence[Problem] = (),
) -> CompiledCampaign:
    """Return every activity as steps, in the order in which they can run.

    Errors: everything that `problems` finds, in one DefinitionError.
    """
    reading = _Reading(definition, schema, audiences).read()
    found = once([*draft_problems, *reading.problems])
    if found:
        raise DefinitionError(*found, subject=f"campaign {definition.name!r}" if len(found) > 1 else "")
    inputs = {label: node.inputs for label, node in definition.nodes.items()}
    return CompiledCampaign(definition, tuple(definition.dag.order()), reading.compiled, inputs)


def populations(definition: Definition, schema: Schema, audiences: Mapping[str, Audience] = NO_AUDIENCES) -> dict[Ref, Population]:
    """Return what is known of the rows of each transition, as far as nothing is wrong before it."""
    reading = _Reading(definition, schema, audiences).read()
    return {Ref(label, port): step.population for label, item in reading.compiled.items() for port, step in item.ports.items()}


def columns_of(definition: Definition, ref: Ref, schema: Schema, audiences: Mapping[str, Audience] = NO_AUDIENCES) -> dict[str, str]:
    """Return the columns of a transition's rows with their types.

    Errors: what is wrong with the activities that it comes from, all together.
    """
    before = definition.dag.ancestors(ref.label) | {ref.label} if ref.label in definition.dag else set[str]()
    part = replace(definition, nodes={label: node for label, node in definition.nodes.items() if label in before})
    reading = _Reading(part, schema, audiences).read()
    step = reading.step_of(ref)
    if reading.problems or step is None:
        found = once(reading.problems) or [
            Problem(
                f"transition {ref.label!r}", f"no output {ref.port!r} of that activity", "one of its outputs", f"campaign[{ref.label!r}]"
            )
        ]
        raise DefinitionError(*found, subject=f"transition {ref.label!r}" if len(found) > 1 else "")
    return shown_columns(step.population)


def shown_columns(population: Population) -> dict[str, str]:
    """Return the columns of a population that people are shown, with their types; draws of chance stay inside."""
    return {name: str(item.type) for name, item in population.columns.items() if not name.startswith(HIDDEN)}


def columns_by_ref(definition: Definition, schema: Schema, audiences: Mapping[str, Audience] = NO_AUDIENCES) -> dict[Ref, dict[str, str]]:
    """Return the columns of every transition with their types, as far as nothing is wrong before it."""
    return {ref: shown_columns(population) for ref, population in populations(definition, schema, audiences).items()}
