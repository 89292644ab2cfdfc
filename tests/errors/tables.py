"""Tables, keys, links and sources of a data model."""

from __future__ import annotations

import polars as pl

import campaign_nb as cn
from tests.errors.shop import bought, people
from tests.errors.situations import Stage, situation


@situation
def a_key_column_that_is_not_there(stage: Stage) -> object:
    stage.unchanged(lambda: stage.data.tables)
    return stage.data.table("people", people(), key="customerid")


@situation
def four_faults_in_one_table_come_together(stage: Stage) -> object:
    stage.unchanged(lambda: stage.data.tables)
    return stage.data.table(
        "orders two",
        bought(),
        key="orderid",
        email="mail",
        consent={"sms": "sms_opt_in"},
        links={"customer": cn.Link("customers", on="custmer_id")},
    )


@situation
def a_link_called_as_a_column_is(stage: Stage) -> object:
    return stage.data.table("orders", bought(), key="order_id", links={"customer_id": cn.Link("customers", on="customer_id")})


@situation
def two_links_with_one_way_back(stage: Stage) -> object:
    frame = bought().with_columns(paid_by=pl.col("customer_id"))
    links = {"customer": cn.Link("customers", on="customer_id"), "payer": cn.Link("customers", on="paid_by")}
    return stage.data.table("orders", frame, key="order_id", links=links)


@situation
def a_link_to_a_table_that_is_not_declared(stage: Stage) -> object:
    stage.data.table("orders", bought(), key="order_id", links={"shop": cn.Link("shops", on="customer_id")})
    return stage.data.check()


@situation
def a_link_that_leads_nowhere(stage: Stage) -> object:
    stage.data.table("customers", people().head(1), key="customer_id")
    return stage.data.check()


@situation
def null_and_repeated_keys_found_by_check(stage: Stage) -> object:
    frame = people().with_columns(customer_id=pl.Series([None, 902102, 902102]))
    stage.data.table("customers", frame, key="customer_id")
    return stage.data.check().filter(table="customers")


@situation
def null_and_repeated_keys_found_by_a_run(stage: Stage) -> object:
    frame = people().with_columns(customer_id=pl.Series([None, 902102, 902102]))
    stage.data.table("customers", frame, key="customer_id", email="email")
    spring, _ = stage.everybody()
    stage.definition_unchanged(spring)
    stage.files_unchanged()
    return spring.dry_run()


@situation
def one_null_key(stage: Stage) -> object:
    stage.data.table("customers", people().with_columns(customer_id=pl.Series([None, 902102, 902103])), key="customer_id")
    return stage.everybody()[0].dry_run()


@situation
def a_table_without_a_key_found_by_check(stage: Stage) -> object:
    stage.data.table("visits", pl.DataFrame({"page": ["home"]}))
    return stage.data.check()


@situation
def a_table_without_rows_found_by_check(stage: Stage) -> object:
    stage.data.table("customers", people().clear(), key="customer_id")
    return stage.data.check().filter(table="customers")


@situation
def a_table_without_rows_found_by_a_run(stage: Stage) -> object:
    stage.data.table("customers", people().clear(), key="customer_id")
    return stage.everybody()[0].dry_run()


@situation
def a_source_without_columns(stage: Stage) -> object:
    return stage.data.table("people", pl.DataFrame(), key="customer_id")


@situation
def an_empty_file(stage: Stage) -> object:
    (stage.folder / "people.csv").write_text("")
    return stage.data.table("people", "people.csv", key="customer_id")


@situation
def a_file_that_is_not_there(stage: Stage) -> object:
    return stage.data.table("people", "people.parquet", key="customer_id")


@situation
def a_file_of_an_unknown_type(stage: Stage) -> object:
    (stage.folder / "people.xlsx").write_text("")
    return stage.data.table("people", "people.xlsx", key="customer_id")


@situation
def a_file_that_is_damaged(stage: Stage) -> object:
    (stage.folder / "people.parquet").write_text("name;email\nQuillon;quillon@private.example\n")
    return stage.data.table("people", "people.parquet", key="customer_id")


@situation
def something_that_holds_no_rows(stage: Stage) -> object:
    return stage.data.table("people", 3, key="customer_id")


@situation
def a_function_that_returns_no_rows(stage: Stage) -> object:
    return stage.data.table("people", lambda: 3, key="customer_id")


@situation
def a_function_that_fails(stage: Stage) -> object:
    return stage.data.table("people", lambda: pl.read_parquet("people.parquet"), key="customer_id")


@situation
def a_function_that_fails_at_a_value(stage: Stage) -> object:
    people().write_csv("people.csv")
    return stage.data.table("people", lambda: pl.read_csv("people.csv", schema_overrides={"name": pl.Int64}), key="customer_id")


@situation
def a_file_with_a_value_of_another_type_further_down(stage: Stage) -> object:
    lines = ["customer_id,age", *(f"{number},{number % 90}" for number in range(300)), "902101,Quillon"]
    (stage.folder / "people.csv").write_text("\n".join(lines) + "\n")
    stage.data.table("customers", "people.csv", key="customer_id")
    spring = stage.campaign()
    spring.build_audience("Adults", stage.customers.age >= 18)
    return spring.dry_run()


@situation
def a_file_gone_between_definition_and_run(stage: Stage) -> object:
    people().write_parquet("people.parquet")
    stage.data.table("customers", "people.parquet", key="customer_id", email="email")
    spring, _ = stage.everybody()
    (stage.folder / "people.parquet").unlink()
    stage.definition_unchanged(spring)
    return spring.dry_run()


@situation
def a_file_with_other_columns_than_before(stage: Stage) -> object:
    people().write_parquet("people.parquet")
    stage.data.table("customers", "people.parquet", key="customer_id", email="email")
    spring = stage.campaign()
    spring.build_audience("Adults", stage.customers.age >= 18)
    people().drop("age").write_parquet("people.parquet")
    return spring.dry_run()


@situation
def other_columns_found_by_check(stage: Stage) -> object:
    people().write_parquet("people.parquet")
    stage.data.table("customers", "people.parquet", key="customer_id")
    people().drop("customer_id").with_columns(age=pl.col("name")).write_parquet("people.parquet")
    return stage.data.check().filter(table="customers")


@situation
def a_missing_file_found_by_check(stage: Stage) -> object:
    people().write_parquet("people.parquet")
    stage.data.table("customers", "people.parquet", key="customer_id")
    (stage.folder / "people.parquet").unlink()
    return stage.data.check().filter(table="customers")


@situation
def other_columns_found_by_a_count(stage: Stage) -> object:
    people().write_parquet("people.parquet")
    stage.data.table("customers", "people.parquet", key="customer_id")
    rule = stage.customers.age >= 18
    people().drop("age").write_parquet("people.parquet")
    return rule.count()


@situation
def a_file_without_its_key_any_more(stage: Stage) -> object:
    people().write_parquet("people.parquet")
    stage.data.table("customers", "people.parquet", key="customer_id", email="email")
    spring, _ = stage.everybody()
    people().drop("customer_id").write_parquet("people.parquet")
    return spring.dry_run()


@situation
def a_file_with_another_type_than_before(stage: Stage) -> object:
    people().write_parquet("people.parquet")
    stage.data.table("customers", "people.parquet", key="customer_id", email="email")
    spring = stage.campaign()
    spring.build_audience("Adults", stage.customers.age >= 18)
    people().with_columns(age=pl.col("name")).write_parquet("people.parquet")
    return spring.dry_run()


@situation
def a_file_gone_before_a_count(stage: Stage) -> object:
    people().write_parquet("people.parquet")
    stage.data.table("customers", "people.parquet", key="customer_id")
    rule = stage.customers.age >= 18
    (stage.folder / "people.parquet").unlink()
    return rule.count()


@situation
def a_date_of_the_data_that_is_none(stage: Stage) -> object:
    return cn.DataModel("shop", as_of="last summer")


@situation
def columns_to_keep_in_memory_that_are_not_there(stage: Stage) -> object:
    people().write_parquet("people.parquet")
    stage.data.table("customers", "people.parquet", key="customer_id")
    stage.unchanged(lambda: stage.data.in_memory().rows())
    return stage.data.keep_in_memory(stage.customers, "agee", "order_date")


@situation
def more_in_memory_than_is_allowed(stage: Stage) -> object:
    people().write_parquet("people.parquet")
    stage.data.table("customers", "people.parquet", key="customer_id")
    stage.unchanged(lambda: stage.data.in_memory().rows())
    return stage.data.keep_in_memory("customers", "age", at_most=10)


@situation
def a_frame_to_keep_in_memory(stage: Stage) -> object:
    stage.unchanged(lambda: stage.data.in_memory().rows())
    return stage.data.keep_in_memory(stage.customers)
