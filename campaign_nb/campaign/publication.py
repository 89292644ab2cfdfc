"""What `publish` returns: the numbers to confirm, or the panel of the scheduler that took over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from campaign_nb.campaign.observed import observed
from campaign_nb.campaign.run import DryRun
from campaign_nb.graph.lifecycle import FINAL
from campaign_nb.render import html
from campaign_nb.workspace import Workspace

if TYPE_CHECKING:
    from campaign_nb.campaign.campaign import Campaign

_LOOKED_AT = 5


class Publication:
    """What publishing would do, from the last dry run: messages by activity, exclusions by reason.

    Nothing is published until it is confirmed; from then on it tells what has happened.

    `.confirm()` publishes, as the button does and as `campaign.publish(confirm=n)`.
    """

    def __init__(self, campaign: Campaign, run: DryRun) -> None:
        self.campaign, self.run = campaign, run
        self._panel: Panel | None = None

    @property
    def total(self) -> int:
        """The number of messages."""
        return sum(self.run.messages.values())

    def confirm(self) -> Any:
        """Publish with these numbers."""
        published = self.campaign.publish(confirm=self.total)
        self._panel = Panel(self.campaign)
        return published

    def messages(self) -> list[tuple[str, str, int]]:
        """Return channel, activity and number of messages."""
        nodes = self.campaign.definition.nodes
        return [(nodes[label].activity.channel, label, number) for label, number in self.run.messages.items()]

    def left_out(self) -> list[tuple[str, str, int]]:
        """Return activity, reason and number of the people who get no message."""
        found = self.run.reasons().items()
        return [(label, reason, number) for (label, reason), number in found if label in self.run.messages and number]

    def about(self) -> html.Markup:
        """Draw what publishing would send and when; once it is published, that it is."""
        tables = [html.table(["channel", "activity", "messages"], self.messages())]
        if left := self.left_out():
            tables.append(html.table(["activity", "reason", "people"], left, caption="Left out"))
        title = html.element("div", {"class": "cnb-title"}, self._title())
        if self._panel is None:
            return html.fragment(title, html.element("div", {}, self._when()), *tables)
        return html.fragment(title, html.element("details", {}, html.element("summary", {}, "What the dry run counted"), *tables))

    def _title(self) -> str:
        each = " at each launch" if self._recurs() else ""
        if self._panel is not None:
            return f"{self.campaign.name} was published: {self.total:,} messages{each}, as its dry run counted"
        return f"Publishing {self.campaign.name} would send {self.total:,} messages{each}"

    def _when(self) -> str:
        """Tell when the first launch is, and what repeats it."""
        if self.campaign.schedule is None:
            return "One launch, as soon as it is published."
        first = next(iter(self.campaign.launches(1)), None)
        kind = "Each launch" if self._recurs() else "One launch"
        return f"{kind}{'' if first is None else f'; first: {_instant(first)}'}. {self.campaign.schedule.explain()}"

    def _recurs(self) -> bool:
        return self.campaign.schedule is not None and self.campaign.schedule.recurring

    def __repr__(self) -> str:
        if self._panel is not None:
            return f"{self._title()}\n{self._panel!r}"
        lines = [f"campaign {self._title().removeprefix('Publishing ')}", f"  {self._when()}"]
        lines += [f"  {channel} · {label}: {number:,}" for channel, label, number in self.messages()]
        lines += [f"  left out · {label}: {reason}: {number:,}" for label, reason, number in self.left_out()]
        return "\n".join([*lines, f"  → campaign.publish(confirm={self.total})"])

    def _repr_html_(self) -> str:
        if self._panel is not None:
            return html.fragment(self.about(), self._panel._repr_html_())  # pyright: ignore[reportPrivateUsage] # IPython's protocol
        return html.fragment(self.about(), html.element("p", {}, f"campaign.publish(confirm={self.total})"))


class Panel:
    """The scheduler of a campaign's workspace, as a notebook shows it: next launches, the run in progress, last runs."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign

    @property
    def workspace(self) -> Workspace:
        """The workspace whose scheduler it shows."""
        return self.campaign.workspace

    def next_launches(self, n: int = 5) -> Sequence[str]:
        """Return the next launches as text in the campaign's zone; none when it has ended."""
        record = self.campaign.stored()
        if record is not None and record.status in FINAL:
            return []
        return [_instant(launch) for launch in self.campaign.launches(n)]

    def _pause_reason(self) -> list[str]:
        """Return why it is paused, if something else than its author paused it."""
        record = self.campaign.stored()
        return [record.pause_reason] if record is not None and record.pause_reason else []

    def _halts(self) -> list[str]:
        """Return where and why the newest runs have halted, with what lets them go on."""
        campaign, runs, record = self.campaign, self.campaign.runs, self.campaign.standing()
        paused = record is not None and record.paused
        found = [(place, observed(campaign, runs[place]).told) for place in range(min(_LOOKED_AT, len(runs))) if runs[place].held_at]
        return [
            f"at {told['held_at']}: {html.one_line(told['why'], 200)} → "
            + ("campaign.resume()" if paused else f"campaign.runs[{place}].resume()")
            for place, told in found
        ]

    def __repr__(self) -> str:
        schedule = self.campaign.schedule
        lines = [f"campaign {self.campaign.name!r} is {self.campaign.status}"]
        lines += [f"  {schedule.explain()}"] if schedule is not None else ["  runs once, as soon as possible"]
        lines += [f"  paused: {reason}" for reason in self._pause_reason()]
        lines += [f"  halted {halt}" for halt in self._halts()]
        return "\n".join([*lines, *(f"  next: {launch}" for launch in self.next_launches(3))])

    def _repr_html_(self) -> str:
        schedule = self.campaign.schedule
        rows: list[tuple[object, object]] = [("Status", self.campaign.status)]
        rows.append(("Schedule", schedule.explain() if schedule is not None else "once, as soon as possible"))
        rows += [("Paused", reason) for reason in self._pause_reason()]
        rows += [("Halted", halt) for halt in self._halts()]
        rows += [("Next", launch) for launch in self.next_launches(3)]
        return html.card(self.campaign.name, rows)


def _instant(launch: dt.datetime) -> str:
    return launch.strftime("%a %d %b %Y %H:%M:%S %Z")
