"""Definitions as readable Python: executed, it builds an equal definition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

import campaign_nb
from campaign_nb.activities.filter import FilterRows
from campaign_nb.activities.python import PythonCode
from campaign_nb.activities.split import Control, Share, Split, Subset
from campaign_nb.activities.wait import Wait
from campaign_nb.data.model import DataModel, Table
from campaign_nb.errors import DefinitionError
from campaign_nb.graph.code import to_python
from campaign_nb.graph.code_rules import identifier, quoted
from campaign_nb.graph.definition import Definition, Ref
from campaign_nb.graph.transition import Transition
from campaign_nb.rules import build, tree
from campaign_nb.rules.build import col
from campaign_nb.rules.functions import namespace as fn
from campaign_nb.rules.parse import rule
from campaign_nb.rules.value import Value
from tests.graph.shop import Campaign

Rebuild = Callable[[Definition], Definition]


def score(rows: pl.LazyFrame) -> pl.LazyFrame:
    """A function that code can import."""
    return rows


@pytest.fixture
def rebuild(monkeypatch: pytest.MonkeyPatch, shop: DataModel) -> Rebuild:
    """Runs the code of a definition, with the campaign of these tests in the place of the package's."""
    names = {"Campaign": Campaign, "Control": Control, "Subset": Subset, "fn": fn, "rule": rule}
    names |= {name: getattr(build, name) for name in ("col", "param", "var", "now", "today", "days_ago", "days_ahead")}
    for name, value in names.items():
        monkeypatch.setattr(campaign_nb, name, value, raising=False)

    def run(definition: Definition) -> Definition:
        found: dict[str, Any] = {"shop": shop}
        exec(to_python(definition), found)  # noqa: S102 # the code under test
        (made,) = (item for item in found.values() if isinstance(item, Campaign))
        return made.definition

    return run


FULL = '''\
import campaign_nb as cn

customers = shop["customers"]
orders = shop["orders"]

spring = cn.Campaign("Spring", data=shop, description="Win back", tags=["retail"], time_zone="Europe/Paris")

lapsed_buyers = spring.build_audience("Lapsed buyers", cn.rule("last_order < date '2026-01-01'", customers))
gold = spring.build_audience("Gold", cn.rule("tier = 'gold'", customers))
young = spring.build_audience("Young", "age < 18", dimension=customers)
one_per_address = ((lapsed_buyers | gold) - young).deduplicate(
    "One per address",
    by=cn.col.email,
    order=customers.last_order.desc(),
)
spend = one_per_address.enrich(
    "Spend",
    spend=customers.orders.where("amount > 3").sum(orders.amount),
    last=customers.orders.sort(orders.date.desc()).select("product").head(3),
)
offer = spend.split("Offer", A=0.45, B=0.45, control=cn.Control(0.1))
offer_a = offer.A.email(
    "Offer A",
    subject="We miss you",
    html="""<p>Hello
there</p>""",
)
offer_b = offer.B.email("Offer B", subject="10% for you", text="…", description="the bold one")
three_days = (offer_a | offer_b).wait("Three days", days=3)
opened_no_click = three_days.filter("Opened, no click", (offer_a.opened - offer_a.clicked) | (offer_b.opened - offer_b.clicked))
opened_no_click.end("Done")
'''


def test_the_campaign_of_the_documentation_is_written_as_a_person_would(full: Campaign) -> None:
    assert to_python(full.definition) == FULL


def test_the_code_builds_an_equal_definition(full: Campaign, rebuild: Rebuild) -> None:
    assert rebuild(full.definition) == full.definition


@pytest.fixture
def everybody(spring: Campaign, customers: Table) -> Transition:
    return spring.build_audience("All", customers)


def split_ways(everybody: Transition) -> None:
    parts = {"Offer A": Subset(col.age > 3, top=50, by=[col.age.desc(), col.email]), "class": Share(0.5, code="x"), "label": 0.2}
    out = everybody.split("Odd names", parts, overlap=True, seed=7)
    out["Offer A"].wait("A", hours=1.5)
    out["label"].wait("B", minutes=90)
    out.complement.end("C")
    everybody.split("One table", A="age > 3", B=Control(0.1, code="hold"), one_table=True).end("D")
    everybody.split("Two", {"description": 0.5, "A": Subset(share=0.5)})


def mixed_rules(everybody: Transition) -> None:
    customers = everybody._owner.schema.customers  # type: ignore[attr-defined] # a data model
    known = everybody.enrich("Spend", spend=customers.orders.sum("amount"), double=(col.age + 1) * 2 - col.age / 3)
    known.filter("Both", (customers.age > 3) & (col.spend > 5) & ~col.spend.is_in([7, 8]))
    known.filter("Either", (customers.age > 3) | (col.spend.between(1, 2) & col.email.like("%x")))
    known.filter("Except", customers.orders.exists() - col.spend.is_null())
    known.filter("Rich", col.spend > build.param("least", 500))
    adults = tree.Compare(">", tree.Column("age", (), "customers"), tree.Constant(3))
    known.add("Nested", FilterRows(rule=tree.And((adults, tree.And((adults,))))))
    known.filter("Date", customers.last_order >= build.days_ago(30))


def values_of_all_kinds(everybody: Transition) -> None:
    customers = everybody._owner.schema.customers  # type: ignore[attr-defined] # a data model
    orders = everybody._owner.schema.orders  # type: ignore[attr-defined] # a data model
    everybody.enrich(
        "Values",
        text="it's",
        when=dt.date(2026, 1, 2),
        low=fn.lower(customers.email),
        age=fn.case((customers.age > 17, "adult"), otherwise="minor"),
        count=customers.orders.where(orders.amount > 3, orders.product == "x").count(),
        best=customers.orders.max(orders.amount * 2),
        first=customers.orders.sort(orders.date).select("product").first(),
        sign=-customers.age,
        three=Value(tree.Call("add", (tree.Constant(1), tree.Constant(2)))),
        truth=Value(tree.IsNull(tree.Column("age"))),
        variable=build.var("channel"),
    ).deduplicate("Once", by=["email", customers.age], keep=2, nulls="equal")


def operators_of_all_kinds(everybody: Transition) -> None:
    adults, young = everybody.filter("Adults", "age > 17"), everybody.filter("Young", "age < 18")
    ((everybody & adults) - (young | adults) - young).wait("Later", days=1)
    (everybody - adults).complement.wait("Rest", days=1)
    (everybody - adults).end("Excluded")
    young.complement.end("Old")


def functions_and_joins(everybody: Transition) -> None:
    adults = everybody.filter("Adults", "age > 17")
    everybody.python("Score", score, adds={"score": pl.Float64, "at": pl.Datetime("us", "UTC")}, reads=["age"], others=[adults])
    everybody.add("Kept", FilterRows(rule=tree.And((tree.Everybody(), tree.And((tree.Everybody(),))))))
    everybody.add("Waited", Wait(duration=dt.timedelta(microseconds=1)))
    everybody.add("Split", Split(parts={"A": Share(1)}, seed=""))
    both = everybody._owner.combine("Both", everybody, adults, mode="exclusion", description="said")  # type: ignore[attr-defined] # a campaign
    both.save_audience("Leads", columns=[])


@pytest.mark.parametrize(
    "write", [split_ways, mixed_rules, values_of_all_kinds, operators_of_all_kinds, functions_and_joins], ids=lambda write: write.__name__
)
def test_whatever_is_written_comes_back_equal(
    spring: Campaign, everybody: Transition, rebuild: Rebuild, write: Callable[[Transition], None]
) -> None:
    write(everybody)
    assert rebuild(spring.definition) == spring.definition


def test_an_empty_campaign_comes_back_equal(spring: Campaign, rebuild: Rebuild) -> None:
    assert rebuild(spring.definition) == spring.definition


def test_a_seed_of_its_own_is_written(rebuild: Rebuild) -> None:
    definition = Definition('The "best" one', seed="2", tags=("a'b",))
    assert 'seed="2"' in to_python(definition) and rebuild(definition) == definition


def test_an_expression_read_twice_is_written_once(everybody: Transition, spring: Campaign) -> None:
    operators_of_all_kinds(everybody)
    code = to_python(spring.definition)
    assert "all_without_adults = all_ - adults\n" in code and "all_without_adults.complement.wait(" in code


def test_only_what_the_code_uses_is_imported(everybody: Transition, spring: Campaign) -> None:
    everybody.python("Score", score, adds={"score": pl.Float64})
    lines = to_python(spring.definition).splitlines()
    assert lines[:3] == ["import polars as pl", "from tests.graph.test_code import score", "import campaign_nb as cn"]


def test_a_function_of_a_notebook_is_named(everybody: Transition, spring: Campaign) -> None:
    def here(rows: pl.LazyFrame) -> pl.LazyFrame:
        return rows

    everybody.add("Score", PythonCode.of(here))
    assert 'all_.python("Score", here)' in to_python(spring.definition)


@pytest.mark.parametrize("missing", ["Gold", "Spend"])
def test_a_broken_definition_has_no_code(full: Campaign, missing: str) -> None:
    with pytest.raises(DefinitionError, match="is not there\n  expected: a definition without problems"):
        to_python(full.definition.without(missing))


def test_a_cycle_has_no_code(full: Campaign) -> None:
    full.draft.add("Gold", Wait.of(days=1), [Ref("Gold")])
    with pytest.raises(DefinitionError, match="Gold is a cycle"):
        to_python(full.definition)


@pytest.mark.parametrize(
    "text", ["", "it's", 'say "yes"', "back\\slash", "two\nlines", 'two\n"""', 'ends\nwith "', "tab\tand\nline", "é→\u202e"]
)
def test_a_quoted_text_is_the_text(text: str) -> None:
    assert eval(quoted(text)) == text  # noqa: S307 # a literal of ours


@pytest.mark.parametrize(
    ("label", "name"), [("Lapsed buyers!", "lapsed_buyers"), ("7 days", "step_7_days"), ("if", "if_"), ("→", "step"), ("Été", "été")]
)
def test_labels_become_variables(label: str, name: str) -> None:
    assert identifier(label) == name
