"""Who is told of alerts in this session, and the telling: after the alert counts, outside of every run."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from campaign_nb.clock import ManualClock
from campaign_nb.delivery.tell import Alert, MailServer
from campaign_nb.errors import CampaignError
from campaign_nb.store import alerts, campaigns, log
from campaign_nb.store.alerts import AlertRecord
from campaign_nb.workspace import workspaces

if TYPE_CHECKING:
    from campaign_nb.workspace.workspace import Workspace

IDLE = 5.0
"""Units: seconds between two looks at the store, for alerts that another kernel made."""
LEAVING = 15.0


class Subscription:
    """One who is told of the alerts of a workspace, or of one campaign.

    Until it ends, or the session does.
    """

    def __init__(
        self, whom: str, tell: Callable[[Alert], Any], campaign: str | None, since: int, end: Callable[[Subscription], None]
    ) -> None:
        self.whom, self.campaign, self.since = whom, campaign, since
        self.tell = tell
        self._end, self._id = end, ""

    def wants(self, record: AlertRecord, name: str) -> bool:
        """Tell whether an alert is for this one.

        A campaign that it knows stays the one, also with another name.
        """
        if record.id <= self.since:
            return False
        if self.campaign is None or self._id == record.campaign_id:
            return True
        if not self._id and name == self.campaign:
            self._id = record.campaign_id
            return True
        return False

    def end(self) -> None:
        """Tell no more."""
        self._end(self)

    def __repr__(self) -> str:
        return f"<alerts of {'all campaigns' if self.campaign is None else f'campaign {self.campaign!r}'}, told {self.whom}>"


class Subscriptions:
    """Tells alerts once each, in the order in which they were made, by a thread of its own.

    With a `ManualClock` there is no thread: what a move of the clock makes is told before the move returns. An alert is told
    at most once by a session; what it did not get to is in the listing. A telling that fails is a line in the log.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.server: MailServer | None = None
        """What sends e-mail in this session."""
        self._items: list[Subscription] = []
        self._seen = 0
        self._turn = threading.RLock()
        self._telling = False
        self._news, self._leave = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._unhear: list[Callable[[], None]] = []

    @property
    def items(self) -> list[Subscription]:
        """Those who are told, first come first."""
        return list(self._items)

    def add(self, whom: str, tell: Callable[[Alert], Any], campaign: str | None) -> Subscription:
        """Tell somebody of the alerts that come after now."""
        with self._turn:
            with self._workspace.store.read() as connection:
                since = alerts.newest(connection)
            self._seen = self._seen if self._items else since
            made = Subscription(whom, tell, campaign, since, self._remove)
            self._items.append(made)
            self._begin()
        return made

    def look(self) -> None:
        """Tell what is new."""
        with self._turn:
            if self._telling:  # a subscriber did something that made an alert: it comes next
                return
            self._telling = True
            try:
                while self._items and self._once():
                    continue
            finally:
                self._telling = False

    def close(self) -> None:
        """Tell what is left, then no more."""
        with self._turn:
            unhear, self._unhear = self._unhear, []
            thread, self._thread = self._thread, None
        for end in unhear:
            end()
        self._leave.set()
        self._news.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(LEAVING)
        self._items = []

    def _remove(self, item: Subscription) -> None:
        with self._turn:
            self._items = [other for other in self._items if other is not item]

    def _begin(self) -> None:
        if self._unhear:
            return
        self._unhear = [
            self._workspace.listen(lambda event: self._hear()),
            workspaces.watch(lambda changed: self._hear() if changed is self._workspace else None),
        ]
        self._leave.clear()
        if not isinstance(self._workspace.clock, ManualClock):
            self._thread = threading.Thread(target=self._work, name="campaign-nb alerts", daemon=True)
            self._thread.start()

    def _hear(self) -> None:
        if isinstance(self._workspace.clock, ManualClock):
            self.look()
        else:
            self._news.set()

    def _work(self) -> None:
        while True:
            leaving = self._leave.is_set()
            self._news.clear()
            with contextlib.suppress(Exception):  # the store may be what fails; the next look tries again
                self.look()
            if leaving:
                return
            self._news.wait(IDLE)

    def _once(self) -> bool:
        """Tell the first alert that is new; False when there is none."""
        with self._workspace.store.read() as connection:
            found = alerts.list_alerts(connection, after=self._seen, limit=1)
            names = [campaigns.get(connection, record.campaign_id).name for record in found]
        for record, name in zip(found, names, strict=True):
            self._seen = record.id
            identity = f"alert-{record.id}.{self._workspace.store.identity}"
            alert = Alert(identity, name, record.activity, record.at, record.title, record.message, record.run_id)
            for item in self.items:
                if item.wants(record, name):
                    self._tell(item, record, alert)
        return bool(found)

    def _tell(self, item: Subscription, record: AlertRecord, alert: Alert) -> None:
        try:
            item.tell(alert)
        except Exception as error:  # whoever can't be told must not fail what he would be told of
            what = "; ".join(problem.what for problem in error.problems) if isinstance(error, CampaignError) else type(error).__name__
            message = f"alert {record.title!r} was not told {item.whom}: {what}"
            place: dict[str, Any] = {"campaign_id": record.campaign_id, "run_id": record.run_id, "level": "warning"}
            with contextlib.suppress(CampaignError), self._workspace.store.begin() as connection:
                log.append(connection, message, self._workspace.clock.now(), **place)
