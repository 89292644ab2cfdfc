"""Templates: made from campaigns, copied into campaigns, kept, renamed, shared as one file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import campaign_nb as cn
from tests.engine.shop import shop


@pytest.fixture
def clock() -> cn.ManualClock:
    return cn.ManualClock("2026-07-01 09:00")


@pytest.fixture
def workspace(tmp_path: Path, clock: cn.ManualClock) -> Iterator[cn.Workspace]:
    own = cn.Workspace(tmp_path / "ws", clock=clock)
    yield own
    own.close()


def written(workspace: cn.Workspace, **settings: Any) -> cn.Campaign:
    """A campaign with a split, a rule on its own message and a schedule."""
    model = shop()
    given = {"description": "Bring them back", "tags": ["retail"], "time_zone": "Europe/Paris", **settings}
    c = cn.Campaign("Spring", data=model, workspace=workspace, **given)
    a, _ = c.build_audience("All", model.people).split("Halves", A=0.5, B=0.5)
    mail = a.email("Mail", subject="Hi", text="Age {{ age }}")
    mail.filter("Opened", mail.opened)
    c.schedule = cn.Weekly("mon", at="09:00")
    return c


def own_names(workspace: cn.Workspace) -> list[str]:
    return workspace.templates.frame().filter(built_in=False)["name"].to_list()


# ----------------------------------------------------------------------------------------------------------------- copying


def test_a_campaign_from_a_template_has_its_activities_settings_and_schedule(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.save_as_template("Win-back")
    made = cn.Campaign.from_template("Win-back", "Autumn", data=c.data, workspace=workspace)
    assert (made.name, made.status, made.description, made.tags, made.time_zone) == (
        "Autumn",
        "draft",
        "Bring them back",
        ("retail",),
        "Europe/Paris",
    )
    assert made.schedule == c.schedule and list(made.definition.nodes) == ["All", "Halves", "Mail", "Opened"]
    assert list(made.problems) == []


def test_rules_on_its_messages_are_on_the_new_campaign_s(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.save_as_template("Win-back")
    made = cn.Campaign.from_template("Win-back", "Autumn", data=c.data, workspace=workspace)
    assert '"campaign": "Spring"' not in made.to_json() and '"campaign": "Autumn"' in made.to_json()


def test_groups_are_drawn_anew_unless_the_seed_is_the_author_s(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.save_as_template("By name")
    written(workspace, seed="fixed").save_as_template("By seed")
    assert cn.Campaign.from_template("By name", "Autumn", data=c.data, workspace=workspace).seed == "Autumn"
    assert cn.Campaign.from_template("By seed", "Autumn", data=c.data, workspace=workspace).seed == "fixed"


def test_later_changes_of_either_do_not_reach_the_other(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.save_as_template("Win-back")
    made = cn.Campaign.from_template("Win-back", "Autumn", data=c.data, workspace=workspace)
    made.remove("Opened")
    c["Opened"].end("End")
    assert list(workspace.templates["Win-back"].definition.nodes) == ["All", "Halves", "Mail", "Opened"]
    c.save_as_template("Win-back", replace=True)
    assert list(made.definition.nodes) == ["All", "Halves", "Mail"]


def test_another_zone_moves_the_schedule_too(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.save_as_template("Win-back")
    made = cn.Campaign.from_template("Win-back", "Autumn", data=c.data, workspace=workspace, time_zone="Asia/Tokyo")
    assert (made.time_zone, made.launches(1)[0].isoformat()) == ("Asia/Tokyo", "2026-07-06T09:00:00+09:00")
    with pytest.raises(cn.ScheduleError, match="time zone 'Mars'"):
        cn.Campaign.from_template("Win-back", "Autumn", data=c.data, workspace=workspace, time_zone="Mars")


def test_what_the_data_model_lacks_is_told_all_at_once(workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("Spring", data=model, workspace=workspace)
    c.build_audience("Old", model.people.age > 60)
    c.build_audience("Busy", model.orders.amount > 50)
    c.save_as_template("Two")
    other = cn.DataModel("other")
    other.table("people", model.people.frame().drop("age"), key="id")
    made = cn.Campaign.from_template("Two", "Autumn", data=other, workspace=workspace)
    found = "\n".join(str(problem) for problem in made.problems)
    assert "no column 'age'" in found and "no table 'orders'" in found
    with pytest.raises(cn.DefinitionError, match=r"no column 'age'[\s\S]*no table 'orders'"):
        made.dry_run()


def test_the_empty_template_has_no_activity_and_needs_no_workspace(workspace: cn.Workspace) -> None:
    made = cn.Campaign.from_template("Empty", "Autumn", data=shop(), workspace=workspace)
    assert (len(made.definition.nodes), made.schedule, workspace.begun) == (0, None, False)


# ----------------------------------------------------------------------------------------------------------------- keeping


def test_a_template_is_listed_with_its_fields(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    written(workspace).save_as_template("Win-back", folder="shops/ paris")
    row = workspace.templates.frame().row(-1, named=True)
    assert row == {
        "name": "Win-back",
        "description": "Bring them back",
        "folder": "shops/paris",
        "time_zone": "Europe/Paris",
        "schedule": cn.Weekly("mon", at="09:00", time_zone="Europe/Paris").explain(),
        "activities": 4,
        "built_in": False,
        "modified_at": clock.now(),
    }


def test_a_name_that_is_taken_is_replaced_only_when_asked_for(workspace: cn.Workspace, clock: cn.ManualClock) -> None:
    c = written(workspace)
    c.save_as_template("Win-back")
    with pytest.raises(cn.StoreError, match=r"there is a template of that name[\s\S]*replace=True"):
        c.save_as_template("Win-back")
    clock.advance(days=1)
    assert c.save_as_template("Win-back", description="Newer", replace=True).description == "Newer"
    assert workspace.templates["Win-back"].modified_at == clock.now()


def test_templates_are_renamed_and_removed(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.save_as_template("One")
    c.save_as_template("Two")
    workspace.templates.rename("One", "Three")
    assert own_names(workspace) == ["Three", "Two"]
    with pytest.raises(cn.StoreError, match="template 'Two'\n  there is a template of that name"):
        workspace.templates.rename("Three", "Two")
    workspace.templates.remove("Two")
    assert own_names(workspace) == ["Three"]
    with pytest.raises(cn.StoreError, match=r"no template of that name\n  expected: did you mean 'Three'"):
        workspace.templates.remove("Thre")


def test_those_that_the_package_brings_are_read_only(workspace: cn.Workspace) -> None:
    c = written(workspace)
    for act in (
        lambda: workspace.templates.remove("Empty"),
        lambda: workspace.templates.rename("Empty", "Mine"),
        lambda: c.save_as_template("Empty", replace=True),
    ):
        with pytest.raises(cn.StoreError, match=r"the package brings it[\s\S]*save_as_template\(\"another name\"\)"):
            act()


def test_a_template_is_found_by_position_name_and_text(workspace: cn.Workspace) -> None:
    written(workspace).save_as_template("Win-back")
    found = workspace.templates
    assert (found[0].name, found[-1].name, found["Win-back"].time_zone) == ("Empty", "Win-back", "Europe/Paris")
    assert [item["name"] for item in found.search("WIN-b").frame().to_dicts()] == ["Win-back"]
    with pytest.raises(cn.StoreError, match=r"no template of that name\n  expected: did you mean 'Win-back'"):
        found["Win-bak"]
    with pytest.raises(cn.StoreError, match="no row 99"):
        found[99]


@pytest.mark.parametrize("name", ["", " ", "two\nlines", "x" * 121])
def test_a_name_that_is_none_is_refused(workspace: cn.Workspace, name: str) -> None:
    with pytest.raises(cn.StoreError, match="1 to 120 printable characters"):
        written(workspace).save_as_template(name)


def test_functions_of_a_notebook_are_not_kept(workspace: cn.Workspace) -> None:
    model = shop()
    c = cn.Campaign("Spring", data=model, workspace=workspace)
    c.build_audience("All", model.people).python("Score", lambda frame: frame)
    with pytest.raises(cn.DefinitionError, match="Score"):
        c.save_as_template("Win-back")
    assert own_names(workspace) == []


def test_names_and_texts_are_never_markup(workspace: cn.Workspace) -> None:
    bad = "<img src=x>"
    kept = written(workspace).save_as_template(bad, description=bad, folder=bad)
    assert "<img" not in workspace.templates._repr_html_() + kept._repr_html_()


# ------------------------------------------------------------------------------------------------------------ as one file


def test_a_template_goes_through_one_file(workspace: cn.Workspace, tmp_path: Path) -> None:
    kept = written(workspace).save_as_template("Win-back", folder="shops")
    path = workspace.templates.export("Win-back", tmp_path / "win-back.json")
    workspace.templates.remove("Win-back")
    again = workspace.templates.import_file(path)
    assert (again.name, again.definition, again.schedule) == (kept.name, kept.definition, kept.schedule)
    assert (again.description, again.folder, again.time_zone) == (kept.description, kept.folder, kept.time_zone)
    assert workspace.templates.import_file(path, name="Other").name == "Other"
    with pytest.raises(cn.StoreError, match="there is a template of that name"):
        workspace.templates.import_file(path)


def test_an_export_into_nowhere_leaves_nothing(workspace: cn.Workspace, tmp_path: Path) -> None:
    with pytest.raises(cn.DataError, match=r"a folder that is there[\s\S]*ws\.templates\.export\('Empty', 'empty\.json'\)"):
        workspace.templates.export("Empty", tmp_path / "gone" / "empty.json")
    assert list(tmp_path.iterdir()) == []


HOSTILE = {
    "no JSON": (b"{", "it is no JSON"),
    "a pickle": (b"\x80\x04\x95\x0b\x00\x00\x00", "it is no JSON"),
    "a name twice": (b'{"campaign_nb_template": 1, "name": "a", "name": "b", "campaign": {}}', "the name 'name' stands twice"),
    "NaN": (b'{"campaign_nb_template": NaN}', "the number NaN"),
    "too large a number": (b'{"campaign_nb_template": 1e999}', "a number too large"),
    "too deep": (b'{"a":' + b"[" * 400 + b"]" * 400 + b"}", "nested 401 levels deep"),
    "a list": (b"[]", "stands there"),
    "another document": (b'{"campaign_nb": 1, "name": "x", "activities": []}', "it is a campaign"),
    "a newer version": (b'{"campaign_nb_template": 2, "name": "a", "campaign": {}}', "its version is 2"),
    "a field too many": (b'{"campaign_nb_template": 1, "name": "a", "campaign": {}, "run": "rm"}', "no field 'run'"),
    "a field of another type": (b'{"campaign_nb_template": 1, "name": 3, "campaign": []}', "'name' is"),
    "a version that is a yes": (b'{"campaign_nb_template": true, "name": "a", "campaign": {}}', "'campaign_nb_template' is"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_and_nothing_is_kept(workspace: cn.Workspace, tmp_path: Path, case: str) -> None:
    content, words = HOSTILE[case]
    (tmp_path / "bad.json").write_bytes(content)
    with pytest.raises(cn.DefinitionError, match=words):
        workspace.templates.import_file(tmp_path / "bad.json")
    assert own_names(workspace) == []


def test_a_file_that_is_too_large_is_not_read(workspace: cn.Workspace, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_bytes(b" " * 10_000_001)
    with pytest.raises(cn.DefinitionError, match="it has 10,000,001 bytes"):
        workspace.templates.import_file(tmp_path / "bad.json")
    with pytest.raises(cn.DataError, match="it can't be read"):
        workspace.templates.import_file(tmp_path / "gone.json")


def test_what_is_wrong_with_its_campaign_and_its_schedule_is_told_together(workspace: cn.Workspace, tmp_path: Path) -> None:
    document = json.loads(written(workspace).save_as_template("Win-back").to_json())
    document["campaign"]["activities"][0]["kind"] = "bild_audience"
    document["schedule"]["at"] = "25:00"
    (tmp_path / "bad.json").write_text(json.dumps(document))
    with pytest.raises(
        cn.DefinitionError, match=r"the template has 2 problems[\s\S]*template, activity|did you mean 'build_audience'"
    ) as caught:
        workspace.templates.import_file(tmp_path / "bad.json", name="Other")
    assert [problem.where.partition(",")[0] for problem in caught.value.problems] == ["template", "template"]


def test_a_kept_template_that_can_not_be_read_does_not_hide_the_others(workspace: cn.Workspace) -> None:
    c = written(workspace)
    c.save_as_template("Good")
    c.save_as_template("Newer")
    with workspace.store.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE templates SET document = replace(document, '\"campaign_nb\": 1', '\"campaign_nb\": 9') WHERE name = 'Newer'"
        )
    rows = {row["name"]: row for row in workspace.templates.frame().to_dicts()}
    assert rows["Good"]["activities"] == 4 and rows["Newer"]["description"].startswith("can't be read: its version is 9")
    with pytest.raises(cn.DefinitionError, match="its version is 9"):
        workspace.templates["Newer"]
