"""Rules written as text or read from JSON."""

from __future__ import annotations

import json

import campaign_nb as cn
from campaign_nb.rules.value import Rule
from tests.errors.situations import Stage, situation


def _read(stage: Stage, text: str) -> object:
    return cn.rule(text, stage.customers)


@situation
def a_misspelt_column(stage: Stage) -> object:
    return _read(stage, "agee >= 18")


@situation
def three_misspelt_names_in_one_text(stage: Stage) -> object:
    return _read(stage, "agee >= 18 and contry = 'FR' and oders.exists()")


@situation
def a_misspelt_column_of_linked_rows(stage: Stage) -> object:
    return _read(stage, "orders.exists(amout > 5)")


@situation
def a_bare_column_of_many_linked_rows(stage: Stage) -> object:
    return _read(stage, "orders.amount > 50")


@situation
def a_link_used_as_a_column(stage: Stage) -> object:
    return _read(stage, "orders > 3")


@situation
def a_number_compared_with_a_text(stage: Stage) -> object:
    return _read(stage, "age >= 'eighteen'")


@situation
def a_text_that_stops_early(stage: Stage) -> object:
    return _read(stage, "age >=")


@situation
def a_text_with_a_word_too_many(stage: Stage) -> object:
    return _read(stage, "age > 18 country")


@situation
def an_empty_text(stage: Stage) -> object:
    return _read(stage, "")


@situation
def a_bracket_that_is_not_closed(stage: Stage) -> object:
    return _read(stage, "(age > 18")


@situation
def a_quote_that_is_not_closed(stage: Stage) -> object:
    return _read(stage, "name = 'Ann")


@situation
def a_text_in_double_quotes(stage: Stage) -> object:
    return _read(stage, 'country = "FR"')


@situation
def the_operators_of_Python(stage: Stage) -> object:
    return _read(stage, "age == 18")


@situation
def the_ampersand_of_Python(stage: Stage) -> object:
    return _read(stage, "age > 18 & age < 30")


@situation
def a_chained_comparison(stage: Stage) -> object:
    return _read(stage, "18 <= age < 30")


@situation
def an_unknown_function(stage: Stage) -> object:
    return _read(stage, "lowr(name) = 'a'")


@situation
def a_function_with_too_few_arguments(stage: Stage) -> object:
    return _read(stage, "left(name) = 'a'")


@situation
def a_test_with_too_few_arguments(stage: Stage) -> object:
    return _read(stage, "is_empty()")


@situation
def an_empty_list(stage: Stage) -> object:
    return _read(stage, "country in ()")


@situation
def a_word_that_is_no_comparison(stage: Stage) -> object:
    return _read(stage, "age is 3")


@situation
def a_number_that_is_too_large(stage: Stage) -> object:
    return _read(stage, "age > 99999999999999999999")


@situation
def a_date_that_is_none(stage: Stage) -> object:
    return _read(stage, "last_order < date '2026-13-01'")


@situation
def a_whole_query(stage: Stage) -> object:
    return _read(stage, "SELECT * FROM customers WHERE age > 18")


@situation
def an_aggregate_without_a_column(stage: Stage) -> object:
    return _read(stage, "orders.sum() > 1")


@situation
def an_aggregate_without_linked_rows(stage: Stage) -> object:
    return _read(stage, "count(age) > 2")


@situation
def linked_rows_with_no_verb(stage: Stage) -> object:
    return _read(stage, "orders.where(amount > 5)")


@situation
def an_unknown_verb_of_linked_rows(stage: Stage) -> object:
    return _read(stage, "orders.summ(amount) > 1")


@situation
def a_number_used_as_a_condition(stage: Stage) -> object:
    return _read(stage, "age")


@situation
def a_text_longer_than_100_kilobytes(stage: Stage) -> object:
    return _read(stage, "age > 1 or " * 10_000 + "age > 2")


@situation
def a_text_with_brackets_too_deep(stage: Stage) -> object:
    return _read(stage, "(" * 2_000 + "age > 1" + ")" * 2_000)


@situation
def a_text_deeper_than_64(stage: Stage) -> object:
    return _read(stage, "age" + " + 1" * 70 + " > 100")


@situation
def a_text_of_more_than_10_000_nodes(stage: Stage) -> object:
    return _read(stage, f"age in ({', '.join(map(str, range(10_001)))})")


@situation
def a_rule_that_is_no_text(stage: Stage) -> object:
    return cn.rule(3, stage.customers)  # pyright: ignore[reportArgumentType] # refused


@situation
def a_text_on_linked_rows(stage: Stage) -> object:
    return cn.rule("amount > 3", stage.customers.orders)


def _json(stage: Stage, change: dict[str, object]) -> object:
    return Rule.from_json(json.dumps({**json.loads((stage.customers.age >= 18).to_json()), **change}), stage.customers)


@situation
def a_misspelt_column_in_JSON(stage: Stage) -> object:
    return Rule.from_json((stage.customers.age >= 18).to_json().replace('"age"', '"agee"'), stage.customers)


@situation
def a_JSON_document_cut_short(stage: Stage) -> object:
    return Rule.from_json((stage.customers.age >= 18).to_json()[:-3], stage.customers)


@situation
def a_JSON_document_of_another_kind(stage: Stage) -> object:
    return Rule.from_json('{"age": 18}', stage.customers)


@situation
def a_JSON_document_with_a_strange_node(stage: Stage) -> object:
    return _json(stage, {"node": "delete"})
