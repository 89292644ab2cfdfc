"""Runs: what is asked of them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

import campaign_nb as cn
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


@situation
def an_activity_that_a_run_does_not_have_runs_again(stage: Stage) -> object:
    spring = stage.published()
    return spring.launch().wait("20s").again("Nope")


def _aborted(stage: Stage) -> cn.Campaign:
    spring = stage.campaign(on_error="abort")
    spring.build_audience("Everybody", stage.customers).python("Fails", fails)
    spring.schedule = cn.Weekly("mon", at="09:00")
    spring.publish(confirm=0)
    Path("broken").touch()
    spring.launch()
    return spring


def fails(rows: pl.DataFrame) -> pl.DataFrame:
    """An activity that works until somebody breaks it."""
    if Path("broken").exists():
        raise ValueError
    return rows


@situation
def a_run_that_was_aborted_is_resumed(stage: Stage) -> object:
    return _aborted(stage).runs[0].resume()


@situation
def a_run_that_was_aborted_is_resumed_after_its_campaign(stage: Stage) -> object:
    spring = _aborted(stage)
    spring.resume()
    return spring.runs[0].resume()


@situation
def a_run_that_is_done_is_resumed(stage: Stage) -> object:
    return stage.published().launch().wait("20s").resume()
