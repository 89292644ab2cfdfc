"""Changes of two workspaces and of many runs in one file: none is lost, and they keep their order."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from campaign_nb.delivery.change import changed

APPLY = """
import sys
import polars as pl
from pathlib import Path
import campaign_nb as cn
folder, name = Path(sys.argv[1]), sys.argv[2]
shop = cn.DataModel("shop")
people = shop.table("people", pl.DataFrame({"id": [f"{name}{number}" for number in range(5)]}), key="id")
marks = shop.table("marks", folder / "marks.parquet", key="id", writable=True)
own = cn.Workspace(folder / name, clock=cn.ManualClock("2026-07-01 09:00"))
for number in range(5):
    c = cn.Campaign(f"C{number}", data=shop, workspace=own)
    c.build_audience("All", people.id == f"{name}{number}").update_data("Mark", into=marks, set={"by": name})
    c.publish(confirm=0)
    assert c.runs[0].wait("20s").state == "done", c.runs[0].error
own.close()
"""


def test_two_programs_that_change_one_file_lose_no_row(tmp_path: Path) -> None:
    pl.DataFrame({"id": ["z"], "by": ["nobody"]}).write_parquet(tmp_path / "marks.parquet")
    both = [subprocess.Popen([sys.executable, "-c", APPLY, str(tmp_path), name]) for name in ("a", "b")]
    assert [one.wait(timeout=60) for one in both] == [0, 0]
    found = pl.read_parquet(tmp_path / "marks.parquet").sort("id")
    assert found.rows() == [*((f"{name}{number}", name) for name in ("a", "b") for number in range(5)), ("z", "nobody")]


@pytest.mark.parametrize("mode", ["insert", "upsert", "update", "delete"])
def test_a_change_made_twice_is_as_if_made_once(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "marks.parquet"
    pl.DataFrame({"id": [1, 2], "by": ["x", "y"]}).write_parquet(path)
    change = pl.DataFrame({"id": [2, 3], "by": ["new", None]})
    once = changed(path, change, mode, ["id"])
    once.write_parquet(path)
    assert changed(path, change, mode, ["id"]).equals(once)
    assert (
        once.rows()
        == {
            "insert": [(1, "x"), (2, "y"), (3, None)],
            "upsert": [(1, "x"), (2, "new"), (3, None)],
            "update": [(1, "x"), (2, "new")],
            "delete": [(1, "x")],
        }[mode]
    )
