"""Alert: tell people that a run got here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from campaign_nb.activity import Activity, Compiled, Context, Notice, Rows
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.steps import Population, Step

LONGEST = {"title": 200, "message": 4_000}
_DO = 'alert("Few", title="Few people", message="Fewer than 10,000 were found.")'


class Alert(Activity):
    """Tell people that a live run got here.

    It is told in the log, in the workspace's alerts, and to those who subscribed.
    Title and message are plain text, without tokens; the flow goes on. A dry run lists it and tells nobody.

    Shape: one input; rows and columns unchanged.
    Errors: no title, no message, one that is too long.

    >>> import polars as pl, campaign_nb as cn
    >>> cn.testing.run(cn.activities.Alert.of(title="Few", message="Look."), pl.DataFrame({"id": [1, 2]}))["out"].height
    2
    """

    kind = "alert"
    label = "Alert"
    icon = "bell"
    family = "flow"
    rows: ClassVar[Rows] = "copies"
    barrier = "after"

    title: str
    """What the alert is about, in a few words."""
    message: str
    """What happened and what to do."""

    @classmethod
    def of(cls, *, title: str, message: str) -> Self:
        """Build from title and message."""
        found = [*_faults("alert", title, message)]
        if found:
            raise DefinitionError(*found, subject="alert" if len(found) > 1 else "")
        return cls(title=title, message=message)

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield a title or a message that is none."""
        yield from _faults(f"alert {context.label!r}", self.title, self.message)

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Pass the rows on and tell."""
        return Compiled({"out": inputs[0]}, notices=self.notices())

    def notices(self) -> tuple[Notice, ...]:
        """The alert."""
        return (Notice("alert", self.title, {"message": self.message}),)


def _faults(where: str, title: object, message: object) -> Iterator[Problem]:
    for name, value in (("title", title), ("message", message)):
        if not isinstance(value, str) or not value.strip():
            yield Problem(where, f"{name}={value!r}", "a text that says something", _DO)
        elif len(value) > LONGEST[name]:
            yield Problem(where, f"its {name} has {len(value):,} characters", f"at most {LONGEST[name]:,}", _DO)
