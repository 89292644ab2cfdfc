"""Drafts: what a cell run again replaces, one label twice, undo and redo."""

from __future__ import annotations

import pytest

from campaign_nb.activities.build_audience import BuildAudience
from campaign_nb.activities.filter import FilterRows
from campaign_nb.activities.wait import Wait
from campaign_nb.data.model import Table
from campaign_nb.errors import DefinitionError
from campaign_nb.graph.definition import Definition, Ref
from campaign_nb.graph.draft import Draft
from campaign_nb.graph.settings import settings
from campaign_nb.rules import tree
from campaign_nb.schedule.signal import OnSignal
from tests.graph.shop import Campaign, Notebook


def labels(spring: Campaign) -> list[str]:
    return list(spring.definition.nodes)


def texts(spring: Campaign) -> str:
    return "\n".join(map(str, spring.problems))


def test_a_cell_run_again_replaces_what_it_had_added(spring: Campaign, customers: Table, notebook: Notebook) -> None:
    notebook.run("one", lambda: (spring.build_audience("Adults", customers), spring.build_audience("Gold", customers)))
    notebook.run("one", lambda: spring.build_audience("Adults", customers.age >= 21))
    assert labels(spring) == ["Adults"]
    assert spring.definition["Adults"].activity.options()[1][1].endswith("age is at least 21")


def test_what_a_cell_adds_again_keeps_its_place(spring: Campaign, customers: Table, notebook: Notebook) -> None:
    notebook.run("one", lambda: spring.build_audience("Adults", customers))
    notebook.run("two", lambda: spring.build_audience("Gold", customers))
    notebook.run("one", lambda: spring.build_audience("Adults", customers))
    assert labels(spring) == ["Adults", "Gold"]


def test_a_label_that_moves_to_another_cell_keeps_its_place(spring: Campaign, customers: Table, notebook: Notebook) -> None:
    notebook.run("one", lambda: spring.build_audience("Adults", customers))
    notebook.run("two", lambda: spring.build_audience("Gold", customers))
    notebook.run("one", spring.draft.settle)
    notebook.run("three", lambda: spring.build_audience("Adults", customers))
    assert labels(spring) == ["Adults", "Gold"]


def test_running_every_cell_again_gives_an_equal_definition(spring: Campaign, customers: Table, notebook: Notebook) -> None:
    def cells() -> Definition:
        lapsed = notebook.run("one", lambda: spring.build_audience("Lapsed", customers.age > 3))
        notebook.run("two", lambda: lapsed.filter("Gold", "tier = 'gold'").wait("Later", days=1))
        return spring.definition

    assert cells() == cells()


def test_one_label_twice_in_one_execution_is_refused(spring: Campaign, customers: Table, notebook: Notebook) -> None:
    def cell() -> None:
        for least in (18, 21):
            spring.build_audience("Adults", customers.age >= least)

    with pytest.raises(DefinitionError, match="the label is used twice in one execution of the cell"):
        notebook.run("one", cell)


def test_the_same_label_from_another_cell_is_a_problem_that_names_both_and_the_older_counts(
    spring: Campaign, customers: Table, notebook: Notebook
) -> None:
    notebook.run("3f2a1b9c-77aa-4e01-b0de-9a4f6f1d2c3e", lambda: spring.build_audience("Adults", customers.age >= 18))
    notebook.run("8d2c77aa-0000-4e01-b0de-9a4f6f1d2c3e", lambda: spring.build_audience("Adults", customers.age >= 21))
    assert r"the label is defined in cell 3f2a1b9c [1] and in cell 8d2c77aa [2]" in texts(spring)
    assert spring.definition["Adults"].cell == "3f2a1b9c-77aa-4e01-b0de-9a4f6f1d2c3e"


def test_the_problem_goes_when_one_of_the_cells_is_run_without_the_label(spring: Campaign, customers: Table, notebook: Notebook) -> None:
    notebook.run("old", lambda: spring.build_audience("Adults", customers.age >= 18))
    notebook.run("new", lambda: spring.build_audience("Adults", customers.age >= 21))
    notebook.run("old", lambda: spring.build_audience("Others", customers))
    assert spring.problems == [] and spring.definition["Adults"].cell == "new"


def test_the_older_cell_counts_again_after_it_was_run_again(spring: Campaign, customers: Table, notebook: Notebook) -> None:
    notebook.run("old", lambda: spring.build_audience("Adults", customers.age >= 18))
    notebook.run("new", lambda: spring.build_audience("Adults", customers.age >= 21))
    notebook.run("old", lambda: spring.build_audience("Adults", customers.age >= 16))
    assert spring.definition["Adults"].cell == "old" and len(spring.problems) == 1


def test_removing_a_label_of_two_cells_lets_the_newer_count(spring: Campaign, customers: Table, notebook: Notebook) -> None:
    notebook.run("old", lambda: spring.build_audience("Adults", customers.age >= 18))
    notebook.run("new", lambda: spring.build_audience("Adults", customers.age >= 21))
    spring.remove("Adults")
    assert spring.problems == [] and spring.definition["Adults"].cell == "new"


def test_x_from_x_in_a_cell_run_twice_reads_itself(spring: Campaign, customers: Table, notebook: Notebook) -> None:
    names = {"x": notebook.run("one", lambda: spring.build_audience("All", customers))}
    for _ in range(2):
        names["x"] = notebook.run("two", lambda: names["x"].filter("Adults", customers.age >= 18))
    assert "filter 'Adults' (cell two)\n  it reads itself" in texts(spring)


def test_without_a_cell_the_newer_of_one_label_counts(spring: Campaign, customers: Table) -> None:
    spring.build_audience("Adults", customers.age >= 18)
    spring.build_audience("Adults", customers.age >= 21)
    assert spring.problems == []
    assert spring.definition["Adults"].activity.options()[1][1].endswith("age is at least 21")


def test_a_cell_replaces_what_came_from_no_cell(spring: Campaign, customers: Table, notebook: Notebook) -> None:
    spring.build_audience("Adults", customers.age >= 18)
    notebook.run("one", lambda: spring.build_audience("Adults", customers.age >= 21))
    assert spring.problems == [] and spring.definition["Adults"].cell == "one"


def test_settle_withdraws_what_a_cell_added_before_even_if_it_adds_nothing_now(
    spring: Campaign, customers: Table, notebook: Notebook
) -> None:
    notebook.run("one", lambda: spring.build_audience("Adults", customers))
    notebook.run("one", spring.draft.settle)
    assert labels(spring) == []


def test_undo_takes_back_all_that_one_execution_added(spring: Campaign, customers: Table, notebook: Notebook) -> None:
    notebook.run("one", lambda: spring.build_audience("Adults", customers))
    notebook.run("two", lambda: (spring.build_audience("A", customers), spring.build_audience("B", customers)))
    spring.undo()
    assert labels(spring) == ["Adults"]
    spring.redo()
    assert labels(spring) == ["Adults", "A", "B"]


def test_undo_brings_a_removed_activity_back(spring: Campaign, customers: Table) -> None:
    spring.build_audience("Adults", customers)
    spring.remove("Adults")
    spring.undo()
    assert labels(spring) == ["Adults"]


def test_a_change_after_undo_leaves_nothing_to_redo(spring: Campaign, customers: Table) -> None:
    spring.build_audience("Adults", customers)
    spring.undo()
    spring.build_audience("Gold", customers)
    with pytest.raises(DefinitionError, match="there is nothing to redo"):
        spring.redo()


def test_there_is_nothing_to_undo_at_first(spring: Campaign) -> None:
    with pytest.raises(DefinitionError, match="there is nothing to undo"):
        spring.undo()


def test_settings_are_changed_and_taken_back(spring: Campaign) -> None:
    spring.draft.describe(tags=["retail"], seed=7)
    assert (spring.definition.tags, spring.definition.seed) == (("retail",), "7")
    spring.undo()
    assert (spring.definition.tags, spring.definition.seed) == ((), "Spring")


def test_an_unknown_label_can_t_be_removed(spring: Campaign, customers: Table) -> None:
    spring.build_audience("Adults", customers)
    with pytest.raises(DefinitionError, match="no activity 'Adult'\n  expected: did you mean 'Adults'"):
        spring.remove("Adult")


def test_names_may_be_persian_or_emoji_in_every_place(spring: Campaign, customers: Table) -> None:
    persian, emoji = "می\u200cخواهم", "\U0001f469\u200d\U0001f4bb"
    everybody = spring.build_audience(persian, customers)
    everybody.split(emoji, {persian: 0.5, emoji: 0.5})
    everybody.fork("Ways", persian, emoji)
    everybody.test("Enough?", {emoji: everybody.size > 3})
    everybody.end("Next", signal="Other", values={persian: 1})
    assert not spring.problems
    assert settings("campaign 'Spring'", {persian: 1}).variables == {persian: 1}
    assert OnSignal({persian: 1}).parameters[0].name == persian


@pytest.mark.parametrize("label", ["", "  ", "two\nlines", "x" * 121, "a\u200d", "a\u202eb", "a\u200bb"])
def test_a_label_is_printable_not_blank_and_not_too_long(spring: Campaign, customers: Table, label: str) -> None:
    with pytest.raises(DefinitionError, match="expected: 1 to 120 printable characters"):
        spring.build_audience(label, customers)


def test_a_rule_where_the_label_belongs_is_explained(spring: Campaign, customers: Table) -> None:
    with pytest.raises(DefinitionError, match="a Rule stands where the label is expected"):
        spring.build_audience("All", customers).filter(customers.age > 3, "age > 3")


def test_activities_are_copied_into_another_campaign_with_what_they_read(full: Campaign, spring: Campaign) -> None:
    full.draft.copy(["Young", "Gold"], spring.draft)
    assert labels(spring) == ["Young", "Gold"]
    with pytest.raises(DefinitionError, match="it has an activity 'Gold' already"):
        full.draft.copy(["Gold"], spring.draft)


def test_a_draft_of_a_definition_gives_it_back(full: Campaign) -> None:
    assert Draft(full.definition).definition == full.definition


def test_equality_ignores_cells_and_the_order_of_writing(spring: Campaign, customers: Table, notebook: Notebook) -> None:
    other = Campaign("Spring", data=spring.schema)
    for name in ("A", "B"):
        notebook.run(name, lambda name=name: spring.build_audience(name, customers))
    for name in ("B", "A"):
        other.build_audience(name, customers)
    assert spring.definition == other.definition and hash(spring.definition) == hash(other.definition)


def test_equality_heeds_the_order_of_the_groups_of_a_split(spring: Campaign, customers: Table) -> None:
    everybody = spring.build_audience("All", customers)
    everybody.split("Offer", A=0.5, B=0.5)
    before = spring.definition
    everybody.split("Offer", B=0.5, A=0.5)
    assert spring.definition != before


def test_readers_of_a_transition_are_listed_once_in_order(full: Campaign) -> None:
    assert full.definition.readers(Ref("Offer", "A")) == ("Offer A",)
    assert full.definition.readers(Ref("Offer", "control")) == ()


def test_a_definition_is_changed_by_copies(full: Campaign) -> None:
    definition = full.definition
    smaller = definition.without("Done")
    assert "Done" in definition.nodes and "Done" not in smaller.nodes
    assert smaller.with_node(definition["Done"]) == definition


def test_a_renamed_definition_asks_its_own_messages_and_keeps_its_seed(full: Campaign) -> None:
    other = full.definition.renamed("Autumn")
    assert other.seed == "Spring"
    activity = other["Opened, no click"].activity
    assert isinstance(activity, FilterRows) and "campaign='Autumn'" in repr(activity.rule)
    assert "campaign='Spring'" not in repr(activity.rule)


def test_a_renamed_definition_still_asks_the_messages_of_others(full: Campaign) -> None:
    full.build_audience("Theirs", "opened('Offer', 'Last year') or opened('Offer A', 'Spring')", dimension=full.schema["customers"])
    activity = full.definition.renamed("Autumn")["Theirs"].activity
    theirs, ours = tree.Behaviour("opened", "Offer", "Last year"), tree.Behaviour("opened", "Offer A", "Autumn")
    assert isinstance(activity, BuildAudience) and activity.rule == tree.Or((theirs, ours))


def test_the_digest_tells_true_from_one(spring: Campaign) -> None:
    one = Definition("Spring", nodes={})
    assert one.digest() == Definition("Spring").digest() != Definition("Spring", seed="1").digest()
    assert Wait.of(days=1) == Wait.of(hours=24)
