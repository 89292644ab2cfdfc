"""The templates of a workspace, with those that the package brings: listed, kept, renamed, shared as one file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from campaign_nb.errors import CampaignError, Problem, StoreError, did_you_mean
from campaign_nb.graph.definition import MOST_LABEL, is_label
from campaign_nb.graph.document import read, to_json, write
from campaign_nb.render import html
from campaign_nb.store import templates
from campaign_nb.store.templates import TemplateRecord
from campaign_nb.workspace.life import folder_of
from campaign_nb.workspace.listing import Listing
from campaign_nb.workspace.template import Template, built_in

if TYPE_CHECKING:
    from campaign_nb.workspace.workspace import Workspace

_EXPORT = 'ws.templates.export("Win-back", "win-back.json") writes one'
_COLUMNS: Mapping[str, Any] = {
    "name": pl.String,
    "description": pl.String,
    "folder": pl.String,
    "time_zone": pl.String,
    "schedule": pl.String,
    "activities": pl.Int64,
    "built_in": pl.Boolean,
    "modified_at": pl.Datetime("us", "UTC"),
}


class Templates(Listing):
    """The templates: those that the package brings, then the workspace's own.

    The former are read-only. Index by position or name for the template itself;
    `cn.Campaign.from_template(name, new_name, data=shop)` copies it into a new campaign, `campaign.save_as_template(name)`
    makes one.

    >>> import tempfile, campaign_nb as cn
    >>> ws = cn.Workspace(tempfile.mkdtemp())
    >>> cn.Campaign("Spring", data=cn.DataModel("shop"), workspace=ws).save_as_template("Win-back")
    <template 'Win-back': 0 activities>
    >>> ws.templates.rename("Win-back", "Seasonal")
    >>> ws.templates.frame()["name"].to_list()[-1], ws.templates["Empty"].built_in
    ('Seasonal', True)
    >>> ws.close()
    """

    def __init__(self, workspace: Workspace, text: str = "") -> None:
        super().__init__(f"templates with {text!r}" if text else "templates", self._all)
        self._workspace, self._text = workspace, text

    def save(self, template: Template, *, replace: bool = False) -> Template:
        """Keep a template under its name.

        Errors: a name that is taken, unless it is replaced; a name of one that the package brings.
        """
        _check_name(template.name)
        self._check_own(template.name, "kept")
        schedule = None if template.schedule is None else json.dumps(template.schedule.to_json(), sort_keys=True)
        with self._workspace.store.begin() as connection:
            templates.save(
                connection,
                template.name,
                to_json(template.definition),
                self._workspace.clock.now(),
                schedule=schedule,
                description=template.description,
                folder=folder_of(template.folder),
                time_zone=template.time_zone,
                replace=replace,
            )
        return self[template.name]

    def rename(self, old: str, new: str) -> None:
        """Give a template another name.

        Errors: no such template, a name that is taken, one that the package brings.
        """
        _check_name(new)
        self._check_own(old, "renamed")
        self._check_own(new, "replaced")
        with self._workspace.store.begin() as connection:
            templates.rename(connection, old, new, self._workspace.clock.now())

    def remove(self, name: str) -> None:
        """Forget a template; campaigns made from it stay as they are.

        Errors: no such template, one that the package brings.
        """
        self._check_own(name, "removed")
        with self._workspace.store.begin() as connection:
            templates.remove(connection, name)

    def export(self, name: str, path: str | os.PathLike[str]) -> Path:
        """Write a template to one file, to share it, and return the path.

        Errors: no such template, a folder that can't be written.
        """
        return write(path, self[name].to_json(), f"ws.templates.export({name!r}, {Path(path).name!r})")

    def import_file(self, path: str | os.PathLike[str], *, name: str | None = None, replace: bool = False) -> Template:
        """Keep a template from a file that `export` wrote, under its name or another one.

        Nothing of the file is run. Errors: all that is wrong with the file; a name that is taken, unless it is replaced.
        """
        found = Template.from_json(_content(path))
        return self.save(found if name is None else _named(found, name), replace=replace)

    def search(self, text: str) -> Templates:
        """Return the templates in which any text contains `text`, whatever its case."""
        return Templates(self._workspace, text)

    def __getitem__(self, which: int | str) -> Template:  # pyright: ignore[reportIncompatibleMethodOverride] # what was kept, not its row
        if isinstance(which, str):
            known = {**built_in(), **{record.name: record for record in self._records()}}
            if which not in known:
                near = did_you_mean(which, known)
                raise StoreError(Problem(f"template {which!r}", "no template of that name", near, "ws.templates lists them"))
            return _template(known[which])
        found = self._found()
        if not -len(found) <= which < len(found):
            expected = f"0 to {len(found) - 1}, or from the end" if found else "at least one template; there is none"
            raise StoreError(Problem(self._title, f"no row {which}", expected, ".frame() shows all rows"))
        return _template(found[which])

    # ------------------------------------------------------------------------------------------------------------ inside

    def _records(self) -> list[TemplateRecord]:
        if not self._workspace.begun:
            return []
        with self._workspace.store.read() as connection:
            return templates.list_templates(connection)

    def _found(self) -> list[Template | TemplateRecord]:
        found: list[Template | TemplateRecord] = [*built_in().values(), *self._records()]
        wanted = self._text.casefold()
        return [item for item in found if any(wanted in str(value).casefold() for value in _row(item)[:5])] if wanted else found

    def _all(self) -> pl.LazyFrame:
        return pl.LazyFrame([_row(item) for item in self._found()], schema=dict(_COLUMNS), orient="row")

    def _check_own(self, name: str, verb: str) -> None:
        if name in built_in():
            do = f'cn.Campaign.from_template({name!r}, …), then campaign.save_as_template("another name")'
            raise StoreError(Problem(f"template {name!r}", f"the package brings it; it can't be {verb}", "a template of your own", do))

    def _repr_html_(self) -> str:
        rows: list[list[Any]] = []
        for name, description, folder, time_zone, schedule, activities, brought, modified in map(_row, self._found()):
            when = "built in" if brought else f"{modified:%Y-%m-%d %H:%M}"
            rows.append([name, description, folder, time_zone, schedule or "once, as soon as possible", activities, when])
        heads = ["name", "description", "folder", "time zone", "schedule", "activities", "modified (UTC)"]
        return html.table(heads, rows, caption=f"{self._title}: {len(rows):,}" if rows else f"{self._title}: nothing matches")


def _template(item: Template | TemplateRecord) -> Template:
    if isinstance(item, Template):
        return item
    document = {"campaign_nb_template": 1, "name": item.name, "description": item.description, "folder": item.folder}
    schedule = {} if item.schedule is None else {"schedule": json.loads(item.schedule)}
    text = json.dumps({**document, **schedule, "campaign": json.loads(item.document)})
    return replace(Template.from_json(text), modified_at=item.modified_at)


def _row(item: Template | TemplateRecord) -> tuple[Any, ...]:
    if isinstance(item, TemplateRecord):
        try:
            found = _template(item)
        except CampaignError as error:  # one that this version can't read must not hide the others
            told = f"can't be read: {error.what}"
            return (item.name, told, item.folder, item.time_zone, "", None, False, item.modified_at)
    else:
        found = item
    schedule = "" if found.schedule is None else found.schedule.explain()
    count = len(found.definition.nodes)
    return (found.name, found.description, found.folder, found.time_zone, schedule, count, found.built_in, found.modified_at)


def _content(path: str | os.PathLike[str]) -> bytes:
    """Return what a file of a template holds.

    Errors: a file that can't be read, or is too long.
    """
    try:
        return read(path)
    except CampaignError as error:
        told = [replace(problem, expected="a file that ws.templates.export wrote", do=_EXPORT) for problem in error.problems]
        raise type(error)(*told, subject=error.subject) from error


def _named(template: Template, name: str) -> Template:
    return replace(template, name=name)


def _check_name(name: str) -> None:
    if not isinstance(name, str) or not is_label(name):  # pyright: ignore[reportUnnecessaryIsInstance] # users
        what = f"its name is {str(name)[:MOST_LABEL]!r}"
        raise StoreError(Problem("template", what, f"1 to {MOST_LABEL} printable characters", 'campaign.save_as_template("Win-back")'))
