"""Who may get a message: the checks in their order, each with the reason that it gives."""

from __future__ import annotations

from campaign_nb.data.model import Roles
from campaign_nb.rules import tree
from campaign_nb.steps import Check

NO_ADDRESS = "no address"
MALFORMED = "malformed address"
NO_CONSENT = "no consent"


def checks(channel: str, address: tree.Node, consent: tree.Node | None) -> tuple[Check, ...]:
    """Return the checks of a channel: an address, a well-formed one, consent where it is needed.

    Nulls: a null or empty address is no address.

    >>> [check.reason for check in checks("email", tree.Column("email"), tree.Column("opt_in"))]
    ['no address', 'malformed address', 'no consent']
    """
    formed = tree.Truth(tree.Call(f"is_{channel}", (address,)))
    found = [Check(NO_ADDRESS, tree.Not(tree.IsEmpty(address))), Check(MALFORMED, formed)]
    return (*found, Check(NO_CONSENT, consent)) if consent is not None else tuple(found)


def consent_of(roles: Roles, channel: str, empty_consent: bool) -> tree.Node:
    """Return the condition that a person agreed; a null is consent only with `empty_consent`."""
    given = tree.Column(roles.consent[channel])
    agreed = tree.Truth(given)
    return tree.Or((agreed, tree.IsNull(given))) if empty_consent else agreed
