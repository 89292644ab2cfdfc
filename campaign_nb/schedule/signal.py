"""The kind of schedule that waits for a signal, and the parameters that a signal brings."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Self, cast

from campaign_nb.errors import Problem, listed
from campaign_nb.render.html import is_printable
from campaign_nb.schedule.reading import Reading, shown
from campaign_nb.schedule.schedule import Schedule
from campaign_nb.schedule.sentence import joined, literal

_TYPES: dict[str, type] = {"bool": bool, "int": int, "float": float, "str": str, "datetime": dt.datetime, "date": dt.date}
_WORDS = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "datetime": "a date and time",
    "date": "a date",
}
_SAMPLES = {
    "bool": "True",
    "int": "10",
    "float": "0.5",
    "str": '"…"',
    "datetime": "datetime.datetime(2026, 7, 1, 9, 0)",
    "date": "datetime.date(2026, 7, 1)",
}
_LONGEST = 100
_SHOW = 'OnSignal(channel="sms", least=int)'


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that a signal brings: its name, its type, and a value for dry runs.

    Nulls: `test` is None when only the type was given.
    """

    name: str
    type: str
    test: str | float | dt.date | None = None


@dataclass(frozen=True, repr=False, init=False)
class OnSignal(Schedule):
    """Whenever a signal arrives.

    Each parameter is a name with a type, or with a value for dry runs.

    Types are `str`, `int`, `float`, `bool`, `datetime.date` and `datetime.datetime`. A parameter with the name of an
    option, such as `overlap`, goes into one dict: `OnSignal({"overlap": str})`.

    >>> OnSignal(channel="sms", least=int).parameters[1]
    Parameter(name='least', type='int', test=None)
    """

    parameters: tuple[Parameter, ...] = ()

    kind = "on_signal"
    recurring = False
    timed = False
    awaits = True

    def __init__(
        self,
        parameters: Mapping[str, object] | None = None,
        /,
        *,
        time_zone: str | None = None,
        valid_from: str | dt.date | None = None,
        valid_until: str | dt.date | None = None,
        catch_up: str | dt.timedelta = "1h",
        overlap: str = "skip",
        **more: object,
    ) -> None:
        self._keep(time_zone=time_zone, valid_from=valid_from, valid_until=valid_until, catch_up=catch_up, overlap=overlap)
        self._keep(parameters={**(parameters or {}), **more})
        self.__post_init__()

    @property
    def test_values(self) -> dict[str, object]:
        """The values for dry runs, of the parameters that have one."""
        return {parameter.name: parameter.test for parameter in self.parameters if parameter.test is not None}

    def faults(self, values: Mapping[str, object], where: str) -> Iterator[Problem]:
        """Yield what a signal with these values has wrong.

        What was not declared is passed on as it is.

        >>> [problem.what for problem in OnSignal(channel=str).faults({}, "signal")]
        ["no value for parameter 'channel'"]
        """
        for parameter in self.parameters:
            if parameter.name not in values:
                yield Problem(where, f"no value for parameter {parameter.name!r}", _WORDS[parameter.type], self._call())
            elif not _of_type(values[parameter.name], parameter.type):
                what = f"{parameter.name}={shown(values[parameter.name])}"
                yield Problem(where, what, _WORDS[parameter.type], self._call())
        for name, value in values.items():
            if not isinstance(value, tuple(_TYPES.values())) or (isinstance(value, float) and not math.isfinite(value)):
                yield Problem(where, f"{name}={shown(value)}", "text, a number, true or false, a date", "campaign.signal(…)")

    def _call(self) -> str:
        """Return a signal as it is typed: a value of the right type for each parameter, that of dry runs where it has one."""
        pairs = [(p.name, _SAMPLES[p.type] if p.test is None else literal(p.test)) for p in self.parameters]
        if all(name.isidentifier() for name, _ in pairs):
            return f"campaign.signal({', '.join(f'{name}={value}' for name, value in pairs)})"
        return "campaign.signal(**{" + ", ".join(f"{literal(name)}: {value}" for name, value in pairs) + "})"

    def _read(self, reading: Reading) -> None:
        given: object = self.parameters
        if isinstance(given, Mapping):
            found = [_parameter(reading, name, value) for name, value in cast(Mapping[object, object], given).items()]
            self._keep(parameters=tuple(sorted(found, key=lambda parameter: parameter.name)))

    def _sentence(self) -> str:
        if not self.parameters:
            return "whenever a signal arrives"
        return "whenever a signal arrives with " + joined([f"{p.name} ({_WORDS[p.type]})" for p in self.parameters])

    def _to_fields(self) -> dict[str, object]:
        return {**super()._to_fields(), "parameters": {p.name: {"type": p.type, "test": _saved(p.test)} for p in self.parameters}}

    @classmethod
    def _from_fields(cls, values: dict[str, object]) -> Self:
        rest = {name: value for name, value in values.items() if name != "parameters"}
        saved = values.get("parameters", {})
        reading = Reading(cls.__name__)
        if not isinstance(saved, Mapping):
            reading.refuse("parameters", f"{shown(saved)} holds no parameters", "names with a type and a value", _SHOW)
            saved = {}
        found = {str(name): _loaded(reading, name, value) for name, value in cast(Mapping[object, object], saved).items()}
        reading.done()
        return cls(found, **cast(dict[str, str], rest))

    def __repr__(self) -> str:
        pairs = [(p.name, p.type if p.test is None else literal(p.test)) for p in self.parameters]
        options = [field for field in fields(self) if field.name != "parameters"]
        if all(name.isidentifier() and name not in {field.name for field in options} for name, _ in pairs):
            given = [f"{name}={value}" for name, value in pairs]
        else:
            given = ["{" + ", ".join(f"{literal(name)}: {value}" for name, value in pairs) + "}"]
        given += [f"{f.name}={literal(getattr(self, f.name))}" for f in options if getattr(self, f.name) != f.default]
        return f"OnSignal({', '.join(given)})"


def _of_type(value: object, word: str) -> bool:
    if word == "float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if word == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime) if word == "date" else isinstance(value, _TYPES[word])


def _parameter(reading: Reading, name: object, value: object) -> Parameter:
    """Read a parameter from a type or from a value of it."""
    if not isinstance(name, str) or not is_printable(name) or not 0 < len(name) <= _LONGEST:
        reading.refuse("parameters", f"{shown(name)} is no name", "a short printable text", _SHOW)
        name = "parameter"
    if isinstance(value, Parameter):
        return value
    for word, kind in _TYPES.items():
        if value is kind:
            return Parameter(name, word)
        if isinstance(value, kind):
            if isinstance(value, float) and not math.isfinite(value):
                break
            return Parameter(name, word, cast(str, value))
    what = f"{shown(value)} is no type or value of a parameter"
    reading.refuse(name, what, "one of: " + listed(list(_TYPES)) + ", or a value of one of them", _SHOW)
    return Parameter(name, "str")


def _saved(test: object) -> object:
    """Return a value for dry runs as JSON holds it."""
    return test.isoformat() if isinstance(test, dt.date) else test


def _loaded(reading: Reading, name: object, value: object) -> Parameter:
    """Read a saved parameter: a type, and perhaps a value of it."""
    saved = cast(Mapping[str, object], value if isinstance(value, Mapping) else {})
    kind, test = saved.get("type"), saved.get("test")
    if isinstance(kind, str) and kind in _TYPES and saved.keys() <= {"type", "test"}:
        if kind in ("date", "datetime") and isinstance(test, str):
            with contextlib.suppress(ValueError):
                test = cast(type[dt.date], _TYPES[kind]).fromisoformat(test)
        read = _parameter(reading, name, _TYPES[kind] if test is None else test)
        if read.type == kind or (kind == "float" and read.type == "int"):
            return Parameter(read.name, kind, read.test)
    what = f"{shown(name)} is saved without a known type, or with a value of another type"
    reading.refuse("parameters", what, "a type and a value: " + listed(list(_TYPES)), '{"type": "str", "test": "sms"}')
    return Parameter("parameter", "str")
