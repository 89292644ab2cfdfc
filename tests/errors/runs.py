"""Runs: what is asked of them."""

from __future__ import annotations

from tests.errors.situations import Stage, situation


@situation
def an_unknown_activity_of_a_run(stage: Stage) -> object:
    return stage.mailing().dry_run()["Everbody"]


@situation
def an_unknown_output_of_a_run(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.split("Offer", A=0.5, B=0.5)
    return spring.dry_run()["Offer", "C"]


@situation
def the_rows_of_an_activity_that_was_removed(stage: Stage) -> object:
    spring, people = stage.everybody()
    adults = people.filter("Adults", stage.customers.age >= 18)
    spring.remove("Adults")
    return adults.frame()


@situation
def the_rows_of_an_activity_that_an_earlier_run_did_not_have(stage: Stage) -> object:
    spring, people = stage.everybody()
    run = spring.dry_run()
    return people.filter("Adults", stage.customers.age >= 18).frame(run)


@situation
def the_rows_of_an_operator_that_nothing_reads(stage: Stage) -> object:
    spring, people = stage.everybody()
    french = spring.build_audience("French", stage.customers.country == "FR")
    return (people | french).opened


@situation
def an_unknown_person_is_explained(stage: Stage) -> object:
    return str(stage.mailing().dry_run().explain(77))


@situation
def a_report_without_runs(stage: Stage) -> object:
    return repr(stage.mailing().report())


@situation
def a_person_of_another_type_is_explained(stage: Stage) -> object:
    return stage.mailing().dry_run().explain("C-77")


@situation
def a_person_of_two_keys_is_explained(stage: Stage) -> object:
    return stage.mailing().dry_run().explain((1, 2))


@situation
def a_run_that_is_not_there(stage: Stage) -> object:
    return stage.mailing().runs[0]


@situation
def a_date_of_a_run_that_is_none(stage: Stage) -> object:
    return stage.mailing().dry_run(as_of="yesterday")


@situation
def a_row_that_a_list_does_not_have(stage: Stage) -> object:
    return stage.published().log[99]


@situation
def a_name_that_a_list_does_not_have(stage: Stage) -> object:
    spring = stage.published()
    return spring.workspace.campaigns["Sprng"]


@situation
def a_row_of_an_empty_list(stage: Stage) -> object:
    return stage.workspace().outbox[0]
