"""How a run treats an activity, whatever its kind: when it fails, when nobody comes, whether it runs at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from campaign_nb.errors import DefinitionError, Problem, ScheduleError, did_you_mean
from campaign_nb.schedule.duration import duration, duration_text, duration_words

OnError: TypeAlias = Literal["suspend", "ignore", "abort"]
WhenEmpty: TypeAlias = Literal["continue", "stop"]

ON_ERROR: tuple[OnError, ...] = get_args(OnError)
WHEN_EMPTY: tuple[WhenEmpty, ...] = get_args(WhenEmpty)


@dataclass(frozen=True, slots=True)
class Handling:
    """What every activity has beside its own options.

    Nulls: `on_error` None is as the campaign says, `when_empty` None as its kind does, `max_duration` None has no alert.
    """

    on_error: OnError | None = None
    enabled: bool = True
    breakpoint: bool = False
    when_empty: WhenEmpty | None = None
    max_duration: dt.timedelta | None = None

    @property
    def alone(self) -> bool:
        """Whether the activity is a stage of its own: it may fail, or take too long, by itself."""
        return self.on_error is not None or self.max_duration is not None

    def document(self) -> dict[str, str | bool]:
        """Return what differs from the usual as JSON values."""
        found: dict[str, str | bool] = {}
        if self.on_error is not None:
            found["on_error"] = self.on_error
        if not self.enabled:
            found["enabled"] = False
        if self.breakpoint:
            found["breakpoint"] = True
        if self.when_empty is not None:
            found["when_empty"] = self.when_empty
        if self.max_duration is not None:
            found["max_duration"] = duration_text(self.max_duration)
        return found

    def options(self) -> Iterator[tuple[str, str]]:
        """Yield what differs from the usual, as name and readable text."""
        if self.on_error is not None:
            yield "on error", self.on_error
        if not self.enabled:
            yield "enabled", "no"
        if self.breakpoint:
            yield "breakpoint", "yes"
        if self.when_empty is not None:
            yield "when empty", self.when_empty
        if self.max_duration is not None:
            yield "max duration", duration_words(self.max_duration)


USUAL = Handling()


def handling(
    where: str,
    on_error: object = None,
    enabled: object = True,
    breakpoint: object = False,
    when_empty: object = None,
    max_duration: object = None,
) -> Handling:
    """Read the options that every activity has.

    Errors: values that these options do not have, all together.

    >>> handling("wait 'Three days'", max_duration="30s").max_duration
    datetime.timedelta(seconds=30)
    """
    found: list[Problem] = []
    for name, value, words in (("on_error", on_error, ON_ERROR), ("when_empty", when_empty, WHEN_EMPTY)):
        if value is not None and value not in words:
            found.append(Problem(where, f"{name}={value!r}", did_you_mean(str(value), words), f'{name}="{words[0]}"'))
    for name, value in (("enabled", enabled), ("breakpoint", breakpoint)):
        if not isinstance(value, bool):
            found.append(Problem(where, f"{name}={value!r}", "True or False", f"{name}=True"))
    longest: dt.timedelta | None = None
    if max_duration is not None:
        try:
            longest = duration(max_duration, where)  # type: ignore[arg-type] # it refuses whatever else users give
        except ScheduleError as error:
            found += error.problems
    if found:
        raise DefinitionError(*found, subject=where if len(found) > 1 else "")
    return Handling(on_error, enabled, breakpoint, when_empty, longest)  # type: ignore[arg-type] # each was looked at above
