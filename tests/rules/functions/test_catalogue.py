"""The catalogue of the reference: every name is there under its snake_case spelling, or refused with a reason."""

from __future__ import annotations

import doctest
import inspect
import re
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import sqlglot

import campaign_nb as cn
from campaign_nb.errors import DefinitionError
from campaign_nb.graph.code_rules import RuleCode
from campaign_nb.rules import tree
from campaign_nb.rules.document import from_json, to_json
from campaign_nb.rules.functions import REGISTRY, namespace
from campaign_nb.rules.functions.refused import REFUSED
from campaign_nb.rules.read import read_value
from campaign_nb.rules.sentence import sentence
from campaign_nb.rules.sql.dialects import FLAVOURS
from campaign_nb.rules.text import text
from tests.engine.polars.world import SCHEMA, values
from tests.rules.functions import test_date_moves, test_dates, test_numbers, test_older, test_texts
from tests.rules.functions.cases import ROWS, SCOPE, Case, same, sql_of
from tests.rules.shop import FakeShop, Table

REFERENCE = [
    "Avg",
    "Count",
    "CountAll",
    "Countdistinct",
    "Max",
    "Min",
    "StdDev",
    "StringAgg",
    "Sum",
    "AddYears",
    "AddMonths",
    "AddDays",
    "AddHours",
    "AddMinutes",
    "AddSeconds",
    "SubYears",
    "SubMonths",
    "SubDays",
    "SubHours",
    "SubMinutes",
    "SubSeconds",
    "ConvertNTZ",
    "DateCmp",
    "DateOnly",
    "Year",
    "Month",
    "Day",
    "DayOfYear",
    "WeekDay",
    "Hour",
    "Minute",
    "Second",
    "YearAndMonth",
    "DaysAgo",
    "DaysAgoInt",
    "MonthsAgo",
    "YearsAgo",
    "DaysDiff",
    "HoursDiff",
    "MinutesDiff",
    "MonthsDiff",
    "SecondsDiff",
    "YearsDiff",
    "DaysOld",
    "MonthsOld",
    "YearsOld",
    "GetDate",
    "Oldest",
    "ToDate",
    "ToDateTime",
    "ToTimestamp",
    "ToTimeZone",
    "TruncDate",
    "TruncDateTZ",
    "TruncTime",
    "TruncQuarter",
    "TruncWeek",
    "TruncYear",
    "Distance",
    "Abs",
    "Ceil",
    "Floor",
    "Greatest",
    "Least",
    "Mod",
    "Percent",
    "Random",
    "Round",
    "Sign",
    "ToDouble",
    "ToInt64",
    "ToInteger",
    "Trunc",
    "AllNonNull2",
    "AllNonNull3",
    "Ascii",
    "Char",
    "Charindex",
    "dataLength",
    "GetLine",
    "IfEquals",
    "IsMemoNull",
    "JuxtWords",
    "JuxtWords3",
    "Left",
    "Right",
    "Length",
    "Line",
    "Lower",
    "Upper",
    "LPad",
    "RPad",
    "Ltrim",
    "Rtrim",
    "Md5Digest",
    "Sha256Digest",
    "Sha512Digest",
    "MemoContains",
    "NodeValue",
    "Replace",
    "Smart",
    "Substring",
    "ToString",
    "VirtualLink",
    "VirtualLinkStr",
    "Over",
    "Desc",
    "OrderBy",
    "PartitionBy",
    "RowNum",
    "AESEncrypt",
    "Case",
    "ClearBit",
    "SetBit",
    "IsBitSet",
    "Coalesce",
    "Decode",
    "GetEmailDomain",
    "GetMirrorURL",
    "Iif",
    "IsEmptyString",
    "NewUUID",
    "NoNull",
    "RowId",
    "ToBoolean",
]
SHORTER = {"GetDate": "now", "Countdistinct": "count_distinct", "LPad": "lpad", "RPad": "rpad"}
"""Names that are shorter here, as the rest of the package has them; When and Else are parts of `case`."""

ELSEWHERE = {"first_of", "item_of", "escape_html", "header_text", "money", "is_email"}
"""What is tested where it is used: with collected rows, and with messages."""

CASES = [*test_date_moves.CASES, *test_dates.CASES, *test_numbers.CASES, *test_texts.CASES, *test_older.CASES]
PYTHON = {"cn": cn, "rows": Table(FakeShop(ROWS), "rows")}


def snake(name: str) -> str:
    """The mechanical spelling: a word starts at a capital that follows or precedes a small letter."""
    return SHORTER.get(name) or re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def names_in(node: tree.Node) -> set[str]:
    return {item.name for item in node.walk() if isinstance(item, tree.Call)}


@pytest.mark.parametrize("name", REFERENCE)
def test_a_name_of_the_reference_is_a_python_function(name: str) -> None:
    function = getattr(cn.fn, snake(name))
    assert inspect.isfunction(function) and (inspect.getdoc(function) or "").strip()


@pytest.mark.parametrize(
    "name", [name for name in REFERENCE if name.lower() not in {*REGISTRY, "iif", "over", "random", "case", "everybody"}]
)
def test_the_spelling_of_the_reference_is_answered_with_ours(name: str) -> None:
    with pytest.raises(DefinitionError, match=rf"{snake(name)}(\(…\)|:)|stands outside a window"):
        read_value(f"{name}(x)")


def test_all_names_of_the_namespace_have_a_docstring_and_an_example_or_are_refused() -> None:
    public = {name: getattr(namespace, name) for name in namespace.__all__}
    assert set(REGISTRY) <= set(public) and set(REFUSED) <= set(public)
    for name, item in public.items():
        head = (inspect.getdoc(item) or "").splitlines()[0]
        assert 5 < len(head) < 80 and head.endswith("."), name
        examples = doctest.DocTestFinder().find(item, name)[0].examples
        assert examples or name in REFUSED, name


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_name_says_why_and_what_to_write_instead(name: str) -> None:
    function = getattr(cn.fn, name)
    with pytest.raises(DefinitionError, match=r".+") as found:
        function(*[cn.col.x] * len(inspect.signature(function).parameters))
    with pytest.raises(DefinitionError, match=f"{name}: {re.escape(found.value.what.partition(': ')[2])}"):
        read_value(f"{name}(x)")
    assert found.value.expected and found.value.do


@pytest.mark.parametrize("one", CASES, ids=str)
def test_a_call_comes_back_from_its_text_its_document_and_its_python(one: Case) -> None:
    node = one.node
    assert read_value(text(node), SCOPE) == node
    assert from_json(to_json(node)) == node
    written = RuleCode(lambda label: label, lambda behaviour: None)
    code = written.value(node)
    found: dict[str, Any] = dict(PYTHON)
    exec("\n".join([*sorted(written.imports), f"found = {code}"]), found)  # noqa: S102 # the code under test
    assert found["found"].node == node, code


@pytest.mark.parametrize("one", CASES, ids=str)
def test_a_call_is_said_in_words(one: Case) -> None:
    said = sentence(one.node, SCOPE)
    assert said and "{" not in said and "_" not in said.split("'")[0]


@pytest.mark.parametrize("dialect", list(FLAVOURS))
def test_a_call_is_read_by_every_dialect_that_has_it(dialect: str) -> None:
    without: set[str] = set()
    for one in CASES:
        try:
            query = sql_of(one, dialect)
        except DefinitionError as error:
            assert error.what.endswith(f"has no form in {dialect}")
            without.add(error.what.split()[0])
            continue
        (statement,) = sqlglot.parse(query, read=dialect)
        assert isinstance(statement, sqlglot.exp.Select), query
    assert without == {"duckdb": {"sha512_digest"}, "spark": {"trunc_time", "char"}}.get(dialect, set())


def test_every_function_has_at_least_eight_rows_by_hand_and_a_null_among_them() -> None:
    rows: Counter[str] = Counter()
    for one in CASES:
        rows.update(dict.fromkeys(names_in(one.node), len(one.wanted)))
    of_rows = {name for name, function in REGISTRY.items() if function.parameters} - ELSEWHERE
    assert {name: rows[name] for name in of_rows if rows[name] < 8} == {}
    assert of_rows - {name for one in CASES for name in names_in(one.node) if any(None in cells for cells in one.columns.values())} == set()


@pytest.mark.parametrize("one", [one for one in CASES if one.columns], ids=str)
def test_a_call_of_known_values_gives_the_same_before_any_row_is_read(one: Case) -> None:
    for row, wanted in enumerate(one.wanted):

        def known(node: tree.Node, row: int = row) -> tree.Node:
            return as_known(node.name, one.columns[node.name][row]) if isinstance(node, tree.Column) else node

        (found,) = values(tree.rebuilt(one.node, known), {"i": [0]})
        assert same([str(found) if isinstance(wanted, str) and not isinstance(found, str) else found], [wanted]), (row, found)


def as_known(column: str, value: Any) -> tree.Constant:
    """A cell as the literal that means the same: an instant in its column's zone, NaN as null."""
    dtype = SCHEMA[column]
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None and value is not None:
        return tree.Constant(value.astimezone(ZoneInfo(dtype.time_zone)))
    return tree.Constant(None if value != value else value)


BY_HAND = {name for one in CASES for name in names_in(one.node)}
