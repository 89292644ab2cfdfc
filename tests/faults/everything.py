"""A campaign that has everything, day by day on a clock kept in a file, and all that can be seen of it afterwards."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

import campaign_nb as cn
from campaign_nb.store import Connection, alerts, campaigns, files, launches, log, runs
from campaign_nb.store import leases as held
from campaign_nb.store.files import FileRecord
from campaign_nb.store.runs import RunRecord

FIRST, SECOND = "Everything", "Follower"
STEPS = ("2026-03-02 08:00", "2026-03-02 09:00", "2026-03-02 10:00", "2026-03-04 09:30", "2026-03-04 10:30")
"""The instants at which something happens; nobody is there on the third of March."""
AWAY = (3,)
LEADS = {0: "mail,points\np1@example.com,5\nbroken\np9@example.com,x\np12@example.com,6\n", 3: "mail,points\np14@example.com,7\n"}
"""The file that lies there to be loaded from a step on."""
PEOPLE = 40
ADDRESS = ".address"
"""The file that says on which server a world has its store; without it, the store is in its folder."""


def lay(place: Path) -> None:
    """Lay out the tables of a new world in the working directory."""
    numbers = list(range(1, PEOPLE + 1))
    people = {
        "id": numbers,
        "email": [None if n % 11 == 0 else "not an address" if n % 13 == 0 else f"p{n}@example.com" for n in numbers],
        "points": [n * 7 % 50 for n in numbers],
        "opt_in": [None if n % 17 == 0 else n % 5 > 0 for n in numbers],
    }
    pl.DataFrame(people).write_parquet(place / "people.parquet")
    (place / "marks.csv").write_text("id,mark,seen\n3,old,0\n99,kept,0\n8,,1\n")
    (place / "leads.csv").write_text(LEADS[0])


def coded(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Give everybody but the poorest a code."""
    return rows.filter(pl.col("double") > 22).with_columns(code=pl.format("C{}", "id"))


def fails(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Fail once the clock has moved: in every live run."""
    if Path("clock").exists():
        raise ValueError("never works")
    return rows


def follower(shop: cn.DataModel, workspace: cn.Workspace) -> cn.Campaign:
    """The campaign that is signalled."""
    c = cn.Campaign(SECOND, data=shop, workspace=workspace)
    ways = c.build_audience("Rich", shop.people.points > 40).test("Channel", mail=cn.var("channel") == "email")
    ways.mail.email("Third", subject="Third", text="You have {{ points }} points.").save_audience("Followed").extract_file(
        "Last", "last-{{ as_of }}.csv", columns=["id"]
    )
    ways.otherwise.alert("Not by mail", title="Another channel", message="Nobody was written to.")
    c.schedule = cn.OnSignal(channel="email", overlap="queue")
    return c


def everything(shop: cn.DataModel, workspace: cn.Workspace) -> cn.Campaign:
    """The campaign with every effect that a run can have."""
    people = shop.people
    c = cn.Campaign(FIRST, data=shop, workspace=workspace, seed="s", moved=None)
    found = c.build_audience("Enough points", people.points >= 10)
    halves = found.split("Halves", A=0.6, B=0.4)
    coded_ = halves.A.enrich("Doubled", double=people.points * 2).python("Coded", coded, adds={"code": pl.String}, reads=["double"])
    ways = coded_.fork("Both", "mail", "file")
    listed = ways.file.extract_file("List", "list-{{ as_of }}.csv", columns=["id", "code", "double"])
    mail = ways.mail.email("First", subject="Code {{ code }}", text="{{ points }} points, code {{ code }}.")
    test = mail.save_audience("Mailed", columns=["code"]).test("Enough?", enough=found.size > 20)
    test.otherwise.alert("Few", title="Few", message="Too few.")
    again = test.enough.wait("An hour", hours=1).email("Second", subject="Again", text="Still {{ code }}.")
    c.incremental_query("New", people.points < 10).update_data("Welcome", into=shop.marks, set={"mark": "new"})
    halves.B.update_data("Mark", into=shop.marks, set={"mark": "B", "seen": people.points}).extract_file("Marked", "day/marked.parquet")
    halves.B.python("Broken", fails, on_error="ignore").email("Never", subject="Never", text="Never")
    loaded = c.load_file("Leads", "leads.csv", columns={"mail": "text", "points": "integer"}, delete=True)
    loaded.rejects.extract_file("Rejects", "rejects-{{ as_of }}.csv", columns=["line", "content", "reason"])
    loaded.reconcile("Known", to=people, on={"mail": "email"}).save_audience("Known leads")
    both = c.and_join("Joined", again, listed, primary=again).alert("Told", title="Done", message="All was written.")
    both.end("Next", signal=SECOND, values={"channel": "email"})
    c.schedule = cn.Daily("09:00", valid_until="2026-03-04", time_zone="UTC")
    return c


def instant(step: int) -> dt.datetime:
    """The instant of a step."""
    return dt.datetime.fromisoformat(STEPS[step]).replace(tzinfo=dt.UTC)


def reached(place: Path) -> int:
    """The step at which the clock of a world stands."""
    path = place / "clock"
    return int(path.read_text()) if path.exists() else 0


def bring(place: Path, step: int) -> None:
    """Put the clock at a step, and the file there that comes with it; a kernel may die afterwards."""
    if reached(place) < step:
        if step in LEADS:
            (place / "leads.csv").write_text(LEADS[step])
        (place / "clock").write_text(str(step))


def opened(place: Path) -> cn.Workspace:
    """The workspace of a world, in its folder or on the server whose address lies there, at the instant of its clock."""
    address, clock = place / ADDRESS, cn.ManualClock(instant(reached(place)))
    if address.exists():
        return cn.Workspace(address.read_text(), folder=place / "ws", clock=clock)
    return cn.Workspace(place / "ws", clock=clock)


def start(place: Path) -> cn.Workspace:
    """A kernel starts: it opens both campaigns, or publishes them, and goes on with what is there."""
    workspace = opened(place)
    if workspace.question is not None:
        workspace.confirm_here()
    shop = cn.DataModel("shop")
    shop.table("people", "people.parquet", key="id", email="email", consent={"email": "opt_in"})
    shop.table("marks", "marks.csv", key="id", writable=True)
    for name, build in ((SECOND, follower), (FIRST, everything)):
        with workspace.store.read() as connection:
            record = campaigns.find(connection, name)
        if record is None:
            build(shop, workspace).publish().confirm()  # type: ignore[union-attr] # nothing is published yet
        else:
            cn.Campaign.open(name, workspace=workspace)
    workspace.scheduler.start()
    return workspace


def go(place: Path, until: int) -> None:
    """Live in a world up to a step; nobody is there when the clock comes to one of `AWAY`. Then close it properly."""
    workspace = start(place)
    for step in range(reached(place) + 1, until + 1):
        if step in AWAY:
            workspace.close()
            bring(place, step)
            workspace = start(place)
            continue
        bring(place, step)
        workspace.clock.set(instant(step))  # type: ignore[attr-defined] # a manual clock
    workspace.close()


# ---------------------------------------------------------------------------------------------- what can be seen of it


def seen(place: Path, more: Callable[[Connection, Mapping[str, str]], dict[str, Any]] | None = None) -> dict[str, Any]:
    """All that counts of a world, without what chance names: ids of rows, names of files.

    `more` looks at what only some worlds have, given the names of campaigns by their ids.
    """
    workspace = opened(place)
    store = workspace.store
    with store.read() as connection:
        names = {record.id: record.name for record in campaigns.list_campaigns(connection)}
        made = runs.list_runs(connection)
        started = {run.id: f"{names[run.campaign_id]} {run.started_at:%d %H:%M}" for run in made}
        kept = files.list_files(connection)
        found: dict[str, Any] = {**_of_campaigns(connection, names, started), **_of_runs(connection, made, started)}
        found |= more(connection, names) if more is not None else {}
        found["leases"] = sum(runs.get(connection, name).state not in ("waiting", "paused") for name in held.by_name(connection))
    found["files"] = sorted((file.kind, started.get(file.run_id or "", ""), file.activity, _channel(file), file.rows) for file in kept)
    frames = [file for file in kept if file.path.endswith(".parquet")]
    found["rows"] = {_named(file, started): _rows(store.folder, file) for file in frames}
    found["wrong ids"] = _wrong_ids(workspace)
    found["audiences"] = [list(map(str, row)) for row in workspace.audiences.frame().sort("name").rows()]
    found["integrity"] = store.integrity()
    found["unknown files"] = unknown(place, {file.path for file in kept})
    workspace.close()
    found["world"] = {str(path.relative_to(place)): _hash(path) for path in outside(place)}
    return json.loads(json.dumps(found))


def _of_campaigns(connection: Connection, names: Mapping[str, str], started: Mapping[str, str]) -> dict[str, Any]:
    """Campaigns, launches, alerts and the log."""

    def plain(text: str) -> str:
        for run_id, name in started.items():
            text = text.replace(run_id, f"<{name}>").replace(run_id[:8], f"<{name}>")
        return text

    told = [line for line in log.read(connection) if not line.message.startswith("confirmed that")]
    return {
        "campaigns": sorted((r.name, r.status, r.paused, r.error, r.error_text, r.version) for r in campaigns.list_campaigns(connection)),
        "launches": sorted(
            (names[r.campaign_id], plain(r.nominal), r.state, str(r.due_at), str(r.fired_at), str(r.ended_at), r.count, plain(r.reason))
            for r in launches.list_launches(connection)
        ),
        "alerts": sorted(
            (names[a.campaign_id], started.get(a.run_id or "", ""), a.activity, str(a.at), plain(a.title), plain(a.message))
            for a in alerts.list_alerts(connection)
        ),
        "log": sorted(
            (
                names.get(line.campaign_id or "", ""),
                started.get(line.run_id or "", ""),
                line.activity or "",
                line.level,
                plain(line.message),
            )
            for line in told
        ),
    }


def _of_runs(connection: Connection, made: Sequence[RunRecord], started: Mapping[str, str]) -> dict[str, Any]:
    """Runs with their stages, tasks, counts and exclusions."""
    of = [(started[run.id], run.id) for run in made]
    launched = {row.run_id: row.nominal[:16] for row in launches.list_launches(connection) if row.run_id and row.variables is None}
    return {
        "runs": sorted(
            (started[r.id], launched.get(r.id, ""), r.state, str(r.as_of), str(r.ended_at), str(r.due_at), r.error_text, r.variables or "")
            for r in made
        ),
        "stages": sorted(
            (name, s.number, s.state, str(s.as_of), str(s.ended_at)) for name, run in of for s in runs.list_stages(connection, run)
        ),
        "tasks": sorted(
            (name, t.activity, t.stage, t.state, t.rows_in, t.rows_out, str(t.as_of), t.error_text, t.note)
            for name, run in of
            for t in runs.list_tasks(connection, run)
        ),
        "counts": sorted((name, *port, *rows) for name, run in of for port, rows in runs.read_ports(connection, run).items()),
        "exclusions": sorted((name, *reason, rows) for name, run in of for reason, rows in runs.read_exclusions(connection, run).items()),
    }


def outside(place: Path) -> list[Path]:
    """The files of a world that are not the store's own."""
    inside = (place / "ws/files", place / "ws/locks")
    found = [path for path in place.rglob("*") if path.is_file() and not any(path.is_relative_to(folder) for folder in inside)]
    return sorted(path for path in found if not path.name.startswith(("store.db", "tmp-", ".")) and path.name != "clock")


def unknown(place: Path, known: set[str]) -> list[str]:
    """The kinds of files that nobody speaks of: left by kernels that died."""
    folder = place / "ws"
    orphans = [path for path in (folder / "files").rglob("*") if path.is_file() and path.relative_to(folder).as_posix() not in known]
    temporary = [path for path in folder.glob("tmp-*") if path.is_file()]
    return sorted(path.name.split("-")[0] for path in (*orphans, *temporary))


def _channel(file: FileRecord) -> str:
    if not file.channel.startswith("{"):
        return file.channel
    return str(json.loads(file.channel)["mode"])


def _named(file: FileRecord, started: Mapping[str, str]) -> str:
    return f"{file.kind} {started.get(file.run_id or '', '')} {file.activity} {_channel(file)}"


def _rows(folder: Path, file: FileRecord) -> list[list[str]]:
    """The rows of a file as text, in order; ids of messages and runs are looked at apart."""
    frame = pl.read_parquet(files.verify(folder, file))
    names = sorted(name for name in frame.columns if name not in ("message_id", "run"))
    return sorted([str(value) for value in row] for row in frame.select(names).rows())


def _wrong_ids(workspace: cn.Workspace) -> list[str]:
    """Messages whose id is not what workspace, run, activity, channel and person give, and ids that come twice."""
    found: list[str] = []
    rows = workspace.outbox.frame().rows(named=True)
    for row in rows:
        about = json.dumps([workspace.store.identity, row["run"], row["activity"], row["channel"]], ensure_ascii=False)
        if hashlib.sha256(f"{about}\x1f{row['person']}".encode()).hexdigest()[:32] != row["message_id"]:
            found.append(f"{row['activity']} {row['person']}")
    twice = Counter(row["message_id"] for row in rows)
    again = Counter((row["run"], row["activity"], row["channel"], row["person"]) for row in rows)
    return found + [str(key) for counted in (twice, again) for key, number in counted.items() if number > 1]


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def later(place: Path) -> None:
    """Let days pass: what lies there was touched long ago."""
    long_ago = dt.datetime.now(dt.UTC).timestamp() - 3 * 86_400
    for path in (*place.rglob("*"), place):
        if path.exists():
            os.utime(path, (long_ago, long_ago), follow_symlinks=False)
