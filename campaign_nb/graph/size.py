"""How many people are in a transition: a number after a run, and in conditions of tests before it."""

from __future__ import annotations

from campaign_nb.errors import Problem, RunError
from campaign_nb.graph.definition import Ref
from campaign_nb.graph.operators import name_of
from campaign_nb.graph.owner import Owner
from campaign_nb.rules import tree
from campaign_nb.rules.value import Value


class Size(Value):
    """The number of people in a transition.

    Compared, it is a condition of a test, decided when the run gets there; `int(x.size)` is what the latest run counted.
    """

    def __init__(self, owner: Owner, ref: Ref) -> None:
        """Point at a transition."""
        super().__init__(tree.Size(ref.label, ref.port), name=ref.label)
        self._owner, self.ref = owner, ref

    @property
    def type(self) -> tree.Type:
        """A whole number."""
        return tree.Type.INTEGER

    @property
    def previous(self) -> Value:
        """The number of people in it in the live run before.

        Nulls: unknown where there was none, or where that run did not get there.
        """
        return Value(tree.Size(self.ref.label, self.ref.port, True))

    def __int__(self) -> int:
        count = self._owner.count(self.ref)
        if count is None:
            where = f"transition {name_of(self.ref)!r}"
            raise RunError(Problem(where, "it was not counted yet", "a run", "campaign.dry_run()"))
        return count

    __index__ = __int__

    def __repr__(self) -> str:
        count = self._owner.count(self.ref)
        return "not counted yet" if count is None else f"{count:,}"
