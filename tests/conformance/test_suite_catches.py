"""Each check of the suite finds the fault of a small activity that has no other."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.activity import CATALOGUE, Activity
from campaign_nb.testing.conformance import CHECKS, conformance
from campaign_nb.testing.rowwise import ROW_CHECKS
from campaign_nb.testing.world import sample
from tests.conformance.faulty import FAULTY, Plain

PART = pl.DataFrame({"id": [2, 5]})
"""A population that is not everybody."""


@pytest.fixture(autouse=True)
def catalogue() -> Iterator[None]:
    """What is in the catalogue goes back to what it was."""
    before = dict(CATALOGUE)
    yield
    CATALOGUE.clear()
    CATALOGUE.update(before)


def findings(cls: type[Activity], *inputs: cn.DataModel | pl.DataFrame) -> list[str]:
    """What the suite finds: the check and what it says."""
    CATALOGUE[cls.kind] = cls
    with pytest.raises(cn.DefinitionError, match=cls.kind) as caught:
        conformance(cls, *inputs, row_wise=True)
    return [f"{problem.where}: {problem.what}" for problem in caught.value.problems]


def test_an_activity_without_a_fault_passes() -> None:
    CATALOGUE[Plain.kind] = Plain
    conformance(Plain, row_wise=True)
    conformance(Plain, sample(), PART, row_wise=True)


@pytest.mark.parametrize("finding", FAULTY)
def test_a_planted_fault_is_found(finding: str) -> None:
    given = (sample(), PART) if "given" in finding or "2 rows" in finding else ()
    found = findings(FAULTY[finding], *given)
    assert [text for text in found if text.startswith(finding)], found


def test_every_check_has_a_planted_fault() -> None:
    caught = {finding.partition(":")[0] for finding in FAULTY}
    assert {*CHECKS, *ROW_CHECKS} - caught == set()


def test_a_kind_that_leads_to_another_class_is_found() -> None:
    with pytest.raises(cn.DefinitionError, match="kind\n    'planted_plain' leads to another class"):
        conformance(Plain)


def test_a_class_that_needs_options_must_be_given_with_some() -> None:
    with pytest.raises(cn.DefinitionError, match=r"it can't be built without any: TypeError[\s\S]*conformance\(FilterRows.of\(…\)\)"):
        conformance(cn.activities.FilterRows)


def test_all_findings_come_in_one_error() -> None:
    cls = type("Worst", (FAULTY["label: it has none"],), {"kind": "planted_worst", "__doc__": "", "icon": "unicorn"})
    assert [text.partition(":")[0] for text in findings(cls)] == ["docstring", "label", "icon"]


def test_a_model_without_a_key_is_refused() -> None:
    model = cn.DataModel("visits")
    model.table("visits", pl.DataFrame({"page": ["a"]}))
    with pytest.raises(cn.DefinitionError, match="no table has a key"):
        conformance(cn.activities.End, model)
