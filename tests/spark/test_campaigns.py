"""Whole campaigns on both engines: the same counts, the same people, the same messages; rows stay on the cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.campaign.clustered import ClusterRun
from campaign_nb.engine.backends.polars.lower import lower
from campaign_nb.engine.compute import computed
from campaign_nb.engine.dry import decided
from campaign_nb.engine.optimise.columns import Columns
from campaign_nb.engine.sources import ModelSources
from campaign_nb.graph.definition import Ref
from campaign_nb.steps import Render
from tests.bench import make_data, product
from tests.engine.shop import shop
from tests.spark import golden

pytestmark = [pytest.mark.requires("java"), pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> cn.Workspace:
    return cn.Workspace(tmp_path_factory.mktemp("workspace"))


def messages_here(campaign: cn.Campaign, label: str) -> pl.DataFrame:
    """The messages of an activity as Polars renders them."""
    program = decided(campaign.program())
    plan = program.plan(staged=False)
    step = next(effect.step for effect in plan.whole[label].compiled.effects if isinstance(effect.step, Render))
    sources = ModelSources(program.model, program.stored, program.events)
    return computed([lower(Columns([step], plan.moment_of), program.model, sources, []).delivered[step]])[0]


def compared(campaign: cn.Campaign, folder: Path) -> ClusterRun:
    """Run a campaign dry on both engines; counts, reasons, what rendering showed, all keys and all texts are the same."""
    here, run = campaign.dry_run(), campaign.dry_run(engine="spark")
    assert isinstance(run, ClusterRun)
    assert run.ports() == here.ports()
    assert run.reasons() == here.reasons()
    assert run.rendering.to_dicts() == here.rendering.to_dicts()
    assert len(run.write(folder)) == len(run.ports()) + len(run.messages)
    for ref in here.ports():
        ours, theirs = here[ref.label, ref.port], pl.read_parquet(f"{folder}/populations/{quote(ref.label, safe=' ')}/{ref.port}/*.parquet")
        key = theirs.columns[0]
        assert golden.differences(ours.sort(key), theirs.sort(key), theirs.columns) == {}, ref
    for label in here.messages:
        written = pl.read_parquet(f"{folder}/messages/{label}/*.parquet").sort("key_0")
        assert written.rows() == messages_here(campaign, label).select(written.columns).sort("key_0").rows(), label
    return run


@pytest.fixture(scope="module")
def canonical(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> cn.Campaign:
    folder = tmp_path_factory.mktemp("data")
    make_data.make(folder, 3_000)
    return product.campaign(folder, ["gold"], cn.Workspace(tmp_path_factory.mktemp("workspace")))


def test_the_canonical_campaign_has_the_same_people_and_the_same_texts(canonical: cn.Campaign, tmp_path: Path) -> None:
    run = compared(canonical, tmp_path)
    assert sum(run.messages.values()) > 50
    assert pl.read_parquet(f"{tmp_path}/messages/Mail A/*.parquet").columns == ["key_0", "address", "subject", "text"]
    for refused in (lambda: run["Rested"], lambda: run.explain(1), lambda: run.lineage("Rested"), run.report):
        with pytest.raises(cn.RunError, match="on Spark"):
            refused()
    assert run.frame("Rested", columns=["country"]).columns == ["profile_id", "country"]
    assert run.messages_frame("Mail B").columns == ["key_0", "address", "subject", "text"]
    texts = [f"{tmp_path}/texts/messages/Mail {name}" for name in "AB"]
    assert run.write(tmp_path / "texts", populations=False) == texts
    assert [pl.read_parquet(f"{folder}/*.parquet").height for folder in texts] == list(run.messages.values())
    assert not (tmp_path / "texts" / "populations").exists()


def test_linked_rows_that_two_activities_read_are_passed_over_once(canonical: cn.Campaign, capsys: pytest.CaptureFixture[str]) -> None:
    run = canonical.dry_run(engine="spark")
    assert isinstance(run, ClusterRun)
    run.frame("Few A").explain()
    scans = [line for line in capsys.readouterr().out.splitlines() if "FileScan parquet" in line and "type#" in line]
    assert len(scans) == 1  # "Rested" reads seven days of events, "Few A" thirty


def test_nothing_but_counts_is_brought_here(canonical: cn.Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyspark.sql.connect.dataframe import DataFrame

    taken: list[list[str]] = []
    collect = DataFrame.collect

    def noted(frame: Any) -> Any:
        taken.append(frame.columns)
        return collect(frame)

    for name in ("toArrow", "toPandas", "toLocalIterator", "take", "head", "first", "tail"):
        monkeypatch.delattr(DataFrame, name)
    monkeypatch.setattr(DataFrame, "collect", noted)
    assert canonical.dry_run(engine="spark").messages
    assert taken == [["at", "n"]]


def test_a_saved_audience_is_sent_there(spark: Any, tmp_path: Path) -> None:
    model, workspace = shop(), cn.Workspace(tmp_path / "workspace")
    saving = cn.Campaign("saving", data=model, workspace=workspace)
    rich = saving.build_audience("Adults", model.people.age >= 18).enrich("More", spent=model.people.orders.sum("amount"))
    rich.save_audience("Keep", "adults", columns=["spent"])
    saving.publish(confirm=0)
    saving.launch().wait()
    c = cn.Campaign("reading", data=model, workspace=workspace)
    c.read_audience("Read", "adults").filter("Spent", cn.col.spent > 1).end("End")
    compared(c, tmp_path / "out")


def test_every_step_leaves_the_same_people_with_the_same_reasons(spark: Any, workspace: cn.Workspace, tmp_path: Path) -> None:
    model = shop()
    people, orders = model.people, model.orders
    c = cn.Campaign("steps", data=model, workspace=workspace)
    buyers = c.build_audience("Buyers", people.orders.exists())
    known = c.build_audience("Known", people.age.is_not_null())
    union = known | buyers
    rich = union.enrich("More", spent=people.orders.sum("amount"), last=people.orders.sort(orders.date.desc()).select("item.name").first())
    one = rich.deduplicate("One", by="opt_in", order=[people.age.desc()])
    (union & buyers).filter("Old", people.age > 18).end("End")
    (known - buyers).end("Rest")
    few = rich.split("Few", some=cn.Subset(people.id > 1, top=2), rest=cn.Subset(people.id > 0))
    few["some"].end("Some")
    body = "{{ last | default('nobody') | upper }} <b>{{ email }}</b> {% if age and age > 18 %}{{ spent | money }}{% else %}-{% endif %}"
    one.end("Unique")
    rich.email("Mail", subject="Hello {{ id }}, {{ age }}", html=body)
    compared(c, tmp_path)


def test_linked_rows_of_several_columns_are_the_same(spark: Any, workspace: cn.Workspace, tmp_path: Path) -> None:
    model = shop()
    people, orders = model.people, model.orders
    c = cn.Campaign("rows", data=model, workspace=workspace)
    bought = people.orders.where(orders.amount > 5)
    rich = c.build_audience("All", people.id > 0).enrich(
        "More",
        newest=bought.sort(orders.date.desc()).select("product", "item.name", "amount").head(3),
        dearest=bought.sort(orders.amount.desc()).select("product", "amount").head(1),
        last=bought.sort(orders.product.desc(), orders.amount).select("product").first(),
        cheapest=bought.sort(orders.amount).select("amount").first(),
        each=bought.sort(orders.date.desc()).select("product", "item.name", "amount").columns(2),
    )
    rich.filter("Some", cn.fn.length(cn.col.last) > 0).end("End")
    rich.filter("Second", cn.col.each2_product.is_not_null() & (cn.col.each1_amount < 50)).end("Second end")
    text = "{{ each1_product | default('nothing') }}, {{ each2_name | default('-') | upper }}"
    rich.email("Mail", subject="Seen", text=text, category="transactional")
    compared(c, tmp_path)


def test_rows_of_other_tables_are_the_same(spark: Any, workspace: cn.Workspace, tmp_path: Path) -> None:
    model = shop()
    c = cn.Campaign("dimension", data=model, workspace=workspace)
    bought = c.build_audience("Bought", model.orders.amount > 5).change_dimension("Buyers", via=model.orders.buyer)
    bought.end("End")
    compared(c, tmp_path)


def test_rows_are_looked_up_the_same(spark: Any, workspace: cn.Workspace, tmp_path: Path) -> None:
    model = shop()
    c = cn.Campaign("match", data=model, workspace=workspace)
    everybody = c.build_audience("All", model.people.id > 0)
    everybody.reconcile("One order", to=model.orders, on={"id": "person"}).end("One")
    first = everybody.reconcile("First", to=model.orders, on={"id": "person"}, on_many="first", order=[model.orders.amount.desc()])
    first.end("Ordered")
    compared(c, tmp_path)


def test_people_with_an_earlier_message_of_the_run_are_the_same(spark: Any, workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("again", data=model, workspace=workspace)
    mail = c.build_audience("All", model.people.id < 3).email("First", subject="x", text="y", category="transactional")
    mail.wait("Pause", days=1).filter("Opened", mail.opened).end("Opened end")
    mail.wait("Later", days=2).filter("Sent", mail.sent).end("Sent end")
    assert c.dry_run(engine="spark").ports() == c.dry_run().ports()


def test_the_rules_on_linked_rows_are_the_same(spark: Any, workspace: cn.Workspace) -> None:
    model = shop()
    people, orders, lines = model.people, model.orders, model.lines
    rules = [
        people.orders.count() < 2,
        people.orders.count("amount") == 0,
        people.orders.sum("amount").is_null(),
        people.orders.avg("amount") == 32.5,
        people.orders.max("date") >= cn.days_ago(2),
        people.orders.where(orders.amount > 50, orders.date >= cn.days_ago(90)).exists(),
        people.orders.where(orders.item.name == "Yoyo").exists(),
        people.orders.where(orders.item.price < 5).count() == 1,
        people.orders.count_distinct("product") == 2,
        people.orders.lines.sum("pieces") == 6,
        people.orders.lines.where(lines.pieces >= 4).exists(),
        people.orders.where(orders.lines.count() == 2).exists(),
        people.orders.where(~orders.lines.exists()).count() == 1,
        (people.age < 50) - (people.orders.count() == 2),
        people.orders.string_agg("product") == "x,y",
        people.orders.std_dev("amount") > 0,
    ]
    c = cn.Campaign("links", data=model, workspace=workspace)
    for number, rule in enumerate(rules):
        c.build_audience(f"Rule {number}", rule)
    c.build_audience("Young buyers", orders.buyer.age < 20)
    assert c.dry_run(engine="spark").ports() == c.dry_run().ports()


def test_what_a_run_passes_by_leaves_nobody_and_the_right_columns(spark: Any, workspace: cn.Workspace, tmp_path: Path) -> None:
    model = shop()
    people = model.people
    c = cn.Campaign("passed by", data=model, workspace=workspace, variables={"way": "one"})
    everybody = c.build_audience("All", people)
    off = everybody.filter("Off", people.age > 20, enabled=False).enrich("Also", twice=people.age * 3)
    ways = everybody.enrich("Named", twice=people.age * 2).test("Way", one=cn.var("way") == "one")
    both = c.combine("Both", off, ways.one, ways.otherwise)
    both.email("Mail", subject="{{ twice }}", text="x", category="transactional")
    run = compared(c, tmp_path)
    assert (run.ports()[Ref("Also")], run.ports()[Ref("Way", "otherwise")], run.ports()[Ref("Both")]) == (0, 0, 5)


def test_a_test_that_needs_counts_is_refused(spark: Any, workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("counted", data=model, workspace=workspace)
    everybody = c.build_audience("All", model.people)
    everybody.test("Enough?", enough=everybody.size > 2).enough.end("Yes")
    with pytest.raises(cn.RunError, match="'Enough\\?' decides by how many people there are"):
        c.dry_run(engine="spark")
