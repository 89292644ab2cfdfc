"""`a | b`, `a & b` and `a - b` as expressions: unlabelled, and activities only while something reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from campaign_nb.activities.combine import Combine, Mode
from campaign_nb.activity import OUT
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.graph.definition import Definition, Node, Ref

MOST_DEPTH = 32
"""How deep operators may be nested before a part must be given a label."""
MOST_PARTS = 500
"""How many operands an expression may have."""
_LONGEST = 60
_WORDS: dict[Mode, str] = {"union": "or", "intersection": "and", "exclusion": "without"}


@dataclass(frozen=True, slots=True)
class Operation:
    """Transitions joined by an operator, the primary one first; equal when written the same."""

    mode: Mode
    operands: tuple[Source, ...]
    port: str = OUT

    @property
    def whole(self) -> Operation:
        """The operation itself, whatever port of it is meant."""
        return self if self.port == OUT else replace(self, port=OUT)


Source: TypeAlias = Ref | Operation
"""What an activity reads: a transition, or an expression of transitions."""


def joined(mode: Mode, left: Source, right: Source) -> Operation:
    """Join two sources; a chain of one operator is one operation.

    >>> len(joined("union", joined("union", Ref("a"), Ref("b")), Ref("c")).operands)
    3
    """
    after = (right,) if mode == "exclusion" else _chain(right, mode)
    made = Operation(mode, (*_chain(left, mode), *after))
    deep, count = measure(made)
    if deep > MOST_DEPTH or count > MOST_PARTS:
        what = f"{count} transitions are joined, {deep} levels deep"
        expected = f"at most {MOST_PARTS} and {MOST_DEPTH} levels; a label for a part of them"
        raise DefinitionError(Problem("operators", what, expected, 'campaign.combine("Part", a, b)'))
    return made


def _chain(source: Source, mode: Mode) -> tuple[Source, ...]:
    """Return the operands of a chain of one operator, or the source alone."""
    return source.operands if isinstance(source, Operation) and source.mode == mode and source.port == OUT else (source,)


def measure(source: Source) -> tuple[int, int]:
    """Return how deep operations are nested in a source, and the number of transitions that they join.

    >>> measure(Ref("a")), measure(joined("union", Ref("a"), Ref("b")))
    ((0, 1), (1, 2))
    """
    if isinstance(source, Ref):
        return 0, 1
    found = [measure(item) for item in source.operands]
    return 1 + max(deep for deep, _ in found), sum(count for _, count in found)


def parts(source: Source) -> Iterator[Operation]:
    """Yield the operations in a source, the inner ones first."""
    if isinstance(source, Operation):
        for item in source.operands:
            yield from parts(item)
        yield source.whole


def refs(source: Source) -> Iterator[Ref]:
    """Yield the transitions that a source reads, in order."""
    if isinstance(source, Ref):
        yield source
    else:
        for item in source.operands:
            yield from refs(item)


def name_of(source: Source) -> str:
    """Return a source as people read it.

    >>> name_of(joined("exclusion", joined("union", Ref("Lapsed"), Ref("Gold")), Ref("Offer", "A")))
    '(Lapsed or Gold) without A of Offer'
    """
    if isinstance(source, Ref):
        return source.label if source.port == OUT else f"{source.port} of {source.label}"
    if source.port != OUT:
        return f"{source.port} of ({name_of(source.whole)})"
    first, *others = [f"({name_of(item)})" if _plain(item) else name_of(item) for item in source.operands]
    word = _WORDS[source.mode]
    inner = " or " if source.mode == "exclusion" else f" {word} "
    text = f"{first} {word} {inner.join(others)}"
    if len(text) > _LONGEST and len(others) > 1:
        text = f"{first} {word} {len(others)} others"
    return text if len(text) <= _LONGEST else f"{_short(first)} {word} {_short(others[0]) if len(others) == 1 else f'{len(others)} others'}"


def _plain(source: Source) -> bool:
    return isinstance(source, Operation) and source.port == OUT


def _short(text: str) -> str:
    most = _LONGEST // 2 - 4
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


class Expansion:
    """Gives every operation that is read one activity, with a label of its own."""

    def __init__(self, taken: Iterable[str]) -> None:
        """Keep the labels that are taken by activities that people wrote."""
        self._taken = set(taken)
        self.labels: dict[Operation, str] = {}

    def nodes(self, sources: Sequence[Source]) -> list[Node]:
        """Return the activities that these sources need and that were not made yet, the inner ones first."""
        made: list[Node] = []
        for source in sources:
            for operation in parts(source):
                if operation not in self.labels:
                    label = self.labels[operation] = self._free(name_of(operation))
                    inputs = tuple(self.ref(item) for item in operation.operands)
                    made.append(Node(label, Combine(mode=operation.mode), inputs, operator=True))
        return made

    def ref(self, source: Source) -> Ref:
        """Return the transition that a source has become."""
        return source if isinstance(source, Ref) else Ref(self.labels[source.whole], source.port)

    def _free(self, label: str) -> str:
        found, count = label, 1
        while found in self._taken:
            count += 1
            found = f"{label} ({count})"
        self._taken.add(found)
        return found


def collapsed(definition: Definition) -> dict[str, tuple[Source, ...]]:
    """Return what each activity reads with operators turned back into expressions; the operators themselves are left out."""
    operations: dict[str, Operation] = {}
    found: dict[str, tuple[Source, ...]] = {}
    sound = definition.dag.order()
    rest = set(definition.nodes) - set(sound)
    for label in (*sound, *(label for label in definition.nodes if label in rest)):
        node = definition.nodes[label]
        inputs = tuple(_expression(ref, operations) for ref in node.inputs)
        if node.operator and isinstance(node.activity, Combine) and len(inputs) > 1:
            operations[label] = Operation(node.activity.mode, inputs)
        else:
            found[label] = inputs
    return {label: found[label] for label in definition.nodes if label in found}


def _expression(ref: Ref, operations: dict[str, Operation]) -> Source:
    operation = operations.get(ref.label)
    return ref if operation is None else replace(operation, port=ref.port)
