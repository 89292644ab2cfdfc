"""The verbs of transitions that send messages.

Written by `python -m campaign_nb.graph.generate` from the activities' classes; a change belongs there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from campaign_nb.activities.email import Email
from campaign_nb.graph.fluent import Fluent

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
        """
        return self._one(
            label, Email.of(subject=subject, html=html, text=text, category=category, empty_consent=empty_consent), description
        )
