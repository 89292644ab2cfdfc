"""The canonical campaign written with the package: the side of the benchmark that is measured."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import campaign_nb as cn
from campaign_nb.engine import dry
from campaign_nb.graph.definition import Ref

ADULT = dt.date(2008, 11, 1)
BODY = "Hi {{ first_name }}, you spent {{ total | default(0) | money }} EUR with us. Last: {{ product | default('nothing yet') }}. "


def prepare(data: Path, tiers: Sequence[str]) -> Callable[[], dict[str, int]]:
    """Return the campaign as a side of the benchmark: a dry run with all counts, reasons and rendered messages, nothing reused."""
    spring = campaign(data, tiers)

    def run() -> dict[str, int]:
        dry.REUSE.forget()
        return figures(spring.dry_run())

    return run


def prepare_uncounted(data: Path, tiers: Sequence[str]) -> Callable[[], dict[str, int]]:
    """Return the same dry run without counts: what remains are the rendered messages."""
    spring = campaign(data, tiers)
    return lambda: {label: int(found["messages"]) for label, found in dry.dry_run(spring.program(), count=False).messages.items()}


def prepare_live(data: Path, tiers: Sequence[str]) -> Callable[[], dict[str, int]]:
    """Return a live run: the same campaign through store, checkpoint and outbox, safe on disk."""
    spring = campaign(data, tiers, cn.Workspace(tempfile.mkdtemp(prefix="campaign-nb-bench-")))
    spring.schedule = cn.Monthly(at="00:00", day=1)
    spring.publish(confirm=sum(spring.dry_run().messages.values()))
    return lambda: figures(spring.launch().wait("600s"))


def campaign(data: Path, tiers: Sequence[str], workspace: cn.Workspace | None = None) -> cn.Campaign:
    """Write the canonical campaign down."""
    shop = cn.DataModel("shop", as_of="2026-11-01")
    people = shop.table("people", data / "profiles" / "*.parquet", key="profile_id", email="email", consent={"email": "consent_email"})
    to_person = cn.Link("people", on="profile_id")
    orders = shop.table(
        "orders",
        data / "orders" / "*.parquet",
        key="order_id",
        links={"person": to_person, "product": cn.Link("products", on="product_id")},
    )
    events = shop.table("events", data / "events" / "*.parquet", key="event_id", links={"person": to_person})
    shop.table("products", data / "products.parquet", key="product_id")

    own = workspace or cn.Workspace(Path(tempfile.gettempdir()) / "campaign-nb-bench")
    c = cn.Campaign("canonical", data=shop, seed=SEED, workspace=own)
    recent = people.orders.where(orders.order_ts >= cn.days_ago(90), orders.amount > 50, orders.status == "paid")
    adults = (people.birth_date <= ADULT) & people.country.is_in(["FR", "DE", "ES"])
    q1 = c.build_audience("Buyers", adults & (recent.count() >= 2))
    q2 = c.build_audience("Loyal", people.loyalty_tier.is_in(tiers))
    sends = people.events.where(events.type == "sent")
    rested = (q2 | q1).filter("Rested", ~sends.where(events.ts >= cn.days_ago(7)).exists())
    unique = rested.deduplicate("One per address", by="email", order=[people.updated_at.desc(), people.profile_id.desc()])
    paid = people.orders.where(orders.status == "paid")
    last = paid.sort(orders.order_ts.desc()).select("product.product_name").first()
    rich = unique.enrich("Spend", total=paid.sum("amount"), product=last)
    control, a, b = rich.split("Offer", control=cn.Control(0.1), A=0.45, B=0.45)
    few = sends.where(events.ts >= cn.days_ago(30)).count() < 2
    for name, branch in (("A", a), ("B", b)):
        agreed = branch.filter(f"Consent {name}", people.consent_email)
        agreed.filter(f"Few {name}", few).email(f"Mail {name}", subject="News", text=BODY + name, category="transactional")
    control.end("Control")
    return c


SEED = "canonical"
PLACES = {
    "Q1": Ref("Buyers"),
    "Q2": Ref("Loyal"),
    "U": Ref("Loyal or Buyers"),
    "X": Ref("Rested"),
    "D": Ref("One per address"),
    "E": Ref("Spend"),
    "SC": Ref("Offer", "control"),
    "SA": Ref("Offer", "A"),
    "SB": Ref("Offer", "B"),
    "CA": Ref("Consent A"),
    "CB": Ref("Consent B"),
    "FA": Ref("Few A"),
    "FB": Ref("Few B"),
}


def figures(run: cn.DryRun | cn.LiveRun) -> dict[str, int]:
    """Return the counts under the names of the yardstick."""
    ports = run.ports()
    return {name: ports[ref] for name, ref in PLACES.items()}
