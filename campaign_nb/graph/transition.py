"""Transitions as users hold them: handles by label, never stale, each verb adding one activity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from campaign_nb.activities.combine import Mode
from campaign_nb.activity import OUT, Activity
from campaign_nb.errors import DefinitionError, Problem, did_you_mean, nearest
from campaign_nb.graph.definition import Ref
from campaign_nb.graph.fluent import refuse_foreign
from campaign_nb.graph.handling import USUAL, Handling
from campaign_nb.graph.methods_channel import ChannelMethods
from campaign_nb.graph.methods_data import DataMethods
from campaign_nb.graph.methods_flow import FlowMethods
from campaign_nb.graph.methods_targeting import TargetingMethods
from campaign_nb.graph.operators import Operation, Source, joined, name_of
from campaign_nb.graph.owner import Owner
from campaign_nb.graph.problems import columns_of
from campaign_nb.graph.size import Size
from campaign_nb.render import html
from campaign_nb.rules import tree
from campaign_nb.rules.value import Rule

REJECTS = "rejects"


class Transition(TargetingMethods, DataMethods, ChannelMethods, FlowMethods):
    """The population that leaves an activity.

    Its verbs add the activities that come next.

    `a | b` joins, `a & b` intersects, `a - b` excludes; such an expression is an activity while something reads it.
    """

    def __init__(self, owner: Owner, source: Source) -> None:
        """Point at a transition of a campaign, or at an expression of its transitions."""
        self._owner, self._source = owner, source

    @property
    def label(self) -> str:
        """The label of the activity that it leaves; of an expression, its operands."""
        ref = self._owner.draft.ref(self._source)
        return name_of(self._source) if ref is None else ref.label

    @property
    def complement(self) -> Transition:
        """What the activity left out, as a transition of its own."""
        ports = [port.name for port in self._activity().ports() if port.complement]
        if not ports:
            self._refuse("it has no complement", "an activity that leaves rows out", "a - b")
        return self._at(ports[0])

    @property
    def rejects(self) -> Transition:
        """The rows that could not be read."""
        if REJECTS not in [port.name for port in self._activity().ports()]:
            self._refuse("it has no rejects", "an activity that reads a file", 'campaign.load_file("Leads", "leads.csv").rejects')
        return self._at(REJECTS)

    @property
    def schema(self) -> dict[str, str]:
        """The columns that its rows carry, with their types; known before any run.

        Errors: what is wrong with the activities before it, all together.
        """
        definition, ref = self._owner.draft.reading(self._source)
        return columns_of(definition, ref, self._owner.schema, self._owner.audiences)

    @property
    def size(self) -> Size:
        """The number of people in it, in the latest run."""
        return Size(self._owner, self._ref("counted"))

    def frame(self, run: Any = None) -> Any:
        """Return its rows as a Polars DataFrame, from the latest run unless one is named."""
        return self._owner.frame(self._ref("shown"), run)

    def head(self, n: int = 10, run: Any = None) -> Any:
        """Return its first n rows, from the latest run unless one is named."""
        return self.frame(run).head(n)

    def add(self, label: str, activity: Activity, *others: Transition, description: str = "", handling: Handling = USUAL) -> Any:
        """Add an activity of any class, one of your own too.

        It reads this transition first, then the others.

        Shape: a transition for one output, branches for several.
        """
        return self._add(label, activity, description, (), others, None, handling)

    def _add(
        self,
        label: str,
        activity: Activity,
        description: str,
        given: Sequence[object] = (),
        inputs: Iterable[Transition] = (),
        primary: Transition | None = None,
        handling: Handling = USUAL,
    ) -> Any:
        return added(self._owner, label, activity, description, given, [self, *inputs], primary, handling)

    # --------------------------------------------------------------------------------------------------------- events

    @property
    def sent(self) -> Rule:
        """Whether a person was sent the message."""
        return self._event("sent")

    @property
    def delivered(self) -> Rule:
        """Whether the message reached the person."""
        return self._event("delivered")

    @property
    def bounced(self) -> Rule:
        """Whether the message came back."""
        return self._event("bounced")

    @property
    def opened(self) -> Rule:
        """Whether a person opened the message."""
        return self._event("opened")

    @property
    def clicked(self) -> Rule:
        """Whether a person clicked in the message."""
        return self._event("clicked")

    @property
    def unsubscribed(self) -> Rule:
        """Whether a person unsubscribed by the message."""
        return self._event("unsubscribed")

    @property
    def complained(self) -> Rule:
        """Whether a person reported the message as unwanted."""
        return self._event("complained")

    def _event(self, event: str) -> Rule:
        if isinstance(self._source, Operation):
            events = " | ".join(f"campaign[{item.label!r}].{event}" for item in self._source.operands[:2] if isinstance(item, Ref))
            self._refuse(f".{event} of several transitions", "the transition of one message", events)
        if not self._activity().channel or self._source.port != OUT:
            what = "those who were excluded get no message" if self._activity().channel else "it sends no message"
            self._refuse(f".{event}: {what}", "the transition of a message", f'mail = ….email("Offer", …), then mail.{event}')
        return Rule(tree.Behaviour(event, self._source.label, self._owner.draft.name))

    # ------------------------------------------------------------------------------------------------------ operators

    def __or__(self, other: object) -> Transition:
        return self._join("union", "|", other)

    def __and__(self, other: object) -> Transition:
        return self._join("intersection", "&", other)

    def __sub__(self, other: object) -> Transition:
        return self._join("exclusion", "-", other)

    def _join(self, mode: Mode, sign: str, other: object) -> Transition:
        source = source_of(self._owner, other, f"{self.label!r} {sign} …")
        return Transition(self._owner, joined(mode, self._source, source))

    def __bool__(self) -> NoReturn:
        self._refuse("`and`, `or`, `not` and `if` decide at once, in Python", "| & - between transitions; .complement for not", "a | b")

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, Transition) and self._owner.draft is other._owner.draft
        return same and isinstance(other, Transition) and self._source == other._source

    def __hash__(self) -> int:
        return hash((id(self._owner.draft), self._source))

    # --------------------------------------------------------------------------------------------------------- inside

    def _activity(self) -> Activity:
        if isinstance(self._source, Ref):
            return self._owner.draft.written(self._source.label).activity
        definition, ref = self._owner.draft.reading(self._source)
        return definition[ref.label].activity

    def _at(self, port: str) -> Transition:
        source = self._source
        moved = Ref(source.label, port) if isinstance(source, Ref) else Operation(source.mode, source.operands, port)
        return Transition(self._owner, moved)

    def _ref(self, verb: str) -> Ref:
        ref = self._owner.draft.ref(self._source)
        if ref is None:
            self._refuse(f"nothing reads it, so it can't be {verb}", "a label of its own", 'campaign.combine("Both", a, b)')
        return ref

    def _refuse(self, what: str, expected: str, do: str) -> NoReturn:
        raise DefinitionError(Problem(f"transition {name_of(self._source)!r}", what, expected, do))

    def __repr__(self) -> str:
        return f"<transition {name_of(self._source)!r} of campaign {self._owner.draft.name!r}>"

    def _repr_html_(self) -> str:
        rows: list[tuple[object, object]] = []
        definition, ref = self._owner.draft.reading(self._source)
        node = definition.nodes.get(ref.label)
        if node is not None:
            rows += [("Activity", type(node.activity).label), ("Reads", ", ".join(name_of(item) for item in node.inputs) or "–")]
            rows += [(name.capitalize(), text) for name, text in node.activity.options()]
        try:
            rows.append(("Carries", row_of(self.schema)))
        except DefinitionError as error:
            rows.append(("Problem", error.what))
        count = self._owner.count(ref)
        rows += [("People", f"{count:,}")] if count is not None else []
        return html.card(name_of(self._source), rows, f"transition of campaign {self._owner.draft.name}")


class Branches:
    """The outputs of an activity that has several.

    Attributes, or ["any name"], unpacked in order, the complement apart.

    It has no verbs, so that an output may be called like one.
    """

    def __init__(self, owner: Owner, label: str) -> None:
        """Point at an activity of a campaign."""
        self._owner, self._label = owner, label

    @property
    def label(self) -> str:
        """The label of the activity."""
        return self._label

    @property
    def complement(self) -> Transition:
        """The rows that went to no output."""
        ports = [port.name for port in self._activity().ports() if port.complement]
        if not ports:
            self._refuse("it has no complement", "an activity that leaves rows out", "a - b")
        return Transition(self._owner, Ref(self._label, ports[0]))

    @property
    def names(self) -> list[str]:
        """The names of the outputs, in order, the complement apart."""
        return [port.name for port in self._activity().ports() if not port.complement]

    def __getattr__(self, name: str) -> Transition:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Transition:
        names = self.names
        if name not in [port.name for port in self._activity().ports()]:
            verb = callable(getattr(Transition, str(name), None)) and bool(names)
            do = f"branches[{names[0]!r}].{name}(…)" if verb else f"branches[{nearest(str(name), names) or next(iter(names), '…')!r}]"
            what = f"{name!r} is a verb of one output" if verb else f"no output {name!r}"
            self._refuse(what, f"one of: {', '.join(names)}" if verb else did_you_mean(str(name), names), do)
        return Transition(self._owner, Ref(self._label, name))

    def __iter__(self) -> Iterator[Transition]:
        return iter([self[name] for name in self.names])

    def __len__(self) -> int:
        return len(self.names)

    def __bool__(self) -> NoReturn:
        self._refuse("`and`, `or`, `not` and `if` decide at once, in Python", "| & - between its outputs", "branches.A | branches.B")

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, Branches) and self._owner.draft is other._owner.draft
        return same and isinstance(other, Branches) and self._label == other._label

    def __hash__(self) -> int:
        return hash((id(self._owner.draft), self._label))

    def __dir__(self) -> list[str]:
        return [*(name for name in self.names if name.isidentifier()), "complement", "label", "names"]

    def _ipython_key_completions_(self) -> list[str]:
        return self.names

    def _activity(self) -> Activity:
        return self._owner.draft.written(self._label).activity

    def _refuse(self, what: str, expected: str, do: str) -> NoReturn:
        raise DefinitionError(Problem(f"{self._activity().kind} {self._label!r}", what, expected, do))

    def __repr__(self) -> str:
        return f"<branches of {self._label!r}: {', '.join(self.names) or 'none'}>"

    def _repr_html_(self) -> str:
        ports = self._activity().ports()
        counts = [(port.name, self._owner.count(Ref(self._label, port.name))) for port in ports]
        return html.card(self._label, [(name, "not counted yet" if count is None else f"{count:,}") for name, count in counts])


def handle(owner: Owner, label: str) -> Transition | Branches:
    """Return the handle of an activity: a transition for one output, branches for named ones, several or none."""
    operation = owner.draft.operation(label)
    if operation is not None:
        return Transition(owner, operation)
    ports = [port.name for port in owner.draft.written(label).activity.ports() if not port.complement]
    return Transition(owner, Ref(label)) if ports == [OUT] else Branches(owner, label)


def source_of(owner: Owner, value: object, where: str) -> Source:
    """Return what a handle points at.

    Errors: something else than a transition, or one of another campaign.
    """
    if isinstance(value, Branches):
        names = ", ".join(value.names)
        raise DefinitionError(Problem(where, f"{value.label!r} has several outputs", f"one of: {names}", 'branches.A, or branches["A"]'))
    if not isinstance(value, Transition):
        expected, do = "a transition; a rule narrows one with filter", 'a.filter("Adults", customers.age >= 18)'
        raise DefinitionError(Problem(where, f"a {type(value).__name__} is no transition", expected, do))
    other = value._owner.draft  # pyright: ignore[reportPrivateUsage] # one family
    if other is not owner.draft:
        raise DefinitionError(_foreign(where, value.label, other.name, owner.draft.name))
    return value._source  # pyright: ignore[reportPrivateUsage] # one family


def _foreign(where: str, label: str, theirs: str, ours: str) -> Problem:
    if theirs == ours:
        what = f"{label!r} belongs to an earlier campaign {theirs!r}: it was made anew since"
        return Problem(where, what, "transitions of the campaign as it is now", f"run the cell that defines {label!r} again")
    do = 'other.save_audience("Shared"), then campaign.read_audience("Shared")'
    return Problem(where, f"{label!r} belongs to another campaign, {theirs!r}", f"transitions of campaign {ours!r}", do)


def added(
    owner: Owner,
    label: str,
    activity: Activity,
    description: str,
    given: Sequence[object],
    inputs: Iterable[object],
    primary: object | None = None,
    handling: Handling = USUAL,
) -> Any:
    """Add an activity to a campaign's draft and return its handle; the primary input comes first.

    Errors: foreign transitions or rules, a primary input that is none of the inputs, what the draft refuses.
    """
    where = f"{getattr(activity, 'kind', 'activity')} {label!r}"
    refuse_foreign(where, given, owner.schema)
    sources = [source_of(owner, item, where) for item in inputs]
    if primary is not None:
        first = source_of(owner, primary, where)
        if first not in sources:
            do = f'combine("{label}", a, b, primary=a)'
            raise DefinitionError(Problem(where, f"primary={name_of(first)!r} is none of its inputs", "one of the inputs", do))
        sources.remove(first)
        sources.insert(0, first)
    owner.draft.add(label, activity, sources, description, handling)
    owner.changed()
    return handle(owner, label)


def row_of(columns: Mapping[str, str]) -> str:
    """Write columns and types on one line."""
    return ", ".join(f"{name} ({kind})" for name, kind in columns.items())
