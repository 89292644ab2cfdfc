"""The course of a campaign: waits, tests, forks, joins, alerts, ends, signals, policies and halts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import campaign_nb as cn
from tests.errors.situations import Stage, situation


@situation
def a_wait_for_nothing(stage: Stage) -> object:
    return stage.everybody()[1].wait("Later")


@situation
def a_wait_until_a_date_and_for_a_duration(stage: Stage) -> object:
    return stage.everybody()[1].wait("Later", days=3, until="2026-12-24")


@situation
def a_wait_until_no_date(stage: Stage) -> object:
    return stage.everybody()[1].wait("Later", until="24.12.2026")


@situation
def a_wait_for_no_time_of_day(stage: Stage) -> object:
    return stage.everybody()[1].wait("Morning", at="9 o'clock")


@situation
def a_wait_for_everybody_s_own_day(stage: Stage) -> object:
    return stage.everybody()[1].wait("Morning", days=1, local=True)


@situation
def a_wait_for_the_morning_of_people_without_a_zone(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.wait("Morning", at="09:00", local=True)
    return spring.problems


@situation
def a_fork_of_one_way(stage: Stage) -> object:
    return stage.everybody()[1].fork("Both", "mail")


@situation
def a_fork_of_two_ways_with_one_name(stage: Stage) -> object:
    return stage.everybody()[1].fork("Both", "mail", "mail")


@situation
def a_fork_of_a_way_without_a_name(stage: Stage) -> object:
    return stage.everybody()[1].fork("Both", "mail", " ")


@situation
def a_join_of_one_branch(stage: Stage) -> object:
    spring, people = stage.everybody()
    spring.and_join("Both", people)
    return spring.problems


@situation
def a_test_without_a_condition(stage: Stage) -> object:
    return stage.everybody()[1].test("Enough?")


@situation
def a_test_with_a_way_called_otherwise(stage: Stage) -> object:
    _, people = stage.everybody()
    return people.test("Enough?", otherwise=people.size > 10)


@situation
def a_test_on_rows(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.test("Adult?", adult=stage.customers.age >= 18)
    return spring.problems


@situation
def a_test_on_the_size_of_nothing(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.test("Enough?", enough="size('Everbody') > 10 or size('Everybody', 'B') > 10")
    return spring.problems


@situation
def a_test_on_the_size_of_what_comes_after_it(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.test("Enough?", enough="size('Adults') > 10").enough.filter("Adults", stage.customers.age >= 18)
    return spring.problems


@situation
def a_test_of_a_size_and_a_text(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.test("Enough?", enough="size('Everybody') > 'ten'")
    return spring.problems


@situation
def a_test_on_a_variable_of_another_type(stage: Stage) -> object:
    spring = stage.campaign(variables={"least": 10})
    spring.build_audience("Everybody", stage.customers).test("Enough?", enough=cn.var("least") == "ten")
    return spring.dry_run()


@situation
def a_test_on_a_variable_that_is_not_there(stage: Stage) -> object:
    spring = stage.campaign(variables={"channel": "sms"})
    spring.build_audience("Everybody", stage.customers).test("Channel", sms=cn.var("chanel") == "sms")
    return spring.dry_run()


@situation
def a_size_before_any_run(stage: Stage) -> object:
    return int(stage.everybody()[1].size)


@situation
def an_alert_that_says_nothing(stage: Stage) -> object:
    return stage.everybody()[1].alert("Few", title="", message=" ")


@situation
def an_alert_that_says_too_much(stage: Stage) -> object:
    return stage.everybody()[1].alert("Few", title="x" * 201, message="Look.")


@situation
def an_end_with_values_for_nobody(stage: Stage) -> object:
    return stage.everybody()[1].end("Next", values={"channel": "sms"})


@situation
def an_end_with_a_value_that_is_a_list(stage: Stage) -> object:
    return stage.everybody()[1].end("Next", signal="Second", values={"channels": ["sms"], "least": float("nan")})


@situation
def an_end_that_signals_no_campaign(stage: Stage) -> object:
    return stage.everybody()[1].end("Next", signal=["Second"])


@situation
def an_end_that_signals_its_own_campaign(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.end("Next", signal=spring)
    return spring.problems


@situation
def options_of_all_activities_that_are_none(stage: Stage) -> object:
    options: dict[str, Any] = {"on_error": "retry", "when_empty": "halt", "enabled": "no", "breakpoint": 1, "max_duration": "soon"}
    return stage.everybody()[1].wait("Later", days=1, **options)


@situation
def settings_of_a_campaign_that_are_none(stage: Stage) -> object:
    options: dict[str, Any] = {"on_error": "retry", "tolerated_errors": -1, "history": "long", "moved": 0, "variables": {"": 1, "a": [2]}}
    return stage.campaign(**options)


# ---------------------------------------------------------------------------------------------------- runs and signals


def _signalled(stage: Stage, **parameters: Any) -> cn.Campaign:
    spring = stage.mailing()
    spring.schedule = cn.OnSignal(parameters)
    spring.publish(confirm=2)
    return spring


@situation
def a_signal_to_a_campaign_that_waits_for_none(stage: Stage) -> object:
    return stage.published().signal(channel="sms")


@situation
def a_signal_to_a_draft(stage: Stage) -> object:
    spring = stage.mailing()
    spring.schedule = cn.OnSignal(channel=str)
    return spring.signal(channel="sms")


@situation
def a_signal_without_its_parameters_or_of_other_types(stage: Stage) -> object:
    return _signalled(stage, channel=str, least=int).signal(least="ten")


@situation
def a_signal_without_values_of_every_type(stage: Stage) -> object:
    types = {"rate": float, "urgent": bool, "since": dt.date, "at": dt.datetime, "known": dt.date(2026, 7, 2)}
    return _signalled(stage, **types).signal()


@situation
def a_launch_by_hand_of_what_waits_for_values(stage: Stage) -> object:
    return _signalled(stage, channel="sms", least=int).launch()


@situation
def an_end_with_values_that_the_other_campaign_does_not_take(stage: Stage) -> object:
    spring, people = stage.everybody()
    summer = cn.Campaign("Summer", data=stage.data, workspace=spring.workspace)
    summer.build_audience("Everybody", stage.customers)
    summer.schedule = cn.OnSignal(channel="sms", least=3)
    summer.publish(confirm=0)
    people.end("Next", signal="Summer", values={"least": "many", "chanel": "sms"})
    return spring.problems


@situation
def a_dry_run_without_a_test_value(stage: Stage) -> object:
    spring = stage.campaign()
    spring.build_audience("Everybody", stage.customers).test("Enough?", enough=cn.var("least") > 10)
    spring.schedule = cn.OnSignal(channel="sms", least=int)
    return spring.dry_run()


@situation
def a_signal_with_a_value_that_is_a_list(stage: Stage) -> object:
    return _signalled(stage).signal(channels=["sms"])


@situation
def a_run_that_signals_a_campaign_that_is_not_there(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.end("Next", signal="Summer")
    spring.publish(confirm=0)
    return spring.runs[0].wait("20s").error


@situation
def a_run_that_signals_a_draft(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.end("Next", signal="Summer")
    summer = cn.Campaign("Summer", data=stage.data, workspace=spring.workspace)
    summer.build_audience("Everybody", stage.customers)
    summer.save()
    spring.publish(confirm=0)
    return spring.runs[0].wait("20s").error


@situation
def a_run_that_is_done_is_resumed(stage: Stage) -> object:
    spring, _ = stage.everybody()
    spring.publish(confirm=0)
    return spring.runs[0].wait("20s").resume()


@situation
def a_run_is_resumed_whose_campaign_is_paused(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.filter("Adults", stage.customers.age >= 18, breakpoint=True)
    spring.schedule = cn.Weekly("mon", at="09:00")
    spring.publish(confirm=0)
    run = spring.launch().wait("20s")
    spring.pause()
    return run.resume()
