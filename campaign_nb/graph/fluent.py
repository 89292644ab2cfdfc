"""What the written-out methods of campaigns and transitions stand on: one door through which activities are added."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from campaign_nb.activity import Activity
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.graph.handling import USUAL, Handling
from campaign_nb.rules.handle import Handle
from campaign_nb.rules.operand import Root
from campaign_nb.rules.schema import Schema
from campaign_nb.rules.value import Rule, Value

if TYPE_CHECKING:
    from campaign_nb.graph.transition import Branches, Transition


class Fluent(ABC):
    """Adds activities: the methods of the families end here.

    `given` holds what the user wrote that may belong to a data model; `inputs` are further inputs, the primary one
    apart if it is named.
    """

    @abstractmethod
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
        """Add an activity to the draft and return its handle."""

    def _one(
        self,
        label: str,
        activity: Activity,
        description: str,
        given: Sequence[object] = (),
        inputs: Iterable[Transition] = (),
        primary: Transition | None = None,
        handling: Handling = USUAL,
    ) -> Transition:
        """Add an activity with one main output."""
        return self._add(label, activity, description, given, inputs, primary, handling)

    def _several(
        self,
        label: str,
        activity: Activity,
        description: str,
        given: Sequence[object] = (),
        inputs: Iterable[Transition] = (),
        primary: Transition | None = None,
        handling: Handling = USUAL,
    ) -> Branches:
        """Add an activity with several outputs, or none."""
        return self._add(label, activity, description, given, inputs, primary, handling)


def refuse_foreign(where: str, given: Iterable[object], schema: Schema) -> None:
    """Refuse rules, values and tables of another data model than the campaign's."""
    for root in _roots(given):
        if root.schema is not schema:
            raise DefinitionError(
                Problem(
                    where,
                    f"a rule on {root.table.label!r} belongs to another data model",
                    "tables of the campaign's own data model",
                    "declare the table in the campaign's data model",
                )
            )


def _roots(given: Iterable[object]) -> Iterator[Root]:
    for item in given:
        if isinstance(item, Mapping):
            yield from _roots(item.values())  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType] # any option
        elif isinstance(item, list | tuple):
            yield from _roots(item)  # pyright: ignore[reportUnknownArgumentType] # any option
        else:
            root = item.root if isinstance(item, Rule | Value) else vars(item).get("_root") if isinstance(item, Handle) else None
            if isinstance(root, Root):
                yield root
