"""Templates as they are kept."""

from __future__ import annotations

import datetime as dt

import pytest

from campaign_nb.errors import StoreError
from campaign_nb.store import Store, templates

HOUR = dt.timedelta(hours=1)


def test_a_template_keeps_its_fields_and_when_it_was_made(store: Store, noon: dt.datetime) -> None:
    fields = {"schedule": "{}", "description": "Win back", "folder": "shops", "time_zone": "Europe/Paris"}
    with store.begin() as connection:
        made = templates.save(connection, "Spring", "{}", noon, **fields)
        again = templates.save(connection, "Spring", '{"a": 1}', noon + HOUR, replace=True)
    assert (made.document, made.schedule, made.description, made.folder, made.time_zone) == (
        "{}",
        "{}",
        "Win back",
        "shops",
        "Europe/Paris",
    )
    assert (again.document, again.schedule, again.created_at, again.modified_at) == ('{"a": 1}', None, noon, noon + HOUR)


def test_a_template_is_not_replaced_unasked(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        templates.save(connection, "Spring", "{}", noon)
        with pytest.raises(StoreError, match="template 'Spring'\n  there is a template of that name"):
            templates.save(connection, "Spring", "[]", noon)
        assert templates.get(connection, "Spring").document == "{}"


def test_templates_are_listed_renamed_and_removed_by_name(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        for name in ("Spring", "Autumn"):
            templates.save(connection, name, "{}", noon)
        assert templates.rename(connection, "Spring", "Summer", noon + HOUR).modified_at == noon + HOUR
        assert [item.name for item in templates.list_templates(connection)] == ["Autumn", "Summer"]
        templates.remove(connection, "Autumn")
        assert [item.name for item in templates.list_templates(connection)] == ["Summer"]


def test_a_name_that_is_taken_or_unknown_is_refused(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        for name in ("Spring", "Autumn"):
            templates.save(connection, name, "{}", noon)
        with pytest.raises(StoreError, match="template 'Autumn'\n  there is a template of that name"):
            templates.rename(connection, "Spring", "Autumn", noon)
        with pytest.raises(StoreError, match="did you mean 'Spring'"):
            templates.remove(connection, "Sprng")
        assert templates.rename(connection, "Spring", "Spring", noon).name == "Spring"
