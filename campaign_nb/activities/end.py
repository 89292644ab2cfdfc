"""End: mark that a branch ends, and perhaps start another campaign."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import ClassVar, Self

from campaign_nb.activity import Activity, Compiled, Context, Notice, Port, Rows
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.render.html import is_printable
from campaign_nb.rules import tree
from campaign_nb.steps import Population, Step

_DO = 'x.end("Next", signal=second, values={"channel": "sms"})'
_VALUES = (bool, int, float, str, dt.date)


class End(Activity):
    """Mark that a branch ends here, and perhaps start another campaign.

    With `signal`, a campaign that waits for one is started.
    The other campaign has a `cn.OnSignal` schedule and must be published when the run gets here, or the activity fails.
    One run signals once, whatever crashes. A dry run lists the signal and sends none.

    Shape: one input, no output; rows are counted as they arrive.
    Errors: values without a campaign to signal, values that are no text, number, boolean or date, its own campaign.
    """

    kind = "end"
    label = "End"
    icon = "flag"
    family = "flow"
    rows: ClassVar[Rows] = "copies"

    signal: str | None = None
    """The campaign to start, by name."""
    values: Mapping[str, tree.Scalar] = field(default_factory=dict[str, tree.Scalar])
    """What the signal brings: the other campaign's variables."""

    @classmethod
    def of(cls, *, signal: object = None, values: Mapping[str, object] | None = None) -> Self:
        """Build from a campaign, or its name, and the values that it gets."""
        name = signal if signal is None or isinstance(signal, str) else getattr(signal, "name", None)
        if signal is not None and not isinstance(name, str):
            what = f"signal is a {type(signal).__name__}"
            raise DefinitionError(Problem("end", what, "a campaign, or its name", _DO))
        found = [*_faults("end", name, values or {})]
        if found:
            raise DefinitionError(*found, subject="end" if len(found) > 1 else "")
        return cls(signal=name, values=dict(values or {}))  # type: ignore[arg-type] # each was looked at above

    def ports(self) -> tuple[Port, ...]:
        """None."""
        return ()

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield a signal that can't be sent."""
        where = f"end {context.label!r}"
        yield from _faults(where, self.signal, self.values)
        if self.signal == context.campaign:
            yield Problem(where, "it signals its own campaign, which would start itself again and again", "another campaign", _DO)

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Nothing more to do than to signal."""
        return Compiled({}, notices=self.notices())

    def notices(self) -> tuple[Notice, ...]:
        """The signal, if there is one."""
        return () if self.signal is None else (Notice("signal", self.signal, dict(self.values)),)


def _faults(where: str, signal: str | None, values: Mapping[str, object]) -> Iterator[Problem]:
    if signal is not None and not signal.strip():
        yield Problem(where, "the name of the campaign to signal is empty", "a campaign, or its name", _DO)
    if signal is None and values:
        yield Problem(where, "values without a campaign to signal", "signal=, the campaign that gets them", _DO)
    for name, value in values.items():
        if not isinstance(name, str) or not name.strip() or not is_printable(name):  # pyright: ignore[reportUnnecessaryIsInstance] # users
            yield Problem(where, f"a value is called {name!r}", "the name of one of its variables", _DO)
        elif isinstance(value, float) and not math.isfinite(value):
            yield Problem(where, f"the value {name!r} is {value}", "a finite number", _DO)
        elif not isinstance(value, _VALUES):
            yield Problem(where, f"the value {name!r} is a {type(value).__name__}", "text, a number, true or false, a date", _DO)
