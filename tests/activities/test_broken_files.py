"""Files as they come: broken, ragged, in other encodings; each ends in rejects by line, or in one clear error."""

from __future__ import annotations

import csv
import datetime as dt
import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import campaign_nb as cn
from campaign_nb.data.file_column import FileColumn
from campaign_nb.errors import CampaignError, DataError

DATA = Path(__file__).parents[1] / "data"
COLUMNS, ENCODING, NUL = "wrong number of columns", "not in the encoding", "a NUL character"
LONG = "a field of more than 131,072 characters"

Found: TypeAlias = tuple[list[tuple[Any, ...]], list[tuple[int, str]]]
Load: TypeAlias = Callable[..., Found]


@pytest.fixture
def load(workspace: cn.Workspace) -> Load:
    """Load a file; the rows, and the rejects with line and reason."""

    def loaded(path: Path, **options: Any) -> Found:
        campaign = cn.Campaign("Files", data=cn.DataModel("shop"), workspace=workspace)
        found = campaign.load_file("File", path, **options)
        run = campaign.dry_run()
        return found.frame(run).rows(), found.rejects.frame(run).select("line", "reason").rows()

    return loaded


READ: list[tuple[str, dict[str, Any], Found]] = [
    ("bad.csv", {}, ([(4, 0, "mixed types.... uh oh", 17)], [(2, COLUMNS), (3, COLUMNS)])),
    ("blanks.csv", {}, ([(2, "", "NA", "N/A", "NONE", "NULL", ".")], [])),
    ("mac_newlines.csv", {}, ([(2, "1", 2, 3), (3, "Once upon\ra time", 5, 6)], [])),
    ("null_byte.csv", {}, ([], [(2, NUL)])),
    ("optional_quote_characters.csv", {}, ([(2, 1, 2, 3)], [])),
    ("sniff_limit.csv", {}, ([(2, "1;2;3")], [])),
    ("sniff_limit.csv", {"separator": ";"}, ([(2, 1, 2, 3)], [])),
    ("test_empty_columns.csv", {}, ([(2, "a", "", "", "", ""), (4, "", "", "", "", "")], [(3, COLUMNS)])),
    ("test_empty_columns_long_row.csv", {}, ([], [(2, COLUMNS)])),
    ("test_empty_columns_short_row.csv", {}, ([], [(2, COLUMNS)])),
    ("test_extra_header.csv", {}, ([], [(2, COLUMNS)])),
    ("test_header_newline.csv", {}, ([(8, "d", "e", "f")], [])),
    ("test_join_short_rows.csv", {}, ([(4, 3, "b", "c")], [(2, COLUMNS), (3, COLUMNS)])),
    ("test_latin1.csv", {}, ([(2, 1, 2, 3)], [(3, ENCODING)])),
    ("test_latin1.csv", {"encoding": "latin-1"}, ([(2, 1, 2, "3"), (3, 4, 5, "©")], [])),
    ("test_locale.csv", {}, ([(2, "1,7", "200.000.000", "")], [])),
    ("test_no_leading_zeroes.csv", {}, ([(2, "01", "00.11", 0.1)], [])),
    ("test_skip_lines.csv", {}, ([(5, 1, 2, 3)], [])),
    ("test_utf16_big.csv", {"encoding": "utf-16"}, ([(2, 1, 2, "3"), (3, 4, 5, "ʤ")], [])),
    ("test_utf16_little.csv", {"encoding": "utf-16"}, ([(2, 1, 2, "3"), (3, 4, 5, "ʤ")], [])),
    ("test_utf8_bom.csv", {}, ([(2, 1, 2, "3"), (3, 4, 5, "ʤ")], [])),
]


@pytest.mark.parametrize(("name", "options", "found"), READ, ids=[f"{name} {' '.join(options)}" for name, options, _ in READ])
def test_a_file_gives_its_rows_and_says_which_lines_it_can_not_give(name: str, options: dict[str, Any], found: Found, load: Load) -> None:
    assert load(DATA / "broken" / name, **options) == found


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("empty.csv", "it has no line\n  expected: a header, or at least one line\n  → check the file"),
        ("test_utf16_big.csv", 'it starts like utf-16\n  expected: text in utf-8\n  → encoding="utf-16"'),
        ("test_utf16_little.csv", 'it starts like utf-16\n  expected: text in utf-8\n  → encoding="utf-16"'),
    ],
)
def test_a_file_that_can_not_be_read_at_all_is_one_error_of_four_parts(name: str, what: str, load: Load) -> None:
    with pytest.raises(DataError, match=rf"^file '.*{name}'\n  {what}$"):
        load(DATA / "broken" / name)


def test_separators_of_numbers_are_told(load: Load) -> None:
    columns = {"a": FileColumn(type="number", decimal=","), "b": FileColumn(type="integer", thousands="."), "c": "text"}
    assert load(DATA / "broken/test_locale.csv", columns=columns) == ([(2, 1.7, 200_000_000, "")], [])


def test_fields_of_fixed_widths_that_blanks_fill(load: Load) -> None:
    columns = {
        "paper": FileColumn(width=18, strip="right"),
        "founded": FileColumn(type="date", width=10),
        "gap": FileColumn(width=1, ignore=True),
        "pages": FileColumn(type="integer", width=4),
        "daily": FileColumn(type="boolean", width=5),
        "price": FileColumn(type="number", width=11),
        "comma": FileColumn(width=1, ignore=True),
        "hour": FileColumn(type="time", width=8),
        "at": FileColumn(type="datetime", width=19),
        "rest": FileColumn(width=2, ignore=True),
    }
    rows, rejects = load(DATA / "broken/testfixed", columns=columns, layout="fixed", header=False, time_zone="UTC")
    assert rows[0][:-1] == (1, "Chicago Reader", dt.date(1971, 1, 1), 40, True, 1.0, dt.time(4, 14))
    assert [row[:7] for row in rows[1:]] == [
        (2, "Chicago Sun-Times", dt.date(1948, 1, 1), 63, True, 1.24, dt.time(14, 57, 13)),
        (3, "Chicago Tribune", dt.date(1920, 1, 1), 164, False, 41800000.01, dt.time(0)),
    ]
    assert rejects == [(4, "pages: empty")]


def test_a_last_line_of_nothing_but_separators_is_rejected(load: Load) -> None:
    rows, rejects = load(DATA / "broken/FY09_EDU_Recipients_by_State.csv")
    assert (len(rows), rows[0][:3], rejects) == (
        52,
        (2, "ALABAMA", "AL"),
        [(54, "Post-Vietnam Era Veteran's Educational Assistance Program: empty")],
    )


def test_lines_above_the_header_are_left_out_and_notes_below_rejected(load: Load) -> None:
    rows, rejects = load(DATA / "broken/Datagov_FY10_EDU_recp_by_State.csv", skip=2)
    reason = "Post-9/11GI Bill Program: empty"
    assert (rows[0][:4], rejects) == ((4, "ALABAMA", "AL", 7738), [(57, reason), (58, reason)])


# ---------------------------------------------------------------------------------------------------- made on the spot


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"a,b\r\n1,x\r2,y\n3,z", ([(2, 1, "x"), (3, 2, "y"), (4, 3, "z")], [])),
        (b"a,b\n1,\x00\n2,x\n\x00\x00\n", ([(3, 2, "x")], [(2, NUL), (4, NUL)])),
        (b"a,b\n1,\xff\n2,x\n", ([(3, 2, "x")], [(2, ENCODING)])),
        (b'a,b\n1,"x\r\ny"\n2,"z\n', ([(2, 1, "x\r\ny")], [(4, "quotes do not match")])),
        (b"a,b\n1," + b"x" * 200_000 + b"\n2,y\n", ([(3, 2, "y")], [(2, LONG)])),
        (b'a,b\n1,"' + b"x\n" * 100_000 + b"2,y\n", ([(100_002, 2, "y")], [(2, "quotes do not match")])),
    ],
    ids=["all line ends", "NUL", "no utf-8", "quotes", "a long field", "a quote that takes all"],
)
def test_each_broken_line_is_rejected_alone(content: bytes, found: Found, tmp_path: Path, load: Load) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    rows, rejects = load(path, columns={"a": "integer", "b": "text"})
    assert (rows, [item for item in rejects if item[1] != COLUMNS]) == found


def test_half_a_character_at_the_end_of_utf_16_is_one_error(tmp_path: Path, load: Load) -> None:
    (tmp_path / "file.csv").write_bytes("a,b\n1,x\n".encode("utf-16")[:-1])
    with pytest.raises(CampaignError, match="it is not in utf-16\n  expected: text in the encoding named"):
        load(tmp_path / "file.csv", encoding="utf-16")


def test_a_field_of_100_megabytes_is_refused_without_reading_it(tmp_path: Path, load: Load) -> None:
    path = tmp_path / "file.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n1,")
        file.truncate(100_000_000)
    before = peak()
    with pytest.raises(DataError, match="it has 100,000,000 bytes\n  expected: at most 50,000,000"):
        load(path)
    assert peak() - before < 20


def test_a_field_of_20_megabytes_is_rejected_in_a_few_times_its_size(tmp_path: Path, load: Load) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"a,b\n1," + b"x" * 20_000_000 + b"\n2,y\n")
    before = peak()
    assert load(path, columns={"a": "integer", "b": "text"}) == ([(3, 2, "y")], [(2, LONG)])
    assert peak() - before < 200


def peak() -> float:
    """The most memory that this process has held, in megabytes."""
    unit = 1_000_000 if sys.platform == "darwin" else 1_000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def test_texts_that_were_decoded_wrongly_pass_unchanged_from_file_to_file(tmp_path: Path, workspace: cn.Workspace) -> None:
    texts = json.loads((DATA / "mojibake.json").read_text(encoding="utf-8"))
    with (tmp_path / "in.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["text"], *([text] for text in texts)])
    campaign = cn.Campaign("Files", data=cn.DataModel("shop"), workspace=workspace)
    loaded = campaign.load_file("File", tmp_path / "in.csv", columns={"text": "text"})
    loaded.extract_file("Again", "out.csv", columns=["text"])
    campaign.publish(confirm=0)
    assert campaign.runs[0].wait("20s").state == "done"
    with (tmp_path / "extracts/out.csv").open(encoding="utf-8", newline="") as file:
        assert [row[0] for row in csv.reader(file)] == ["text", *texts]
    assert len(texts) == 161


def test_rejects_are_kept_in_a_file(tmp_path: Path, workspace: cn.Workspace) -> None:
    campaign = cn.Campaign("Files", data=cn.DataModel("shop"), workspace=workspace)
    rejects = campaign.load_file("File", DATA / "broken/bad.csv").rejects
    rejects.extract_file("Rejects", "rejects.csv", columns=["line", "content", "reason"])
    campaign.publish(confirm=0)
    assert campaign.runs[0].wait("20s").state == "done"
    lines = (tmp_path / "extracts/rejects.csv").read_text().splitlines()
    assert lines[1] == '2,"1,27,,""I\'m too long!""",wrong number of columns'
