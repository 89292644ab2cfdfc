"""The canonical campaign as one statement of DuckDB, with the same counts: another engine beside the yardstick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from tests.bench.hand_written import A_ENDS, ADULT, C1, C2, CONTROL, D7, D30, D90, MASK, SEED

STATEMENT = """
with q1 as materialized (
  select profile_id, email, first_name, consent_email, updated_at from profiles
  where birth_date <= date '{adult}' and country in ('FR', 'DE', 'ES') and profile_id in (
    select profile_id from orders where order_ts >= timestamp '{d90}' and amount > 50 and status = 'paid'
    group by 1 having count(*) >= 2)),
q2 as materialized (select profile_id, email, first_name, consent_email, updated_at from profiles where loyalty_tier in ({tiers})),
u as materialized (select * from q2 union all select * from q1 where profile_id not in (select profile_id from q2)),
sends as (select profile_id, count(*) n30, max(ts) last_sent from events where type = 'sent' and ts >= timestamp '{d30}' group by 1),
x as materialized (
  select u.*, coalesce(n30, 0) n30 from u left join sends using (profile_id) where last_sent is null or last_sent < timestamp '{d7}'),
d as materialized (
  select profile_id, email, first_name, consent_email, n30, {bucket} b from x
  where profile_id in (select arg_max(profile_id, (updated_at, profile_id)) from x group by email)),
final as materialized (select profile_id, email, first_name, b from d where b >= {control} and consent_email and n30 < 2),
spend as (
  select profile_id, sum(amount) total, arg_max(product_id, order_ts) last_id from orders
  where status = 'paid' and profile_id in (select profile_id from final) group by 1),
rich as materialized (
  select f.*, coalesce(total, 0.0) total, product_name from final f left join spend using (profile_id)
  left join products on products.product_id = last_id),
messages as (
  select profile_id, email, b, 'Hi ' || first_name || ', you spent ' || round(total, 2) || ' EUR with us. Last: '
    || coalesce(product_name, 'nothing yet') || '. ' || case when b < {a_ends} then 'A' else 'B' end body from rich)
select (select count(*) from q1) "Q1", (select count(*) from q2) "Q2", (select count(*) from u) "U", (select count(*) from x) "X",
  count(*) "D", count(*) "E", count(*) filter (b < {control}) "SC", count(*) filter (b >= {control} and b < {a_ends}) "SA",
  count(*) filter (b >= {a_ends}) "SB", count(*) filter (b >= {control} and b < {a_ends} and consent_email) "CA",
  count(*) filter (b >= {a_ends} and consent_email) "CB",
  count(*) filter (b >= {control} and b < {a_ends} and consent_email and n30 < 2) "FA",
  count(*) filter (b >= {a_ends} and consent_email and n30 < 2) "FB",
  (select sum(strlen(body) + strlen(email)) from messages) "bytes", (select sum(profile_id) from messages) "ids"
from d
"""


def prepare(data: Path, tiers: Sequence[str]) -> Callable[[], dict[str, int]]:
    """Return the campaign as a side of the benchmark: one statement, its messages consumed."""
    connection = duckdb.connect()
    for table in ("profiles", "orders", "events"):
        connection.execute(f"create view {table} as select * from '{data / table}/*.parquet'")
    connection.execute(f"create view products as select * from '{data / 'products.parquet'}'")
    listed = ", ".join(f"'{tier}'" for tier in tiers)
    statement = STATEMENT.format(adult=ADULT, d90=D90, d30=D30, d7=D7, tiers=listed, bucket=_bucket(), control=CONTROL, a_ends=A_ENDS)

    def run() -> dict[str, int]:
        found = connection.execute(statement)
        row = found.fetchone()
        assert row is not None
        return {str(column[0]): int(value or 0) for column, value in zip(found.description or [], row, strict=True)}

    return run


def _bucket() -> str:
    """The stable hash of the yardstick as an expression: each stage is a sub-query's column, so that none is written twice."""
    stage = f"select xor((profile_id // 4294967296) & {MASK}, {SEED}) as b"
    for low_half in (False, True):
        if low_half:
            stage = f"select xor(b, profile_id & {MASK}) as b from ({stage})"
        stage = f"select (xor(b, b >> 16) * {C1}) & {MASK} as b from ({stage})"
        stage = f"select (xor(b, b >> 15) * {C2}) & {MASK} as b from ({stage})"
        stage = f"select xor(b, b >> 15) as b from ({stage})"
    return f"({stage})"
