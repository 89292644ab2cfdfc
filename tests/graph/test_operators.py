"""`a | b`, `a & b`, `a - b`: activities while something reads them, labelled from their operands."""

from __future__ import annotations

import pytest

from campaign_nb.activities.combine import Combine
from campaign_nb.data.model import DataModel, Table
from campaign_nb.errors import DefinitionError
from campaign_nb.graph.definition import Ref
from campaign_nb.graph.draft import Draft
from campaign_nb.graph.operators import joined, name_of
from campaign_nb.graph.transition import Transition
from tests.graph.shop import Campaign, Notebook


@pytest.fixture
def three(spring: Campaign, customers: Table) -> tuple[Transition, Transition, Transition]:
    """Three audiences: Lapsed, Gold, Young."""
    return tuple(spring.build_audience(label, customers) for label in ("Lapsed", "Gold", "Young"))  # type: ignore[return-value] # three of them


Three = tuple[Transition, Transition, Transition]


def labels(spring: Campaign) -> list[str]:
    return list(spring.definition.nodes)


def test_an_operator_that_nothing_reads_is_no_activity(spring: Campaign, three: Three) -> None:
    a, b, _ = three
    _ = a | b
    assert labels(spring) == ["Lapsed", "Gold", "Young"]


def test_a_chain_of_unions_is_one_activity_with_the_leftmost_first(spring: Campaign, three: Three) -> None:
    a, b, c = three
    (b | a | c).wait("Later", days=1)
    node = spring.definition["Gold or Lapsed or Young"]
    assert node.operator and node.activity == Combine(mode="union")
    assert node.inputs == (Ref("Gold"), Ref("Lapsed"), Ref("Young"))


def test_minus_excludes_and_ampersand_intersects(spring: Campaign, three: Three) -> None:
    a, b, c = three
    ((a & b) - c).wait("Later", days=1)
    assert labels(spring)[3:] == ["Lapsed and Gold", "(Lapsed and Gold) without Young", "Later"]
    assert spring.definition["(Lapsed and Gold) without Young"].activity == Combine(mode="exclusion")


def test_several_exclusions_are_one_activity(spring: Campaign, three: Three) -> None:
    a, b, c = three
    (a - b - c).wait("Later", days=1)
    assert spring.definition["Lapsed without Gold or Young"].inputs == (Ref("Lapsed"), Ref("Gold"), Ref("Young"))


def test_an_exclusion_from_the_right_is_no_chain(spring: Campaign, three: Three) -> None:
    a, b, c = three
    (a - (b - c)).wait("Later", days=1)
    assert labels(spring)[3:] == ["Gold without Young", "Lapsed without (Gold without Young)", "Later"]


def test_an_operator_goes_when_its_last_reader_goes(spring: Campaign, three: Three) -> None:
    a, b, _ = three
    (a | b).wait("Later", days=1)
    spring.remove("Later")
    assert labels(spring) == ["Lapsed", "Gold", "Young"]


def test_the_same_expression_read_twice_is_one_activity(spring: Campaign, three: Three) -> None:
    a, b, _ = three
    (a | b).wait("Later", days=1)
    (a | b).wait("Much later", days=9)
    assert spring.definition.readers(Ref("Lapsed or Gold")) == ("Later", "Much later")


def test_the_complement_of_an_expression_is_read_from_the_same_activity(spring: Campaign, three: Three) -> None:
    a, b, _ = three
    (a - b).wait("Later", days=1)
    (a - b).complement.wait("Gold ones", days=1)
    assert spring.definition.readers(Ref("Lapsed without Gold", "complement")) == ("Gold ones",)
    assert len(labels(spring)) == 6


def test_an_operator_s_label_gives_way_to_a_written_one(spring: Campaign, three: Three, customers: Table) -> None:
    a, b, _ = three
    spring.build_audience("Lapsed or Gold", customers)
    (a | b).wait("Later", days=1)
    assert labels(spring)[3:] == ["Lapsed or Gold", "Lapsed or Gold (2)", "Later"]


def test_long_labels_are_shortened(spring: Campaign, customers: Table) -> None:
    many = [spring.build_audience(f"People of the department number {number}", customers) for number in range(4)]
    (many[0] | many[1] | many[2] | many[3]).wait("Later", days=1)
    (many[0] - many[1]).wait("Soon", hours=1)
    made = [label for label, node in spring.definition.nodes.items() if node.operator]
    assert made == ["People of the department number 0 or 3 others", "People of the department… without People of the department…"]


def test_outputs_of_a_split_are_named_with_their_activity() -> None:
    assert name_of(joined("union", Ref("Offer", "A"), Ref("Gold", "complement"))) == "A of Offer or complement of Gold"


def test_a_draft_made_from_a_definition_still_drops_operators_that_nothing_reads(full: Campaign) -> None:
    draft = Draft(full.definition)
    assert "Offer A or Offer B" in draft.definition.nodes
    draft.remove("Three days", "Opened, no click", "Done")
    assert "Offer A or Offer B" not in draft.definition.nodes


def test_a_cell_run_again_does_not_double_its_operators(spring: Campaign, three: Three, notebook: Notebook) -> None:
    a, b, _ = three
    for _ in range(2):
        notebook.run("one", lambda: (a | b).wait("Later", days=1))
    assert labels(spring)[3:] == ["Lapsed or Gold", "Later"]


def test_another_campaign_s_transition_is_refused(shop: DataModel, three: Three, customers: Table) -> None:
    other = Campaign("Autumn", data=shop).build_audience("Theirs", customers)
    with pytest.raises(DefinitionError, match="'Theirs' belongs to another campaign, 'Autumn'"):
        _ = three[0] | other


def test_a_transition_of_a_campaign_that_was_made_anew_says_to_run_its_cell_again(shop: DataModel, three: Three, customers: Table) -> None:
    other = Campaign("Spring", data=shop).build_audience("Theirs", customers)
    with pytest.raises(DefinitionError, match="'Theirs' belongs to an earlier campaign 'Spring': it was made anew since"):
        _ = three[0] | other


def test_a_rule_is_no_operand(three: Three, customers: Table) -> None:
    with pytest.raises(DefinitionError, match="a Rule is no transition\n  expected: a transition; a rule narrows one with filter"):
        _ = three[0] | (customers.age > 3)


def test_branches_are_no_operand(three: Three) -> None:
    offer = three[0].split("Offer", A=0.5, B=0.5)
    with pytest.raises(DefinitionError, match="'Offer' has several outputs\n  expected: one of: A, B"):
        _ = three[1] | offer


def test_deeply_nested_operators_are_refused(three: Three) -> None:
    a, b, c = three
    with pytest.raises(DefinitionError, match="levels deep"):
        for _ in range(40):
            a = c - ((a & b) | c)


@pytest.mark.parametrize("sentence", ["a and b", "a or b", "not a"])
def test_words_of_python_are_no_operators(three: Three, sentence: str) -> None:
    a, b, _ = three
    with pytest.raises(DefinitionError, match="`and`, `or`, `not` and `if` decide at once, in Python\n  expected: \\| & - between"):
        _ = {"a and b": lambda: a and b, "a or b": lambda: a or b, "not a": lambda: not a}[sentence]()


def test_an_operator_is_found_by_its_label_while_something_reads_it(spring: Campaign, three: Three) -> None:
    a, b, _ = three
    (a | b).wait("Later", days=1)
    assert spring["Lapsed or Gold"] == (a | b)
    with pytest.raises(DefinitionError, match="'Lapsed or Gold' is an operator\n  expected: what reads it"):
        spring.remove("Lapsed or Gold")
