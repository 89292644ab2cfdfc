"""The comms of the side panels: what the kernel tells the front end, and what the front end asks of the kernel."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from comm import create_comm, get_comm_manager

from campaign_nb.campaign import Campaign
from campaign_nb.kernel.acting import act
from campaign_nb.widgets.throttle import Throttle
from campaign_nb.workspace import Workspace, workspaces

REGISTRY = "campaign_nb.registry"
CONTROL = "campaign_nb.control"
_ACTIONS = ("pause", "resume", "stop")


class Registry:
    """Tells the front end of campaigns and schedulers; does what its buttons ask for.

    The kernel never sends on the control comm: so a front end is answered while a cell is busy.
    """

    def __init__(self) -> None:
        self._comms: list[Any] = []
        self._throttle: Throttle[None] = Throttle(lambda _: self._send())
        self._end = workspaces.watch(lambda _: self._throttle.put(None))

    def open(self) -> None:
        """Listen to the front end, and tell it what is there."""
        get_comm_manager().register_target(CONTROL, self._control)
        self.refresh()

    def refresh(self) -> None:
        """Open a new comm to the front end, which may have been reloaded."""
        for comm in self._comms:
            with contextlib.suppress(Exception):  # a front end that is gone can't be told
                comm.close()
        self._comms = [create_comm(target_name=REGISTRY, data={"version": 1})]
        self._send()

    def close(self) -> None:
        """Tell nothing more."""
        self._end()
        self._throttle.close()
        get_comm_manager().unregister_target(CONTROL, self._control)
        for comm in self._comms:
            comm.close()

    def _told(self) -> list[dict[str, Any]]:
        return [snapshot(workspace) for workspace in workspaces.opened()]

    def _send(self) -> None:
        for told in self._told():
            for comm in self._comms:
                comm.send(told)

    def _control(self, comm: Any, message: Mapping[str, Any]) -> None:
        comm.on_msg(self._heard)
        self._heard(message)

    def _heard(self, message: Mapping[str, Any]) -> None:
        data = message.get("content", {}).get("data", {})
        kind = data.get("type")
        if kind == "hello":
            self.refresh()
            self._throttle.put(None)
        elif kind in _ACTIONS:
            for workspace in workspaces.opened():
                if workspace.store.identity == data.get("workspace"):
                    for campaign in workspace.held(str(data.get("campaign"))):
                        if isinstance(campaign, Campaign):
                            act(campaign, str(kind))
                    self._throttle.put(None)
        elif kind == "scheduler" and data.get("action") in ("pause", "start"):
            for workspace in workspaces.opened():
                getattr(workspace.scheduler, str(data["action"]))()


def snapshot(workspace: Workspace) -> dict[str, Any]:
    """Return a workspace as the side panels show it."""
    told = workspace.scheduler.snapshot()
    return {"version": 1, "workspace": {"id": workspace.store.identity, "label": workspace.folder.name}, **told}
