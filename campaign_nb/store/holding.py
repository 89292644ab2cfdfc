"""Tasks that hold a run up: waits that are not over, messages that go out at each recipient's own time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import Connection, update

from campaign_nb.store.schema import tasks


def hold(connection: Connection, run_id: str, activities: Collection[str]) -> None:
    """Note that a run waits at some activities: they have been computed and are not over."""
    here = (tasks.c.run_id == run_id, tasks.c.state == "done", tasks.c.activity.in_(sorted(activities)))
    connection.execute(update(tasks).where(*here).values(state="waiting", ended_at=None))


def let_go(connection: Connection, run_id: str, at: dt.datetime) -> None:
    """Note that what a run waited at is over."""
    here = (tasks.c.run_id == run_id, tasks.c.state == "waiting")
    connection.execute(update(tasks).where(*here).values(state="done", ended_at=at))
