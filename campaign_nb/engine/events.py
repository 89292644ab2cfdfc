"""What a run tells while it goes on: frozen facts that the store, the panels and the canvas subscribe to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

TaskState: TypeAlias = Literal["pending", "running", "waiting", "done", "warning", "failed", "skipped"]
RunState: TypeAlias = Literal["running", "waiting", "paused", "done", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class RunEvent:
    """One thing that happened in a run; counts and reasons come with the stage that made them."""

    campaign: str
    run: str
    at: dt.datetime
    state: RunState
    done: int
    total: int
    activities: Mapping[str, TaskState] = field(default_factory=dict[str, TaskState])
    counts: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    reasons: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    due_at: dt.datetime | None = None
    message: str = ""

    @property
    def progress(self) -> float:
        """The share of the activities that are done, 0 to 1."""
        return self.done / self.total if self.total else 1.0


Listener: TypeAlias = Callable[[RunEvent], None]
