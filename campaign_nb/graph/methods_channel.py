"""The verbs of transitions that send messages.

Written by `python -m campaign_nb.graph.generate` from the activities' classes; a change belongs there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from campaign_nb.activities.email import Email
from campaign_nb.graph.fluent import Fluent
from campaign_nb.graph.handling import OnError, WhenEmpty, handling

if TYPE_CHECKING:
    from campaign_nb.graph.transition import Transition


class ChannelMethods(Fluent):
    """The verbs of transitions that send messages."""

    def email(
        self,
        label: str,
        *,
        subject: str,
        html: str | None = None,
        text: str | None = None,
        category: Literal["marketing", "transactional"] = "marketing",
        empty_consent: bool = False,
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
    ) -> Transition:
        """Send one e-mail to each person who may get it.

        The complement holds the excluded, each with its reason.

        Shape: the outbound transition is who it was attempted for; a message is one row, unique by run, activity, person
        and channel. Excluded, in this order: no address, malformed address, no consent.
        Nulls: a null consent is no consent, unless `empty_consent`. A null in a template prints nothing and is counted: a
        dry run's `rendering` says for how many messages each column is empty.
        Errors: a table without the email role, without a consent column (marketing), a template that names unknown columns.

        Options:
        subject: The subject, a template
        html: The HTML body, a template; values are escaped
        text: The plain-text body, a template
        category: Marketing needs consent, transactional does not
        empty_consent: Whether a null consent counts as consent
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._one(
            label,
            Email.of(subject=subject, html=html, text=text, category=category, empty_consent=empty_consent),
            description,
            handling=handling(f"email {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )
