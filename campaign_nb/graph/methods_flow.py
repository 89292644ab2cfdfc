"""The verbs of transitions that direct the course of a campaign.

Written by `python -m campaign_nb.graph.generate` from the activities' classes; a change belongs there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from campaign_nb.activities.alert import Alert
from campaign_nb.activities.end import End
from campaign_nb.activities.fork import Fork
from campaign_nb.activities.test import ConditionTest
from campaign_nb.activities.wait import Wait, dt
from campaign_nb.graph.fluent import Fluent
from campaign_nb.graph.handling import OnError, WhenEmpty, handling

if TYPE_CHECKING:
    from campaign_nb.graph.transition import Branches, Transition


class FlowMethods(Fluent):
    """The verbs of transitions that direct the course of a campaign."""

    def alert(
        self,
        label: str,
        *,
        title: str,
        message: str,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Tell people that a live run got here.

        It is told in the log, in the workspace's alerts, and to those who subscribed.
        Title and message are plain text, without tokens; the flow goes on. A dry run lists it and tells nobody.

        Shape: one input; rows and columns unchanged.
        Errors: no title, no message, one that is too long.

        Options:
        title: What the alert is about, in a few words
        message: What happened and what to do
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            Alert.of(title=title, message=message),
            description,
            handling=handling(f"alert {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def end(
        self,
        label: str,
        *,
        signal: object = None,
        values: Mapping[str, object] | None = None,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Branches:
        """Mark that a branch ends here, and perhaps start another campaign.

        With `signal`, a campaign that waits for one is started.
        The other campaign has a `cn.OnSignal` schedule and must be published when the run gets here, or the activity fails.
        One run signals once, whatever crashes. A dry run lists the signal and sends none.

        Shape: one input, no output; rows are counted as they arrive.
        Errors: values without a campaign to signal, values that are no text, number, boolean or date, its own campaign.

        Options:
        signal: The campaign to start, by name
        values: What the signal brings: the other campaign's variables
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._several(
            label,
            End.of(signal=signal, values=values),
            description,
            (signal, values),
            handling=handling(f"end {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def fork(
        self,
        label: str,
        *ways: str,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Branches:
        """Send the same population on several ways at once.

        A transition that is read twice is a fork as well; this one has a node, and names for its ways.

        Shape: one input; one output per name, each with every row; columns unchanged.
        Errors: fewer than two ways, a name twice, a name that is no printable text.

        Options:
        ways: The names of the ways
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._several(
            label,
            Fork.of(*ways),
            description,
            handling=handling(f"fork {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def test(
        self,
        label: str,
        /,
        ways: Mapping[str, object] | None = None,
        *,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
        **named: object,
    ) -> Branches:
        """Send the whole population one way.

        That is the first whose condition is true, else `otherwise`.
        A condition compares sizes of transitions (`x.size > 10_000`, `x.size.previous` in the live run before) and variables
        (`cn.var("channel") == "sms"`); it holds for everybody at once. What follows a way that was not taken does not run.

        Shape: one input; one output per condition and `otherwise`; columns unchanged.
        Nulls: a condition that is unknown, as a size compared with a run before that was none, is not taken.
        Errors: no condition, a condition on rows, the size of what comes after the test, an unknown transition.

        Options:
        ways: The conditions by name, in order
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._several(
            label,
            ConditionTest.of(ways, **named),
            description,
            (ways, named),
            handling=handling(f"test {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )

    def wait(
        self,
        label: str,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        until: str | dt.date | dt.datetime | None = None,
        at: str | None = None,
        local: bool = False,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Hold the population for a duration, until a date or a time of day.

        What follows sees the instant at which the wait was due as *now*. With a duration and `at`, the duration passes first.
        With `local`, each row gets `send_at`, the next instant at which the clock of its own zone (the table's `time_zone`
        role; the campaign's zone where it is null or unknown) shows that time. Messages after it are made at once, with the data
        of then, and go out at that instant each; what follows a message goes on when the last of them has gone out, and sees that
        instant as *now*. What follows the wait itself and no message, such as an alert, goes on at once.
        A run is done when its last message has gone out; messages whose time has not come when it is stopped are not sent.
        Rules, consent and addresses after it read the tables as they are then, and rows that are gone are left out; columns
        that an activity before it has added keep what they had.

        Shape: rows unchanged; `local` adds `send_at`, an instant. Units: a duration is elapsed time.
        Time: `until` and `at` are read in the campaign's zone; a time that a change of clocks skips is the first after it, of
        one that comes twice the first counts. A date in the past goes on at once. It survives restarts and costs nothing
        meanwhile; in a dry run it passes at once.
        Errors: nothing to wait for, a duration that is not positive or longer than 100 years, a date together with anything
        else, a table without a time zone.

        Options:
        until: The date, or the date and time, to go on at
        at: The time of day to go on at, as HH:MM or HH:MM:SS
        local: Whether the time of day is each recipient's own
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            Wait.of(days=days, hours=hours, minutes=minutes, seconds=seconds, until=until, at=at, local=local),
            description,
            handling=handling(f"wait {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )
