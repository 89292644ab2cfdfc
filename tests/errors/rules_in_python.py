"""Rules written with Python's operators."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

import campaign_nb as cn
from tests.errors.situations import Stage, situation


@situation
def a_misspelt_column(stage: Stage) -> object:
    return stage.customers.agee >= 18


@situation
def a_column_like_no_other(stage: Stage) -> object:
    return stage.customers["zzz"]


@situation
def a_misspelt_table(stage: Stage) -> object:
    return stage.data.custmers


@situation
def a_table_of_an_empty_data_model(stage: Stage) -> object:
    return cn.DataModel("empty").customers


@situation
def a_misspelt_column_of_linked_rows(stage: Stage) -> object:
    return stage.customers.orders.sum("amout")


@situation
def a_number_compared_with_a_text(stage: Stage) -> object:
    return stage.customers.age >= "eighteen"


@situation
def a_text_compared_with_a_number(stage: Stage) -> object:
    return stage.customers.name == 42


@situation
def a_date_compared_with_a_number(stage: Stage) -> object:
    return stage.customers.last_order < 90


@situation
def a_date_that_is_none(stage: Stage) -> object:
    return stage.customers.last_order < "31/12/2026"


@situation
def a_condition_compared_with_a_text(stage: Stage) -> object:
    return stage.customers.email_opt_in == "yes"


@situation
def a_table_used_as_a_value(stage: Stage) -> object:
    return stage.customers > 3


@situation
def the_row_that_a_link_leads_to_used_as_a_value(stage: Stage) -> object:
    return stage.orders.customer == 3


@situation
def linked_rows_used_as_a_value(stage: Stage) -> object:
    return stage.customers.orders > 3


@situation
def a_bare_column_of_many_linked_rows(stage: Stage) -> object:
    return stage.customers.orders.amount > 50


@situation
def two_rules_joined_by_and(stage: Stage) -> object:
    return (stage.customers.age >= 18) and (stage.customers.country == "FR")


@situation
def two_rules_joined_by_or(stage: Stage) -> object:
    return (stage.customers.age >= 18) or (stage.customers.country == "FR")


@situation
def a_rule_turned_round_by_not(stage: Stage) -> object:
    return not (stage.customers.age >= 18)


@situation
def a_column_looked_for_with_in(stage: Stage) -> object:
    return stage.customers.country in ["FR", "DE"]


@situation
def a_chained_comparison(stage: Stage) -> object:
    return 18 <= stage.customers.age < 30


@situation
def comparisons_without_parentheses(stage: Stage) -> object:
    return stage.customers.age >= 18 & stage.customers.email_opt_in


@situation
def two_rules_compared(stage: Stage) -> object:
    return (stage.customers.age >= 18) == (stage.customers.age >= 21)


@situation
def a_polars_expression_as_a_rule(stage: Stage) -> object:
    return stage.customers.where(pl.col("age") >= 18)


@situation
def a_polars_expression_in_a_comparison(stage: Stage) -> object:
    return stage.customers.age >= pl.col("age")


@situation
def True_as_a_rule(stage: Stage) -> object:
    return stage.customers.where(True)


@situation
def a_number_as_a_rule(stage: Stage) -> object:
    return (stage.customers.age >= 18) & 1


@situation
def a_list_as_a_rule(stage: Stage) -> object:
    return stage.customers.where(["age"])


@situation
def a_column_of_numbers_as_a_rule(stage: Stage) -> object:
    return stage.customers.where(stage.customers.age)


@situation
def a_verb_used_as_a_column(stage: Stage) -> object:
    return stage.customers.count >= 2


@situation
def a_verb_of_linked_rows_used_as_a_column(stage: Stage) -> object:
    return stage.customers.orders.count >= 2


@situation
def one_value_where_a_list_is_expected(stage: Stage) -> object:
    return stage.customers.country.is_in("FR")


@situation
def an_empty_list(stage: Stage) -> object:
    return stage.customers.country.is_in([])


@situation
def a_list_compared(stage: Stage) -> object:
    return stage.customers.country == ["FR", "DE"]


@situation
def a_text_test_on_a_number(stage: Stage) -> object:
    return stage.customers.age.contains("1")


@situation
def arithmetic_with_a_text(stage: Stage) -> object:
    return stage.customers.age + stage.customers.name


@situation
def an_unknown_function(stage: Stage) -> object:
    return cn.fn.lowr(stage.customers.name)


@situation
def a_function_of_the_wrong_type(stage: Stage) -> object:
    return cn.fn.upper(stage.customers.age)


@situation
def the_sum_of_texts(stage: Stage) -> object:
    return stage.customers.orders.sum("product")


@situation
def two_tables_in_one_condition(stage: Stage) -> object:
    return (stage.customers.age >= 18) & (stage.orders.amount > 50)


@situation
def linked_rows_narrowed_by_another_table(stage: Stage) -> object:
    return stage.customers.orders.where(stage.customers.age >= 18)


@situation
def an_infinite_number(stage: Stage) -> object:
    return stage.customers.age < Decimal("Infinity")


@situation
def a_number_beyond_64_bits(stage: Stage) -> object:
    return stage.customers.age < 2**63


@situation
def a_rule_deeper_than_64(stage: Stage) -> object:
    value = stage.customers.age
    for _ in range(70):
        value = value + 1
    return value > 100


@situation
def a_rule_grown_deeper_than_64_in_an_activity(stage: Stage) -> object:
    rule = stage.customers.age > 0
    for _ in range(70):
        rule = ~(rule & (stage.customers.age > 1))
    spring = stage.campaign()
    spring.build_audience("Everybody", rule)
    return spring.problems


@situation
def a_rule_of_more_than_10_000_nodes(stage: Stage) -> object:
    return stage.customers.age.is_in(range(10_001))


@situation
def no_linked_row_is_collected(stage: Stage) -> object:
    return stage.customers.orders.sort("date").select("product").head(0)


@situation
def the_first_of_several_columns(stage: Stage) -> object:
    return stage.customers.orders.sort("date").first()


@situation
def a_misspelt_column_to_collect(stage: Stage) -> object:
    return stage.customers.orders.sort("date").select("prodct")


@situation
def a_rule_of_no_table_is_counted(stage: Stage) -> object:
    return (cn.col.age >= 18).count()


@situation
def a_case_without_a_condition(stage: Stage) -> object:
    return cn.fn.case(otherwise=1)


@situation
def a_filter_without_a_label(stage: Stage) -> object:
    return cn.Filter(" ", stage.customers.age >= 18)


@situation
def a_filter_used_without_a_call(stage: Stage) -> object:
    return stage.customers.where(cn.Filter("Big", stage.customers.age > cn.param("least", 18)))


@situation
def two_faults_in_the_parameters_of_a_filter(stage: Stage) -> object:
    big = cn.Filter("Big", stage.customers.orders.sum("amount") > cn.param("least", 500))
    return big(lest=800, least="much")


@situation
def an_unknown_dialect_of_SQL(stage: Stage) -> object:
    return (stage.customers.age >= 18).sql("duckdbb")
