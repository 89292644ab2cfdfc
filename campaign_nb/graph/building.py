"""What a campaign offers to build its graph: sources and joins, its own classes of activity, and what is wrong."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from campaign_nb.activity import Activity
from campaign_nb.errors import Problem
from campaign_nb.graph.owner import Owner
from campaign_nb.graph.problems import problems
from campaign_nb.graph.sources import SourceMethods
from campaign_nb.graph.transition import Branches, Transition, added, handle


class Building(SourceMethods):
    """The verbs of a campaign that change or check its draft."""

    @abstractmethod
    def _owner(self) -> Owner:
        """Return the campaign as its transitions see it."""

    def add(self, label: str, activity: Activity, *inputs: Transition, description: str = "") -> Any:
        """Add an activity of any class, one of your own too; the first input is the primary one.

        Shape: a transition for one output, branches for several.
        """
        return self._add(label, activity, description, (), inputs)

    def _add(
        self,
        label: str,
        activity: Activity,
        description: str,
        given: Sequence[object] = (),
        inputs: Iterable[Transition] = (),
        primary: Transition | None = None,
    ) -> Any:
        return added(self._owner(), label, activity, description, given, inputs, primary)

    def __getitem__(self, label: str) -> Transition | Branches:
        return handle(self._owner(), label)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._owner().draft.definition.nodes)

    @property
    def problems(self) -> list[Problem]:
        """Everything that is wrong with the definition, from schemas alone; empty when it can run."""
        owner = self._owner()
        return problems(owner.draft.definition, owner.schema, owner.audiences, owner.draft.problems())

    def remove(self, *labels: str) -> None:
        """Remove activities by label; where several cells define one, the one that counts."""
        owner = self._owner()
        owner.draft.remove(*labels)
        owner.changed()

    def undo(self) -> None:
        """Take back the last change; all that one execution of a cell added is one change."""
        owner = self._owner()
        owner.draft.undo()
        owner.changed()

    def redo(self) -> None:
        """Make again what was taken back last."""
        owner = self._owner()
        owner.draft.redo()
        owner.changed()
