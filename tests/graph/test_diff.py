"""What differs between two definitions, in words."""

from __future__ import annotations

from dataclasses import replace

from campaign_nb.activities.split import Control
from campaign_nb.data.model import DataModel, Table
from campaign_nb.graph.diff import Change, diff
from tests.graph.shop import Campaign, spring_of


def texts(changes: list[Change]) -> list[str]:
    return [str(change) for change in changes]


def test_equal_definitions_do_not_differ(full: Campaign, shop: DataModel) -> None:
    assert diff(full.definition, spring_of(shop).definition) == []


def test_settings_are_shown_with_before_and_after(full: Campaign) -> None:
    other = replace(full.definition, description="", tags=("retail", "summer"), time_zone="UTC")
    assert texts(diff(full.definition, other)) == [
        "description Win back → nothing",
        "tags retail → retail, summer",
        "time zone Europe/Paris → UTC",
    ]


def test_a_changed_seed_regroups_people(full: Campaign) -> None:
    assert texts(diff(full.definition, replace(full.definition, seed="2"))) == ["seed Spring → 2 (regroups people)"]


def test_a_changed_seed_of_a_split_regroups_people(spring: Campaign, customers: Table) -> None:
    everybody = spring.build_audience("All", customers)
    everybody.split("Offer", A=0.5, seed=1)
    before = spring.definition
    everybody.split("Offer", A=0.5, seed=2)
    assert texts(diff(before, spring.definition)) == ["'Offer': seed 1 → 2 (regroups people)"]


def test_activities_that_come_and_go_are_named(full: Campaign) -> None:
    before = full.definition
    full.remove("Done")
    full.draft.written("Spend")
    full.combine("Both", full["Gold"], full["Young"])
    assert texts(diff(before, full.definition)) == ["removed end 'Done'", "added combine 'Both'"]


def test_a_changed_option_is_shown_as_people_read_it(spring: Campaign, customers: Table) -> None:
    everybody = spring.build_audience("All", customers)
    everybody.wait("Later", days=3)
    everybody.filter("Adults", "age >= 18")
    before = spring.definition
    everybody.wait("Later", days=5)
    everybody.filter("Adults", "age >= 21")
    assert texts(diff(before, spring.definition)) == [
        "'Later': duration 3 days → 5 days",
        "'Adults': rule rows whose age is at least 18 → rows whose age is at least 21",
    ]


def test_the_order_of_groups_is_a_difference(spring: Campaign, customers: Table) -> None:
    everybody = spring.build_audience("All", customers)
    everybody.split("Offer", A=0.5, B=Control(0.25))
    before = spring.definition
    everybody.split("Offer", B=Control(0.25), A=0.5)
    assert texts(diff(before, spring.definition)) == [
        "'Offer': parts A: share 0.5, B: control 0.25 → B: control 0.25, A: share 0.5",
    ]


def test_another_kind_input_and_description_are_differences(spring: Campaign, customers: Table) -> None:
    a, b = (spring.build_audience(label, customers) for label in "ab")
    a.filter("Next", "age > 3")
    before = spring.definition
    b.wait("Next", days=1, description="a pause")
    assert texts(diff(before, spring.definition)) == [
        "'Next': kind filter → wait",
        "'Next': reads a → b",
        "'Next': description nothing → a pause",
    ]


def test_a_difference_has_its_parts(full: Campaign) -> None:
    (change,) = diff(full.definition, replace(full.definition, seed="2"))
    assert change == Change("campaign", "", "seed", "Spring", "2", "regroups people")
