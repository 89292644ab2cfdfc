"""What a campaign offers to build its graph: sources and joins, its own classes of activity, and what is wrong."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from campaign_nb.activity import Activity
from campaign_nb.graph.code import to_python
from campaign_nb.graph.definition import Definition
from campaign_nb.graph.diff import Change, diff
from campaign_nb.graph.document import save, to_json
from campaign_nb.graph.handling import USUAL, Handling, OnError, WhenEmpty, handling
from campaign_nb.graph.located import Problems
from campaign_nb.graph.owner import Owner
from campaign_nb.graph.problems import problems
from campaign_nb.graph.sources import SourceMethods
from campaign_nb.graph.transition import Branches, Transition, added, handle
from campaign_nb.schedule import Schedule


class Building(SourceMethods):
    """The verbs of a campaign that change or check its draft."""

    @abstractmethod
    def _owner(self) -> Owner:
        """Return the campaign as its transitions see it."""

    def _planned(self) -> Schedule | None:
        """Return the campaign's schedule; None where it has none."""
        return None

    def add(
        self,
        label: str,
        activity: Activity,
        *inputs: Transition,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Any:
        """Add an activity of any class, one of your own too.

        The first input is the primary one.

        Shape: a transition for one output, branches for several.
        """
        handled = handling(label, on_error, enabled, breakpoint, when_empty, max_duration)
        return self._add(label, activity, description, (), inputs, None, handled)

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
        return added(self._owner(), label, activity, description, given, inputs, primary, handling)

    def __getitem__(self, label: str) -> Transition | Branches:
        return handle(self._owner(), label)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._owner().draft.definition.nodes)

    @property
    def problems(self) -> Problems:
        """Everything that is wrong with the definition, from schemas alone.

        Empty when it can run.
        """
        owner = self._owner()
        return Problems(problems(owner.draft.definition, owner.schema, owner.audiences, owner.draft.problems()))

    def remove(self, *labels: str) -> None:
        """Remove activities by label.

        Where several cells define one, the one that counts.
        """
        owner = self._owner()
        owner.draft.remove(*labels)
        owner.changed()

    def copy(self, *labels: str, to: Building) -> None:
        """Copy activities into another campaign; what they read keeps its label there.

        Errors: a label that the other campaign has already.
        """
        other = to._owner()
        self._owner().draft.copy(labels, other.draft)
        other.changed()

    def undo(self) -> None:
        """Take back the last change.

        All that one execution of a cell added is one change.
        """
        owner = self._owner()
        owner.draft.undo()
        owner.changed()

    def redo(self) -> None:
        """Make again what was taken back last."""
        owner = self._owner()
        owner.draft.redo()
        owner.changed()

    # ---------------------------------------------------------------------------------------------------- other forms

    def to_json(self) -> str:
        """Return the definition as a JSON document, with the schedule.

        Errors: functions that another kernel could not import.
        """
        return to_json(self._owner().draft.definition, self._planned())

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the definition to a file as JSON, whole or not at all.

        Errors: functions that another kernel could not import; a folder that can't be written.
        """
        return save(self._owner().draft.definition, path, self._planned())

    def to_python(self, *, data: str = "shop") -> str:
        """Return readable Python that builds an equal campaign.

        `data` is the variable of the data model.

        Errors: a cycle, or an input that is not there.
        """
        return to_python(self._owner().draft.definition, self._planned(), data=data)

    def diff(self, other: Building | Definition) -> list[Change]:
        """Return what changed from this definition to another, in words.

        Empty when they are equal.
        """
        if isinstance(other, Definition):
            return diff(self._owner().draft.definition, other)
        return diff(self._owner().draft.definition, other._owner().draft.definition, (self._planned(), other._planned()))
