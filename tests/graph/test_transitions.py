"""Transitions and branches as users hold them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

import polars as pl
import pytest

from campaign_nb.activity import CATALOGUE, Activity, Compiled, Context
from campaign_nb.data.model import DataModel, Table
from campaign_nb.errors import DefinitionError, RunError
from campaign_nb.graph.definition import Ref
from campaign_nb.graph.transition import Branches, Transition
from campaign_nb.rules import tree
from campaign_nb.rules.build import col
from campaign_nb.steps import Step
from tests.graph.shop import Campaign


@pytest.fixture
def everybody(spring: Campaign, customers: Table) -> Transition:
    return spring.build_audience("All", customers)


def as_transition(handle: Transition | Branches) -> Transition:
    assert isinstance(handle, Transition)
    return handle


def as_branches(handle: Transition | Branches) -> Branches:
    assert isinstance(handle, Branches)
    return handle


# ------------------------------------------------------------------------------------------------------------- handles


def test_an_activity_with_one_output_is_a_transition(everybody: Transition) -> None:
    kept = everybody.filter("Adults", "age >= 18")
    assert repr(kept) == "<transition 'Adults' of campaign 'Spring'>" and kept.label == "Adults"
    assert repr(kept.complement) == "<transition 'complement of Adults' of campaign 'Spring'>"


def test_a_handle_is_never_stale(spring: Campaign, everybody: Transition) -> None:
    kept = everybody.filter("Kept", "age >= 18")
    everybody.enrich("Kept", double=col.age * 2)
    assert kept.schema == {"customer_id": "integer", "double": "integer"}
    assert kept == spring["Kept"]


def test_handles_are_equal_by_campaign_label_and_output(spring: Campaign, everybody: Transition) -> None:
    kept = everybody.filter("Adults", "age >= 18")
    assert kept == spring["Adults"] and kept != kept.complement
    assert len({kept, as_transition(spring["Adults"]), kept.complement}) == 2
    assert (everybody | kept) == (everybody | kept) != (kept | everybody)


def test_a_union_has_no_complement(everybody: Transition) -> None:
    kept = everybody.filter("Adults", "age >= 18")
    with pytest.raises(DefinitionError, match="it has no complement"):
        _ = (everybody | kept).complement


def test_rejects_are_for_what_reads_files(everybody: Transition) -> None:
    with pytest.raises(DefinitionError, match="it has no rejects"):
        _ = everybody.rejects


def test_an_unknown_label_of_a_campaign_is_named(spring: Campaign, everybody: Transition) -> None:
    with pytest.raises(DefinitionError, match="no activity 'Al'\n  expected: did you mean 'All'"):
        _ = spring["Al"]


# ------------------------------------------------------------------------------------------------------------ branches


def test_branches_are_unpacked_in_order_without_the_complement(everybody: Transition) -> None:
    a, b = everybody.split("Offer", A=0.5, B=0.25)
    assert repr(a) == "<transition 'A of Offer' of campaign 'Spring'>"
    assert repr(b) == "<transition 'B of Offer' of campaign 'Spring'>"


def test_a_single_named_output_is_a_branch_too(everybody: Transition) -> None:
    assert repr(everybody.split("Offer", A=0.5).A) == "<transition 'A of Offer' of campaign 'Spring'>"


def test_branches_are_reached_by_attribute_and_by_name(everybody: Transition) -> None:
    offer = everybody.split("Offer", {"A": 0.5, "Offer B": 0.25})
    assert offer["A"] == offer.A
    assert repr(offer["Offer B"]) == "<transition 'Offer B of Offer' of campaign 'Spring'>"
    assert repr(offer.complement) == "<transition 'complement of Offer' of campaign 'Spring'>"
    assert (len(offer), offer.names, repr(offer)) == (2, ["A", "Offer B"], "<branches of 'Offer': A, Offer B>")


def test_an_output_may_be_called_like_a_verb(everybody: Transition) -> None:
    channel = everybody.split("Channel", email=0.5, filter=0.5)
    assert repr(channel.email) == "<transition 'email of Channel' of campaign 'Spring'>"
    assert channel["filter"] == channel.filter


def test_an_output_called_like_an_attribute_of_branches_is_reached_by_name(everybody: Transition) -> None:
    odd = everybody.split("Odd", label=0.5, names=0.5)
    assert odd.label == "Odd" and repr(odd["label"]) == "<transition 'label of Odd' of campaign 'Spring'>"


def test_a_verb_of_branches_says_to_choose_an_output(everybody: Transition) -> None:
    offer = everybody.split("Offer", A=0.5, B=0.5)
    with pytest.raises(DefinitionError, match="'email' is a verb of one output\n  expected: one of: A, B"):
        offer.email("Mail", subject="x")


def test_an_unknown_output_is_named_with_the_nearest(everybody: Transition) -> None:
    with pytest.raises(DefinitionError, match="no output 'Contrl'\n  expected: did you mean 'control'"):
        _ = everybody.split("Offer", control=0.5)["Contrl"]


def test_tab_shows_outputs_and_no_verbs(everybody: Transition) -> None:
    offer = everybody.split("Offer", {"A": 0.5, "Offer B": 0.25})
    assert dir(offer) == ["A", "complement", "label", "names"]
    assert offer._ipython_key_completions_() == ["A", "Offer B"]


def test_a_split_into_one_table_is_a_transition(everybody: Transition) -> None:
    both = everybody.split("Offer", A=0.5, B=0.5, one_table=True)
    assert isinstance(both, Transition)


def test_an_end_has_no_output(everybody: Transition) -> None:
    assert repr(everybody.end("Done")) == "<branches of 'Done': none>"


# ------------------------------------------------------------------------------------------------------- what it shows


def test_the_schema_is_known_before_any_run(full: Campaign) -> None:
    assert as_transition(full["Spend"]).schema == {"customer_id": "integer", "spend": "number", "last": "list"}


def test_the_schema_of_a_group_has_its_segment_code_and_no_draws(full: Campaign) -> None:
    assert list(as_branches(full["Offer"]).A.schema) == ["customer_id", "spend", "last", "segment_code"]


def test_the_schema_of_an_unread_expression_is_that_of_its_activity(full: Campaign) -> None:
    joined = as_transition(full["Gold"]) | as_transition(full["Spend"])
    assert joined.schema == {"customer_id": "integer", "spend": "number", "last": "list"}


def test_the_schema_of_something_broken_says_what_is_wrong(everybody: Transition) -> None:
    late = everybody.filter("Adults", "agee >= 18").wait("Later", days=1)
    with pytest.raises(DefinitionError, match="no column 'agee' in customers; did you mean 'age'"):
        _ = late.schema


def test_the_schema_does_not_ask_what_comes_after(everybody: Transition) -> None:
    everybody.filter("Broken", "agee >= 18")
    assert everybody.schema == {"customer_id": "integer"}


def test_rows_come_from_the_owner_for_a_run(everybody: Transition) -> None:
    kept = everybody.filter("Adults", "age >= 18")
    assert kept.complement.frame("run 7").rows() == [("Adults/complement", "run 7")]
    assert kept.head(1).rows() == [("Adults/out", None)]


def test_rows_of_an_expression_come_from_its_activity_once_something_reads_it(everybody: Transition) -> None:
    both = everybody | everybody.filter("Adults", "age >= 18")
    with pytest.raises(DefinitionError, match="nothing reads it, so it can't be shown\n  expected: a label of its own"):
        both.frame()
    both.wait("Later", days=1)
    assert both.frame().rows() == [("All or Adults/out", None)]


def test_size_is_the_count_of_the_latest_run(spring: Campaign, everybody: Transition) -> None:
    size = everybody.size
    assert repr(size) == "not counted yet"
    with pytest.raises(RunError, match="it was not counted yet\n  expected: a run"):
        int(size)
    spring.counts[Ref("All")] = 12_340
    assert (int(size), repr(size)) == (12_340, "12,340")


def test_the_card_shows_kind_options_columns_and_people(spring: Campaign, everybody: Transition) -> None:
    kept = everybody.filter("Adults <b>", "age >= 18")
    spring.counts[Ref("Adults <b>")] = 7
    html = kept._repr_html_()
    assert "Adults &lt;b&gt;" in html and "rows whose age is at least 18" in html and "customer_id (integer)" in html
    assert "<dt>People</dt><dd>7</dd>" in html


def test_the_card_of_something_broken_shows_the_problem(everybody: Transition) -> None:
    assert "no column" in everybody.filter("Adults", "agee >= 18")._repr_html_()


def test_every_change_is_told_to_the_owner(spring: Campaign, everybody: Transition) -> None:
    before = spring.changes
    everybody.filter("Adults", "age >= 18").end("Done")
    assert spring.changes == before + 2


# -------------------------------------------------------------------------------------------------------------- events


def test_events_of_a_message_are_rules_on_people(full: Campaign) -> None:
    mail = as_transition(full["Offer A"])
    assert mail.opened.node == tree.Behaviour("opened", "Offer A", "Spring")
    assert (mail.sent - mail.bounced).node == tree.Except(
        tree.Behaviour("sent", "Offer A", "Spring"), tree.Behaviour("bounced", "Offer A", "Spring")
    )


@pytest.mark.parametrize("event", ["sent", "delivered", "bounced", "opened", "clicked", "unsubscribed", "complained"])
def test_every_event_is_there(full: Campaign, event: str) -> None:
    assert getattr(full["Offer A"], event).node == tree.Behaviour(event, "Offer A", "Spring")


def test_what_sends_no_message_has_no_events(full: Campaign) -> None:
    with pytest.raises(DefinitionError, match=r"\.opened: it sends no message"):
        _ = as_transition(full["Three days"]).opened


def test_the_excluded_of_a_message_have_no_events(full: Campaign) -> None:
    with pytest.raises(DefinitionError, match=r"\.opened: those who were excluded get no message"):
        _ = as_transition(full["Offer A"]).complement.opened


def test_events_of_several_messages_are_joined_by_the_user(full: Campaign) -> None:
    both = as_transition(full["Offer A"]) | as_transition(full["Offer B"])
    with pytest.raises(DefinitionError, match=r"→ campaign\['Offer A'\]\.opened \| campaign\['Offer B'\]\.opened"):
        _ = both.opened


# ----------------------------------------------------------------------------------------------- n-ary, foreign, own


def test_the_primary_input_of_a_combine_comes_first(spring: Campaign, customers: Table) -> None:
    a, b, c = (spring.build_audience(label, customers) for label in "abc")
    spring.combine("Only b", a, b, c, mode="exclusion", primary=b)
    assert spring.definition["Only b"].inputs == (Ref("b"), Ref("a"), Ref("c"))


def test_a_primary_input_that_is_no_input_is_refused(spring: Campaign, customers: Table) -> None:
    a, b, c = (spring.build_audience(label, customers) for label in "abc")
    with pytest.raises(DefinitionError, match="primary='c' is none of its inputs"):
        spring.combine("Only", a, b, primary=c)


def test_python_code_takes_further_inputs_after_its_own(spring: Campaign, everybody: Transition, customers: Table) -> None:
    gold = spring.build_audience("Gold", customers.tier == "gold")
    everybody.python("Score", dt.timedelta, others=[gold])
    assert spring.definition["Score"].inputs == (Ref("All"), Ref("Gold"))


def test_a_rule_on_another_data_model_is_refused(spring: Campaign, everybody: Transition) -> None:
    other = DataModel("other")
    customers = other.table("customers", pl.DataFrame({"id": [1], "age": [2]}), key="id")
    for build in (lambda: everybody.filter("Adults", customers.age > 1), lambda: spring.build_audience("Theirs", customers)):
        with pytest.raises(DefinitionError, match="a rule on 'customers' belongs to another data model"):
            build()


def test_an_enrichment_from_another_data_model_is_refused(everybody: Transition) -> None:
    other = DataModel("other").table("customers", pl.DataFrame({"id": [1], "age": [2]}), key="id")
    with pytest.raises(DefinitionError, match="enrich 'Spend'\n  a rule on 'customers' belongs to another data model"):
        everybody.enrich("Spend", age=other.age)


class Keep(Activity):
    """Keep everybody: an activity of one's own."""

    kind = "keep_of_a_test"
    label = "Keep"
    icon = "flag"
    family = "flow"
    inputs: ClassVar[tuple[int, int | None]] = (1, None)

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Pass the rows on."""
        return Compiled({"out": inputs[0]})


CATALOGUE.pop(Keep.kind)  # other tests look at the whole catalogue


def test_an_activity_of_one_s_own_is_added_by_a_transition(spring: Campaign, everybody: Transition) -> None:
    kept = everybody.add("Kept", Keep(), description="mine")
    assert kept.schema == {"customer_id": "integer"}
    assert spring.definition["Kept"].description == "mine" and spring.problems == []


def test_an_activity_of_one_s_own_is_added_by_a_campaign(spring: Campaign, everybody: Transition) -> None:
    spring.add("Kept", Keep(), everybody, everybody.filter("Adults", "age >= 18"))
    assert spring.definition["Kept"].inputs == (Ref("All"), Ref("Adults"))


def test_something_else_than_an_activity_is_refused(spring: Campaign, everybody: Transition) -> None:
    with pytest.raises(DefinitionError, match="'Kept' is given a str as its activity"):
        everybody.add("Kept", "filter")  # type: ignore[arg-type] # as a user may
