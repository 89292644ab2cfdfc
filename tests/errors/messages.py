"""Subjects, bodies and templates of messages."""

from __future__ import annotations

import polars as pl

from tests.errors.shop import people as rows
from tests.errors.situations import Stage, situation


def _mail(stage: Stage, subject: str = "We miss you", **options: object) -> object:
    spring, people = stage.everybody()
    stage.definition_unchanged(spring)
    options = options or {"text": "Hello"}
    return people.email("Offer", subject=subject, **options)  # pyright: ignore[reportArgumentType] # refused


def _problems(stage: Stage, subject: str = "We miss you", text: str = "Hello") -> object:
    spring, people = stage.everybody()
    people.email("Offer", subject=subject, text=text)
    return spring.problems


@situation
def a_message_without_a_body(stage: Stage) -> object:
    return _mail(stage, text="")


@situation
def a_message_without_a_subject(stage: Stage) -> object:
    return _mail(stage, "")


@situation
def a_line_break_in_the_subject(stage: Stage) -> object:
    return _mail(stage, "We miss you\nBcc: everybody@example.com")


@situation
def an_unknown_category(stage: Stage) -> object:
    return _mail(stage, text="Hello", category="advert")


@situation
def a_template_that_is_not_closed(stage: Stage) -> object:
    return _mail(stage, text="Hello {{ name")


@situation
def a_template_with_a_condition_that_is_not_closed(stage: Stage) -> object:
    return _mail(stage, text="{% if age %} Hello")


@situation
def a_template_with_a_statement_that_is_not_there(stage: Stage) -> object:
    return _mail(stage, text="{% set x = 1 %} Hello")


@situation
def a_template_with_a_call(stage: Stage) -> object:
    return _mail(stage, text="Hello {{ name.upper() }}")


@situation
def a_template_with_an_unknown_filter(stage: Stage) -> object:
    return _mail(stage, text="Hello {{ name|uper }}")


@situation
def a_template_that_reaches_inside_Python(stage: Stage) -> object:
    return _mail(stage, text="{{ name.__class__ }}")


@situation
def a_template_longer_than_200_000_characters(stage: Stage) -> object:
    return _mail(stage, text="x" * 200_001)


@situation
def a_template_nested_too_deeply(stage: Stage) -> object:
    return _mail(stage, text="{% if age %}" * 60 + "{% endif %}" * 60)


@situation
def an_unknown_variable_of_a_template(stage: Stage) -> object:
    return _problems(stage, "Dear {{ nmae }}", "{{ agee }}")


@situation
def a_loop_over_a_column_that_is_no_list(stage: Stage) -> object:
    return _problems(stage, text="{% for x in age %}{{ x.y }}{% endfor %}")


@situation
def a_template_that_compares_a_number_with_a_text(stage: Stage) -> object:
    return _problems(stage, text="{% if age > 'x' %}Hello{% endif %}")


@situation
def a_message_to_a_table_without_an_address(stage: Stage) -> object:
    stage.data.table("customers", rows(), key="customer_id")
    return _problems(stage)


@situation
def a_message_to_a_table_without_consent(stage: Stage) -> object:
    stage.data.table("customers", rows(), key="customer_id", email="email")
    return _problems(stage)


@situation
def addresses_that_are_no_texts_and_consent_that_is_no_truth(stage: Stage) -> object:
    frame = rows().with_columns(email=pl.col("age"), email_opt_in=pl.lit("yes"))
    stage.data.table("customers", frame, key="customer_id", email="email", consent={"email": "email_opt_in"})
    return _problems(stage)
