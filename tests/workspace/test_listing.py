"""Listings as people see them: zones, ids, numbers, what is empty, what is not found."""

from __future__ import annotations

import datetime as dt

import polars as pl

from campaign_nb.workspace import Listing

AT = dt.datetime(2026, 11, 22, 16, 45, 46, 172865, tzinfo=dt.UTC)
RUN = "0123456789abcdef" * 2


def listing(*rows: dict[str, object], time_zone: str = "UTC") -> Listing:
    kinds = {"run": pl.String, "version": pl.Int64, "rows_in": pl.Int64, "at": pl.Datetime("us", "UTC"), "note": pl.String}
    return Listing("tasks of Spring", pl.LazyFrame(list(rows), schema=kinds), name="run", time_zone=time_zone)


ONE = {"run": RUN, "version": 3071, "rows_in": 3071, "at": AT, "note": ""}


def test_instants_are_in_the_zone_that_the_caption_names_once_and_in_utc_in_the_frame() -> None:
    shown = listing(ONE, time_zone="Europe/Paris")._repr_html_()
    assert "tasks of Spring: 1 row; times in Europe/Paris</caption>" in shown and "2026-11-22 17:45:46<" in shown
    assert shown.count("Paris") == 1
    assert listing(ONE, time_zone="Europe/Paris").frame()["at"].to_list() == [AT]


def test_a_part_of_a_listing_is_shown_in_its_zone_too() -> None:
    assert "2026-11-22 17:45:46<" in listing(ONE, time_zone="Europe/Paris").search("0123")._repr_html_()


def test_ids_are_shown_by_their_beginning_and_counts_with_separators() -> None:
    shown = listing(ONE)._repr_html_()
    assert ">01234567<" in shown and RUN not in shown
    assert (shown.count(">3071<"), shown.count(">3,071<")) == (1, 1)


def test_columns_that_are_empty_in_all_rows_are_left_out_and_nulls_are_blank() -> None:
    shown = listing(ONE, {**ONE, "rows_in": None})._repr_html_()
    assert ">note<" not in shown and ">rows_in<" in shown and "null" not in shown.partition("</style>")[2]
    assert "note" in listing(ONE).frame().columns


def test_what_is_not_found_is_told_apart_from_what_is_not_there() -> None:
    assert "tasks of Spring: none yet" in listing()._repr_html_()
    assert "with &#39;x&#39;: nothing matches" in listing(ONE).search("x")._repr_html_()
    assert (repr(listing(ONE)), repr(listing())) == (
        "<tasks of Spring: 1 row; .frame() has them>",
        "<tasks of Spring: 0 rows; .frame() has them>",
    )
