"""Extract file: the bytes of each format and option, names that stay below the folder, and what is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import ExtractFile
from tests.activities.stored import PEOPLE

ROWS = pl.DataFrame(
    {
        "id": [3, 1, 2],
        "name": ["Zoë", "a;b", None],
        "spend": [1.5, None, 20.0],
        "born": [dt.date(1990, 12, 31), None, dt.date(2000, 1, 2)],
        "seen": [dt.datetime(2026, 1, 1, 23, 30, tzinfo=dt.UTC), None, None],
        "tier": ["gold", "gold", "gold"],
    }
)


def extracted(workspace: cn.Workspace, path: str, rows: pl.DataFrame = ROWS, zone: str = "UTC", **options: Any) -> bytes:
    """The bytes of the only file that a live run has written."""
    made = campaign(workspace, path, rows, zone, **options)
    made.publish(confirm=0)
    assert made.runs[0].wait("20s").state == "done", made.runs[0].error
    (found,) = [item for item in workspace.extracts.rglob("*") if item.is_file()]
    return found.read_bytes()


def campaign(workspace: cn.Workspace, path: str, rows: pl.DataFrame = ROWS, zone: str = "UTC", **options: Any) -> cn.Campaign:
    """A campaign that writes everybody to a file."""
    model = cn.DataModel("shop")
    people = model.table("people", rows, key="id")
    made = cn.Campaign("Spring/1", data=model, workspace=workspace, time_zone=zone)
    made.build_audience("All", people).extract_file("To partner", path, **options)
    return made


def test_everybody_is_passed_on() -> None:
    assert cn.testing.run(ExtractFile.of("all.csv"), PEOPLE)["out"].rows() == [(1,), (2,), (3,)]


def test_columns_stand_in_the_order_written_and_rows_in_that_of_the_key(workspace: cn.Workspace) -> None:
    assert extracted(workspace, "all.csv", columns=["name", "id"]) == "name,id\na;b,1\n,2\nZoë,3\n".encode()


def test_values_have_labels(workspace: cn.Workspace) -> None:
    found = extracted(workspace, "all.csv", columns={"No.": "id", "Twice": cn.col.spend * 2})
    assert found == b"No.,Twice\n1,\n2,40.0\n3,3.0\n"


def test_the_key_and_added_columns_are_written_when_none_is_named(workspace: cn.Workspace) -> None:
    model = cn.DataModel("shop")
    people = model.table("people", PEOPLE, key="id")
    made = cn.Campaign("Spring", data=model, workspace=workspace)
    made.build_audience("All", people).enrich("More", twice=cn.col.points * 2).extract_file("To partner", "all.csv")
    made.publish(confirm=0)
    made.runs[0].wait("20s")
    assert (workspace.extracts / "all.csv").read_text() == "id,twice\n1,10\n2,100\n3,\n"


def test_rows_are_sorted_and_ties_go_by_the_key(workspace: cn.Workspace) -> None:
    assert extracted(workspace, "all.csv", columns="id", sort=["tier", cn.col.spend.desc()]) == b"id\n2\n3\n1\n"


def test_rows_that_are_alike_are_written_once(workspace: cn.Workspace) -> None:
    assert extracted(workspace, "all.csv", columns="tier", distinct=True) == b"tier\ngold\n"


def test_the_layout_of_text_can_be_another(workspace: cn.Workspace) -> None:
    options: dict[str, Any] = {"separator": ";", "quote": "'", "header": False, "encoding": "latin-1"}
    found = extracted(
        workspace, "all.csv", columns=["name", "spend", "born"], text=cn.TextFormat(",", "%d.%m.%Y", line_end="crlf"), **options
    )
    assert found == "'a;b';;\r\n;20,0;02.01.2000\r\nZoë;1,5;31.12.1990\r\n".encode("latin-1")


def test_dates_with_a_time_are_written_in_the_zone_of_the_campaign(workspace: cn.Workspace) -> None:
    found = extracted(workspace, "all.csv", ROWS.filter(id=3), "Europe/Paris", columns=["seen", "born"])
    assert found == b"seen,born\n2026-01-02T00:30:00+01:00,1990-12-31\n"


def test_the_format_of_dates_with_a_time_can_be_another(workspace: cn.Workspace) -> None:
    assert (
        extracted(workspace, "all.csv", ROWS.filter(id=3), columns="seen", text=cn.TextFormat(datetime="%d/%m %H h"))
        == b"seen\n01/01 23 h\n"
    )


def test_columns_of_fixed_widths_are_padded(workspace: cn.Workspace) -> None:
    found = extracted(workspace, "all.txt", format="fixed", columns=["id", "name"], widths={"id": 4, "name": 5})
    assert found == "id  name \n   1a;b  \n   2     \n   3Zoë  \n".encode()


@pytest.mark.parametrize(
    ("name", "read"), [("all.parquet", pl.read_parquet), ("all.ndjson", pl.read_ndjson), ("all.jsonl", pl.read_ndjson)]
)
def test_the_format_follows_from_the_ending_and_keeps_values(workspace: cn.Workspace, name: str, read: Any) -> None:
    extracted(workspace, name, columns=["id", "name", "spend"])
    assert read(workspace.extracts / name).rows() == [(1, "a;b", None), (2, None, 20.0), (3, "Zoë", 1.5)]


FORMULAS = ["=1+1", "+33", "-2", "@SUM(1)", "\t=1", "＝1", '"=1"', "plain", "a=b"]


def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(workspace: cn.Workspace) -> None:
    rows = pl.DataFrame({"id": range(9), "text": FORMULAS, "number": [-1] * 9})
    extracted(workspace, "all.csv", rows, columns={"=text": "text", "number": "number"})
    found = pl.read_csv(workspace.extracts / "all.csv")
    assert found["'=text"].to_list() == [f"'{text}" for text in FORMULAS[:7]] + FORMULAS[7:]
    assert found["number"].to_list() == [-1] * 9


def test_text_can_be_written_as_it_is(workspace: cn.Workspace) -> None:
    rows = pl.DataFrame({"id": range(9), "text": FORMULAS})
    extracted(workspace, "all.csv", rows, columns="text", unsafe=True)
    assert pl.read_csv(workspace.extracts / "all.csv")["text"].to_list() == FORMULAS


def test_names_are_filled_in_and_can_not_lead_elsewhere(workspace: cn.Workspace) -> None:
    extracted(workspace, "{{ campaign }}/{{activity}} {{ as_of }} {{ run }}.csv", zone="Pacific/Kiritimati")
    found = workspace.files[0]
    assert found["name"] == f"Spring_1/To partner 2026-07-01 {found['run']}.csv"
    assert Path(found["path"]).is_file()
    assert (found["activity"], found["rows"], found["in_place"]) == ("To partner", 3, True)


def test_an_empty_population_makes_a_file_of_names_alone(workspace: cn.Workspace) -> None:
    assert empty(workspace, skip_empty=False) == [b"id\n"]


def test_an_empty_population_can_make_no_file(workspace: cn.Workspace) -> None:
    assert empty(workspace, skip_empty=True) == []


def empty(workspace: cn.Workspace, **options: Any) -> list[bytes]:
    """The files of a run on nobody."""
    model = cn.DataModel("shop")
    people = model.table("people", PEOPLE, key="id")
    made = cn.Campaign("Spring", data=model, workspace=workspace)
    made.build_audience("Nobody", people.points > 99).extract_file("To partner", "all.csv", **options)
    made.publish(confirm=0)
    made.runs[0].wait("20s")
    return [item.read_bytes() for item in workspace.extracts.rglob("*.csv")]


def test_a_dry_run_writes_nothing(workspace: cn.Workspace) -> None:
    run = campaign(workspace, "{{ campaign }} {{ as_of }}.csv").dry_run()
    assert run.effects.rows() == [("To partner", "extract", "Spring_1 {{ as_of }}.csv", 3)]
    assert run["To partner"].height == 3
    assert len(workspace.files) == 0
    assert not workspace.extracts.exists()


def test_a_later_run_replaces_the_file_whole(workspace: cn.Workspace) -> None:
    first = campaign(workspace, "all.csv", columns="id")
    first.publish(confirm=0)
    first.runs[0].wait("20s")
    assert extracted(workspace, "all.csv", ROWS.head(1), columns="id") == b"id\n3\n"


def test_an_extract_that_can_not_be_put_in_its_place_holds_up_no_other(workspace: cn.Workspace) -> None:
    c = campaign(workspace, "first.csv", columns="id")
    blocked = c["All"].extract_file("Blocked", "taken/list.csv", columns=["id"], on_error="ignore")
    blocked.python("Same", lambda rows: rows).extract_file("After", "after.csv", columns=["id"])
    folder = workspace.extracts
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "taken").write_text("a file where a folder should be")
    c.publish(confirm=0)
    run = c.runs[0].wait("20s")
    assert (run.state, run.states()["After"], (folder / "after.csv").exists()) == ("done", "done", True)
    told = [row["activity"] for row in c.log.frame().iter_rows(named=True) if "failed and is ignored" in row["message"]]
    assert told == ["Blocked"]


def test_the_folder_for_extracts_can_be_another_and_a_link_does_not_lead_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/there").symlink_to(tmp_path)
    own = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"), extracts=tmp_path / "out")
    made = campaign(own, "there/all.csv")
    made.publish(confirm=0)
    run = made.runs[0].wait("20s")
    assert run.state == "paused"
    assert "the file's name 'there/all.csv' leads elsewhere" in run.error
    assert not (tmp_path / "all.csv").exists()
    own.close()


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (
            {"format": "fixed", "columns": "name", "widths": {"name": 4}, "rows": "long"},
            "1 values of column 'name' have more than 4 characters",
        ),
        ({"encoding": "ascii", "columns": "name"}, "1 different characters are not in ascii"),
        ({"quote": "", "separator": ";", "columns": "name"}, "1 values of column 'name' hold the separator or a line end"),
    ],
)
def test_values_that_have_no_room_fail_the_run_without_naming_them(workspace: cn.Workspace, options: dict[str, Any], error: str) -> None:
    rows = ROWS.with_columns(name=pl.col("name") + " " * 3) if options.pop("rows", "") else ROWS
    rows = rows.with_columns(name=pl.when(pl.col("id") == 1).then("name").otherwise(pl.lit("x"))) if "format" in options else rows
    made = campaign(workspace, "all.csv", rows, **options)
    made.publish(confirm=0)
    run = made.runs[0].wait("20s")
    assert run.state == "paused"
    assert error in run.error
    assert not workspace.extracts.exists()


@pytest.mark.parametrize(
    "path",
    ["../up.csv", "/etc/x", "a/../b", "~/x", "a\\b", "c:x", "", "a//b", ".hidden", "a\nb", "x" * 201, "a/", "file:x", "*.csv", "a/ b"],
)
def test_a_name_that_is_none_below_the_folder_is_refused(path: str) -> None:
    with pytest.raises(cn.DefinitionError, match="the file's name"):
        ExtractFile.of(path)


@pytest.mark.parametrize(
    ("path", "match"),
    [("{{ email }}.csv", "the file's name asks for 'email'"), ("{{ as_of.year }}.csv", "holds a brace"), ("{x}.csv", "holds a brace")],
)
def test_a_name_holds_no_data(path: str, match: str) -> None:
    with pytest.raises(cn.DefinitionError, match=match):
        ExtractFile.of(path)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"format": "xml"}, "format='xml'"),
        ({"separator": "é"}, "separator='é'"),
        ({"separator": ""}, "separator=''"),
        ({"quote": ","}, "quote=','"),
        ({"quote": "ab"}, "quote='ab'"),
        ({"text": cn.TextFormat(line_end="cr")}, "line_end='cr'"),
        ({"text": cn.TextFormat("·")}, "decimal='·'"),
        ({"text": cn.TextFormat(","), "quote": ""}, "decimals and fields are both separated by ','"),
        ({"encoding": "klingon"}, "encoding='klingon' is unknown"),
        ({"text": cn.TextFormat(date="%Q")}, "date='%Q' can't be written"),
        ({"text": cn.TextFormat(datetime="%")}, "datetime='%' can't be written"),
        ({"text": ","}, "text=','"),
        ({"widths": {"id": 3}}, "widths for the format csv"),
        ({"columns": [cn.col.points * 2]}, "a column twice, or a value without a label"),
        ({"columns": ["id", "id"]}, "a column twice, or a value without a label"),
        ({"columns": {"a\nb": "id"}}, "a label that is no line of text"),
    ],
)
def test_a_layout_that_can_not_be_is_refused(options: dict[str, Any], match: str) -> None:
    with pytest.raises(cn.DefinitionError, match=match):
        ExtractFile.of("all.csv", **options)


def test_a_name_that_is_no_text_is_refused() -> None:
    with pytest.raises(cn.DefinitionError, match="the name 5"):
        ExtractFile.of(5)  # type: ignore[arg-type] # the fault


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"columns": ["pints"]}, "no column 'pints' in rows; did you mean .points"),
        ({"columns": ["id"], "sort": "pints"}, "no column 'pints'"),
        ({"columns": ["id"], "format": "fixed"}, "column 'id' has no width"),
        ({"columns": ["id"], "format": "fixed", "widths": {"id": True}}, "column 'id' has no width"),
        ({"columns": ["points"], "format": "fixed", "widths": {"points": 3}}, "the name 'points' is wider than its column, 3"),
        ({"columns": ["id"], "format": "fixed", "widths": {"id": 3, "ids": 3}}, "a width for 'ids', which is no column"),
    ],
)
def test_columns_that_do_not_fit_the_population_are_problems(options: dict[str, Any], match: str) -> None:
    with pytest.raises(cn.DefinitionError, match=match):
        cn.testing.run(ExtractFile.of("all.csv", **options), PEOPLE)


def test_a_list_is_no_value_of_text() -> None:
    rows = pl.DataFrame({"id": [1], "tags": [["a", "b"]]})
    with pytest.raises(cn.DefinitionError, match="column 'tags' is a list\n  expected: one value a row in text"):
        cn.testing.run(ExtractFile.of("all.csv", columns=["tags"]), rows)


def test_a_file_that_two_activities_write_is_a_problem(workspace: cn.Workspace) -> None:
    made = campaign(workspace, "all.csv")
    made["All"].extract_file("Again", "all.csv")
    with pytest.raises(cn.DefinitionError, match=r"'To partner' writes the file 'all\.csv' too"):
        made.dry_run()
