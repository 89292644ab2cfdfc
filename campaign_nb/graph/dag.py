"""A directed graph of labels, small and our own: stable order, reach, and cycles found as data."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence


class Dag:
    """Labels and the edges between them, in the order in which they were given.

    A graph with cycles is a value like any other: `cycles` lists them, `order` leaves out what hangs on one.

    >>> graph = Dag.of({"a": [], "b": ["a"], "c": ["b"]})
    >>> graph.order()
    ['a', 'b', 'c']
    """

    def __init__(self, labels: Iterable[str], edges: Iterable[tuple[str, str]]) -> None:
        """Keep the edges (from, to) between known labels, each once; others are none of this graph."""
        self._after: dict[str, dict[str, None]] = {label: {} for label in labels}
        self._before: dict[str, dict[str, None]] = {label: {} for label in self._after}
        for source, target in edges:
            if source in self._after and target in self._after:
                self._after[source][target] = None
                self._before[target][source] = None

    @classmethod
    def of(cls, reads: Mapping[str, Iterable[str]]) -> Dag:
        """Build from what each label reads."""
        return cls(reads, ((source, label) for label, sources in reads.items() for source in sources))

    def __contains__(self, label: object) -> bool:
        return label in self._after

    def __iter__(self) -> Iterator[str]:
        return iter(self._after)

    def __len__(self) -> int:
        return len(self._after)

    def before(self, label: str) -> list[str]:
        """Return what a label reads directly."""
        return list(self._before[label])

    def after(self, label: str) -> list[str]:
        """Return what reads a label directly."""
        return list(self._after[label])

    def order(self) -> list[str]:
        """Return the labels, each after all that it reads.

        Among those that are ready, the earliest given comes first.

        Labels on a cycle, and those after one, are left out.
        """
        rank = {label: position for position, label in enumerate(self._after)}
        names = list(self._after)
        waiting = {label: len(before) for label, before in self._before.items()}
        ready = [rank[label] for label, count in waiting.items() if count == 0]
        heapq.heapify(ready)
        done: list[str] = []
        while ready:
            label = names[heapq.heappop(ready)]
            done.append(label)
            for target in self._after[label]:
                waiting[target] -= 1
                if waiting[target] == 0:
                    heapq.heappush(ready, rank[target])
        return done

    def ancestors(self, *labels: str) -> set[str]:
        """Return everything that these labels read, directly or not.

        A label only if it reads itself.
        """
        return _reach(labels, self._before)

    def descendants(self, *labels: str) -> set[str]:
        """Return everything that reads these labels, directly or not.

        A label only if it reads itself.
        """
        return _reach(labels, self._after)

    def cycles(self) -> list[list[str]]:
        """Return one shortest cycle for each knot of labels that read one another.

        In the order of the edges.

        >>> Dag.of({"a": ["c"], "b": ["a"], "c": ["b"], "d": ["d"]}).cycles()
        [['a', 'b', 'c'], ['d']]
        """
        sound = set(self.order())
        found: list[list[str]] = []
        seen: set[str] = set()
        for label in self._after:
            if label in sound or label in seen:
                continue
            around = self.descendants(label) & self.ancestors(label)
            if around:
                seen |= around
                found.append(self._shortest(label))
        return found

    def _shortest(self, start: str) -> list[str]:
        """Return a shortest way from a label back to itself."""
        came: dict[str, str] = {}
        queue = deque([start])
        while queue:
            label = queue.popleft()
            for target in self._after[label]:
                if target == start:
                    return _way(start, label, came)
                if target not in came:
                    came[target] = label
                    queue.append(target)
        return []


def _reach(starts: Sequence[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    reached: set[str] = set()
    stack = list(starts)
    while stack:
        for label in edges[stack.pop()]:
            if label not in reached:
                reached.add(label)
                stack.append(label)
    return reached


def _way(start: str, end: str, came: Mapping[str, str]) -> list[str]:
    way = [end]
    while way[-1] != start:
        way.append(came[way[-1]])
    return way[::-1]
