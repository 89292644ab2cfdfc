"""Files of rows: written beside their name, flushed, moved into place; the row in the store is the moment they count."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import re
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, delete, select, update

from campaign_nb.clock import SystemClock
from campaign_nb.errors import CampaignError, Problem, StoreError, did_you_mean
from campaign_nb.store import place
from campaign_nb.store.faultpoint import faultpoint
from campaign_nb.store.faults import disk_error, from_system, is_disk
from campaign_nb.store.schema import FILE_KINDS, files
from campaign_nb.store.sqlite import insert_new

Kind = Literal["population", "outbox", "feedback", "audience", "checkpoint", "extract_due", "extract", "change_due", "change"]
"""What a file is. One that is due has yet to take effect outside of the store, and is called otherwise once it has."""
FOLDER = "files"
_ID = re.compile(r"[0-9a-z][0-9a-z-]{0,63}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,10}")
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """What a file is for.

    A kind, and where it applies the run, the activity and the channel.
    """

    kind: Kind
    run_id: str | None = None
    activity: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A file that stands in its place and is not recorded yet; without its row it does not count."""

    slot: Slot
    path: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file that counts; `path` is relative to the store's folder."""

    id: str
    run_id: str | None
    activity: str
    kind: Kind
    channel: str
    path: str
    rows: int
    sha256: str
    committed_at: dt.datetime


def write(folder: Path, slot: Slot, fill: Callable[[Path], int], *, suffix: str = ".parquet") -> Written:
    """Let `fill` write a file and return its rows, then put it in its place, safe from power cuts.

    Do this outside of a transaction and `record` it inside one, together with what depends on it.
    Shape: the file gets mode 0600 and a name made of ids and hashes only; no file is ever written over.
    Errors: what the disk refuses; whatever `fill` raises goes on, and nothing is left behind.
    """
    where = _where(slot)
    name = _name(slot, suffix, where)
    target = folder / name
    place.private_folder(folder / FOLDER)
    place.private_folder(target.parent)
    temporary = place.temporary(target.parent)
    faultpoint("before the file")
    try:
        rows = _filled(temporary, fill, where)
        faultpoint("file filled")
        return Written(slot, name, rows, _settle(temporary, target, where))
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def record(connection: Connection, folder: Path, written: Written, at: dt.datetime) -> FileRecord:
    """Make a written file count, in the transaction of what depends on it.

    Errors: a file that is gone, a second outbox of one activity and channel in a run.
    """
    slot = written.slot
    where = _where(slot)
    if not (folder / written.path).is_file():
        raise StoreError(
            Problem(where, "it was removed before it was recorded", "a file written less than a day ago", "run the activity again")
        )
    made = FileRecord(
        id=uuid.uuid4().hex,
        run_id=slot.run_id,
        activity=slot.activity,
        kind=slot.kind,
        channel=slot.channel,
        path=written.path,
        rows=written.rows,
        sha256=written.sha256,
        committed_at=at.astimezone(dt.UTC),
    )
    faultpoint("before the file is recorded")
    if not insert_new(connection, files, {**asdict(made), "committed_at": at}):
        raise StoreError(Problem(where, f"this run has one for channel {slot.channel!r} already", "one for each run, activity and channel"))
    return made


def put(
    connection: Connection, folder: Path, slot: Slot, fill: Callable[[Path], int], at: dt.datetime, *, suffix: str = ".parquet"
) -> FileRecord:
    """Write a small file and record it at once, in one transaction; nothing is left behind when that fails.

    Errors: as `write` and `record`.
    """
    written = write(folder, slot, fill, suffix=suffix)
    try:
        return record(connection, folder, written, at)
    except BaseException:
        (folder / written.path).unlink(missing_ok=True)
        raise


def find(connection: Connection, slot: Slot) -> FileRecord | None:
    """Return the file of a slot, the newest when there are several; None when there is none."""
    query = select(files).where(files.c.kind == slot.kind, files.c.activity == slot.activity, files.c.channel == slot.channel)
    query = query.where(files.c.run_id.is_(None) if slot.run_id is None else files.c.run_id == slot.run_id)
    row = connection.execute(query.order_by(files.c.committed_at.desc(), files.c.id).limit(1)).mappings().first()
    return FileRecord(**row) if row else None


def get(connection: Connection, file_id: str) -> FileRecord:
    """Return the file of that id.

    Errors: no such id.
    """
    row = connection.execute(select(files).where(files.c.id == file_id)).mappings().one_or_none()
    if row is None:
        raise StoreError(Problem("files", f"no file has the id {file_id!r}"))
    return FileRecord(**row)


def list_files(connection: Connection, *, run_id: str | None = None, kind: Kind | None = None) -> list[FileRecord]:
    """Return the files of a run, of a kind, or all, oldest first; those of one instant by their activity."""
    query = select(files).order_by(files.c.committed_at, files.c.activity, files.c.id)
    if run_id is not None:
        query = query.where(files.c.run_id == run_id)
    if kind is not None:
        query = query.where(files.c.kind == kind)
    return [FileRecord(**row) for row in connection.execute(query).mappings()]


def path_of(folder: Path, file: FileRecord) -> Path:
    """Return where a file lies.

    Errors: a path that leads out of the store, a file that is gone.
    """
    where = f"{file.kind} file {file.id}"
    root = (folder / FOLDER).resolve()
    path = (folder / file.path).resolve()
    if not path.is_relative_to(root):
        raise StoreError(Problem(where, "its path leads out of the store", f"a path below {FOLDER}/"))
    if not path.is_file():
        raise StoreError(Problem(where, "it is gone from the disk", f"the file {file.path}", "restore a copy of the whole folder"))
    return path


def verify(folder: Path, file: FileRecord) -> Path:
    """Return where a file lies once its content is known to be what was recorded.

    Errors: a changed file; as `path_of`.
    Cost: reads the file once.
    """
    path = path_of(folder, file)
    with path.open("rb") as content:
        if hashlib.file_digest(content, "sha256").hexdigest() != file.sha256:
            raise StoreError(
                Problem(f"{file.kind} file {file.id}", "its content has changed", "the content that was recorded", "run it again")
            )
    return path


def forget(connection: Connection, file_id: str) -> None:
    """Make a file count no more; the next sweep removes it from the disk."""
    connection.execute(delete(files).where(files.c.id == file_id))


def settle(connection: Connection, file_id: str, kind: Kind) -> bool:
    """Note that what a file is due to do outside of the store is done; False when that was noted before."""
    due = (files.c.id == file_id, files.c.kind != kind)
    faultpoint("before the settlement")
    return connection.execute(update(files).where(*due).values(kind=kind)).rowcount == 1


def missing(connection: Connection, folder: Path) -> list[FileRecord]:
    """Return the recorded files that are gone from the disk."""
    return [file for file in list_files(connection) if not (folder / file.path).is_file()]


def sweep(connection: Connection, folder: Path, *, idle: dt.timedelta = _DAY) -> list[str]:
    """Remove files that no row speaks of, left by a crash or a failed run; return their paths.

    Do this inside a write transaction. What was touched less than `idle` ago (real time) stays: somebody may be about to record it.
    """
    known = set(connection.execute(select(files.c.path)).scalars())
    before = SystemClock().now().timestamp() - idle.total_seconds()
    leftovers = [path for path in folder.glob(f"{place.TEMPORARY}*") if path.lstat().st_mtime <= before]
    idle_folders: list[Path] = []
    for parent, _, names in os.walk(folder / FOLDER):
        if os.stat(parent).st_mtime <= before:
            idle_folders.append(Path(parent))
        leftovers += [path for path in (Path(parent) / name for name in names) if path.lstat().st_mtime <= before]
    swept = sorted(path for path in leftovers if path.relative_to(folder).as_posix() not in known)
    for path in swept:
        path.unlink(missing_ok=True)
    for empty in reversed(idle_folders):
        with contextlib.suppress(OSError):  # not empty, or gone
            empty.rmdir()
    return [path.relative_to(folder).as_posix() for path in swept]


def _where(slot: Slot) -> str:
    return f"{slot.kind} file of activity {slot.activity!r}" if slot.activity else f"{slot.kind} file"


def _name(slot: Slot, suffix: str, where: str) -> str:
    """Return a name that nothing from the data can shape, and that no other file has."""
    if slot.kind not in FILE_KINDS:
        raise StoreError(Problem(where, f"no kind {slot.kind!r}", did_you_mean(slot.kind, FILE_KINDS)))
    if slot.run_id is not None and not _ID.fullmatch(slot.run_id):
        raise StoreError(Problem(where, "its run id is not an id", "letters, digits and hyphens"))
    if slot.kind == "outbox" and slot.run_id is None:
        raise StoreError(Problem(where, "it belongs to no run", "the run that sends"))
    if not _SUFFIX.fullmatch(suffix):
        raise StoreError(Problem(where, f"the suffix {suffix!r}", "a dot and up to ten letters or digits", 'suffix=".parquet"'))
    meaning = "\0".join([slot.activity, slot.channel]).encode()
    digest = hashlib.sha256(meaning).hexdigest()[:16]
    return f"{FOLDER}/{slot.run_id or 'shared'}/{slot.kind}-{digest}-{uuid.uuid4().hex[:12]}{suffix}"


def _filled(temporary: Path, fill: Callable[[Path], int], where: str) -> int:
    try:
        return fill(temporary)
    except CampaignError:
        raise
    except Exception as error:  # what polars writes by itself, it refuses in errors of its own
        if is_disk(error):
            raise from_system(disk_error(error), where) from error
        raise


def _settle(temporary: Path, target: Path, where: str) -> str:
    """Flush a finished file, move it into its place and return the hash of its content."""
    try:
        temporary.chmod(0o600)
        place.flush(temporary)
        faultpoint("file flushed")
        with temporary.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        os.replace(temporary, target)
        faultpoint("file in place")
        place.flush(target.parent)
        place.flush(target.parent.parent)
        faultpoint("file kept")
    except OSError as error:
        raise from_system(error, where) from error
    return sha256
