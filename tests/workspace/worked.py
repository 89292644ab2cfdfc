"""The campaigns behind the templates that the package brings, on the tables that their README lists.

After a wanted change: python -m tests.workspace.worked
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl

import campaign_nb as cn
from campaign_nb.workspace import Template

FOLDER = Path(cn.__file__).parent / "templates"
TODAY = dt.date(2026, 7, 1)


def days(*numbers: int | None) -> list[dt.date | None]:
    """Days from today on."""
    return [None if number is None else TODAY + dt.timedelta(days=number) for number in numbers]


def shop() -> cn.DataModel:
    """The documented tables, with four customers."""
    model = cn.DataModel("shop", as_of="2026-07-01")
    customers = {
        "customer_id": [1, 2, 3, 4],
        "email": ["a@example.com", "b@example.com", None, "d@example.com"],
        "phone": ["+33123456789", None, "+33123456788", None],
        "first_name": ["Ada", "Bob", "Cleo", "Dan"],
        "birth_date": [dt.date(1980, 1, 1), dt.date(1990, 2, 2), None, dt.date(1985, 5, 5)],
        "status": ["gold", "silver", "gold", None],
        "churn": ["low", "medium", "high", None],
        "points": [80, 10, 60, 90],
        "email_opt_in": [True, True, True, False],
        "sms_opt_in": [True, False, True, False],
    }
    model.table(
        "customers",
        pl.DataFrame(customers),
        key="customer_id",
        email="email",
        phone="phone",
        consent={"email": "email_opt_in", "sms": "sms_opt_in"},
    )
    products = {
        "product_id": ["tea", "cup"],
        "name": ["Green tea", "White cup"],
        "price": [3.5, 9.0],
        "image_url": ["https://shop.example/tea.png", "https://shop.example/cup.png"],
        "in_stock": [True, False],
    }
    model.table("products", pl.DataFrame(products), key="product_id")
    owner = {"customer": cn.Link("customers", on="customer_id")}
    wishes = {"wish_id": [1, 2, 3], "customer_id": [1, 1, 2], "product_id": ["tea", "cup", "cup"], "added_on": days(-9, -8, -7)}
    model.table("wishes", pl.DataFrame(wishes), key="wish_id", links={**owner, "product": cn.Link("products", on="product_id")})
    carts = {"cart_id": [1, 2], "customer_id": [2, 4], "abandoned_on": days(-1, None)}
    model.table("carts", pl.DataFrame(carts), key="cart_id", links=owner)
    subscriptions = {"subscription_id": [1, 2, 3], "customer_id": [1, 2, 4], "name": ["News", "Box", "Box"], "ends_on": days(30, 31, None)}
    model.table("subscriptions", pl.DataFrame(subscriptions), key="subscription_id", links=owner)
    orders = {"order_id": [1, 2], "customer_id": [1, 3], "ordered_on": days(-20, -30), "amount": [120.0, 99.0]}
    model.table("orders", pl.DataFrame(orders), key="order_id", links=owner)
    return model


def wishlist_reminder(shop: cn.DataModel) -> cn.Campaign:
    """Customers with something on their list, or in a cart that they left: an e-mail with the three latest wishes."""
    c = cn.Campaign("Wishlist reminder", data=shop)
    wished, wish = shop.customers.wishes, shop.wishes
    recent = wished.where(wish.added_on >= cn.months_ago(36), wish.product.in_stock).exists()
    left = shop.customers.carts.where(shop.carts.abandoned_on.is_not_null()).exists()
    latest = wished.sort(wish.added_on.desc()).select("product.name", "product.price", "product.image_url").head(3)
    found = c.build_audience("Wish or cart", recent | left).enrich("Latest wishes", wishes=latest)
    lines = "{% for w in wishes %}{{ w.name }}: {{ w.price }}\n{{ w.image_url }}\n{% endfor %}"
    found.email("Reminder", subject="{{ first_name }}, your wishes", text=lines)
    return c


def browse_engagement(shop: cn.DataModel) -> cn.Campaign:
    """People who browsed, by their risk to leave: the calm ones are written to, clickers are split in two and reminded."""
    c = cn.Campaign("Browse engagement", data=shop)
    once = c.read_audience("Browsers").deduplicate("One per address", by="email", order="customer_id")
    risk = once.split("Churn", low=cn.col.churn == "low", medium=cn.col.churn == "medium", high=cn.col.churn == "high")
    risk.high.save_audience("At risk")
    calm = c.combine("Calm", risk.low, risk.medium).enrich("Orders", bought=shop.customers.orders.count())
    mail = calm.email("Offer", subject="{{ first_name }}, for you", text="After {{ bought }} orders: 10 % on the next.")
    halves = mail.wait("Two days", days=2).filter("Clickers", mail.clicked).split("Halves", A=0.5, B=0.5)
    halves.A.email("Reminder A", subject="Still there", text="Your offer ends soon.")
    halves.B.email("Reminder B", subject="Last days", text="Your offer ends on Sunday.")
    return c


def back_in_stock(shop: cn.DataModel) -> cn.Campaign:
    """Wishes whose product is there again, told to the customers who wished."""
    c = cn.Campaign("Back in stock", data=shop)
    back = c.build_audience("Wishes in stock", shop.wishes.product.in_stock)
    owners = back.change_dimension("Customers", via=shop.wishes.customer)
    owners.email("Back", subject="{{ first_name }}, it is back", text="Something on your list is in stock again.")
    return c


def subscriptions_expiring(shop: cn.DataModel) -> cn.Campaign:
    """Customers with a subscription that ends 30 days from now, with its name, told every morning."""
    c = cn.Campaign("Subscriptions expiring in 30 days", data=shop)
    ending = shop.customers.subscriptions.where(shop.subscriptions.ends_on == cn.days_ahead(30))
    found = c.build_audience("Ending", ending.exists()).enrich("What ends", ending=ending.sort("subscription_id").select("name").head(5))
    lines = "{% for s in ending %}{{ s.name }}\n{% endfor %}"
    found.email("Renew", category="transactional", subject="It ends in 30 days", text=lines)
    c.schedule = cn.Daily("08:00")
    return c


def welcome_gold(shop: cn.DataModel) -> cn.Campaign:
    """Who became a gold member since last Monday, each once."""
    c = cn.Campaign("Welcome to new gold members", data=shop)
    new = c.incremental_query("New gold members", shop.customers.status == "gold")
    new.email("Welcome", subject="Welcome, {{ first_name }}", text="You are a gold member now.")
    c.schedule = cn.Weekly("mon", at="09:00")
    return c


def three_way_audience(shop: cn.DataModel) -> cn.Campaign:
    """Customers who can be reached or have bought for 100 or more, without those who have few points."""
    c = cn.Campaign("Three-way audience", data=shop)
    customers = shop.customers
    reachable = c.build_audience("With an address", customers.email.is_not_null())
    buyers = c.build_audience("Bought for 100", customers.orders.where(shop.orders.amount >= 100).exists())
    few = c.build_audience("Fewer than 50 points", customers.points < 50)
    left = c.combine("Without few points", c.combine("Reachable or buyer", reachable, buyers), few, mode="exclusion")
    left.email("Offer", subject="{{ first_name }}, an offer", text="You have {{ points }} points.")
    return c


def guarded_send(shop: cn.DataModel) -> cn.Campaign:
    """Everybody is written to only if there are more than 10,000; else an alert is raised."""
    c = cn.Campaign("Guarded send", data=shop)
    found = c.build_audience("Everybody", shop.customers)
    ways = found.test("Enough?", enough=found.size > 10_000)
    ways.enough.email("Offer", subject="{{ first_name }}, an offer", text="10 % on your next order.")
    ways.otherwise.alert("Too few", title="Too few customers", message="At most 10,000 were found: nobody was written to.")
    return c


def file_import(shop: cn.DataModel) -> cn.Campaign:
    """The lines of leads.csv, matched to customers by address and birth date, saved as an audience."""
    c = cn.Campaign("File import", data=shop)
    leads = c.load_file("Leads", "leads.csv", columns={"mail": "text", "born": cn.FileColumn(type="date")})
    known = leads.reconcile("Known customers", to=shop.customers, on={"mail": "email", "born": "birth_date"})
    known.save_audience("Saved leads")
    return c


def synchronised_launch(shop: cn.DataModel) -> cn.Campaign:
    """Two audiences are written to side by side; a day after both have been, an alert says so."""
    c = cn.Campaign("Synchronised launch", data=shop)
    gold = c.build_audience("Gold", shop.customers.status == "gold").email("To gold", subject="First for you", text="It is here.")
    silver = c.build_audience("Silver", shop.customers.status == "silver").email("To silver", subject="It is here", text="Have a look.")
    c.and_join("Both", gold, silver, primary=gold).wait("One day", days=1).alert("Told", title="Launched", message="Both were written to.")
    return c


def chained_first(shop: cn.DataModel) -> cn.Campaign:
    """The first of two: saves the gold members and signals the second, which must be called as in its end."""
    c = cn.Campaign("Chained campaigns, first", data=shop)
    gold = c.build_audience("Gold", shop.customers.status == "gold").save_audience("Gold members")
    gold.end("Next", signal="Chained campaigns, second", values={"channel": "email"})
    return c


def chained_second(shop: cn.DataModel) -> cn.Campaign:
    """The second of two: waits for a signal and writes by e-mail if that is the channel; else it raises an alert."""
    c = cn.Campaign("Chained campaigns, second", data=shop)
    gold = c.build_audience("Gold", shop.customers.status == "gold")
    ways = gold.test("Channel", mail=cn.var("channel") == "email")
    ways.mail.email("Offer", subject="{{ first_name }}, an offer", text="For gold members.")
    ways.otherwise.alert("No such channel", title="Another channel", message="The signal asked for a channel that is not drawn here.")
    c.schedule = cn.OnSignal(channel="email")
    return c


WORKED: dict[str, Callable[[cn.DataModel], cn.Campaign]] = {
    "01_wishlist_reminder": wishlist_reminder,
    "02_browse_engagement": browse_engagement,
    "03_back_in_stock": back_in_stock,
    "04_subscriptions_expiring": subscriptions_expiring,
    "05_welcome_gold": welcome_gold,
    "06_three_way_audience": three_way_audience,
    "07_guarded_send": guarded_send,
    "08_file_import": file_import,
    "09_synchronised_launch": synchronised_launch,
    "10a_chained_first": chained_first,
    "10b_chained_second": chained_second,
}
"""The worked examples by the name of their file."""


def template(name: str) -> Template:
    """The template that a file should hold."""
    build = WORKED[name]
    c = build(shop())
    return Template(c.name, c.definition, c.schedule, (build.__doc__ or "").strip(), "worked examples")


def main() -> None:
    """Write the files anew."""
    for name in WORKED:
        (FOLDER / f"{name}.json").write_text(template(name).to_json(), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
