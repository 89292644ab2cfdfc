"""What a campaign offers beside its verbs: other forms, copies, and problems as people read them."""

from __future__ import annotations

from pathlib import Path

from campaign_nb.data.model import Table
from campaign_nb.graph.document import from_json, load
from tests.graph.shop import Campaign


def test_no_problem_is_said_so(full: Campaign) -> None:
    assert repr(full.problems) == "no problem" and "no problem" in full.problems._repr_html_()


def test_problems_are_shown_one_below_the_other_and_as_a_table(spring: Campaign, customers: Table) -> None:
    spring.build_audience("All", customers).filter("A <b>", "agee > 3").filter("B", "teir = 'x'")
    assert repr(spring.problems).count("\n\n") == 1
    html = spring.problems._repr_html_()
    assert "2 problems" in html and "A &lt;b&gt;" in html


def test_a_campaign_is_written_as_json_and_to_a_file(full: Campaign, tmp_path: Path) -> None:
    assert from_json(full.to_json()) == full.definition == load(full.save(tmp_path / "spring.json"))


def test_a_campaign_is_written_as_python_for_the_variable_of_its_data(full: Campaign) -> None:
    assert 'customers = store["customers"]' in full.to_python(data="store")


def test_campaigns_and_definitions_are_compared(full: Campaign) -> None:
    before = full.definition
    full.draft.describe(seed="2")
    assert [str(change) for change in full.diff(before)] == ["seed 2 → Spring (regroups people)"]
    assert full.diff(full) == []


def test_activities_are_copied_and_the_other_campaign_is_told(full: Campaign, spring: Campaign) -> None:
    full.copy("Gold", to=spring)
    assert list(spring.definition.nodes) == ["Gold"] and spring.changes == 1


def test_tab_shows_the_labels(full: Campaign) -> None:
    assert full._ipython_key_completions_()[:2] == ["Lapsed buyers", "Gold"]
