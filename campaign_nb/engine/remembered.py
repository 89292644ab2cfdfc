"""Numbers that were counted lately, found again while the files that they were counted from are unchanged."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import TypeAlias
from weakref import ref

from campaign_nb.data.model import DataModel, TableInfo
from campaign_nb.engine.moment import Moment
from campaign_nb.engine.reads import reads_time
from campaign_nb.engine.states import State, settled, state_of
from campaign_nb.rules import tree

MOST = 256
Numbers: TypeAlias = tuple[int, ...]


class Remembered:
    """The last answers of this kernel, by question, rows and instant; numbers only, never rows.

    Rows in memory and rows of functions are always counted anew: nobody can see whether they changed.
    """

    def __init__(self, now: Callable[[], dt.datetime]) -> None:
        self._now = now
        self._answers: OrderedDict[Hashable, Numbers] = OrderedDict()
        self._lock = threading.Lock()

    def numbers(self, model: DataModel, table: str, nodes: Sequence[tree.Node], moment: Moment, count: Callable[[], Numbers]) -> Numbers:
        """Return the answer to a question about a table, counted now or lately."""
        states = self._states(model, table, nodes)
        if states is None:
            return count()
        key: Hashable = (table, tuple(nodes), states, moment if reads_time(node for top in nodes for node in top.walk()) else None)
        with self._lock:
            known = self._answers.get(key)
            if known is not None:
                self._answers.move_to_end(key)
                return known
        found = count()
        if self._states(model, table, nodes) == states and settled((files for _, files in states), self._now):
            with self._lock:
                self._answers[key] = found
                if len(self._answers) > MOST:
                    self._answers.popitem(last=False)
        return found

    def _states(self, model: DataModel, table: str, nodes: Sequence[tree.Node]) -> tuple[_State, ...] | None:
        """Return the state of every table that may be read; None where one has none, or where chance or events decide."""
        if any(isinstance(node, tree.Behaviour | tree.Variable) for top in nodes for node in top.walk()):
            return None
        found: list[_State] = []
        for info in _tables(model, table, nodes):
            state = state_of(info)
            if state is None:
                return None
            found.append((ref(info), state))
        return tuple(found)


_State: TypeAlias = tuple["ref[TableInfo]", State]


def _tables(model: DataModel, table: str, nodes: Sequence[tree.Node]) -> list[TableInfo]:
    """Return every table that nodes may read: all that a link of a name that they use can lead to."""
    links: set[str] = set()
    for top in nodes:
        for node in top.walk():
            if isinstance(node, tree.Column):
                links.update(node.path)
            elif isinstance(node, tree.LinkStep):
                links.add(node.link)
            elif isinstance(node, tree.Lines):
                links.update(name for column in node.columns for name in column.split(".")[:-1])
    reached = {link.to for info in model.infos.values() for name, link in info.links.items() if name in links}
    return [model.infos[label] for label in sorted({table, *reached})]
