"""The settings of a campaign that its runs follow: variables, what an error does, how long history is kept."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from campaign_nb.errors import DefinitionError, Problem, ScheduleError, did_you_mean
from campaign_nb.graph.handling import ON_ERROR, OnError
from campaign_nb.render.html import is_printable
from campaign_nb.rules.literal import WORDS, read_literal, word_of, written
from campaign_nb.rules.tree import Scalar
from campaign_nb.schedule.duration import duration, duration_text, duration_words

HISTORY = dt.timedelta(days=30)
MOVED = 0.5
_SCALARS = (bool, int, float, str, dt.date, dt.time, dt.timedelta)


@dataclass(frozen=True)
class Settings:
    """What a campaign's runs follow.

    Units: `moved` is a share of the audience of the run before; a run whose audience moved by more halts before it sends.
    Nulls: `moved` None never halts.
    """

    variables: Mapping[str, Scalar] = field(default_factory=dict[str, Scalar])
    on_error: OnError = "suspend"
    tolerated_errors: int = 0
    """With `on_error="ignore"`: how many runs may fail one after the other before the campaign halts; 0 is any number."""
    history: dt.timedelta = HISTORY
    """How long logs, tasks and the rows between activities are kept after a run."""
    moved: float | None = MOVED

    def document(self) -> dict[str, Any]:
        """Return what differs from the usual as JSON values."""
        found: dict[str, Any] = {}
        if self.variables:
            found["variables"] = {name: value_document(value) for name, value in self.variables.items()}
        if self.on_error != "suspend":
            found["on_error"] = self.on_error
        if self.tolerated_errors:
            found["tolerated_errors"] = self.tolerated_errors
        if self.history != HISTORY:
            found["history"] = duration_text(self.history)
        if self.moved != MOVED:
            found["moved"] = self.moved
        return found

    def words(self) -> dict[str, str]:
        """Return the settings as text for people, by name."""
        return {
            "variables": ", ".join(f"{name}={value}" for name, value in self.variables.items()),
            "on_error": self.on_error,
            "tolerated_errors": str(self.tolerated_errors),
            "history": duration_words(self.history),
            "moved": "" if self.moved is None else f"{self.moved:.0%}",
        }


USUAL = Settings()
FIELDS: Mapping[str, type] = {"variables": dict, "on_error": str, "tolerated_errors": int, "history": str, "moved": object}
"""The fields of a document that hold settings, with the JSON type of each."""


def settings(
    where: str,
    variables: object = None,
    on_error: object = "suspend",
    tolerated_errors: object = 0,
    history: object = HISTORY,
    moved: object = MOVED,
) -> Settings:
    """Read the settings of a campaign.

    Errors: values that these settings do not have, all together.

    >>> settings("campaign 'Spring'", {"channel": "sms"}, history="90d").variables["channel"]
    'sms'
    """
    found: list[Problem] = []
    if on_error not in ON_ERROR:
        found.append(Problem(where, f"on_error={on_error!r}", did_you_mean(str(on_error), ON_ERROR), 'on_error="suspend"'))
    if not isinstance(tolerated_errors, int) or isinstance(tolerated_errors, bool) or tolerated_errors < 0:
        found.append(Problem(where, f"tolerated_errors={tolerated_errors!r}", "a whole number, 0 or more", "tolerated_errors=3"))
    if moved is not None and (not isinstance(moved, int | float) or isinstance(moved, bool) or not 0 < moved < math.inf):
        found.append(Problem(where, f"moved={moved!r}", "a share above 0, or None", "moved=0.5"))
    length = HISTORY
    try:
        length = duration(history, f"{where}, history")  # type: ignore[arg-type] # it refuses whatever else users give
    except ScheduleError as error:
        found += error.problems
    known = _variables(where, {} if variables is None else variables, found)
    if found:
        raise DefinitionError(*found, subject=where if len(found) > 1 else "")
    return Settings(known, cast("OnError", on_error), cast("int", tolerated_errors), length, cast("float | None", moved))


def _variables(where: str, given: object, found: list[Problem]) -> dict[str, Scalar]:
    if not isinstance(given, Mapping):
        found.append(Problem(where, f"variables is a {type(given).__name__}", "names and values", 'variables={"channel": "sms"}'))
        return {}
    known: dict[str, Scalar] = {}
    for name, value in cast("Mapping[object, object]", given).items():
        fault = _variable_fault(name, value)
        if fault is not None:
            found.append(Problem(where, *fault))
        else:
            known[cast("str", name)] = cast("Scalar", value)
    return known


def _variable_fault(name: object, value: object) -> tuple[str, str, str] | None:
    if not isinstance(name, str) or not name.strip() or not is_printable(name) or len(name) > 100:
        return f"a variable is called {str(name)[:100]!r}", "a short printable name", 'variables={"channel": "sms"}'
    if (value is not None and not isinstance(value, _SCALARS)) or (isinstance(value, float) and not math.isfinite(value)):
        return f"variable {name!r} is {value!r:.60}", "text, a finite number, true or false, a date", 'variables={"channel": "sms"}'
    return None


def value_document(value: Scalar) -> Any:
    """Write the value of a variable as JSON.

    >>> value_document(dt.date(2026, 7, 1)), value_document("sms")
    ({'$date': '2026-07-01'}, 'sms')
    """
    if isinstance(value, Decimal | dt.date | dt.time | dt.timedelta):
        return {f"${word_of(value)}": written(value)}
    return value


def value_of_document(given: Any) -> Scalar:
    """Read the value of a variable; ValueError for anything else."""
    if given is None or isinstance(given, bool | int | str):
        return given
    if isinstance(given, float) and math.isfinite(given):
        return given
    if isinstance(given, dict):
        pairs: list[tuple[str, Any]] = [*cast("dict[str, Any]", given).items()] or [("", "")]
        (word, text), *more = pairs
        if not more and word[:1] == "$" and word[1:] in WORDS and isinstance(text, str):
            return read_literal(word[1:], text)
    raise ValueError(repr(cast("object", given))[:60])
