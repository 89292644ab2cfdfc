"""A data model as a document: it reads back as it was, and one that somebody shared can't reach beyond its folder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import campaign_nb as cn
from campaign_nb.data import document

PEOPLE = {"id": [1, 2], "mail": ["a@example.org", "b@example.org"], "tel": ["1", "2"], "zone": ["UTC", "UTC"], "ok": [True, False]}
ORDERS = {"order": [1, 2, 3], "buyer": [1, 1, 2], "friend": [2, 2, 1], "paid": [1.5, 2.5, 3.5]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with two files in a folder below it."""
    home = tmp_path / "project"
    (home / "data").mkdir(parents=True)
    pl.DataFrame(PEOPLE).write_parquet(home / "data" / "people.parquet")
    pl.DataFrame(ORDERS).write_csv(home / "data" / "orders.csv")
    monkeypatch.chdir(home)
    return home


def shop(**options: Any) -> cn.DataModel:
    """A shop of two tables with roles and a link."""
    model = cn.DataModel("shop", as_of="2026-07-01", **options)
    model.table("people", "data/people.parquet", key="id", email="mail", consent={"email": "ok"})
    model.table("orders", "data/orders.csv", key="order", links={"who": cn.Link("people", on="buyer")})
    return model


def edited(change: Callable[[dict[str, Any]], None]) -> str:
    """The shop's document with something changed."""
    found = json.loads(shop().to_json())
    change(found)
    return json.dumps(found)


def sourced(**source: str) -> str:
    """The shop's document with other rows for its first table."""
    return edited(lambda found: found["tables"][0].update(source=source))


def test_a_model_of_files_reads_back_as_it_was(folder: Path) -> None:
    model = cn.DataModel.from_json(shop().to_json())
    people, orders = model.infos["people"], model.infos["orders"]
    assert (model.name, model.as_of, model.tables) == ("shop", "2026-07-01", ["people", "orders"])
    assert (people.key, people.roles.email, dict(people.roles.consent)) == (("id",), "mail", {"email": "ok"})
    assert orders.declared == {"who": cn.Link("people", on="buyer")}
    assert model["people"].count() == 2


def test_a_document_to_share_names_no_folder_of_this_machine(folder: Path) -> None:
    sources = [table["source"] for table in json.loads(shop().to_json())["tables"]]
    assert sources == [{"path": "data/people.parquet"}, {"path": "data/orders.csv"}]
    assert str(folder) not in shop().to_json()


columns = st.sampled_from(["mail", "tel", "zone"])
roles = st.fixed_dictionaries({}, optional={"email": columns, "phone": columns, "time_zone": columns})
links = st.dictionaries(
    st.sampled_from(["buyer of it", "somebody", "é"]),
    st.builds(
        cn.Link,
        st.just("people"),
        on=st.sampled_from(["buyer", "friend", {"buyer": "id"}]),
        back=st.uuids().map(str),
        one=st.booleans(),
    ),
    max_size=3,
)
moments = st.none() | st.dates().map(str) | st.dates() | st.datetimes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(max_size=8).filter(lambda text: text.isprintable()),
    as_of=moments,
    roles=roles,
    consent=st.dictionaries(st.sampled_from(["email", "sms"]), st.just("ok")),
    links=links,
    key=st.sampled_from(["order", ["order", "buyer"]]),
    writable=st.booleans(),
)
def test_any_model_of_files_is_written_read_and_written_alike(folder: Path, name: str, as_of: Any, writable: bool, **given: Any) -> None:
    model = cn.DataModel(name, as_of=as_of)
    model.table("people", "data/people.parquet", key="id", consent=given["consent"], writable=writable, **given["roles"])
    model.table("orders", str(folder / "data" / "*.csv"), key=given["key"], links=given["links"])
    text = document.to_json(model, folder / ".campaign-nb")
    again = cn.DataModel.from_json(text, folder=folder / ".campaign-nb", trusted=True)
    assert document.to_json(again, folder / ".campaign-nb") == text
    assert [(info.roles, info.key, info.declared, info.writable) for info in again.infos.values()] == [
        (info.roles, info.key, info.declared, info.writable) for info in model.infos.values()
    ]


# ------------------------------------------------------------------------------------------------- a shared document


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd.csv",
        "/proc/self/environ",
        "../people.parquet",
        "data/../../x.csv",
        "~/people.parquet",
        "s3://shop/people.parquet",
        "http://example.org/people.csv",
        "file:people.csv",
        "C:\\people.csv",
        "\\\\server\\share\\people.csv",
        "data\\people.csv",
        "data/*.parquet",
        "data/peopl[e].parquet",
        "people\x00.csv",
        "people\n.csv",
        "",
    ],
)
def test_a_shared_document_names_plain_files_below_its_folder(folder: Path, path: str) -> None:
    with pytest.raises(cn.DefinitionError, match="a plain path below the folder, in a shared document"):
        cn.DataModel.from_json(sourced(path=path))


def test_a_link_that_leads_out_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    pl.DataFrame(PEOPLE).write_parquet(tmp_path / "secret.parquet")
    (folder / "inside.parquet").symlink_to(tmp_path / "secret.parquet")
    with pytest.raises(cn.DefinitionError, match="leads out of the folder"):
        cn.DataModel.from_json(sourced(path="inside.parquet"))


def test_a_shared_document_opens_no_device_and_no_folder(folder: Path) -> None:
    os.mkfifo(folder / "pipe.csv")
    for path in ("pipe.csv", "data"):
        with pytest.raises(cn.DataError, match=f"no file '{path}'"):
            cn.DataModel.from_json(sourced(path=path))


def test_a_shared_document_names_no_function_and_lets_nothing_be_written(folder: Path) -> None:
    hostile = edited(lambda found: (found["tables"][0].update(source={"function": "os:getcwd"}), found["tables"][1].update(writable=True)))
    with pytest.raises(cn.DefinitionError, match="has 2 problems") as raised:
        cn.DataModel.from_json(hostile)
    assert "its rows come from a function, 'os:getcwd'" in str(raised.value)
    assert "a shared document lets its rows be changed" in str(raised.value)


def test_a_shared_document_is_read_below_the_folder_that_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = shop().to_json()
    monkeypatch.chdir("/")
    assert cn.DataModel.from_json(text, folder=folder)["people"].count() == 2
    with pytest.raises(cn.DataError, match=r"no file 'data/people\.parquet'"):
        cn.DataModel.from_json(text)


# --------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "it is no JSON"),
        ('{"name": "a", "name": "b"}', "the key 'name' stands twice"),
        ('{"name": NaN}', "the number NaN"),
        ('{"name": 1e999}', "a number is too large"),
        ("[" * 100_000, "too deep"),
        ('"' + "a" * 3_000_000 + '"', "a document of 3,000,002 characters"),
        ("[]", "a list stands there"),
        ("{}", "the field 'tables' is missing"),
        ('{"campaign_nb_data": true, "name": "a", "as_of": null, "tables": []}', "'campaign_nb_data' is true or false"),
        ('{"campaign_nb_data": 2, "name": "a", "as_of": null, "tables": []}', "its version is 2"),
        ('{"campaign_nb_data": 1, "name": "a", "as_of": "soon", "tables": []}', "as_of='soon' can't be read"),
        ('{"campaign_nb_data": 1, "name": "a", "as_of": null, "tables": [7]}', "a number stands there"),
        ('{"campaign_nb_data": 1, "nam": "a", "as_of": null, "tables": []}', "no field 'nam'"),
    ],
)
def test_what_is_no_document_is_refused(folder: Path, text: str, reason: str) -> None:
    with pytest.raises(cn.DefinitionError, match=reason):
        cn.DataModel.from_json(text, trusted=True)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("keys", [], "no field 'keys'"),
        ("key", "id", "'key' is text"),
        ("key", [1], "'key' holds something that is no text"),
        ("columns", {"id": 1}, "'columns' holds something that is no text"),
        ("consent", {"email": None}, "'consent' holds something that is no text"),
        ("source", {"path": "a.csv", "function": "a:b"}, "no file and no function, or both"),
        ("source", {}, "no file and no function, or both"),
        ("links", {"x": {"to": "orders"}}, "the field 'on' is missing"),
        ("links", {"x": {"to": "orders", "on": {"id": 1}}}, "'on' holds something that is no text"),
        ("links", {"x": []}, "a list stands there"),
        ("name", "orders", "two tables have this name"),
    ],
)
def test_a_table_that_is_not_as_written_is_refused(folder: Path, field: str, value: object, reason: str) -> None:
    with pytest.raises(cn.DefinitionError, match=reason):
        cn.DataModel.from_json(edited(lambda found: found["tables"][0].update({field: value})), trusted=True)


def test_rows_in_memory_have_no_document(folder: Path) -> None:
    model = cn.DataModel("shop")
    model.table("people", pl.DataFrame(PEOPLE), key="id")
    model.table("orders", lambda: pl.DataFrame(ORDERS), key="order")
    with pytest.raises(cn.DefinitionError, match=r"its rows are a frame in memory, which no other kernel can open") as raised:
        model.to_json()
    assert len(raised.value.problems) == 2


# ---------------------------------------------------------------------------------------------- a document of one's own


def test_functions_of_modules_are_imported_for_a_document_of_ones_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "shop_rows.py").write_text("import polars as pl\n\ndef people():\n    return pl.DataFrame({'id': [1, 2, 3]})\n")
    monkeypatch.syspath_prepend(str(folder))
    table = {"name": "p", "source": {"function": "shop_rows:people"}, "key": ["id"], "columns": {"id": "integer"}}
    text = edited(lambda found: found.update(tables=[table]))
    model = cn.DataModel.from_json(text, trusted=True)
    assert (model.portable, model["p"].count()) == (True, 3)
    assert json.loads(model.to_json())["tables"][0]["source"] == {"function": "shop_rows:people"}


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("os:getcwd", "it is part of Python itself"),
        ("../rows.py:people", "it is written module:name"),
        ("no_such_module_here:people", "the import failed: ModuleNotFoundError"),
        ("polars:DataFrame", "there is no function of that name"),
    ],
)
def test_a_function_that_can_not_be_used_says_why(folder: Path, reference: str, reason: str) -> None:
    with pytest.raises(cn.DataError, match=reason):
        cn.DataModel.from_json(sourced(function=reference), trusted=True)


def test_a_project_that_was_copied_reads_its_own_files(folder: Path, tmp_path: Path) -> None:
    text = document.to_json(shop(), folder / ".campaign-nb")
    (tmp_path / "copy" / "data").mkdir(parents=True)
    pl.DataFrame(PEOPLE).head(1).write_parquet(tmp_path / "copy" / "data" / "people.parquet")
    model = cn.DataModel.from_json(text, folder=tmp_path / "copy" / ".campaign-nb", trusted=True)
    assert model["people"].count() == 1
    assert model["orders"].count() == 3  # not in the copy: where it was


def test_a_file_that_is_gone_is_named_with_all_its_places(folder: Path, tmp_path: Path) -> None:
    text = document.to_json(shop(), folder / ".campaign-nb")
    (folder / "data" / "people.parquet").unlink()
    with pytest.raises(cn.DataError, match=r"no file '.*elsewhere/data/people.parquet' and no file '.*project/data/people.parquet'"):
        cn.DataModel.from_json(text, folder=tmp_path / "elsewhere" / ".campaign-nb", trusted=True)


def test_columns_that_have_changed_are_found_when_the_model_is_opened(folder: Path) -> None:
    text = shop().to_json()
    pl.DataFrame({"id": ["1"], "mail": ["a"], "ok": [True], "new": [1]}).write_parquet(folder / "data" / "people.parquet")
    with pytest.raises(cn.DataError, match="data model 'shop' has 3 problems") as raised:
        cn.DataModel.from_json(text)
    assert [problem.what for problem in raised.value.problems] == [
        "its column 'id' is text now",
        "its column 'tel' is gone",
        "its column 'zone' is gone",
    ]
