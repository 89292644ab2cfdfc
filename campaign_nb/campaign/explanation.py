"""The path of one person as users see it: as text for terminals, as a table in a notebook, as a frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import polars as pl

from campaign_nb.data.model import DataModel
from campaign_nb.engine.lineage import Path, Stop, led_to, shown, stops_frame
from campaign_nb.errors import DataError, listed
from campaign_nb.graph.definition import Ref
from campaign_nb.render import html

State: TypeAlias = tuple[tuple[str, tuple[int, ...]], ...] | None
"""Path, and what changes with every change, of each file."""
_MOST = 200


@dataclass(frozen=True)
class Explanation:
    """Why one person is where they are after a run.

    The activities on their path, and what dropped them.
    """

    key: tuple[Any, ...]
    path: tuple[Stop, ...]
    table: str = ""
    """The targeting dimension of the key."""
    at: str = ""
    """The transition that was asked for; empty for the whole campaign."""
    reached: bool | None = None
    """Whether they reached it; None for the whole campaign."""
    notes: tuple[str, ...] = ()
    """What to know about the answer: data that have changed since the run, activities that it has not come to."""

    @property
    def dropped(self) -> Stop | None:
        """What left the person out, with the reason and the values that its rule saw.

        Of the whole campaign the first activity that did; of the way to a transition the furthest one, None where they
        reached it. A source leaves out only those who begin nowhere.
        """
        if self.reached:
            return None
        left = [stop for stop in self.path if stop.reason and not stop.absent]
        if left:
            return left[0] if self.reached is None else left[-1]
        absent = [stop for stop in self.path if stop.absent]
        begun = self.reached is None and any(not stop.reason for stop in self.path)
        return None if begun or not absent else absent[-1] if self.at else absent[0]

    def frame(self) -> pl.DataFrame:
        """Return the path as a frame, one row per activity.

        Shape: activity, outputs, reason, rule, values, details, leads to, row; all text.
        """
        return stops_frame(self.path)

    @property
    def _heading(self) -> str:
        who = " ".join(part for part in (self.table, ", ".join(_line(part) or repr(part) for part in self.key)) if part)
        if not self.path:
            return f"{who} comes to no activity" + (f" on the way to {self.at}" if self.at else "")
        if self.reached is None:
            return who
        return f"{who} {'reached' if self.reached else 'did not reach'} {self.at}"

    def __str__(self) -> str:
        first = self.path[0].row if self.path else ""
        lines = [_line(self._heading) + (":" if self.path else "")]
        for stop in self.path:
            other = f"{_line(stop.row)} · " if stop.row != first else ""
            lines.append(f"  {'✗' if stop.reason else '✓'} {other}{_line(stop.activity)}{_what(stop)}")
        lines += [f"  ! {note}" for note in self.notes]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        first = self.path[0].row if self.path else ""
        several = any(stop.row != first for stop in self.path)
        heads = ["", "activity", "what happened", "values", "details", *(["row"] if several else [])]
        rows = [
            [
                "✗" if stop.reason else "✓",
                _line(stop.activity),
                _happened(stop),
                *("\n".join(_line(part) for part in _pairs(found)) for found in (stop.values, stop.details)),
                *([_line(stop.row)] if several else []),
            ]
            for stop in self.path
        ]
        table = html.table(heads, rows, caption=_line(self._heading))
        return html.fragment(table, *(html.element("p", {}, html.element("strong", {}, note)) for note in self.notes))


def explanation(path: Path, at: Ref | None, notes: tuple[str, ...] = (), done: Mapping[str, object] | None = None) -> Explanation:
    """Return a path as users see it; `done` are the activities that a run has come to."""
    stops = path.stops if done is None else tuple(stop for stop in path.stops if stop.activity in done)
    named = "" if at is None else repr(at.label) if at.port == "out" else f"{at.label!r}, output {at.port!r}"
    come = at is None or done is None or at.label in done
    return Explanation(path.person.key, stops, path.person.table.label, named, path.reached if come else False, notes)


def changed(path: Path, recorded: Mapping[Ref, int]) -> Iterator[str]:
    """Yield that the data have changed since a run, where transitions have other numbers of rows now."""
    other = [(ref, recorded[ref], count) for ref, count in path.counts.items() if recorded.get(ref, count) != count]
    if other:
        named = [f"{_ref(ref)} had {then:,}, has {now:,}" for ref, then, now in other]
        yield f"The data have changed since the run, the path is that of the data as they are now: {listed(named, 3)}."


def states(model: DataModel) -> dict[str, State]:
    """Return the state of the files of each table; None for rows in memory, and for files that can't be seen."""
    found: dict[str, State] = {}
    for label, info in model.infos.items():
        try:
            found[label] = info.source.state()
        except (DataError, OSError):
            found[label] = None
    return found


def touched(path: Path, model: DataModel, moved: Callable[[str, State], bool]) -> Iterator[str]:
    """Yield that files of the tables of a path have changed since a run; `moved` tells it of a table from their state."""
    now = states(model)
    labels = [repr(label) for label in path.tables if label in now and moved(label, now[label])]
    if labels:
        files = "the file of table" if len(labels) == 1 else "the files of tables"
        yield f"The data have changed since the run: {files} {listed(labels, 5)}; values are those of the data as they are now."


def unlike(path: Path, kept: Mapping[Ref, bool]) -> Iterator[str]:
    """Yield where a person is in another place than in the rows that a run kept."""
    found = {Ref(stop.activity, port) for stop in path.stops for port in stop.outputs}
    for ref, was in kept.items():
        if was != (ref in found):
            yield f"The data have changed since the run: this row was {'' if was else 'not '}in {_ref(ref)} then, and is {'not ' * was}now."


def _ref(ref: Ref) -> str:
    return repr(ref.label) if ref.port == "out" else f"{ref.label!r}, output {ref.port!r}"


def _line(value: object) -> str:
    """Return a value as one visible line; a text from data can't forge another."""
    return html.one_line(value, _MOST)


def _pairs(found: tuple[tuple[str, Any], ...]) -> list[str]:
    return [shown((pair,)) for pair in found]


def _happened(stop: Stop) -> str:
    if stop.reason:
        return stop.reason + (f": {stop.rule}" if stop.rule else "")
    led, out = led_to(stop), ", ".join(port for port in stop.outputs if port != "out")
    return " ".join(part for part in (f"→ {out}" if out else "", f"→ {_line(led)}" if led else "") if part)


def _what(stop: Stop) -> str:
    """Return what happened at a stop, in brackets what was seen."""
    seen = "; ".join(_line(part) for part in (*_pairs(stop.values), *_pairs(stop.details)))
    told = f": {stop.reason}, {stop.rule}" if stop.rule and stop.reason != "rule" else f": {stop.rule or stop.reason}"
    happened = told if stop.reason else f" {_happened(stop)}".rstrip()
    return happened + (f" ({seen})" if seen else "")
