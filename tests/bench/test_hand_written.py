"""The yardstick computes the campaign that it says: judged by DuckDB and by plain Python."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.bench import hand_written, make_data
from tests.bench.hand_written import A_ENDS, CONTROL, SEED

PEOPLE = 20_000

JUDGE = """
with q1 as (
    select * from read_parquet('{data}/profiles/*.parquet')
    where birth_date <= date '2008-11-01' and country in ('FR', 'DE', 'ES') and profile_id in (
        select profile_id from read_parquet('{data}/orders/*.parquet')
        where order_ts >= timestamp '2026-08-03' and amount > 50 and status = 'paid' group by 1 having count(*) >= 2)),
q2 as (select * from read_parquet('{data}/profiles/*.parquet') where loyalty_tier in ({tiers})),
u as (select * from q1 union select * from q2),
sends as (
    select profile_id, count(*) n30, max(ts) last_sent from read_parquet('{data}/events/*.parquet')
    where type = 'sent' and ts >= timestamp '2026-10-02' group by 1),
x as (
    select u.*, coalesce(n30, 0) n30 from u left join sends using (profile_id)
    where last_sent is null or last_sent < timestamp '2026-10-25'),
d as (select * from x qualify row_number() over (partition by email order by updated_at desc, profile_id desc) = 1)
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty thousand people."""
    folder = tmp_path_factory.mktemp("data")
    make_data.make(folder, PEOPLE)
    return folder


def _judged(data: Path, tiers: list[str]) -> dict[str, int]:
    """The 13 counts, by SQL and, from the deduplication on, by a loop over the rows."""
    tables = JUDGE.format(data=data, tiers=", ".join(f"'{tier}'" for tier in tiers))
    sizes = duckdb.sql(
        f"{tables} select (select count(*) from q1), (select count(*) from q2), (select count(*) from u), (select count(*) from x)"
    )
    counts = dict(zip(("Q1", "Q2", "U", "X"), sizes.fetchall()[0], strict=True))
    rows = [
        (_bucket(key), consent, n30 < 2)
        for key, consent, n30 in duckdb.sql(f"{tables} select profile_id, consent_email, n30 from d").fetchall()
    ]
    counts |= {"D": len(rows), "E": len(rows), "SC": sum(bucket < CONTROL for bucket, _, _ in rows)}
    for name, low, high in (("A", CONTROL, A_ENDS), ("B", A_ENDS, 2**32)):
        group = [(consent, capped) for bucket, consent, capped in rows if low <= bucket < high]
        counts[f"S{name}"] = len(group)
        counts[f"C{name}"] = sum(consent for consent, _ in group)
        counts[f"F{name}"] = sum(consent and capped for consent, capped in group)
    return counts


def _bucket(key: int) -> int:
    """lowbias32 in 32-bit arithmetic, over the upper half and then the lower half of the key."""
    return _mixed(_mixed((key >> 32) ^ SEED) ^ (key & 0xFFFFFFFF))


def _mixed(x: int) -> int:
    x = (x ^ (x >> 16)) * 0x21F0AAAD & 0xFFFFFFFF
    x = (x ^ (x >> 15)) * 0x735A2D97 & 0xFFFFFFFF
    return x ^ (x >> 15)


@pytest.mark.parametrize("audience", ["narrow", "broad"])
def test_the_thirteen_counts_are_those_of_the_judge(data: Path, audience: str) -> None:
    tiers = hand_written.TIERS[audience]
    counts, _ = hand_written.campaign(data, tiers)
    assert counts == _judged(data, tiers)
    assert min(counts.values()) > 0


def test_consuming_the_outputs_gives_the_same_counts_and_the_figures_of_the_frames(data: Path) -> None:
    counts, frames = hand_written.campaign(data, ["gold"])
    figures = hand_written.prepare(data, ["gold"])()
    assert {name: figures[name] for name in hand_written.COUNTS} == counts
    assert figures["control.ids"] == frames["control"]["profile_id"].sum()
    assert figures["messages_a.rows"] == counts["FA"] == frames["messages_a"].height
    assert figures["messages_b.rows"] == counts["FB"] == frames["messages_b"].height


def test_one_per_address_is_the_latest_and_of_two_as_late_the_larger_id() -> None:
    people = pl.LazyFrame({"profile_id": [1, 2, 3, 4], "email": ["a@b", "a@b", "a@b", "c@d"], "updated_at": [5, 7, 7, 1]})
    assert sorted(hand_written.one_per_email(people).collect()["profile_id"]) == [3, 4]


def test_statistics_need_every_column_of_a_frame() -> None:
    frame = pl.LazyFrame({"profile_id": [3, 4], "email": ["a@b", "cd@e"], "body": ["Hi", "Hé"]})
    assert hand_written.statistics("m", frame).collect().row(0) == (2, 7, 12)


def test_made_data_are_the_same_every_time(data: Path, tmp_path: Path) -> None:
    make_data.ensure(tmp_path, PEOPLE)
    for table in ("profiles", "orders", "events"):
        assert pl.read_parquet(tmp_path / table / "*.parquet").equals(pl.read_parquet(data / table / "*.parquet"))


def test_a_folder_with_other_data_is_refused(data: Path) -> None:
    with pytest.raises(SystemExit, match=r"'profiles': 20000.*give another folder"):
        make_data.ensure(data, PEOPLE + 1)
