"""Instants that functions make, kept in a column: the next activity reads what the function gave."""

from __future__ import annotations

import datetime as dt

import polars as pl

import campaign_nb as cn

ROWS = pl.DataFrame(
    {
        "id": [1, 2],
        "at": [dt.datetime.fromisoformat("2026-07-01 09:00"), None],
        "seen": pl.Series([dt.datetime.fromisoformat("2026-07-01 22:30"), None]).dt.replace_time_zone("UTC"),
        "since": ["2026-07-01 09:00Z", None],
    }
)


def test_a_column_keeps_the_zone_that_its_function_names_and_else_shows_the_campaigns_clock() -> None:
    shop = cn.DataModel("shop")
    people = shop.table("people", ROWS, key="id")
    campaign = cn.Campaign("Zones", data=shop, time_zone="Europe/Paris")
    fn, col = cn.fn, cn.col
    first = campaign.build_audience("All", people).enrich(
        "Instants",
        tokyo=fn.to_time_zone(people.seen, "Asia/Tokyo"),
        cut=fn.trunc_date_tz(people.seen, 86_400, "Asia/Tokyo"),
        later=fn.add_hours(people.seen, 1),
        here=fn.convert_ntz(people.at),
        stamp=fn.to_timestamp(people.since),
        now=cn.now(),
    )
    hours = first.enrich(
        "Hours",
        tokyo_hour=fn.hour(col.tokyo),
        cut_day=fn.day(col.cut),
        later_hour=fn.hour(col.later),
        here_hour=fn.hour(col.here),
        stamp_hour=fn.hour(col.stamp),
        apart=fn.hours_diff(col.stamp, col.here),
        earlier=fn.date_cmp(col.tokyo, col.now),
    )
    kept = hours.filter("Before", (col.here < col.stamp) & (col.stamp < col.tokyo) & (col.now >= dt.datetime(2020, 1, 1, tzinfo=dt.UTC)))
    campaign.dry_run(as_of=dt.datetime(2026, 7, 2, tzinfo=dt.UTC))
    row = hours.frame().sort("id").row(0, named=True)
    assert [row[name] for name in ("tokyo_hour", "cut_day", "later_hour", "here_hour", "stamp_hour", "apart", "earlier")] == [
        7,
        2,
        23,
        9,
        11,
        2,
        -1,
    ]
    assert hours.frame().sort("id").row(1, named=True)["apart"] is None
    assert hours.frame().schema["tokyo"] == pl.Datetime("us", "Asia/Tokyo") and hours.frame().schema["later"] == pl.Datetime("us", "UTC")
    assert hours.frame().schema["here"] == hours.frame().schema["now"] == pl.Datetime("us")
    assert kept.frame()["id"].to_list() == [1]
