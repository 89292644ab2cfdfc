"""The draft of a campaign: the mutable holder of its definition, with the rules of notebook cells, undo and redo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from campaign_nb.activity import Activity
from campaign_nb.errors import DefinitionError, Problem, did_you_mean, nearest
from campaign_nb.graph import cells
from campaign_nb.graph.cells import Cell
from campaign_nb.graph.definition import MOST_LABEL, Definition, Node, Ref, is_label
from campaign_nb.graph.handling import USUAL, Handling
from campaign_nb.graph.located import Located
from campaign_nb.graph.operators import Expansion, Operation, Source, collapsed
from campaign_nb.rules.check import an

MOST_UNDO = 200

Claim = tuple[str, str | None]
"""A label and the cell that defines it; None where no cell is known."""


@dataclass(frozen=True, slots=True)
class Written:
    """An activity as it was written: what it reads may still be an expression."""

    label: str
    activity: Activity
    inputs: tuple[Source, ...] = ()
    description: str = ""
    cell: str | None = None
    handling: Handling = USUAL


@dataclass(frozen=True, slots=True)
class _State:
    """All that undo brings back: the settings, what was written, and the last execution of each cell that wrote."""

    heading: Definition
    written: Mapping[Claim, Written]
    executions: Mapping[str, int]


class Draft:
    """The definition of a campaign while it is written.

    A cell run again withdraws what it had added, then adds anew; an activity keeps its place. One label twice in one
    execution is refused. The same label from another cell is kept as a problem that names both: the older counts,
    until one is gone. Without a cell id the label alone decides: the newer replaces.

    >>> draft = Draft(Definition("Spring"))
    >>> draft.definition == Definition("Spring")
    True
    """

    def __init__(self, definition: Definition) -> None:
        """Start with a definition; its operators become expressions again."""
        inputs = collapsed(definition)
        nodes = [definition.nodes[label] for label in inputs]
        written: dict[Claim, Written] = {}
        for node in nodes:
            item = Written(node.label, node.activity, inputs[node.label], node.description, None, node.handling)
            written[node.label, None] = item
        self._state = _State(replace(definition, nodes={}), MappingProxyType(dict(written)), MappingProxyType({}))
        self._places: dict[Claim | str, int] = {}
        self._past: list[_State] = []
        self._future: list[_State] = []
        self._last: Cell | None = None
        self._built: tuple[Definition, Expansion] | None = None
        self._heads: dict[str, Written] | None = None
        self.revision = 0
        """Counts the changes."""
        self._place(written)

    # ------------------------------------------------------------------------------------------------------- reading

    @property
    def name(self) -> str:
        """The campaign's name."""
        return self._state.heading.name

    @property
    def definition(self) -> Definition:
        """The definition as it stands; operators that something reads are activities of it."""
        return self._build()[0]

    def written(self, label: str) -> Written:
        """Return the activity that counts for a label."""
        found = self._counting().get(label)
        if found is not None:
            return found
        where = f"campaign {self.name!r}"
        if self.operation(label) is not None:
            raise DefinitionError(
                Problem(where, f"{label!r} is an operator", "what reads it; without a reader it is gone", 'campaign.combine("Both", a, b)')
            )
        known = self.definition.nodes
        do = f"campaign[{nearest(label, known) or next(iter(known), '…')!r}]"
        raise DefinitionError(Problem(where, f"no activity {label!r}", did_you_mean(label, known), do))

    def operation(self, label: str) -> Operation | None:
        """Return the expression that has become the activity of a label; None for any other."""
        return next((operation for operation, made in self._build()[1].labels.items() if made == label), None)

    def ref(self, source: Source) -> Ref | None:
        """Return the transition that a source is; None for an operator that nothing reads."""
        expansion = self._build()[1]
        return None if isinstance(source, Operation) and source.whole not in expansion.labels else expansion.ref(source)

    def reading(self, source: Source) -> tuple[Definition, Ref]:
        """Return the definition as if something read a source, and the transition that the source then is."""
        definition, expansion = self._expand([source])
        return definition, expansion.ref(source)

    def problems(self) -> list[Problem]:
        """Return the labels that several cells define."""
        cells_of: dict[str, list[Written]] = {}
        for claim in self._ordered():
            cells_of.setdefault(claim[0], []).append(self._state.written[claim])
        return [self._rivalry(items) for items in cells_of.values() if len(items) > 1]

    def executions(self) -> Mapping[str, int]:
        """Return the last execution of each cell that defined something, as the notebook numbers them."""
        return self._state.executions

    # ------------------------------------------------------------------------------------------------------- changing

    def add(self, label: str, activity: Activity, inputs: Sequence[Source] = (), description: str = "", handling: Handling = USUAL) -> None:
        """Add an activity under its label, as the running cell's.

        Errors: no label, something else than an activity, one label twice in one execution of a cell.
        """
        self._check(label, activity)
        state = self._settled(cell := cells.current())
        item = Written(label, activity, tuple(inputs), description, None if cell is None else cell.id, handling)
        if cell is None:
            kept = {claim: other for claim, other in state.written.items() if claim[0] != label}
        elif (label, cell.id) in state.written:
            raise DefinitionError(self._twice(item))
        else:
            kept = {claim: other for claim, other in state.written.items() if claim != (label, None)}
            state = replace(state, executions=MappingProxyType({**state.executions, cell.id: cell.execution}))
        self._change(replace(state, written=MappingProxyType({**kept, (label, item.cell): item})), cell)

    def remove(self, *labels: str) -> None:
        """Remove activities; where several cells define a label, the one that counts."""
        found = [self.written(label) for label in labels]
        gone = {(item.label, item.cell) for item in found}
        kept = {claim: item for claim, item in self._state.written.items() if claim not in gone}
        self._change(replace(self._state, written=MappingProxyType(kept)), None)

    def settle(self) -> None:
        """Withdraw what the running cell added when it ran before; `add` does so too."""
        state = self._settled(cell := cells.current())
        if state is not self._state:
            self._change(state, cell)

    def describe(
        self,
        *,
        description: str | None = None,
        tags: Iterable[str] | None = None,
        time_zone: str | None = None,
        seed: str | int | None = None,
    ) -> None:
        """Change settings of the campaign; None leaves one as it is."""
        given = {"description": description, "tags": None if tags is None else tuple(tags), "time_zone": time_zone}
        given["seed"] = None if seed is None else str(seed)
        changes = {name: value for name, value in given.items() if value is not None}
        self._change(replace(self._state, heading=replace(self._state.heading, **changes)), cells.current())

    def copy(self, labels: Iterable[str], to: Draft) -> None:
        """Copy activities into another draft; what they read keeps its label there.

        Errors: a label that the other draft has already; then nothing is copied.
        """
        items = [self.written(label) for label in labels]
        taken = [item.label for item in items if item.label in to._counting()]
        if taken:
            where, expected = f"campaign {to.name!r}", "labels that are free there"
            raise DefinitionError(
                *(Problem(where, f"it has an activity {label!r} already", expected, f"other.remove({label!r})") for label in taken)
            )
        for item in items:
            to.add(item.label, item.activity, item.inputs, item.description, item.handling)

    def undo(self) -> None:
        """Take back the last change; all that one execution of a cell added is one change."""
        self._travel(self._past, self._future, "undo")

    def redo(self) -> None:
        """Make again what was taken back last."""
        self._travel(self._future, self._past, "redo")

    # ------------------------------------------------------------------------------------------------------- inside

    def _check(self, label: object, activity: object) -> None:
        where = f"campaign {self.name!r}"
        if not isinstance(label, str):
            what = f"{an(type(label).__name__)} stands where the label is expected"
            raise DefinitionError(Problem(where, what, "the label first, as text", '.filter("Adults", …)'))
        if not is_label(label):
            expected = f"1 to {MOST_LABEL} printable characters"
            raise DefinitionError(Problem(where, f"the label {label[:MOST_LABEL]!r}", expected, '.filter("Adults", …)'))
        if not isinstance(activity, Activity):
            what = f"{label!r} is given {an(type(activity).__name__)} as its activity"
            raise DefinitionError(
                Problem(where, what, "an instance of a subclass of Activity", f"campaign.add({label!r}, MyActivity(), …)")
            )

    def _settled(self, cell: Cell | None) -> _State:
        """Return the state without what an earlier execution of the running cell added."""
        state = self._state
        if cell is None or state.executions.get(cell.id) in (None, cell.execution):
            return state
        kept = {claim: item for claim, item in state.written.items() if claim[1] != cell.id}
        return replace(state, written=MappingProxyType(kept), executions=MappingProxyType({**state.executions, cell.id: cell.execution}))

    def _change(self, state: _State, cell: Cell | None) -> None:
        if cell is None or cell != self._last:
            self._past = [*self._past[-MOST_UNDO:], self._state]
        self._future, self._last = [], cell
        self._become(state)

    def _travel(self, back: list[_State], forth: list[_State], verb: str) -> None:
        if not back:
            before, do = ("a change before", "campaign.redo()") if verb == "undo" else ("an undo just before", "campaign.undo()")
            raise DefinitionError(Problem(f"campaign {self.name!r}", f"there is nothing to {verb}", before, do))
        forth.append(self._state)
        self._last = None
        self._become(back.pop())

    def _become(self, state: _State) -> None:
        self._state, self._built, self._heads = state, None, None
        self.revision += 1
        self._place(state.written)

    def _place(self, written: Iterable[Claim]) -> None:
        """Remember when labels and claims came first, so that what is run again keeps its place and its right."""
        for claim in written:
            self._places.setdefault(claim[0], len(self._places))
            self._places.setdefault(claim, len(self._places))

    def _ordered(self) -> list[Claim]:
        """Return the claims in the order of their labels, the oldest claim of a label first."""
        return sorted(self._state.written, key=lambda claim: (self._places[claim[0]], self._places[claim]))

    def _counting(self) -> dict[str, Written]:
        if self._heads is None:
            self._heads = {}
            for claim in self._ordered():
                self._heads.setdefault(claim[0], self._state.written[claim])
        return self._heads

    def _build(self) -> tuple[Definition, Expansion]:
        if self._built is None:
            self._built = self._expand([])
        return self._built

    def _expand(self, read: Sequence[Source]) -> tuple[Definition, Expansion]:
        written = self._counting()
        expansion = Expansion(written)
        nodes: dict[str, Node] = {}
        for item in written.values():
            nodes |= {node.label: node for node in expansion.nodes(item.inputs)}
            inputs = tuple(expansion.ref(source) for source in item.inputs)
            nodes[item.label] = Node(item.label, item.activity, inputs, item.description, item.cell, handling=item.handling)
        nodes |= {node.label: node for node in expansion.nodes(read)}
        return replace(self._state.heading, nodes=nodes), expansion

    def _twice(self, item: Written) -> Problem:
        where = f"{item.activity.kind} {item.label!r} (cell {cells.short(item.cell or '')})"
        what, expected = "the label is used twice in one execution of the cell", "a label of its own for each activity"
        return Problem(where, what, expected, f'"{item.label} (2)"')

    def _rivalry(self, items: Sequence[Written]) -> Problem:
        places = [self._where(item.cell) for item in items]
        label = items[0].label
        return Located(
            f"{items[0].activity.kind} {label!r}",
            f"the label is defined in {' and in '.join(places)}",
            f"one activity per label; {places[0]} counts",
            f"take it out of one of the cells and run that cell again, or campaign.remove({label!r})",
            label,
        )

    def _where(self, cell: str | None) -> str:
        if cell is None:
            return "no cell"
        execution = self._state.executions.get(cell)
        return f"cell {cells.short(cell)}" + (f" [{execution}]" if execution is not None else "")
