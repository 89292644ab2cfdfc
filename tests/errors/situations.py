"""Bad input, one small function a situation: how it is listed, staged and shown."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

import campaign_nb as cn
from campaign_nb.graph import cells
from tests.errors.shop import shop

_RUN = re.compile(r"\b[0-9a-f]{32}\b|(?<=\brun )[0-9a-f]{8}\b")

_MORE = re.compile(r"\band \d+ more\b")


@dataclass
class Stage:
    """Where a situation takes place: an empty folder, the working directory too; a shop; a workspace with a clock that stands still."""

    folder: Path
    data: cn.DataModel = field(default_factory=shop)
    paths: list[Path] = field(default_factory=list[Path])
    """The paths that the situation hands over whole; messages may repeat them."""
    kept: list[tuple[Callable[[], object], object]] = field(default_factory=list[tuple[Callable[[], object], object]])
    spaces: list[cn.Workspace] = field(default_factory=list[cn.Workspace])

    @property
    def customers(self) -> Any:
        """The table of people."""
        return self.data["customers"]

    @property
    def orders(self) -> Any:
        """The table of what they bought."""
        return self.data["orders"]

    def workspace(self, **settings: Any) -> cn.Workspace:
        """A workspace of the stage, closed at the end."""
        path = self.given(self.folder / f"workspace {len(self.spaces) + 1}")
        self.spaces.append(cn.Workspace(path, clock=cn.ManualClock("2026-07-01 09:00"), **settings))
        return self.spaces[-1]

    def campaign(self, name: str = "Spring", **settings: Any) -> cn.Campaign:
        """A campaign without activities."""
        return cn.Campaign(name, data=self.data, workspace=self.workspace(), **settings)

    def everybody(self) -> tuple[cn.Campaign, cn.Transition]:
        """A campaign that starts with everybody."""
        spring = self.campaign()
        return spring, spring.build_audience("Everybody", self.customers)

    def mailing(self) -> cn.Campaign:
        """A campaign with one message and nothing wrong."""
        spring, people = self.everybody()
        people.email("Offer", subject="We miss you", text="Hello {{ name }}")
        return spring

    def published(self) -> cn.Campaign:
        """A campaign that runs every week."""
        spring = self.mailing()
        spring.schedule = cn.Weekly("mon", at="09:00")
        spring.publish(confirm=2)
        return spring

    def cell(self, name: str, execution: int = 1) -> None:
        """Go on as if a cell of a notebook ran."""
        cells.provide(lambda: (name, execution))

    def given(self, path: Path) -> Path:
        """Note a path that the situation hands over whole."""
        self.paths.append(path)
        return path

    def unchanged(self, look: Callable[[], object]) -> None:
        """Note what must be the same after the failed action as it is now."""
        self.kept.append((look, look()))

    def definition_unchanged(self, campaign: cn.Campaign) -> None:
        """Note a campaign that the failed action must leave as it is."""
        self.unchanged(lambda: campaign.definition.digest())

    def files_unchanged(self) -> None:
        """Note every file of the stage: the failed action must write none."""
        self.unchanged(lambda: files_of(self.folder))

    def as_before(self) -> bool:
        """Tell whether all that was noted is as it was."""
        return all(look() == before for look, before in self.kept)

    def close(self) -> None:
        """Close what was opened."""
        cells.provide(None)
        for space in self.spaces:
            space.close()


Situation = Callable[[Stage], object]
SITUATIONS: dict[str, dict[str, Situation]] = {}
"""The situations by family, the last part of their module's name, and by sentence."""


def situation(function: Situation) -> Situation:
    """List a situation under its sentence; it raises, or returns problems, a frame of them, or an answer in words."""
    family = function.__module__.rpartition(".")[2]
    SITUATIONS.setdefault(family, {})[function.__name__.replace("_", " ")] = function
    return function


@dataclass(frozen=True)
class Shown:
    """What a user is shown: the error's class, None where none is raised; the problems; the text; and that nothing else changed."""

    error: type[BaseException] | None
    problems: Sequence[cn.Problem]
    text: str
    unchanged: bool


def staged(act: Situation, stage: Stage) -> Shown:
    """Let a situation happen and return what it shows; paths, run ids and the lengths of long lists are replaced by words."""
    before = os.getcwd()
    os.chdir(stage.folder)
    try:
        found = act(stage)
    except Exception as error:  # whatever it is, it is shown to the test
        problems = error.problems if isinstance(error, cn.CampaignError) else ()
        return Shown(type(error), problems, _masked(f"{type(error).__name__}: {error}", stage), stage.as_before())
    finally:
        os.chdir(before)
    if isinstance(found, str):
        return Shown(None, (), _masked(found, stage), stage.as_before())
    problems = _problems(found)
    return Shown(None, problems, _masked("\n\n".join(map(str, problems)), stage), stage.as_before())


def _problems(found: object) -> list[cn.Problem]:
    if isinstance(found, pl.DataFrame):
        return [
            cn.Problem(f"table {row['table']!r}, {row['rows']} rows", row["what"], row["expected"], row["do"]) for row in found.to_dicts()
        ]
    return found if isinstance(found, list) else []


def _masked(text: str, stage: Stage) -> str:
    for path in sorted(stage.paths, key=lambda path: -len(str(path))):
        name = path.relative_to(stage.folder) if path.is_relative_to(stage.folder) else path
        text = text.replace(str(path), f"«{name}»")
    return _MORE.sub("and «so many» more", _RUN.sub("«run»", text))


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content; a journal that an open database keeps beside itself is left out."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in _files(folder)}


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.endswith(("-wal", "-shm", "-journal")))
