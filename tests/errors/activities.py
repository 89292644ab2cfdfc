"""Options of activities."""

from __future__ import annotations

import polars as pl

import campaign_nb as cn
from tests.errors.situations import Stage, situation


@situation
def shares_of_more_than_everybody(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.split("Offer", A=0.6, B=0.5)
    return spring.problems


@situation
def a_share_as_a_whole_number(stage: Stage) -> object:
    spring, people = stage.everybody()
    stage.definition_unchanged(spring)
    return people.split("Offer", A=50, B=0.5)


@situation
def a_share_below_zero(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.split("Offer", A=-0.5)
    return spring.problems


@situation
def a_split_without_a_group(stage: Stage) -> object:
    return stage.everybody()[1].split("Offer")


@situation
def a_group_called_complement(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.split("Offer", complement=0.5)
    return spring.problems


@situation
def a_subset_of_a_share_and_a_number(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.split("Offer", best=cn.Subset(stage.customers.age >= 18, share=0.5, top=10))
    return spring.problems


@situation
def a_deduplication_that_keeps_less_than_none(stage: Stage) -> object:
    spring, people = stage.everybody()
    stage.definition_unchanged(spring)
    return people.deduplicate("One per address", by="email", keep=-1)


@situation
def a_deduplication_by_nothing(stage: Stage) -> object:
    return stage.everybody()[1].deduplicate("One per address", by=())


@situation
def a_deduplication_by_a_misspelt_column(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.deduplicate("One per address", by="emial")
    return spring.problems


@situation
def a_wait_that_is_not_positive(stage: Stage) -> object:
    return stage.everybody()[1].wait("Later", days=0)


@situation
def an_unknown_mode_of_combining(stage: Stage) -> object:
    spring, people = stage.everybody()
    return spring.combine("Both", people, people, mode="difference")  # pyright: ignore[reportArgumentType] # refused


@situation
def an_audience_of_no_table(stage: Stage) -> object:
    return stage.campaign().build_audience("Adults", "age >= 18")


@situation
def an_audience_of_a_table_without_a_key(stage: Stage) -> object:
    stage.data.table("visits", pl.DataFrame({"page": ["home"]}))
    spring = stage.campaign()
    spring.build_audience("Visits", stage.data["visits"])
    return spring.problems


@situation
def an_audience_from_a_rule_on_another_table(stage: Stage) -> object:
    spring = stage.campaign()
    spring.build_audience("Buyers", stage.orders.amount > 50, dimension=stage.customers)
    return spring.problems


@situation
def an_enrichment_without_a_column(stage: Stage) -> object:
    return stage.everybody()[1].enrich("More")


@situation
def an_enrichment_with_a_column_that_is_there(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.enrich("More", age=stage.customers.age + 1)
    return spring.problems


@situation
def an_enrichment_with_a_misspelt_text(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.enrich("More", spend=cn.col.amuont)
    return spring.problems


@situation
def a_saved_audience_that_is_not_there(stage: Stage) -> object:
    spring = stage.campaign()
    spring.read_audience("Contacted last week")
    stage.files_unchanged()
    return spring.problems


@situation
def an_audience_saved_with_an_unknown_column(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.save_audience("Contacted", columns=["spend"])
    return spring.problems


@situation
def one_audience_saved_twice(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.save_audience("First", "Contacted")
    people.save_audience("Second", "Contacted")
    return spring.problems


@situation
def something_else_than_a_function(stage: Stage) -> object:
    return stage.everybody()[1].python("Score", "score")  # pyright: ignore[reportArgumentType] # refused


@situation
def a_function_that_adds_a_column_that_is_there(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.python("Score", lambda rows: rows, adds={"age": pl.Int64})
    return spring.problems


@situation
def a_function_that_reads_a_misspelt_column(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.python("Score", lambda rows: rows, reads=["agee"])
    return spring.problems


def _scored(stage: Stage, function: object, **options: object) -> object:
    spring, people = stage.everybody()
    people.python("Score", function, **options)  # pyright: ignore[reportArgumentType] # on purpose
    stage.definition_unchanged(spring)
    return spring.dry_run()


def fails(rows: pl.LazyFrame) -> pl.LazyFrame:
    raise ValueError("no such model")


@situation
def a_function_that_fails(stage: Stage) -> object:
    return _scored(stage, fails)


@situation
def a_function_that_fails_at_a_value(stage: Stage) -> object:
    return _scored(stage, lambda rows: rows.filter(pl.col("name").cast(pl.Float64) > 1), reads=["name"])


@situation
def a_function_that_returns_nothing(stage: Stage) -> object:
    return _scored(stage, lambda rows: None)


@situation
def a_function_without_its_column(stage: Stage) -> object:
    return _scored(stage, lambda rows: rows, adds={"score": pl.Float64})


@situation
def a_function_with_a_column_of_another_type(stage: Stage) -> object:
    return _scored(stage, lambda rows: rows.with_columns(score=pl.lit("high")), adds={"score": pl.Float64})


@situation
def a_function_that_repeats_people(stage: Stage) -> object:
    return _scored(stage, lambda rows: pl.concat([rows, rows]))


@situation
def a_function_that_makes_people(stage: Stage) -> object:
    return _scored(stage, lambda rows: rows.with_columns(customer_id=pl.col("customer_id") + 1_000))


@situation
def rates_out_of_range(stage: Stage) -> object:
    return cn.ResponseModel(open=1.2)


@situation
def rates_by_activity_out_of_range(stage: Stage) -> object:
    return cn.ResponseModel(click={"Offer": -0.1})


# ------------------------------------------------------------------------------------------- lookups, matches and files


def looking_up(stage: Stage, on: object) -> object:
    """A lookup of orders by a condition, with its problems."""
    spring, people = stage.everybody()
    people.enrich("Order", amount=cn.Lookup("amount", stage.orders, on=on))
    return spring.problems


@situation
def a_lookup_by_a_condition_on_one_row_alone(stage: Stage) -> object:
    return looking_up(stage, "orders.amount > 9")


@situation
def a_lookup_by_a_condition_on_neither_row(stage: Stage) -> object:
    return looking_up(stage, "1 = 1")


@situation
def a_lookup_by_a_condition_with_an_unknown_column(stage: Stage) -> object:
    return looking_up(stage, "orders.amount > agee")


@situation
def a_lookup_by_a_condition_between_types(stage: Stage) -> object:
    return looking_up(stage, stage.orders.amount > cn.col.email)


@situation
def kept_rows_with_a_key_that_the_table_does_not_have(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.reconcile("Orders", to=stage.orders, on={"email": "product"}, keep={"number": "order_number"})
    return spring.problems


@situation
def kept_rows_with_a_key_under_a_name_that_is_taken(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.reconcile("Themselves", to=stage.customers, on="email", keep=True)
    return spring.problems


@situation
def kept_rows_with_a_key_under_no_name(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.reconcile("Orders", to=stage.orders, on={"email": "product"}, keep={"order_id": " "})
    return spring.problems


@situation
def a_file_that_is_deleted_and_read_for_its_header(stage: Stage) -> object:
    path = stage.given(stage.folder / "leads.csv")
    path.write_text("mail\na@example.com\n")
    return cn.Campaign("Spring", data=stage.data, workspace=stage.workspace()).load_file("Leads", path, delete=True)


@situation
def a_file_that_is_called_as_a_table_is(stage: Stage) -> object:
    spring = cn.Campaign("Spring", data=stage.data, workspace=stage.workspace())
    spring.load_file("customers", stage.given(stage.folder / "leads.csv"), columns={"mail": "text"})
    return spring.problems


@situation
def a_file_that_was_deleted_by_an_earlier_run(stage: Stage) -> object:
    path = stage.given(stage.folder / "leads.csv")
    spring = cn.Campaign("Spring", data=stage.data, workspace=stage.workspace())
    spring.load_file("Leads", path, columns={"mail": "text"}, delete=True)
    return spring.dry_run()
