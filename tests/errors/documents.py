"""Documents and code: saving, reading, writing Python."""

from __future__ import annotations

import json
from typing import Any

import campaign_nb as cn
from tests.errors.situations import Stage, situation


def _changed(stage: Stage, **changes: Any) -> object:
    document = {**json.loads(stage.mailing().to_json()), **changes}
    return cn.Campaign.from_json(json.dumps(document), data=stage.data)


def _activity(stage: Stage, **changes: Any) -> object:
    document = json.loads(stage.mailing().to_json())
    document["activities"][1] |= changes
    return cn.Campaign.from_json(json.dumps(document), data=stage.data)


@situation
def a_document_cut_short(stage: Stage) -> object:
    return cn.Campaign.from_json(stage.mailing().to_json()[:-4], data=stage.data)


@situation
def a_document_that_is_a_list(stage: Stage) -> object:
    return cn.Campaign.from_json("[]", data=stage.data)


@situation
def a_document_of_a_newer_version(stage: Stage) -> object:
    return _changed(stage, campaign_nb=99)


@situation
def a_document_with_a_field_too_many(stage: Stage) -> object:
    return _changed(stage, colour="green")


@situation
def a_document_with_fields_of_another_type(stage: Stage) -> object:
    return _changed(stage, description=3, tags="retail")


@situation
def a_document_without_a_name(stage: Stage) -> object:
    return cn.Campaign.from_json('{"campaign_nb": 1, "activities": []}', data=stage.data)


@situation
def a_document_with_an_unknown_zone(stage: Stage) -> object:
    return _changed(stage, time_zone="Mars")


@situation
def a_document_with_an_unknown_kind_of_activity(stage: Stage) -> object:
    return _activity(stage, kind="emial")


@situation
def a_document_with_an_unknown_option(stage: Stage) -> object:
    return _activity(stage, options={"colour": "green"})


@situation
def a_document_with_a_label_twice(stage: Stage) -> object:
    return _activity(stage, label="Everybody")


@situation
def a_document_with_a_blank_label(stage: Stage) -> object:
    return _activity(stage, label=" ")


@situation
def a_function_of_the_notebook_is_saved(stage: Stage) -> object:
    spring, people = stage.everybody()
    people.python("Score", lambda rows: rows)
    stage.files_unchanged()
    return spring.save("spring.json")


@situation
def a_campaign_is_saved_where_there_is_no_folder(stage: Stage) -> object:
    spring = stage.mailing()
    stage.files_unchanged()
    return spring.save("missing/spring.json")


@situation
def a_campaign_with_a_cycle_is_written_as_Python(stage: Stage) -> object:
    spring, people = stage.everybody()
    adults = people.filter("Adults", stage.customers.age >= 18)
    adults.filter("Adults", stage.customers.age >= 18)
    return spring.to_python()


def _imported(stage: Stage, text: str) -> object:
    path = stage.given(stage.folder / "template.json")
    path.write_text(text)
    stage.files_unchanged()
    return stage.workspace().templates.import_file(path)


@situation
def a_template_of_a_name_that_is_taken(stage: Stage) -> object:
    spring = stage.mailing()
    spring.save_as_template("Win-back")
    return spring.save_as_template("Win-back")


@situation
def a_template_under_the_name_of_one_that_the_package_brings(stage: Stage) -> object:
    spring = stage.mailing()
    stage.files_unchanged()
    return spring.save_as_template("Guarded send")


@situation
def a_template_without_a_name(stage: Stage) -> object:
    return stage.mailing().save_as_template(" ")


@situation
def a_template_that_is_not_there(stage: Stage) -> object:
    return cn.Campaign.from_template("Garded send", "Mine", data=stage.data, workspace=stage.workspace())


@situation
def a_template_on_a_data_model_that_lacks_columns(stage: Stage) -> object:
    made = cn.Campaign.from_template("Three-way audience", "Mine", data=stage.data, workspace=stage.workspace())
    return list(made.problems)


@situation
def a_template_s_file_that_is_not_there(stage: Stage) -> object:
    return stage.workspace().templates.import_file("nofile.json")


@situation
def a_template_s_file_that_is_a_campaign(stage: Stage) -> object:
    return _imported(stage, stage.mailing().to_json())


@situation
def a_template_s_file_of_a_newer_version(stage: Stage) -> object:
    return _imported(stage, '{"campaign_nb_template": 2, "name": "Win-back", "campaign": {}}')


@situation
def a_template_s_file_with_a_name_twice(stage: Stage) -> object:
    return _imported(stage, '{"campaign_nb_template": 1, "name": "Win-back", "name": "Other", "campaign": {}}')


@situation
def a_template_s_file_with_a_bad_campaign_and_a_bad_schedule(stage: Stage) -> object:
    campaign = {"campaign_nb": 1, "name": "Spring", "activities": [{"label": "All", "kind": "bild_audience"}]}
    schedule = {"version": 1, "kind": "daily", "at": "25:00"}
    document = {"campaign_nb_template": 1, "name": "Win-back", "schedule": schedule, "campaign": campaign}
    return _imported(stage, json.dumps(document))
