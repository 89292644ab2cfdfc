"""Files outside of the store: replaced whole or not at all, by one at a time."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

import campaign_nb as cn
from campaign_nb.delivery import replacing
from campaign_nb.delivery.replacing import alone, replace

HOLD = """
import sys
from pathlib import Path
from campaign_nb.delivery.replacing import alone
with alone(Path(sys.argv[1]), "file"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_file_is_replaced_whole_and_a_new_one_is_private(tmp_path: Path) -> None:
    path = tmp_path / "file"
    replace(path, lambda target: target.write_text("one"), "file")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("one", 0o600)
    path.chmod(0o644)
    replace(path, lambda target: target.write_text("two"), "file")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("two", 0o644)


def test_a_disk_that_is_full_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def full(target: Path) -> NoReturn:
        target.write_text("ne")
        raise OSError(errno.ENOSPC, "no space")

    with pytest.raises(cn.StoreError, match="its disk is full"):
        replace(path, full, "file")
    assert [(item.name, item.read_text()) for item in tmp_path.iterdir()] == [("file", "old")]


def test_another_program_waits_until_the_lock_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        monkeypatch.setattr(replacing, "PATIENCE", 0.1)
        with pytest.raises(cn.DeliveryError, match=r"another program holds its lock for more than 0\.1 s"), alone(path, "file"):
            pass
        other.communicate("\n", timeout=20)
    with alone(path, "file"):
        pass
