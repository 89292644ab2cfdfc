"""A template: a definition with its schedule, from which campaigns are copied; and its document, for one file."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any, NoReturn, cast

from campaign_nb.errors import CampaignError, DefinitionError, Problem, did_you_mean
from campaign_nb.graph.definition import Definition
from campaign_nb.graph.document import from_document, parsed
from campaign_nb.graph.values import kind_of
from campaign_nb.render import html
from campaign_nb.schedule import Schedule

VERSION = 1
EMPTY = "Empty"
WHERE = "template"
WRITE = "ws.templates.export(name, path) writes one"
_TOP: Mapping[str, type | tuple[type, ...]] = {
    "campaign_nb_template": int,
    "name": str,
    "description": str,
    "folder": str,
    "schedule": dict,
    "campaign": dict,
}
_NEEDED = ("campaign_nb_template", "name", "campaign")


@dataclass(frozen=True)
class Template:
    """A campaign to start from.

    What is made of it is a copy, which later changes of the template do not reach.

    Nulls: no schedule is once, as soon as it is published; those that the package brings were never modified.
    """

    name: str
    definition: Definition
    schedule: Schedule | None = None
    description: str = ""
    folder: str = ""
    built_in: bool = False
    modified_at: dt.datetime | None = None

    @property
    def time_zone(self) -> str:
        """The zone of its schedule and its dates."""
        return self.definition.time_zone

    def copied(self, name: str, time_zone: str | None = None) -> tuple[Definition, Schedule | None]:
        """Return the definition and the schedule of a new campaign.

        `time_zone` takes the place of the template's. Its groups are drawn anew, unless the template has a seed of its own.
        """
        old, schedule = self.definition, self.schedule
        made = old.renamed(name)
        if old.seed == old.name:
            made = replace(made, seed=name)
        if time_zone is not None:
            made = replace(made, time_zone=time_zone)
            if schedule is not None and schedule.time_zone == old.time_zone:
                schedule = Schedule.from_json({**schedule.to_json(), "time_zone": time_zone})
        return made, schedule

    def to_json(self) -> str:
        """Return the template as JSON text, for one file.

        Errors: functions that another kernel could not import.
        """
        document: dict[str, Any] = {"campaign_nb_template": VERSION, "name": self.name}
        document |= {"description": self.description, "folder": self.folder}
        if self.schedule is not None:
            document["schedule"] = self.schedule.to_json()
        document["campaign"] = self.definition.document()
        return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Template:
        """Read a template from JSON text, strictly; functions are not imported.

        Errors: no JSON, a name twice in one object, NaN, too long, too deep; another version; unknown, missing or
        mistyped fields; all that is wrong with its campaign and its schedule.
        """
        try:
            document = parsed(text)
        except DefinitionError as error:
            _raise([_placed(problem) for problem in error.problems], error)
        problems = _top_problems(document)
        if problems:
            _raise(problems)
        found = cast("dict[str, Any]", document)
        definition = schedule = None
        try:
            definition = from_document(found["campaign"])
        except DefinitionError as error:
            problems += [_placed(problem) for problem in error.problems]
        try:
            schedule = Schedule.from_json(found["schedule"]) if "schedule" in found else None
        except CampaignError as error:
            problems += [replace(problem, where=f"{WHERE}, {problem.where}") for problem in error.problems]
        if definition is None or problems:
            _raise(problems)
        return cls(found["name"], definition, schedule, found.get("description", ""), found.get("folder", ""))

    def __repr__(self) -> str:
        count = len(self.definition.nodes)
        return f"<template {self.name!r}: {count} activit{'ies' if count != 1 else 'y'}>"

    def _repr_html_(self) -> str:
        rows: list[tuple[object, object]] = [("Description", self.description or "–"), ("Folder", self.folder or "–")]
        rows.append(("Time zone", self.time_zone))
        rows.append(("Schedule", "once, as soon as possible" if self.schedule is None else self.schedule.explain()))
        nodes = self.definition.nodes
        rows.append(("Activities", "\n".join(f"{html.one_line(label)} ({node.activity.label})" for label, node in nodes.items()) or "none"))
        return html.card(self.name, rows, "built in, read-only" if self.built_in else "")


@functools.cache
def built_in() -> Mapping[str, Template]:
    """Return the templates that the package brings, by name: the empty one, then worked examples.

    They read the tables and columns that `campaign_nb/templates/README.md` lists.
    """
    empty = Template(EMPTY, Definition(EMPTY), description="No activity yet", built_in=True)
    files = sorted(resources.files("campaign_nb").joinpath("templates").iterdir(), key=lambda file: file.name)
    texts = [file.read_text("utf-8") for file in files if file.name.endswith(".json")]
    found = [empty, *(replace(Template.from_json(text), built_in=True) for text in texts)]
    return {template.name: template for template in found}


def _top_problems(document: object) -> list[Problem]:
    if not isinstance(document, dict):
        return [Problem(WHERE, f"{kind_of(document)} stands there", "names and values", WRITE)]
    found = cast("dict[str, Any]", document)
    if "campaign_nb" in found and "campaign_nb_template" not in found:
        return [Problem(WHERE, "it is a campaign", "a template", "cn.Campaign.from_json(text, data=shop), then .save_as_template(name)")]
    problems = [
        Problem(WHERE, f"no field {name[:80]!r}", did_you_mean(name[:80], _TOP), "take it out") for name in found if name not in _TOP
    ]
    for name, kind in _TOP.items():
        if name in found and (not isinstance(found[name], kind) or isinstance(found[name], bool)):
            problems.append(Problem(WHERE, f"{name!r} is {kind_of(found[name])}", kind_of(cast("type", kind)()), WRITE))
        elif name in _NEEDED and name not in found:
            problems.append(Problem(WHERE, f"the field {name!r} is missing", ", ".join(_NEEDED), f'"{name}": …'))
    version = found.get("campaign_nb_template")
    if not problems and version != VERSION:
        newer = "; it needs a newer version of this package" if cast("int", version) > VERSION else ""
        problems.append(Problem(WHERE, f"its version is {version}", f"version {VERSION}{newer}", "pip install --upgrade campaign-nb"))
    return problems


def _placed(problem: Problem) -> Problem:
    """Say of a problem of the campaign's document that it lies in a template."""
    do = WRITE if problem.do == "campaign.to_json() writes a document" else problem.do
    return replace(problem, where=problem.where.replace("document", WHERE, 1), do=do)


def _raise(problems: list[Problem], cause: Exception | None = None) -> NoReturn:
    raise DefinitionError(*problems, subject="the template" if len(problems) > 1 else "") from cause
