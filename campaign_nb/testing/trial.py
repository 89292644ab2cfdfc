"""One activity on one world, played again and again: rows, steps, and what compiling looks at."""

from __future__ import annotations

import dataclasses
import gc
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import cached_property
from types import FrameType
from typing import Any

import polars as pl

from campaign_nb.activity import Activity, Compiled
from campaign_nb.engine.compute import Counted
from campaign_nb.errors import Problem
from campaign_nb.graph.definition import Ref
from campaign_nb.steps import Bucket, Load, Population, Python, Scan, Step, order_of_steps
from campaign_nb.testing.run import AS_OF, EFFECT, Given, played
from campaign_nb.testing.world import World

LABEL = "Tested"
SEED = "conformance"
CLOCKS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time", "time_ns", "monotonic", "perf_counter")
COLLECTS = ("collect", "collect_all", "collect_async", "collect_all_async", "collect_batches", "fetch")


class Trial:
    """An activity and the rows that it is tried on."""

    def __init__(self, activity: Activity, world: World, *, row_wise: bool = False) -> None:
        """Nothing is computed before it is asked for."""
        self.activity, self.world, self.row_wise = activity, world, row_wise

    @cached_property
    def given(self) -> Given:
        """The world as it is."""
        return self.world.given()

    def compiled(self) -> Compiled:
        """Compile on the world as it is, anew."""
        return self.activity.compile(self.given.inputs, self.given.context(LABEL, SEED))

    def problems(self, given: Given) -> list[Problem]:
        """Return what the activity finds wrong."""
        return list(self.activity.validate([step.population for step in given.inputs], given.context(LABEL, SEED)))

    @cached_property
    def first(self) -> tuple[dict[str, pl.DataFrame], Counted]:
        """The rows of each output, and of what leaves the campaign, on the world as it is; with what was counted."""
        return self._played(self.world, SEED)

    def play(self, world: World, seed: str = SEED) -> dict[str, pl.DataFrame]:
        """Return the rows of each output, and of what leaves the campaign, in a world."""
        return self._played(world, seed)[0]

    def _played(self, world: World, seed: str) -> tuple[dict[str, pl.DataFrame], Counted]:
        return played(self.activity, world.given(), label=LABEL, seed=seed, as_of=AS_OF)

    @cached_property
    def outputs(self) -> Mapping[str, pl.DataFrame]:
        """The rows of each output alone."""
        return {port: rows for port, rows in self.first[0].items() if not port.startswith(EFFECT)}

    @cached_property
    def populations(self) -> Mapping[str, Population]:
        """What is declared of the rows of each output."""
        return {port: step.population for port, step in self.compiled().ports.items()}

    def keys(self) -> list[set[Any]]:
        """Return the keys of each input."""
        return [set(frame.select(self.world.key).rows()) for frame in self.world.inputs]

    def keys_of(self, port: str) -> list[Any]:
        """Return the keys of an output's rows."""
        return self.outputs[port].select(self.populations[port].table.key).rows()

    def reasons(self) -> int:
        """Return how many rows were counted with a reason."""
        return sum(self.first[1].reasons[LABEL].values())

    def counted(self, port: str) -> int | None:
        """Return the count of an output."""
        return self.first[1].ports.get(Ref(LABEL, port))

    @staticmethod
    def _steps(compiled: Compiled) -> list[Step]:
        return order_of_steps([*compiled.ports.values(), *compiled.drops, *(effect.step for effect in compiled.effects)])

    def draws(self) -> bool:
        """Tell whether chance has a part in it."""
        return any(isinstance(step, Bucket) for step in self._steps(self.compiled()))

    def calls_python(self) -> bool:
        """Tell whether a user's function has a part in it."""
        return any(isinstance(step, Python) for step in self._steps(self.compiled()))

    def reads_tables(self) -> bool:
        """Tell whether its rows come from the world, not from a file."""
        return any(isinstance(step, Scan | Load) for step in self._steps(self.compiled()))

    def described(self, compiled: Compiled) -> str:
        """Return steps as text, equal for equal steps."""
        steps = self._steps(compiled)
        places = {id(step): f"#{number}" for number, step in enumerate(steps)}
        return "\n".join(f"{places[id(step)]} {type(step).__name__} {_fields(step, places)}" for step in steps)

    @contextmanager
    def watched(self) -> Generator[list[str]]:
        """Note every clock that is read and every frame that is computed meanwhile."""
        seen: dict[str, None] = {}

        def look(frame: FrameType, event: str, called: Any) -> None:
            name = _noted(frame, event, called)
            if name:
                seen[name] = None

        before, names, collects = sys.getprofile(), list[str](), gc.isenabled()
        gc.disable()  # what others hang onto a collection may read a clock
        sys.setprofile(look)
        try:
            yield names
        finally:
            sys.setprofile(before)
            if collects:
                gc.enable()
            names += seen


def _noted(frame: FrameType, event: str, called: Any) -> str:
    if event == "call" and frame.f_code.co_name in COLLECTS and "polars" in frame.f_code.co_filename:
        return frame.f_code.co_name
    if event == "c_call" and getattr(called, "__qualname__", "") in CLOCKS:
        module = getattr(called, "__module__", None)
        return str(called.__qualname__) if module in (None, "time", "datetime") else ""
    return ""


def _fields(step: Step, places: Mapping[int, str]) -> str:
    return ", ".join(f"{item.name}={_text(getattr(step, item.name), places)}" for item in dataclasses.fields(step))


def _text(value: Any, places: Mapping[int, str]) -> str:
    if isinstance(value, Step):
        return places.get(id(value), "?")
    if isinstance(value, Population):
        return f"{value.table.label}{dict(value.extra)}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(_text(item, places) for item in value)}]"  # pyright: ignore[reportUnknownVariableType] # any field
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_text(item, places)}' for name, item in value.items())}}}"  # pyright: ignore[reportUnknownVariableType] # any field
    return f"{value.__qualname__}@{id(value)}" if callable(value) and hasattr(value, "__qualname__") else repr(value)
