"""Everything that can be wrong with a definition, found from schemas alone and all at once."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from campaign_nb.activities.combine import Combine
from campaign_nb.activities.filter import FilterRows
from campaign_nb.activities.wait import Wait
from campaign_nb.activity import CATALOGUE, Activity, Audience, Context
from campaign_nb.data.model import DataModel, Table
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.graph.definition import Definition, Node, Ref
from campaign_nb.graph.located import Located, label_of
from campaign_nb.graph.problems import columns_by_ref, compile_definition, problems
from campaign_nb.rules import tree
from campaign_nb.steps import Population
from tests.graph.shop import Campaign, Notebook


def texts(campaign: Campaign) -> str:
    return "\n".join(map(str, campaign.problems))


def found(campaign: Campaign, pattern: str) -> bool:
    """Whether exactly one problem matches."""
    return len([item for item in campaign.problems if re.search(pattern, str(item))]) == 1


def test_a_sound_campaign_has_no_problem(full: Campaign) -> None:
    assert full.problems == []


def test_an_empty_campaign_has_no_source(spring: Campaign) -> None:
    assert texts(spring).startswith("campaign 'Spring'\n  it has no source")


def test_an_unknown_column_is_named_with_the_nearest_and_the_columns_there_are(spring: Campaign, customers: Table) -> None:
    spring.build_audience("All", customers).filter("Adults", "agee >= 18")
    assert "filter 'Adults'\n  no column 'agee' in customers; did you mean 'age'?" in texts(spring)
    assert "columns: customer_id, age, tier, email, ok, last_order" in texts(spring)


def test_a_comparison_of_two_types_is_a_problem(spring: Campaign, customers: Table) -> None:
    spring.build_audience("All", customers).filter("Adults", "age >= 'eighteen'")
    assert found(spring, "filter 'Adults'\n  integer >= text")


def test_a_cycle_is_listed_in_order(full: Campaign) -> None:
    knot = full.definition.with_node(replace(full.definition["Spend"], inputs=(Ref("Three days"),)))
    cycle = "a cycle: 'Spend' → 'Offer' → 'Offer A' → 'Offer A or Offer B' → 'Three days' → 'Spend'"
    assert cycle in str(problems(knot, full.schema)[0])


def test_what_stands_on_a_cycle_or_after_it_is_not_blamed_twice(full: Campaign) -> None:
    knot = full.definition.with_node(replace(full.definition["Spend"], inputs=(Ref("Three days"),)))
    assert len(problems(knot, full.schema)) == 1


def test_an_activity_that_reads_itself_is_told_so(full: Campaign) -> None:
    knot = full.definition.with_node(replace(full.definition["Spend"], inputs=(Ref("Spend"),)))
    assert "enrich 'Spend'\n  it reads itself: x = x.… was run twice" in str(problems(knot, full.schema)[0])


def test_a_missing_input_is_named_with_the_nearest(full: Campaign) -> None:
    full.remove("Gold")
    assert "combine 'Lapsed buyers or Gold'\n  it reads 'Gold', which is not there" in texts(full)
    assert len(full.problems) == 1


def test_an_output_that_is_not_there_is_named(full: Campaign) -> None:
    full.draft.written("Spend")
    full.combine("x", full["Gold"], full["Young"])
    full._owner().draft.add("Read", Wait.of(days=1), [Ref("Offer", "C")])
    assert found(full, "wait 'Read'\n  split 'Offer' has no output 'C'\n  expected: one of: A, B, control, complement")


def test_a_combine_of_one_input_is_a_problem(spring: Campaign, customers: Table) -> None:
    spring.combine("Alone", spring.build_audience("All", customers))
    assert texts(spring) == "combine 'Alone'\n  it has 1 input\n  expected: at least 2\n  → campaign.combine('Alone', a, b)"


def test_too_many_inputs_are_a_problem(spring: Campaign, customers: Table) -> None:
    a, b = (spring.build_audience(label, customers) for label in "ab")
    spring.add("Late", Wait.of(days=1), a, b)
    assert texts(spring) == "wait 'Late'\n  it has 2 inputs\n  expected: 1\n  → x.wait('Late', …)"


def test_no_input_at_all_is_one_problem(spring: Campaign, customers: Table) -> None:
    spring.build_audience("All", customers)
    spring.add("Adults", FilterRows.of("age > 3"))
    assert texts(spring) == "filter 'Adults'\n  it has no inputs\n  expected: 1\n  → x.filter('Adults', …)"


def test_a_combine_of_two_dimensions_is_a_problem_and_ends_the_blame(spring: Campaign, shop: DataModel) -> None:
    people, orders = spring.build_audience("People", shop["customers"]), spring.build_audience("Orders", shop["orders"])
    spring.combine("Both", people, orders).filter("Rich", "amount > 3")
    assert found(spring, "combine 'Both'\n  its inputs are populations of customers and orders") and len(spring.problems) == 1


def test_independent_problems_are_all_found_at_once(spring: Campaign, customers: Table) -> None:
    adults = spring.build_audience("All", customers).filter("Adults", "agee >= 18")
    adults.split("Offer", A=0.7, B=0.7).A.filter("Gold", "teir = 'gold'")
    spring.read_audience("Nobody")
    assert [label_of(item) for item in spring.problems] == ["Adults", "Offer", "Gold", "Nobody"]


def test_a_column_made_by_a_broken_enrichment_is_not_missed_after_it(spring: Campaign, customers: Table) -> None:
    spring.build_audience("All", customers).enrich("Spend", spend=customers.age).filter("Rich", "spend > 3 and nothing > 1")
    spring.build_audience("Two", customers).enrich("Bad", {"tier": customers.age}).filter("Golden", "tier = 'x' and age > 1")
    assert [label_of(item) for item in spring.problems] == ["Rich", "Bad"]


def test_what_reads_an_unknown_audience_is_not_blamed(spring: Campaign) -> None:
    spring.read_audience("Nobody").filter("Adults", "age > 3").end("Done")
    assert [label_of(item) for item in spring.problems] == ["Nobody"]


def test_a_known_audience_carries_its_columns(spring: Campaign) -> None:
    spring.audiences = {"Leads": Audience("Leads", "customers", {"score": "number"})}
    spring.read_audience("Leads").filter("Hot", "score > 0.5 and age > 3")
    assert spring.problems == []


def test_a_behaviour_of_no_message_is_a_problem(full: Campaign, spring: Campaign, customers: Table) -> None:
    spring.build_audience("All", customers).filter("Opened", "opened('Offer A')")
    assert "filter 'Opened'\n  it asks who opened 'Offer A', which is not there" in texts(spring)
    full.remove("Offer A")
    assert found(full, "filter 'Opened, no click'\n  it asks who opened 'Offer A', which is not there")


def test_behaviours_of_another_campaign_are_not_judged_here(spring: Campaign, customers: Table) -> None:
    spring.build_audience("All", customers).filter("Opened", "opened('Offer A', 'Last year')")
    assert spring.problems == []


def test_two_audiences_saved_under_one_name_are_a_problem(spring: Campaign, customers: Table) -> None:
    everybody = spring.build_audience("All", customers)
    everybody.save_audience("Leads")
    everybody.save_audience("More leads", "Leads")
    assert texts(spring).startswith(
        "save_audience 'More leads'\n  'Leads' saves the audience 'Leads' too\n  expected: a name of its own for each\n  → "
    )


def test_more_than_500_activities_are_a_problem(spring: Campaign, customers: Table) -> None:
    for number in range(501):
        spring.build_audience(f"A{number}", customers)
    assert texts(spring).startswith("campaign 'Spring'\n  it has 501 activities\n  expected: at most 500")


def test_more_than_ten_messages_are_a_problem(spring: Campaign, customers: Table) -> None:
    everybody = spring.build_audience("All", customers)
    for number in range(11):
        everybody.email(f"Mail {number}", subject="Hello", text="…")
    assert found(spring, r"it has 11 messages: Mail 0, .*, Mail 10\n  expected: at most 10")


def test_problems_name_the_cell(spring: Campaign, customers: Table, notebook: Notebook) -> None:
    everybody = notebook.run("one", lambda: spring.build_audience("All", customers))
    notebook.run("8d2c77aa-0000-4e01-b0de-9a4f6f1d2c3e", lambda: everybody.split("Offer", A=1.5, B="agee > 3"))
    assert "split 'Offer' (cell 8d2c77aa), group 'A'\n  a share of 1.5" in texts(spring)
    assert "split 'Offer' (cell 8d2c77aa), group 'B'\n  no column 'agee'" in texts(spring)


def test_problems_know_their_activity(spring: Campaign, customers: Table) -> None:
    spring.build_audience("All", customers).filter("Adults", "agee >= 18")
    (problem,) = spring.problems
    assert isinstance(problem, Located) and problem.label == "Adults"


# --------------------------------------------------------------------------------------------------------- compilation


def test_compiling_raises_all_problems_together(spring: Campaign, customers: Table) -> None:
    spring.build_audience("All", customers).filter("Adults", "agee >= 18").filter("Gold", "teir = 'gold'")
    with pytest.raises(DefinitionError, match=r"(?s)campaign 'Spring' has 2 problems.*'agee'.*'teir'"):
        compile_definition(spring.definition, spring.schema)


def test_compiling_raises_what_the_draft_found_too(full: Campaign) -> None:
    with pytest.raises(DefinitionError, match="the label is defined twice"):
        compile_definition(full.definition, full.schema, draft_problems=[Problem("filter 'A'", "the label is defined twice")])


def test_a_compiled_campaign_has_a_step_for_every_transition(full: Campaign) -> None:
    compiled = compile_definition(full.definition, full.schema)
    assert compiled.order[0] == "Lapsed buyers" and compiled.order[-1] == "Done"
    assert compiled.inputs["Offer"] == (Ref("Spend"),)
    assert list(compiled.population(Ref("Offer", "control")).columns)[:3] == ["customer_id", "spend", "last"]
    assert compiled.step(Ref("Three days")) is compiled.step(Ref("Offer A or Offer B"))


def test_the_columns_of_every_transition_are_known(full: Campaign) -> None:
    columns = columns_by_ref(full.definition, full.schema)
    assert columns[Ref("Gold")] == {"customer_id": "integer"}
    assert columns[Ref("Offer A", "complement")]["reason"] == "text"


class Failing(Activity):
    """An activity whose check fails."""

    kind = "failing_of_a_test"
    label = "Failing"
    icon = "flag"
    family = "flow"

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Fail."""
        raise ZeroDivisionError("by zero")


CATALOGUE.pop(Failing.kind)  # other tests look at the whole catalogue


def test_a_check_that_fails_is_a_problem_of_its_activity_alone(spring: Campaign, customers: Table) -> None:
    everybody = spring.build_audience("All", customers)
    everybody.add("Odd", Failing())
    everybody.filter("Adults", "agee >= 18")
    assert [label_of(item) for item in spring.problems] == ["Odd", "Adults"]
    assert "its check failed: ZeroDivisionError: by zero" in texts(spring)


def a_large_definition() -> Definition:
    """500 activities: 100 chains of filters that meet."""
    nodes: dict[str, Node] = {"All": Node("All", CATALOGUE["build_audience"](dimension="customers", rule=tree.Everybody()))}
    rule = tree.And(tuple(tree.Compare(">", tree.Column("age"), tree.Constant(number)) for number in range(10)))
    for number in range(498):
        before = "All" if number % 5 == 0 else f"F{number - 1}"
        nodes[f"F{number}"] = Node(f"F{number}", FilterRows(rule=rule), (Ref(before),))
    ends = tuple(Ref(f"F{number}") for number in range(4, 498, 5))
    return Definition("Large", nodes=nodes | {"Together": Node("Together", Combine(), ends)})


def test_500_activities_are_checked_in_under_a_second(shop: DataModel) -> None:
    definition = a_large_definition()
    started = time.process_time()
    assert problems(definition, shop) == []
    elapsed = time.process_time() - started
    assert len(definition.nodes) == 500 and elapsed < 1
