"""Folders and files on the disk: private, flushed, moved into place in one step."""

from __future__ import annotations

import os
import stat
import uuid
from pathlib import Path

from campaign_nb.errors import Problem, StoreError
from campaign_nb.store.faults import from_system

TEMPORARY = "tmp-"
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
