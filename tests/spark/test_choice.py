"""The choice of an engine, and what does not run on Spark: named before anything is computed, all of it together."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import campaign_nb as cn
from tests.engine.shop import shop


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> cn.Workspace:
    return cn.Workspace(tmp_path_factory.mktemp("workspace"), engine="spark")


def passed(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows


def test_an_unknown_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(cn.RunError, match="engine='dask' is not known"):
        cn.Workspace(tmp_path, engine="dask")
    c = cn.Campaign("c", data=shop(), workspace=cn.Workspace(tmp_path))
    c.build_audience("All", c.data.people.id > 0)
    with pytest.raises(cn.RunError, match="did you mean 'spark'"):
        c.dry_run(engine="sparc")


def test_what_does_not_run_there_is_named_by_activity_and_engine_all_together(workspace: cn.Workspace) -> None:
    model = shop()
    people, orders = model.people, model.orders
    c = cn.Campaign("refused", data=model, workspace=workspace)
    everybody = c.build_audience("All", cn.fn.to_string(people.age * 0.5) == "A")
    everybody.python("Own", passed, adds={}).end("End")
    rich = everybody.enrich("More", lines=people.orders.sort(orders.date).select("product", "amount").head(3))
    rich.email("Mail", subject="x", text="{% for line in lines %}{{ line.product }}{% endfor %}")
    with pytest.raises(cn.RunError, match="on Spark has 3 problems") as caught:
        c.dry_run()
    found = {(problem.where, problem.what) for problem in caught.value.problems}
    assert found >= {
        ("build_audience 'All' on Spark", "a number as text does not run there"),
        ("python 'Own' on Spark", "a function of Python does not run there"),
        ("email 'Mail' on Spark", "a template with loops or too many parts (text) does not run there"),
    }
    assert {problem.do for problem in caught.value.problems} == {'campaign.dry_run(engine="polars")'}
    assert c.dry_run(engine="polars").ports()


def test_a_live_run_and_simulated_responses_are_refused(workspace: cn.Workspace) -> None:
    c = cn.Campaign("live", data=shop(), workspace=workspace)
    c.build_audience("All", c.data.people.id > 0).email("Mail", subject="x", text="y")
    with pytest.raises(cn.RunError, match="live runs do not run on Spark"):
        c.publish()
    with pytest.raises(cn.RunError, match="live runs do not run on Spark"):
        c.launch()
    with pytest.raises(cn.RunError, match="simulated responses do not run on Spark"):
        c.dry_run(responses=cn.ResponseModel())


def test_without_the_extra_the_error_says_how_to_install_it(workspace: cn.Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "campaign_nb.engine.backends.narwhals.cluster"
    monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    c = cn.Campaign("bare", data=shop(), workspace=workspace)
    c.build_audience("All", c.data.people.id > 0)
    with pytest.raises(cn.RunError, match=r"campaign-nb\[spark\]"):
        c.dry_run()


@pytest.mark.requires("java")
def test_bad_keys_and_missing_files_are_named(spark: Any, workspace: cn.Workspace, tmp_path: Path) -> None:
    model = cn.DataModel("bad")
    people = model.table("people", pl.DataFrame({"id": [1, 1, None], "age": [1, 2, 3]}), key="id")
    c = cn.Campaign("keys", data=model, workspace=workspace)
    c.build_audience("All", people.age > 0)
    with pytest.raises(cn.DataError, match="1 row has a null in the key id"):
        c.dry_run()
    path = tmp_path / "people.parquet"
    pl.DataFrame({"id": [1, 2]}).write_parquet(path)
    gone = cn.DataModel("gone")
    c = cn.Campaign("gone", data=gone, workspace=workspace)
    c.build_audience("All", gone.table("people", path, key="id").id > 0)
    path.unlink()
    with pytest.raises(cn.CampaignError, match="people"):
        c.dry_run()


@pytest.mark.requires("java")
def test_a_source_that_has_changed_is_blamed_without_its_data(spark: Any, workspace: cn.Workspace, tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    pl.DataFrame({"id": [1, 2], "age": [3, 4]}).write_parquet(path)
    model = cn.DataModel("changed")
    c = cn.Campaign("changed", data=model, workspace=workspace)
    c.build_audience("All", model.table("people", path, key="id").age > 3)
    pl.DataFrame({"id": [1, 2], "years": ["secret", "4"]}).write_parquet(path)
    with pytest.raises(cn.DataError, match="its column 'age' is gone") as caught:
        c.dry_run()
    assert "secret" not in str(caught.value)
    assert "UNRESOLVED_COLUMN" in str(caught.value.__cause__)
