"""Load file: lines become rows, and what can't be read is kept with its line number and reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activities import LoadFile
from campaign_nb.data.file_column import FileColumn
from campaign_nb.errors import CampaignError, DataError, DefinitionError


@pytest.fixture
def leads(tmp_path: Path, workspace: cn.Workspace) -> Any:
    """Write a file, load it, and return the rows and the rejects (line and reason)."""

    def load(content: str | bytes, **options: Any) -> tuple[list[tuple[Any, ...]], list[tuple[int, str]]]:
        path = tmp_path / "leads.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        campaign = cn.Campaign("Leads", data=cn.DataModel("shop"), workspace=workspace)
        found = campaign.load_file("Leads", path, **options)
        run = campaign.dry_run()
        return found.frame(run).rows(), found.rejects.frame(run).select("line", "reason").rows()

    return load


TWO = {"mail": "text", "age": "integer"}


def test_without_columns_the_header_and_the_first_lines_tell_names_and_types(leads: Any) -> None:
    rows, rejects = leads("mail,age,joined,code\na@example.com,31,2026-07-01,007\nb@example.com,,,12\n")
    assert [type(value).__name__ for value in rows[0]] == ["int", "str", "int", "date", "str"]
    assert rejects == [(3, "age: empty")]


def test_each_broken_line_is_rejected_with_its_number_and_the_others_stay(leads: Any) -> None:
    content = 'mail,age\na@example.com,31\nb@example.com\n"c@example.com"x,5\nd@example.com,5,6\ne@example.com,old\nf@example.com,7\n'
    rows, rejects = leads(content, columns=TWO)
    assert [row[0] for row in rows] == [2, 7]
    assert rejects == [(3, "wrong number of columns"), (4, "quotes do not match"), (5, "wrong number of columns"), (6, "age: no integer")]


def test_a_quote_that_is_never_closed_takes_only_its_own_line(leads: Any) -> None:
    rows, rejects = leads('mail,age\n"a@example.com,31\nb@example.com,5\n', columns=TWO)
    assert (rows, rejects) == ([(3, "b@example.com", 5)], [(2, "quotes do not match")])


def test_a_quoted_field_may_hold_line_ends_separators_and_quotes(leads: Any) -> None:
    rows, _ = leads('note,age\n"one\ntwo, ""three""",5\nlast,6\n', columns={"note": "text", "age": "integer"})
    assert rows == [(2, 'one\ntwo, "three"', 5), (4, "last", 6)]
    rows, rejects = leads('note,age\n"one\ntwo",5\n', columns={"note": "text", "age": "integer"}, multiline=False)
    assert (rows, rejects) == ([(3, 'two"', 5)], [(2, "quotes do not match")])


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"\xef\xbb\xbfmail,age\r\na,1\r\n", [(2, "a", 1)]),
        (b"mail,age\na,1\r\nb,2\rc,3\n", [(2, "a", 1), (3, "b", 2), (4, "c", 3)]),
        (b"mail,age\na,1", [(2, "a", 1)]),
        (b"mail,age\n\n\na,1\n", [(4, "a", 1)]),
    ],
    ids=["a mark of utf-8", "all line ends", "no end of the last line", "blank lines"],
)
def test_marks_line_ends_and_blank_lines_make_no_difference(content: bytes, rows: list[tuple[Any, ...]], leads: Any) -> None:
    assert leads(content, columns=TWO) == (rows, [])


def test_bytes_outside_the_encoding_and_nul_reject_their_line_alone(leads: Any) -> None:
    rows, rejects = leads(b"mail,age\ncaf\xe9,1\nb\x00c,2\nd,3\n", columns=TWO)
    assert rows == [(4, "d", 3)]
    assert rejects == [(2, "not in the encoding"), (3, "a NUL character")]
    assert leads(b"mail,age\ncaf\xe9,1\n", columns=TWO, encoding="latin-1")[0] == [(2, "café", 1)]


COLUMNS: list[tuple[FileColumn, str, Any]] = [
    (FileColumn(type="number", decimal=",", thousands="."), "1.234,5", 1234.5),
    (FileColumn(type="number", decimal=",", thousands=" "), "1 234", 1234.0),
    (FileColumn(type="integer"), "+7", 7),
    (FileColumn(type="boolean"), "Yes", True),
    (FileColumn(type="date", format="%d.%m.%Y"), "31.12.2025", "2025-12-31"),
    (FileColumn(type="time"), "08:30:00", "08:30:00"),
    (FileColumn(type="datetime"), "2026-07-01 08:30:00", "2026-07-01 08:30:00"),
    (FileColumn(strip="both", case="upper"), "  fr ", "FR"),
    (FileColumn(strip="left"), " fr ", "fr "),
    (FileColumn(case="capital"), "jEAN", "Jean"),
    (FileColumn(remap={"m": "male"}), "m", "male"),
    (FileColumn(remap={"m": "male"}), "x", "x"),
    (FileColumn(remap={"m": "male"}, unmapped="default", default="unknown"), "x", "unknown"),
    (FileColumn(type="integer", on_error="ignore"), "x", None),
    (FileColumn(type="integer", on_error="default", default="0"), "x", 0),
    (FileColumn(type="integer", nulls="allowed"), "", None),
    (FileColumn(nulls="allowed"), "", None),
    (FileColumn(), "", ""),
    (FileColumn(type="date"), "", None),
]


@pytest.mark.parametrize(("column", "text", "value"), COLUMNS)
def test_a_column_is_read_as_it_is_described(column: FileColumn, text: str, value: Any, leads: Any) -> None:
    rows, rejects = leads(f"x;y\n{text};1\n", columns={"x": column, "y": "integer"}, separator=";")
    assert rejects == []
    assert (rows[0][1] if value is None or not isinstance(value, str) else str(rows[0][1])) == value


@pytest.mark.parametrize(
    ("column", "text", "fault"),
    [
        (FileColumn(type="integer"), "1.5", "x: no integer"),
        (FileColumn(type="number"), "nan", "x: no number"),
        (FileColumn(type="number"), "1,5", "x: no number"),
        (FileColumn(type="date"), "2026-02-30", "x: no date"),
        (FileColumn(type="boolean"), "perhaps", "x: no boolean"),
        (FileColumn(type="decimal"), "", "x: empty"),
        (FileColumn(nulls="required"), "", "x: empty"),
        (FileColumn(width=3), "four", "x: too long"),
        (FileColumn(remap={"m": "male"}, unmapped="reject"), "x", "x: no such value in remap"),
    ],
)
def test_a_value_that_does_not_fit_rejects_its_line(column: FileColumn, text: str, fault: str, leads: Any) -> None:
    rows, rejects = leads(f"x;y\n{text};1\nok;2\n", columns={"x": column, "y": "integer"}, separator=";")
    assert rejects[0] == (2, fault)
    assert len(rows) + len(rejects) == 2


def test_columns_of_fixed_widths(leads: Any) -> None:
    columns = {"code": FileColumn(width=3), "rest": FileColumn(width=2, ignore=True), "n": FileColumn(type="integer", width=2)}
    rows, rejects = leads("abcxx12\ndefxx 7\nghixx123\n", columns=columns, layout="fixed", header=False)
    assert (rows, rejects) == ([(1, "abc", 12), (2, "def", 7)], [(3, "wrong number of columns")])


def test_more_rejects_than_allowed_refuse_the_whole_file(leads: Any) -> None:
    assert len(leads("a,b\n1\n2\n3,4\n", columns={"a": "text", "b": "text"}, errors=2)[1]) == 2
    with pytest.raises(DataError, match="2 lines can't be read, the first is line 2"):
        leads("a,b\n1\n2\n3,4\n", columns={"a": "text", "b": "text"}, errors=1)


@pytest.mark.parametrize(
    ("content", "options", "what"),
    [
        (b"\xff\xfem\x00", {}, "it starts like utf-16"),
        (b"", {}, "it has no line"),
        (b"a,a\n1,2\n", {}, "its header has 'a' twice"),
        (b"a\n1\n", {"encoding": "klingon"}, "no encoding 'klingon'"),
        (b"a\n1\n", {"separator": ";;"}, "separator=';;'"),
        (b"a\n1\n", {"layout": "fixed"}, "fixed widths without columns"),
        (b"a\n1\n", {"columns": {"a": "money"}}, "its type is 'money'"),
        (b"a\n1\n", {"columns": {"line": "text"}}, "the name 'line' is taken"),
        (b"a\n1\n", {"columns": {"a": FileColumn(type="integer", on_error="default", default="x")}}, "its default 'x'"),
        (b"a\n1\n", {"time_zone": "Mars/North"}, "Mars/North"),
        (b"a\n1\n", {"errors": -1}, "errors=-1"),
    ],
)
def test_what_can_not_be_a_file_of_that_layout_is_one_clear_error(content: bytes, options: dict[str, Any], what: str, leads: Any) -> None:
    with pytest.raises(CampaignError, match=what):
        leads(content, **options)


def test_a_file_that_is_gone_or_too_large_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="can't be read: No such file"):
        LoadFile.of(tmp_path / "none.csv")
    (tmp_path / "large.csv").write_text("a\n" * 50)
    monkeypatch.setattr("campaign_nb.data.flat_file.MOST_BYTES", 60)
    with pytest.raises(DataError, match="it has 100 bytes"):
        LoadFile.of(tmp_path / "large.csv")


def test_lines_find_their_people_and_become_an_audience(tmp_path: Path, workspace: cn.Workspace) -> None:
    (tmp_path / "leads.csv").write_text("mail,points\nb@example.com,5\nx@example.com,6\n")
    shop = cn.DataModel("shop")
    people = shop.table("people", pl.DataFrame({"id": [1, 2], "email": ["a@example.com", "b@example.com"]}), key="id")
    campaign = cn.Campaign("Leads", data=shop, workspace=workspace)
    leads = campaign.load_file("Leads", tmp_path / "leads.csv")
    known = leads.reconcile("Match", to=people, on={"mail": "email"})
    known.save_audience("Saved leads", columns=["points"])
    run = campaign.dry_run()
    assert known.frame(run).rows() == [(2, "b@example.com", 5)]
    assert known.complement.frame(run)["line"].to_list() == [3]


def test_no_person_can_be_written_to_before_reconciliation(tmp_path: Path, workspace: cn.Workspace) -> None:
    (tmp_path / "leads.csv").write_text("mail\nb@example.com\n")
    campaign = cn.Campaign("Leads", data=cn.DataModel("shop"), workspace=workspace)
    campaign.load_file("Leads", tmp_path / "leads.csv").email("Hello", subject="Hi", text="Hi")
    with pytest.raises(DefinitionError, match="email"):
        campaign.dry_run()


def test_lines_wait_for_days_without_their_file(tmp_path: Path, workspace: cn.Workspace) -> None:
    (tmp_path / "leads.csv").write_text("mail\nb@example.com\n")
    campaign = cn.Campaign("Leads", data=cn.DataModel("shop"), workspace=workspace)
    campaign.load_file("Leads", tmp_path / "leads.csv").wait("A day", days=1).extract_file("Later", "later.csv", columns=["mail"])
    campaign.publish(confirm=0)
    workspace.clock.advance(days=1)  # type: ignore[attr-defined] # a clock of its own
    assert campaign.runs[0].wait("20s").state == "done"
    assert (tmp_path / "extracts/later.csv").read_text() == "mail\nb@example.com\n"
