"""Every message that bad input gives is read in one file, says four things, and leaks nothing.

CAMPAIGN_NB_UPDATE=1 writes errors.txt anew; read the difference before you keep it.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import campaign_nb as cn
from campaign_nb import errors
from tests.conftest import is_set
from tests.errors import (  # the import lists their situations
    activities,
    courses,
    documents,
    graphs,
    messages,
    publications,
    rules_in_python,
    rules_in_text,
    runs,
    schedules,
    stores,
    tables,
)
from tests.errors.shop import PRIVATE
from tests.errors.situations import SITUATIONS, Shown, Stage, staged

GOLDEN = Path(__file__).with_name("errors.txt")
FAMILIES = [rules_in_python, rules_in_text, tables, graphs, activities, courses, messages, schedules, runs, publications, documents, stores]
CASES = [(family, sentence) for family in SITUATIONS for sentence in SITUATIONS[family]]
CLASSES = {item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, cn.CampaignError)}
FOUR = ("where", "what", "expected", "do")
ABSOLUTE = re.compile(r"(?<![\w.«»:/<])/[\w.-]+/|[A-Z]:\\")
INTERNAL = re.compile(r"(?:^|[\s'\"(,])_(?!_)[a-z]\w*", re.MULTILINE)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], Shown]]:
    """Every situation, staged once."""
    found: dict[tuple[str, str], Shown] = {}
    for family, sentence in CASES:
        stage = Stage(tmp_path_factory.mktemp("stage"))
        try:
            found[family, sentence] = staged(SITUATIONS[family][sentence], stage)
        finally:
            stage.close()
    yield found


def golden(shown: dict[tuple[str, str], Shown]) -> str:
    """The golden file: a chapter a family, a paragraph a situation."""
    lines = ["What people are told about bad input. Written by tests/errors/test_errors.py with CAMPAIGN_NB_UPDATE=1."]
    for module in FAMILIES:
        family = module.__name__.rpartition(".")[2]
        lines += ["", "", f"# {(module.__doc__ or '').strip()}"]
        for sentence in SITUATIONS[family]:
            lines += ["", f"## {sentence[0].upper()}{sentence[1:]}", *shown[family, sentence].text.splitlines()]
    return "\n".join(lines) + "\n"


def test_every_message_is_the_one_in_the_golden_file(shown: dict[tuple[str, str], Shown]) -> None:
    now = golden(shown)
    if is_set("CAMPAIGN_NB_UPDATE"):
        GOLDEN.write_text(now, encoding="utf-8")
    kept = GOLDEN.read_text(encoding="utf-8")
    difference = difflib.unified_diff(kept.splitlines(), now.splitlines(), "errors.txt", "said now", lineterm="", n=6)
    if kept != now:
        pytest.fail("\n".join([*difference, "", "CAMPAIGN_NB_UPDATE=1 keeps what is said now"]), pytrace=False)


@pytest.mark.parametrize(("family", "sentence"), CASES, ids=[f"{family}-{sentence}" for family, sentence in CASES])
def test_it_says_four_things_and_leaks_nothing(family: str, sentence: str, shown: dict[tuple[str, str], Shown]) -> None:
    seen = shown[family, sentence]
    assert seen.error is None or any(kind in CLASSES for kind in seen.error.__mro__), seen.text
    assert seen.text, "nothing was refused"
    assert seen.unchanged, "something was half written"
    assert [name for problem in seen.problems for name in FOUR if not getattr(problem, name).strip()] == [], seen.text
    assert ABSOLUTE.search(seen.text) is None, seen.text
    assert INTERNAL.search(seen.text) is None, seen.text
    assert [value for value in PRIVATE if value in seen.text] == [], seen.text


def test_no_message_is_cut_off(shown: dict[tuple[str, str], Shown]) -> None:
    assert [case for case, seen in shown.items() if max(map(len, seen.text.splitlines()), default=0) > 300] == []


def test_the_working_directory_is_left_as_it_was(shown: dict[tuple[str, str], Shown]) -> None:
    assert Path(os.getcwd()).exists() and len(shown) == len(CASES)
