"""Campaigns whose lives tests follow."""

from __future__ import annotations

import campaign_nb as cn
from tests.engine.shop import shop


def written(workspace: cn.Workspace, name: str = "Spring") -> cn.Campaign:
    """A campaign that writes to two people."""
    model = shop()
    c = cn.Campaign(name, data=model, workspace=workspace, tags=["retail"], description="Bring them back")
    c.build_audience("All", model.people).email("Mail", subject="Hi", text="Age {{ age }}")
    return c


def daily(workspace: cn.Workspace, name: str = "Spring") -> cn.Campaign:
    """A campaign that launches every day at ten, published at nine."""
    c = written(workspace, name)
    c.schedule = cn.Daily("10:00", time_zone="UTC")
    c.publish(confirm=2)
    return c


def said(campaign: cn.Campaign) -> list[str]:
    """The lines of its log."""
    return campaign.log.frame()["message"].to_list()
