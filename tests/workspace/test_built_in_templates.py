"""The templates that the package brings: as written here, without problems on the documented tables, right on four customers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import campaign_nb as cn
from campaign_nb.workspace import Template
from tests.workspace.worked import FOLDER, WORKED, shop, template

NAMES = {name: template(name).name for name in WORKED}
README = (FOLDER / "README.md").read_text("utf-8")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=cn.ManualClock("2026-07-01 09:00"))
    yield own
    own.close()


def made(workspace: cn.Workspace, name: str, data: cn.DataModel | None = None) -> cn.Campaign:
    return cn.Campaign.from_template(NAMES[name], "Mine", data=data or shop(), workspace=workspace)


@pytest.mark.parametrize("name", WORKED)
def test_a_file_holds_what_is_written_here(name: str) -> None:
    assert Template.from_json((FOLDER / f"{name}.json").read_bytes()) == template(name)


def test_every_file_is_a_template_and_they_are_listed_in_order(workspace: cn.Workspace) -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(WORKED)
    assert workspace.templates.frame()["name"].to_list() == ["Empty", *NAMES.values()]
    assert workspace.templates.frame()["built_in"].all() and not workspace.begun


@pytest.mark.parametrize("name", [name for name in WORKED if name != "02_browse_engagement"])
def test_a_template_has_no_problem_on_the_documented_tables(workspace: cn.Workspace, name: str) -> None:
    assert [str(problem) for problem in made(workspace, name).problems] == []


@pytest.mark.parametrize("name", [name for name in WORKED if name not in ("02_browse_engagement", "08_file_import")])
def test_a_template_says_what_an_empty_data_model_lacks(workspace: cn.Workspace, name: str) -> None:
    found = "\n".join(str(problem) for problem in made(workspace, name, cn.DataModel("bare")).problems)
    table = "wishes" if name == "03_back_in_stock" else "customers"
    assert f"no table '{table}'" in found


def test_every_source_is_blamed_for_the_columns_that_are_not_there(workspace: cn.Workspace) -> None:
    bare = cn.DataModel("bare")
    bare.table("customers", pl.DataFrame({"customer_id": [1], "email": ["a@example.com"]}), key="customer_id", email="email")
    found = "\n".join(str(problem) for problem in made(workspace, "06_three_way_audience", bare).problems)
    assert "'orders'" in found and "no column 'points'" in found


# who gets each message, worked out by hand from the rows of `shop`: customer 3 has no address, customer 4 has not agreed
MESSAGES = {
    "01_wishlist_reminder": {"Reminder": 2},  # 1 wished tea, which is there; 2 and left a cart
    "03_back_in_stock": {"Back": 1},  # of 1, 1 and 2 only the tea of 1 is in stock
    "04_subscriptions_expiring": {"Renew": 1},  # in 30 days: 1; in 31: 2
    "05_welcome_gold": {"Welcome": 1},  # 1 and 3
    "06_three_way_audience": {"Offer": 1},  # 1, 2 and 4 have an address, 1 bought for 120; 2 has 10 points
    "07_guarded_send": {},  # four are not more than 10,000
    "09_synchronised_launch": {"To gold": 1, "To silver": 1},
    "10a_chained_first": {},
    "10b_chained_second": {"Offer": 1},  # of 1 and 3; the schedule's own value is e-mail
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_template_writes_to_whom_it_should(workspace: cn.Workspace, name: str) -> None:
    assert made(workspace, name).dry_run().messages == MESSAGES[name]


def test_people_who_browsed_are_written_to_by_their_risk(workspace: cn.Workspace) -> None:
    model = shop()
    before = cn.Campaign("Before", data=model, workspace=workspace)
    before.build_audience("Everybody", model.customers).save_audience("Browsers")
    before.publish(confirm=0)
    before.runs[0].wait("20s")
    run = made(workspace, "02_browse_engagement", model).dry_run(responses=cn.ResponseModel(seed=1, open=1.0, click=1.0))
    assert (run["Churn", "high"]["customer_id"].to_list(), run["Churn", "complement"]["customer_id"].to_list()) == ([3], [4])
    assert sorted(run["Offer"]["customer_id"]) == [1, 2]
    assert run.messages["Reminder A"] + run.messages["Reminder B"] == run["Clickers"].height


def test_a_file_of_leads_becomes_an_audience(workspace: cn.Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "leads.csv").write_text("mail,born\na@example.com,1980-01-01\nb@example.com,1999-09-09\n")
    monkeypatch.chdir(tmp_path)
    assert made(workspace, "08_file_import").dry_run()["Known customers"]["customer_id"].to_list() == [1]


def test_the_readme_lists_the_tables_with_their_keys_links_and_the_columns_that_are_read() -> None:
    model = shop()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in README.splitlines() if line.startswith("|")][2:]
    assert [row[0] for row in rows] == model.tables
    for table, key, columns, links in rows:
        info = model.infos[table]
        assert list(info.key) == [key] and set(columns.split(", ")) <= set(info.columns)
        assert re.findall(r"(\w+) → (\w+)", links) == [(name, link.to) for name, link in info.declared.items()]


def test_no_template_reads_a_column_that_the_readme_leaves_out(workspace: cn.Workspace) -> None:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in README.splitlines() if line.startswith("|")][2:]
    full, model = shop(), cn.DataModel("shop", as_of="2026-07-01")
    for table, key, columns, _ in rows:
        info = full.infos[table]
        ends = [link.on for link in info.declared.values() if isinstance(link.on, str)]
        consent = {"email": "email_opt_in"} if table == "customers" else {}
        frame = full[table].frame().select(*dict.fromkeys([key, *ends, *columns.split(", "), *consent.values()]))
        email = "email" if table == "customers" else None
        model.table(table, frame, key=key, email=email, consent=consent, links=info.declared)
    for name in WORKED:
        problems = [str(problem) for problem in made(workspace, name, model).problems]
        assert [text for text in problems if "no audience 'Browsers'" not in text] == [], name
