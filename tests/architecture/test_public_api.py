"""What users may rely on: a sorted list of documented names, compared with the list that was agreed."""

from __future__ import annotations

import types
from pathlib import Path

import campaign_nb
from tests.architecture import public_api
from tests.architecture.sources import ROOT, listed, plant

LONG = f'''
class Hidden:
    """Short."""

class Door(Base):
    """Short."""

    def opened(self) -> list[Room]: ...

class Base:
    def long(self):
        """{"x" * 80}"""
    def _private(self):
        """{"x" * 80}"""

class Room:
    """{"x" * 80}"""
'''
BARE = '"""A module."""\n\n\nclass Planted:\n    """A class."""\n\n    def bare(self): ...\n    def _private(self): ...\n'


def _package(**names: object) -> types.ModuleType:
    module = types.ModuleType("campaign_nb_planted", "A module.")
    vars(module).update(names)
    return module


def test_the_public_names_are_sorted_and_written_once() -> None:
    names = public_api.names_of(campaign_nb)
    assert names == sorted(set(names))


def test_every_public_name_exists() -> None:
    assert not [name for name in public_api.names_of(campaign_nb) if not hasattr(campaign_nb, name)]


def test_the_public_names_are_those_agreed() -> None:
    golden = public_api.GOLDEN.read_text(encoding="utf-8")
    assert public_api.surface(campaign_nb) == golden, "a wanted change? python -m tests.architecture.public_api"


def test_every_public_name_is_documented() -> None:
    assert not public_api.undocumented_names(campaign_nb)


def test_everything_public_in_the_package_has_a_docstring() -> None:
    findings = list(public_api.undocumented(ROOT))
    assert not findings, listed(findings)


def test_what_users_meet_is_told_in_a_first_line_of_fewer_than_80_characters() -> None:
    findings = list(public_api.long_winded(ROOT, public_api.starting_points(campaign_nb)))
    assert not findings, listed(findings)


def test_a_planted_name_changes_the_list() -> None:
    assert public_api.surface(_package(__all__=["Path", "dumps"], Path=Path, dumps=plant)) == "Path: class\ndumps: function\n"


def test_a_planted_public_name_without_docstring_is_found() -> None:
    assert public_api.undocumented_names(_package(__all__=["bare", "missing"], bare=lambda: None)) == ["bare", "missing"]


def test_planted_missing_docstrings_are_found(tmp_path: Path) -> None:
    plant(tmp_path, {"campaign_nb/bare.py": BARE, "campaign_nb/silent.py": "x = 1\n"})
    assert [str(finding) for finding in public_api.undocumented(tmp_path)] == [
        "campaign_nb/bare.py:7: bare has no docstring",
        "campaign_nb/silent.py:1: campaign_nb/silent.py has no docstring",
    ]


def test_a_planted_long_first_line_is_found_where_users_get_by_bases_and_results(tmp_path: Path) -> None:
    plant(tmp_path, {"campaign_nb/long.py": LONG})
    assert sorted(finding.line for finding in public_api.long_winded(tmp_path, ["Door"])) == [11, 16]
    assert not list(public_api.long_winded(tmp_path, ["Hidden"]))


def test_a_value_leads_to_its_class_and_a_module_to_all_that_it_offers() -> None:
    package = _package(__all__=["here", "fn"], here=Path(), fn=_package(days=plant, _private=plant))
    assert public_api.starting_points(package) >= {"here", "fn", "days", type(Path()).__name__}
    assert "_private" not in public_api.starting_points(package)
