"""The exceptions that users see: each takes the facts and builds its own four-part text.

CampaignError
├── DefinitionError      what was written can't be a campaign, a rule or a data model
├── DataError            a table, a file or its rows are not as declared
├── RunError             a run could not go on
│   ├── ActivityError    one activity of a run failed
│   └── DeliveryError    a message could not be handed to its channel
├── ScheduleError        a schedule is malformed, can never fire, or names an unknown zone
└── StoreError           the workspace's store can't be opened, read or written
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in four parts.

    >>> print(Problem("split 'Offer' (cell 4)", "shares sum to 1.1", "at most 1", 'split("Offer", a=0.5)'))
    split 'Offer' (cell 4)
      shares sum to 1.1
      expected: at most 1
      → split("Offer", a=0.5)
    """

    where: str
    what: str
    expected: str = ""
    do: str = ""

    def __str__(self) -> str:
        lines = [self.where, f"  {self.what}"]
        if self.expected:
            lines.append(f"  expected: {self.expected}")
        if self.do:
            lines.append(f"  → {self.do}")
        return "\n".join(_one_line(line) for line in lines)


class CampaignError(Exception):
    """The root of everything that this package raises on purpose.

    >>> error = CampaignError(Problem("campaign 'Spring'", "it has no activity", "at least one", 'spring.build_audience("All", customers)'))
    >>> print(error)
    campaign 'Spring'
      it has no activity
      expected: at least one
      → spring.build_audience("All", customers)
    """

    def __init__(self, *problems: Problem, subject: str = "") -> None:
        """Keep the problems as attributes; `subject` heads a list of several."""
        if not problems:
            raise ValueError("an error needs at least one problem")
        self.problems: tuple[Problem, ...] = problems
        self.subject = subject
        self.activity: str | None = None
        """The label of the one activity of several that caused it, where that is known."""
        super().__init__(self._text())

    @property
    def where(self) -> str:
        """Where the first problem lies."""
        return self.problems[0].where

    @property
    def what(self) -> str:
        """What was found there."""
        return self.problems[0].what

    @property
    def expected(self) -> str:
        """What the rule asks for."""
        return self.problems[0].expected

    @property
    def do(self) -> str:
        """One line that can be pasted."""
        return self.problems[0].do

    def _text(self) -> str:
        if len(self.problems) == 1 and not self.subject:
            return str(self.problems[0])
        count = len(self.problems)
        head = f"{self.subject} has {count} problem{'s' if count != 1 else ''}"
        blocks = ["  " + str(problem).replace("\n", "\n  ") for problem in self.problems]
        return "\n\n".join([head, *blocks])


class DefinitionError(CampaignError):
    """What was written can't be a campaign, a rule or a data model."""


class DataError(CampaignError):
    """A table, a file or its rows are not as declared."""


class RunError(CampaignError):
    """A run could not go on."""


class ActivityError(RunError):
    """One activity of a run failed."""


class DeliveryError(RunError):
    """A message could not be handed to its channel."""


class ScheduleError(CampaignError):
    """A schedule is malformed, can never fire, or names an unknown zone."""


class StoreError(CampaignError):
    """The workspace's store can't be opened, read or written."""


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return the nearest known names as a phrase, or list the first few.

    >>> did_you_mean("last_ordr", ["country", "last_order"])
    "did you mean 'last_order'?"
    >>> did_you_mean("zzz", ["country", "last_order"])
    'one of: country, last_order'
    """
    known = list(names)
    near = difflib.get_close_matches(name, known, n=2, cutoff=0.7)
    if near:
        return "did you mean " + " or ".join(repr(item) for item in near) + "?"
    return "one of: " + listed(known) if known else "there is none yet"


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the nearest known name, empty when none is near.

    >>> nearest("last_ordr", ["country", "last_order"]), nearest("zzz", ["country"])
    ('last_order', '')
    """
    return next(iter(difflib.get_close_matches(name, list(names), n=1, cutoff=0.7)), "")


def listed(names: Sequence[str], most: int = 12) -> str:
    """Join names with commas, the rest as a count.

    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    if len(names) <= most:
        return ", ".join(names)
    return ", ".join(names[:most]) + f" and {len(names) - most} more"


def _one_line(text: str) -> str:
    """Neutralise control characters, so that a name from data can't forge a line or colour a terminal."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)[:500]
