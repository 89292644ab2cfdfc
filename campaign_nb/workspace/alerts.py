"""The alerts of a workspace: a listing, and who else is told of them in this session."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import polars as pl

from campaign_nb.delivery import reach
from campaign_nb.delivery.tell import Alert, MailServer, mail_address, post, send_mail
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.store import alerts, campaigns
from campaign_nb.workspace.listing import Listing, masked
from campaign_nb.workspace.subscriptions import Subscription, Subscriptions

if TYPE_CHECKING:
    from campaign_nb.workspace.workspace import Workspace

_COLUMNS: dict[str, Any] = {
    "campaign": pl.String,
    "activity": pl.String,
    "at": pl.Datetime("us", "UTC"),
    "title": pl.String,
    "message": pl.String,
    "run": pl.String,
}


class Alerts(Listing):
    """The alerts of all campaigns, newest first.

    Shape: campaign, activity, at, title, message, run; index by position or campaign, search by text.
    """

    def __init__(self, workspace: Workspace, subscriptions: Subscriptions) -> None:
        super().__init__("alerts", lambda: _rows(workspace), name="campaign")
        self._subscriptions = subscriptions

    def subscribe(
        self,
        whom: str | Callable[[Alert], Any],
        *,
        campaign: object = None,
        server: MailServer | None = None,
        allow_loopback: bool = False,
    ) -> Subscription:
        """Tell somebody of each alert that comes from now on, in this session.

        `whom` is a function of this kernel, an address of e-mail, or an http or https address, to which the alert is sent as
        JSON. `campaign` is one campaign or its name, all of them if left out. `server` sends e-mail; it is needed once in a
        session. Whatever can't be told is a line in the log, and fails no run.

        Time: after the alert counts; what this session did not get to tell is in the listing.
        Errors: what is no address, no e-mail server, a web server that is not public (`allow_loopback=True` is for tests).
        """
        name = None if campaign is None else str(getattr(campaign, "name", campaign))
        if callable(whom):
            return self._subscriptions.add(f"to {getattr(whom, '__name__', type(whom).__name__)}()", whom, name)
        if not isinstance(whom, str):  # pyright: ignore[reportUnnecessaryIsInstance] # users
            expected = "a function, an address of e-mail, or an http or https address"
            raise DefinitionError(Problem("alerts", f"a {type(whom).__name__} can't be told", expected, "ws.alerts.subscribe(print)"))
        if "://" in whom:
            place = reach.place_of(whom)
            reach.checked(place, loopback=allow_loopback)
            told = functools.partial(post, place, loopback=allow_loopback)
            return self._subscriptions.add(f"by webhook at {place.host}", told, name)
        address = mail_address(whom)
        self._subscriptions.server = server or self._subscriptions.server
        if self._subscriptions.server is None:
            do = 'server=cn.MailServer("smtp.example.com", sender="campaigns@example.com")'
            raise DefinitionError(Problem("alerts", "no server sends e-mail in this session", "a server, named once", do))
        return self._subscriptions.add(
            f"by e-mail to {masked(address)}", functools.partial(send_mail, self._subscriptions.server, address), name
        )

    @property
    def subscriptions(self) -> list[Subscription]:
        """Those who are told in this session; `end()` ends one."""
        return self._subscriptions.items


def _rows(workspace: Workspace) -> pl.LazyFrame:
    with workspace.store.read() as connection:
        names = {record.id: record.name for record in campaigns.list_campaigns(connection)}
        found = alerts.list_alerts(connection)
    rows = [(names[a.campaign_id], a.activity, a.at, a.title, a.message, a.run_id) for a in reversed(found)]
    return pl.LazyFrame(rows, schema=_COLUMNS, orient="row")
