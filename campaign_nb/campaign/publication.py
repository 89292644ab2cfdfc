"""What `publish` returns: the numbers to confirm, or the panel of the scheduler that took over."""

from __future__ import annotations

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
    """What publishing would do, from the last dry run: messages by activity, exclusions by reason. Nothing is published yet.

    `.confirm()` publishes, as the button does and as `campaign.publish(confirm=n)`.
    """

    def __init__(self, campaign: Campaign, run: DryRun) -> None:
        self.campaign, self.run = campaign, run

    @property
    def total(self) -> int:
        """The number of messages."""
        return sum(self.run.messages.values())

    def confirm(self) -> Any:
        """Publish with these numbers."""
        return self.campaign.publish(confirm=self.total)

    def rows(self) -> list[tuple[str, str, int]]:
        """Return channel, activity and messages, then what is excluded and why."""
        nodes = self.campaign.definition.nodes
        found = [(nodes[label].activity.channel, label, number) for label, number in self.run.messages.items()]
        left = [
            ("excluded", f"{label}: {reason}", number)
            for (label, reason), number in self.run.reasons().items()
            if label in self.run.messages and number
        ]
        return found + left

    def __repr__(self) -> str:
        lines = [f"campaign {self.campaign.name!r} would send {self.total:,} messages"]
        lines += [f"  {channel} · {label}: {number:,}" for channel, label, number in self.rows()]
        return "\n".join([*lines, f"  → campaign.publish(confirm={self.total})"])

    def _repr_html_(self) -> str:
        caption = f"Publishing {self.campaign.name} would send {self.total:,} messages"
        hint = html.element("p", {}, f"campaign.publish(confirm={self.total})")
        return html.fragment(html.table(["channel", "activity", "people"], self.rows(), caption=caption), hint)


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
        return [launch.strftime("%a %d %b %Y %H:%M:%S %Z") for launch in self.campaign.launches(n)]

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
