"""Folders and files on the disk: private, flushed, moved into place in one step."""

from __future__ import annotations

import hashlib
import os
import platform
import stat
import uuid
from collections.abc import Mapping
from pathlib import Path

from campaign_nb.errors import Problem, StoreError
from campaign_nb.store.faults import from_system

TEMPORARY = "tmp-"
IDENTITY = "store.id"
"""The file by which a folder beside a server's database is known to be the one that holds its files."""
_MACHINE = Path("/etc/machine-id")
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NETWORK = ("nfs", "cifs", "smb", "9p", "fuse", "afs", "ceph", "gluster", "lustre", "virtiofs", "vboxsf", "drvfs")


def private_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter; one that is there already keeps its rights.

    Errors: a file in its way, no right to write, no space.
    """
    where = f"folder {str(folder)!r}"
    try:
        if folder.is_dir():
            return
        folder.mkdir(mode=0o700, parents=True)
        folder.chmod(0o700)
    except FileExistsError as error:
        if folder.is_dir():  # another kernel was faster
            return
        raise from_system(error, where) from error
    except OSError as error:
        raise from_system(error, where) from error


def temporary(folder: Path) -> Path:
    """Return a fresh name in a folder for a file that is not finished."""
    return folder / f"{TEMPORARY}{uuid.uuid4().hex}"


def flush(path: Path) -> None:
    """Make the content of a file, or the names in a folder, survive a power cut."""
    if path.is_dir() and os.name != "posix":
        return  # only POSIX opens folders
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def link_into_place(source: Path, target: Path) -> bool:
    """Give a finished file its name unless that name is taken; tell whether it was given.

    Two processes may try at once: one of them gets True.
    """
    try:
        os.link(source, target)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if target.exists():
            return False
        os.rename(source, target)
    source.unlink(missing_ok=True)
    flush(target.parent)
    return True


def plain_file(path: Path, where: str) -> bool:
    """Tell whether a file is there.

    Errors: a symbolic link, a folder or a device in its place.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    except OSError as error:
        raise from_system(error, where) from error
    if not stat.S_ISREG(mode):
        kind = "symbolic link" if stat.S_ISLNK(mode) else "folder" if stat.S_ISDIR(mode) else "device"
        raise StoreError(Problem(where, f"{path.name} is a {kind}", "an ordinary file", "move it away, then open the store again"))
    return True


def file_system(path: Path, mounts: str | None = None) -> str:
    """Return the type of the file system that holds a path, or "" when it can't be told.

    >>> file_system(Path("/data/shop"), "22 1 8:1 / / rw - ext4 /dev/vda rw\\n23 22 0:40 / /data rw - nfs4 host:/d rw")
    'nfs4'
    """
    if mounts is None:
        try:
            mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
    best, found = -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        point = Path(fields[4].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\"))
        if path.is_relative_to(point) and len(point.parts) >= best:  # a later mount hides an earlier one
            best, found = len(point.parts), after.split()[0]
    return found


def is_network(file_system_type: str) -> bool:
    """Tell whether a file system type is served over a network or by a user's program.

    >>> is_network("fuse.sshfs"), is_network("ext4")
    (True, False)
    """
    return file_system_type.startswith(_NETWORK)


def machine() -> str:
    """Return a mark of this machine that says nothing about it, "" where it can't be told."""
    return _mark(_MACHINE)


def booted() -> str:
    """Return a mark of this machine since it was started: processes with the same mark see each other's locks."""
    return _mark(_BOOT) or hashlib.sha256(f"{platform.node()} {uuid.getnode()}".encode()).hexdigest()[:16]


def home(path: Path) -> dict[str, str]:
    """Return where a file lives: its machine, its place on the disk, its path.

    >>> sorted(home(Path("/")))
    ['device', 'host', 'inode', 'machine', 'path']
    """
    status = path.stat()
    return {
        "machine": machine(),
        "host": platform.node(),
        "device": str(status.st_dev),
        "inode": str(status.st_ino),
        "path": str(path.resolve()),
    }


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Say what of a home has changed; nothing for what is not known on one of the two sides.

    A device alone proves nothing: its number may change with every start of a machine.

    >>> changes({"machine": "a", "inode": "7", "path": "/x"}, {"machine": "", "inode": "8", "path": "/x"})
    ['another file (inode 7 is now 8)']
    """
    shown = {
        "machine": f"another machine ({before.get('host') or 'unnamed'} is now {now.get('host') or 'unnamed'})",
        "system": "another server or a copy of it",
        "database": "another database",
        "timeline": "a server restored or switched over",
        "inode": f"another file (inode {before.get('inode')} is now {now.get('inode')})",
        "path": f"another path ({before.get('path')} is now {now.get('path')})",
    }
    return [words for key, words in shown.items() if before.get(key) and now.get(key) and before[key] != now[key]]


def bind(folder: Path, identity: str, where: str, *, bound: bool) -> None:
    """Make sure that a folder is the one of a store on a server, and mark it when the store has none yet.

    Errors: a folder of another store; a folder without the mark though the store has one elsewhere.
    """
    path = folder / IDENTITY
    do = 'name the folder that all its machines share: cn.Workspace("postgresql://…", folder="/shared/campaigns")'
    try:
        if not plain_file(path, where):
            if bound:
                what = f"its files are in another folder than {str(folder)!r}, or this machine doesn't see that folder"
                raise StoreError(Problem(where, what, f"the folder with this store's {IDENTITY}", do))
            made = temporary(folder)
            try:
                with os.fdopen(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as mark:
                    mark.write(identity)
                flush(made)
                link_into_place(made, path)
            finally:
                made.unlink(missing_ok=True)
        if path.read_text(encoding="utf-8", errors="replace").strip() != identity:
            what = f"the folder {str(folder)!r} holds the files of another store"
            raise StoreError(Problem(where, what, f"the folder with this store's {IDENTITY}", do))
    except OSError as error:
        raise from_system(error, where) from error


def _mark(path: Path) -> str:
    try:
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
    return hashlib.sha256(f"campaign-nb {text}".encode()).hexdigest()[:16] if text else ""
