"""The canonical campaign and its activities one by one in PySpark by hand: the yardstick for the product on Spark.

Written as the hand-written Polars plan: people are scanned once, what several read is cached, linked rows are restricted to those
who need them before anything is summed, and every count is an aggregate over what is cached.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.bench.hand_written import A_ENDS, ADULT, C1, C2, COLUMNS, CONTROL, D7, D30, D90, MASK, SEED

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # what PySpark says of the versions of others
    from pyspark.sql.connect import functions as F
    from pyspark.sql.connect.window import Window

Cache = Callable[[Any], Any]
b, c, number = F.col("b"), F.col, F.count_if


class Tables:
    """The tables of the benchmark as frames of a session."""

    def __init__(self, session: Any, data: Path) -> None:
        self.people, self.orders, self.events = (session.read.parquet(str(data / name)) for name in ("profiles", "orders", "events"))
        self.products = session.read.parquet(str(data / "products.parquet"))


def campaign(session: Any, data: Path, folder: str = "") -> dict[str, int]:
    """Run the campaign: all counts, and the messages written to a folder or, without one, their lengths summed."""
    kept: list[Any] = []

    def cache(frame: Any) -> Any:
        kept.append(frame.persist())
        return kept[-1]

    counts, messages = plan(Tables(session, data), cache)
    lengths = messages.agg(F.sum(F.length("text")).alias("letters"))
    try:
        found = (counts if folder else counts.crossJoin(lengths)).collect()[0].asDict()
        if folder:
            messages.write.partitionBy("tag").parquet(folder)
    finally:
        for frame in kept:
            frame.unpersist()
    return {name: int(value or 0) for name, value in found.items()} | {"E": int(found["D"])}


def plan(tables: Tables, cache: Cache) -> tuple[Any, Any]:
    """Write the campaign down: one row of counts, and the messages."""
    adult, loyal = known(adults()), known(c("loyalty_tier").isin("gold"))
    some = tables.people.filter(adult | loyal).join(buyers(tables.orders), "profile_id", "left")
    flagged = some.select(*COLUMNS, (adult & c("n90").isNotNull()).alias("q1"), loyal.alias("q2")).filter("q1 or q2")
    sends = (
        tables.events.filter((c("type") == "sent") & (c("ts") >= instant(D30)))
        .groupBy("profile_id")
        .agg(F.count("*").alias("n30"), F.max("ts").alias("last"))
    )
    rested = c("last").isNull() | (c("last") < instant(D7))
    union = cache(flagged.join(sends, "profile_id", "left").withColumn("x", rested).drop("last"))
    unique = cache(with_bucket(one_per_email(union.filter("x")).select("profile_id", "email", "first_name", "consent_email", "n30")))
    early = union.agg(*(number(c(name)).alias(label) for name, label in (("q1", "Q1"), ("q2", "Q2"), ("x", "X"))), F.count("*").alias("U"))
    few = F.coalesce(c("n30"), F.lit(0)) < 2
    final = unique.filter((b >= CONTROL) & c("consent_email") & few).select("profile_id", "email", "first_name", "b")
    tag = F.when(b < A_ENDS, "A").otherwise("B")
    messages = enriched(tables, final).select("profile_id", "email", text(tag).alias("text"), tag.alias("tag"))
    return early.crossJoin(branches(unique, few)), messages


def branches(unique: Any, few: Any) -> Any:
    """Count what follows the deduplication, in one row."""
    is_a, is_b, agreed = (b >= CONTROL) & (b < A_ENDS), b >= A_ENDS, c("consent_email")
    parts: Mapping[str, Any] = {
        "SC": b < CONTROL,
        "SA": is_a,
        "SB": is_b,
        "CA": is_a & agreed,
        "CB": is_b & agreed,
        "FA": is_a & agreed & few,
        "FB": is_b & agreed & few,
    }
    return unique.agg(F.count("*").alias("D"), *(number(part).alias(name) for name, part in parts.items()))


def known(rule: Any) -> Any:
    """Return a rule that is false where it is unknown."""
    return F.coalesce(rule, F.lit(False))


def instant(value: Any) -> Any:
    """Return a date-time without zone."""
    return F.lit(value.isoformat(" ")).cast("timestamp_ntz")


def adults() -> Any:
    """Return the rule on people alone."""
    return (c("birth_date") <= F.lit(ADULT)) & c("country").isin("FR", "DE", "ES")


def buyers(orders: Any) -> Any:
    """Return who has bought twice."""
    recent = orders.filter((c("order_ts") >= instant(D90)) & (c("amount") > 50) & (c("status") == "paid"))
    return recent.groupBy("profile_id").agg(F.count("*").alias("n90")).filter(c("n90") >= 2)


def one_per_email(people: Any) -> Any:
    """Return the most recent of each address; those without one stay."""
    window = Window.partitionBy("email").orderBy(c("updated_at").desc(), c("profile_id").desc())
    return people.withColumn("r", F.row_number().over(window)).filter((c("r") == 1) | c("email").isNull())


def enriched(tables: Tables, people: Any) -> Any:
    """Add what people have spent and what they bought last: the people are pushed down into the orders first."""
    theirs = tables.orders.filter(c("status") == "paid").join(people.select("profile_id"), "profile_id", "semi")
    spend = theirs.groupBy("profile_id").agg(F.sum("amount").alias("total"), F.max_by("product_id", "order_ts").alias("last"))
    products = tables.products.select(c("product_id").alias("last"), "product_name")
    return people.join(spend, "profile_id", "left").join(products, "last", "left")


def text(tag: Any) -> Any:
    """Return the text of a message."""
    total = F.round(F.coalesce("total", F.lit(0.0)), 2).cast("decimal(38,2)").cast("string")
    product = F.coalesce("product_name", F.lit("nothing yet"))
    return F.concat(F.lit("Hi "), "first_name", F.lit(", you spent "), total, F.lit(" EUR with us. Last: "), product, F.lit(". "), tag)


def with_bucket(frame: Any) -> Any:
    """Draw by the stable hash of the id, one column a step."""
    mask, whole = F.lit(MASK).cast("bigint"), c("profile_id")

    def mixed(rows: Any) -> Any:
        for bits, factor in ((16, C1), (15, C2)):
            rows = rows.withColumn("b", b.bitwiseXOR(F.shiftrightunsigned(b, bits)))
            rows = rows.withColumn("b", (b * F.lit(factor).cast("bigint")).bitwiseAND(mask))
        return rows.withColumn("b", b.bitwiseXOR(F.shiftrightunsigned(b, 15)))

    upper = F.shiftrightunsigned(whole, 32).bitwiseXOR(F.lit(SEED).cast("bigint"))
    return mixed(mixed(frame.withColumn("b", upper)).withColumn("b", b.bitwiseXOR(whole.bitwiseAND(mask))))


# ---------------------------------------------------------------------------------------------------- activities alone


def _one(frame: Any, **counts: Any) -> dict[str, int]:
    row = frame.agg(*(column.alias(name) for name, column in counts.items())).collect()[0]
    return {name: int(row[name] or 0) for name in counts}


def _loyal(tables: Tables) -> Any:
    return tables.people.filter(c("loyalty_tier") == "gold")


def _combined(tables: Tables) -> dict[str, int]:
    adult, loyal = known(adults()), known(c("loyalty_tier") == "gold")
    return _one(tables.people, one=number(adult), two=number(loyal), out=number(adult | loyal))


def _excluded(tables: Tables) -> dict[str, int]:
    adult, loyal = known(adults()), known(c("loyalty_tier") == "gold")
    return _one(tables.people, one=number(adult), two=number(loyal), out=number(adult & ~loyal))


def _deduplicated(tables: Tables) -> dict[str, int]:
    kept = one_per_email(_loyal(tables).select(*COLUMNS)).count()
    return {"one": _loyal(tables).count(), "out": kept}


def _spent(tables: Tables) -> dict[str, int]:
    loyal = _loyal(tables).select("profile_id")
    theirs = tables.orders.filter(c("status") == "paid").join(loyal, "profile_id", "semi")
    spend = theirs.groupBy("profile_id").agg(F.sum("amount").alias("total"))
    return _one(loyal.join(spend, "profile_id", "left"), one=F.count("*"), out=number(c("total") > 500))


def _split(tables: Tables) -> dict[str, int]:
    drawn = with_bucket(_loyal(tables).select("profile_id"))
    return _one(drawn, one=F.count("*"), out=number(b < CONTROL), a=number((b >= CONTROL) & (b < A_ENDS)), b=number(b >= A_ENDS))


def _rendered(tables: Tables) -> dict[str, int]:
    body = F.concat(F.lit("Hi "), F.coalesce("first_name", F.lit("you")), F.lit(", your tier is "), "loyalty_tier")
    return _one(_loyal(tables).withColumn("text", body), one=F.count("*"), out=F.count("*"), longest=F.max(F.length("text")))


ACTIVITIES: Mapping[str, Callable[[Tables], dict[str, int]]] = {
    "build audience, rule": lambda tables: _one(tables.people.filter(adults()), out=F.count("*")),
    "build audience, linked count": lambda tables: _one(
        tables.people.filter(adults()).join(buyers(tables.orders), "profile_id", "semi"), out=F.count("*")
    ),
    "combine, union": _combined,
    "combine, exclusion": _excluded,
    "deduplicate": _deduplicated,
    "enrich, linked sum": _spent,
    "split": _split,
    "message": _rendered,
}
"""Each with every count of its campaign; `out` is the one that is compared."""
