"""Update data: each mode on rows written by hand, each reason of the complement, and what is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import UpdateData
from campaign_nb.store import log

MARKS = pl.DataFrame(
    {"id": [1, 2, 9], "mark": ["a", None, "z"], "n": pl.Series([1, 2, 3], dtype=pl.Int8), "day": [dt.date(2026, 1, 1)] * 3}
)
PEOPLE = pl.DataFrame({"id": [1, 2, 3], "points": [5, 50, None], "other": [9, 9, None], "name": ["Ann", "Bob", "Cy"]})


class Shop:
    """People, a table that can be written, and one campaign that writes it."""

    def __init__(self, folder: Path, workspace: cn.Workspace, marks: pl.DataFrame = MARKS, name: str = "marks.parquet") -> None:
        self.path, self.workspace = folder / name, workspace
        marks.write_csv(self.path) if self.path.suffix == ".csv" else marks.write_parquet(self.path)
        self.model = cn.DataModel("shop")
        self.people = self.model.table("people", PEOPLE, key="id")
        self.marks = self.model.table("marks", self.path, key="id", writable=True)
        self.campaign = cn.Campaign("Marks", data=self.model, workspace=workspace)

    def update(self, **options: Any) -> cn.LiveRun:
        """The campaign has run live."""
        self.campaign.build_audience("All", self.people).update_data("Mark", into=self.marks, **options)
        self.campaign.publish(confirm=0)
        run = self.campaign.runs[0].wait("20s")
        assert run.state == "done", run.error
        return run

    def rows(self, *names: str) -> list[tuple[Any, ...]]:
        """The rows of the table's file."""
        return pl.read_parquet(self.path).select(names or MARKS.columns).rows()


@pytest.fixture
def shop(tmp_path: Path, workspace: cn.Workspace) -> Shop:
    return Shop(tmp_path, workspace)


def test_upsert_changes_the_rows_that_are_there_and_adds_the_others(shop: Shop) -> None:
    run = shop.update(set={"mark": "new", "n": cn.col.points})
    assert shop.rows("id", "mark", "n") == [(1, "new", 5), (2, "new", 50), (9, "z", 3), (3, "new", None)]
    assert shop.rows("day")[-1] == (None,)
    assert run["Mark"]["id"].to_list() == [1, 2, 3]
    assert run["Mark", "complement"].height == 0


def test_insert_adds_rows_and_rejects_those_that_are_there(shop: Shop) -> None:
    run = shop.update(mode="insert", set={"mark": cn.col.name})
    assert shop.rows("id", "mark") == [(1, "a"), (2, None), (9, "z"), (3, "Cy")]
    assert run["Mark"]["id"].to_list() == [3]
    assert run.exclusions.rows() == [("Mark", "key exists", 2)]


def test_update_changes_rows_and_rejects_those_that_are_not_there(shop: Shop) -> None:
    run = shop.update(mode="update", set={"mark": None, "n": 7})
    assert shop.rows("id", "mark", "n") == [(1, None, 7), (2, None, 7), (9, "z", 3)]
    assert run.exclusions.rows() == [("Mark", "no such row", 1)]


def test_delete_removes_rows_and_rejects_those_that_are_not_there(shop: Shop) -> None:
    run = shop.update(mode="delete")
    assert shop.rows("id") == [(9,)]
    assert run["Mark"]["id"].to_list() == [1, 2]
    assert run.exclusions.rows() == [("Mark", "no such row", 1)]


def test_rows_that_are_not_taken_into_account_are_rejected_whether_false_or_unknown(shop: Shop) -> None:
    run = shop.update(set={"mark": "new"}, when=cn.col.points > 10)
    assert shop.rows("id", "mark") == [(1, "a"), (2, "new"), (9, "z")]
    assert run.exclusions.rows() == [("Mark", "not taken into account", 2)]


def test_another_key_rejects_rows_without_one_and_all_but_the_first_with_the_same(shop: Shop) -> None:
    shop.campaign.build_audience("All", shop.people).update_data("Mark", into="marks", set={"mark": cn.col.name}, key={"id": cn.col.other})
    run = shop.campaign.dry_run()
    assert run["Mark"]["id"].to_list() == [1]
    assert run["Mark", "complement"].rows() == [(2, "another row has this key"), (3, "no key")]
    assert sorted(run.exclusions.rows()) == [("Mark", "another row has this key", 1), ("Mark", "no key", 1)]


def test_the_row_that_another_key_finds_is_changed(shop: Shop) -> None:
    shop.update(set={"mark": cn.col.name}, key={"id": cn.col.other})
    assert shop.rows("id", "mark") == [(1, "a"), (2, None), (9, "Ann")]


def test_every_reason_stands_in_one_complement(shop: Shop) -> None:
    found = shop.campaign.build_audience("All", shop.people)
    found.update_data("Mark", into=shop.marks, mode="insert", set={"mark": "x"}, key={"id": cn.col.points + 4}, when=cn.col.id != 2)
    assert shop.campaign.dry_run()["Mark", "complement"].rows() == [(1, "key exists"), (2, "not taken into account"), (3, "no key")]


def test_names_alone_stand_for_columns_of_the_same_name() -> None:
    assert UpdateData.of(into="marks", set=["mark", "n"]) == UpdateData.of(into="marks", set={"mark": cn.col.mark, "n": cn.col.n})


def test_what_comes_after_reads_the_new_rows(shop: Shop) -> None:
    marked = shop.campaign.build_audience("All", shop.people).update_data("Mark", into=shop.marks, set={"mark": "new"})
    marked.reconcile("Found", to=shop.marks, on={"id": "id"}, where=shop.marks.mark == "new")
    shop.campaign.publish(confirm=0)
    assert shop.campaign.runs[0].wait("20s")["Found"]["id"].to_list() == [1, 2, 3]


def test_a_dry_run_leaves_the_file_as_it_is(shop: Shop) -> None:
    before = shop.path.read_bytes(), shop.path.stat().st_mtime_ns
    shop.campaign.build_audience("All", shop.people).update_data("Mark", into=shop.marks, mode="delete")
    run = shop.campaign.dry_run()
    assert run["Mark"]["id"].to_list() == [1, 2]
    assert run.effects.rows() == [("Mark", "change", "marks", 2)]
    assert (shop.path.read_bytes(), shop.path.stat().st_mtime_ns) == before
    assert [item.name for item in shop.path.parent.glob("*marks*")] == ["marks.parquet"]


def test_a_change_is_noted_in_the_log_by_counts_alone(shop: Shop) -> None:
    run = shop.update(set={"mark": "secret"})
    with shop.workspace.store.read() as connection:
        (line,) = [line for line in log.read(connection, run_id=run.id) if line.activity == "Mark"]
    assert line.message == "upsert of 3 rows in marks.parquet, which has 4 now"


def test_cells_of_csv_that_nobody_sets_stay_as_they_are_written(tmp_path: Path, workspace: cn.Workspace) -> None:
    shop = Shop(tmp_path, workspace, name="marks.csv")
    shop.path.write_text('id,mark,n,day\n1,007,1.50,2026-01-01\n2,"x, y",2,\n9,"",3,2026-01-03\n')
    shop.marks = shop.model.table("marks", shop.path, key="id", writable=True)
    shop.update(set={"day": dt.date(2026, 7, 1), "n": cn.col.points / 2}, when=cn.col.id > 1)
    assert shop.path.read_text() == 'id,mark,n,day\n1,007,1.50,2026-01-01\n2,"x, y",25.0,2026-07-01\n9,"",3,2026-01-03\n3,,,2026-07-01\n'


def test_a_key_of_several_columns_finds_its_row(tmp_path: Path, workspace: cn.Workspace) -> None:
    shop = Shop(tmp_path, workspace)
    pl.DataFrame({"id": [1, 1, 2], "list": ["A", "B", "A"], "mark": ["x", "y", "z"]}).write_parquet(shop.path)
    shop.marks = shop.model.table("marks", shop.path, key=["id", "list"], writable=True)
    shop.update(mode="update", set={"mark": "new"}, key={"id": cn.col.id, "list": "B"})
    assert pl.read_parquet(shop.path).rows() == [(1, "A", "x"), (1, "B", "new"), (2, "A", "z")]


def test_a_value_that_its_type_has_no_room_for_fails_the_run_and_changes_nothing(shop: Shop) -> None:
    shop.campaign.build_audience("All", shop.people).update_data("Mark", into=shop.marks, set={"n": cn.col.points * 100})
    shop.campaign.publish(confirm=0)
    run = shop.campaign.runs[0].wait("20s")
    assert run.state == "paused"
    assert "2 values for 'n' don't fit its type, Int8" in run.error
    assert shop.rows() == MARKS.rows()


def test_a_file_that_is_gone_when_its_change_is_due_fails_the_run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "is_file", lambda self: self.name != "marks.parquet" and self.exists())
    shop.campaign.build_audience("All", shop.people).update_data("Mark", into=shop.marks, set={"mark": "new"})
    shop.campaign.publish(confirm=0)
    run = shop.campaign.runs[0].wait("20s")
    assert run.state == "paused"
    assert "it is gone; changes of its rows are due" in run.error
    assert run.states() == {"All": "done", "Mark": "done"}


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"into": 5}, "into=5\n  expected: a table"),
        ({"into": "marks", "mode": "merge"}, "mode='merge'"),
        ({"into": "marks", "mode": "delete", "set": {"n": 1}}, "values to set in rows that are deleted"),
        ({"into": "marks", "mode": "update"}, "nothing to set in rows that are updated"),
        ({"into": "marks", "set": [cn.col.n]}, "names, or values by name"),
    ],
)
def test_options_that_can_not_be_are_refused(options: dict[str, Any], match: str) -> None:
    with pytest.raises(cn.DefinitionError, match=match):
        UpdateData.of(**options)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"into": "mark", "set": ["n"]}, "no table 'mark' in the data model"),
        ({"into": "people", "set": {"name": "x"}}, "table 'people' is not writable"),
        ({"into": "marks", "set": {"nn": 1}}, "table 'marks' has no column 'nn'"),
        ({"into": "marks", "set": {"n": "one"}}, "n of table 'marks' is integer, its value is text"),
        ({"into": "marks", "set": {"n": 1.5}}, "n of table 'marks' is integer, its value is number"),
        ({"into": "marks", "set": {"mark": cn.col.nome}}, "no column 'nome'"),
        ({"into": "marks", "set": {"id": 1}}, "'id' is the key of table 'marks'"),
        ({"into": "marks", "set": {"n": 1}, "key": {"mark": "x"}}, "a key of mark for table 'marks'\n  expected: a value for each of: id"),
        ({"into": "marks", "set": {"n": 1}, "key": {"id": cn.col.name}}, "id of table 'marks' is integer, its value is text"),
        ({"into": "marks", "set": {"n": 1}, "when": cn.col.pints > 1}, "no column 'pints'"),
    ],
)
def test_what_does_not_fit_the_tables_is_a_problem(shop: Shop, options: dict[str, Any], match: str) -> None:
    shop.campaign.build_audience("All", shop.people).update_data("Mark", **options)
    with pytest.raises(cn.DefinitionError, match=match):
        shop.campaign.dry_run()


def test_a_table_with_another_key_needs_one(tmp_path: Path, shop: Shop) -> None:
    pl.DataFrame({"number": [1], "n": [1]}).write_parquet(tmp_path / "others.parquet")
    others = shop.model.table("others", tmp_path / "others.parquet", key="number", writable=True)
    shop.campaign.build_audience("All", shop.people).update_data("Mark", into=others, set={"n": 1})
    with pytest.raises(cn.DefinitionError, match="the key of the population is id, that of table 'others' number"):
        shop.campaign.dry_run()


def test_a_table_without_a_key_is_a_problem(tmp_path: Path, shop: Shop) -> None:
    pl.DataFrame({"n": [1]}).write_parquet(tmp_path / "others.parquet")
    shop.model.table("others", tmp_path / "others.parquet", writable=True)
    shop.campaign.build_audience("All", shop.people).update_data("Mark", into="others", set={"n": 1})
    with pytest.raises(cn.DefinitionError, match="table 'others' has no key"):
        shop.campaign.dry_run()


@pytest.mark.parametrize("source", [PEOPLE, lambda: PEOPLE, "*.parquet", "people.ndjson"])
def test_only_one_file_of_a_known_type_is_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: Any) -> None:
    monkeypatch.chdir(tmp_path)
    PEOPLE.write_parquet("people.parquet")
    PEOPLE.write_ndjson("people.ndjson")
    with pytest.raises(
        cn.DefinitionError, match=r"(writable=True for|no single file that can be written)(.|\n)*expected: (.|\n)*→ shop.table"
    ):
        cn.DataModel("shop").table("people", source, key="id", writable=True)


def test_rights_of_the_file_stay_and_a_link_still_leads_to_it(tmp_path: Path, workspace: cn.Workspace) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "marks.parquet").symlink_to(tmp_path / "real/marks.parquet")
    shop = Shop(tmp_path, workspace)
    shop.path.chmod(0o640)
    shop.update(mode="delete")
    assert (tmp_path / "marks.parquet").is_symlink()
    assert shop.path.stat().st_mode & 0o777 == 0o640
    assert shop.rows("id") == [(9,)]


def test_dates_with_a_time_are_written_in_the_zone_of_their_column(tmp_path: Path, workspace: cn.Workspace) -> None:
    noon = dt.datetime.fromisoformat("2026-07-01T12:00")
    marks = pl.DataFrame({"id": [1], "here": [noon], "there": [noon]}).with_columns(pl.col("there").dt.replace_time_zone("Asia/Tokyo"))
    shop = Shop(tmp_path, workspace, marks)
    people = pl.DataFrame({"id": [1], "seen": [dt.datetime(2026, 1, 1, 23, tzinfo=dt.UTC)], "met": [noon]})
    shop.people = shop.model.table("people", people, key="id")
    shop.campaign = cn.Campaign("Marks", data=shop.model, workspace=workspace, time_zone="Europe/Paris")
    shop.update(set={"here": cn.col.seen, "there": cn.col.met})
    found = pl.read_parquet(shop.path).row(0, named=True)
    assert found["here"].isoformat() == "2026-01-02T00:00:00"
    assert found["there"].isoformat() == "2026-07-01T19:00:00+09:00"
