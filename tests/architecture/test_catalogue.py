"""What every activity of the catalogue owes: words, a known icon, documented fields, generated methods up to date."""

from __future__ import annotations

import dataclasses
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from campaign_nb.activity import CATALOGUE, Activity
from campaign_nb.graph.method import field_documentation
from campaign_nb.render.icons import ICONS

ROOT = Path(__file__).parents[2]
OWN = {kind: cls for kind, cls in CATALOGUE.items() if cls.__module__.startswith("campaign_nb.activities.")}
WITHOUT_DOCTEST = {"email", "end"}
"""They need a workspace, or do nothing that an example could show; their tests run whole campaigns."""


def undocumented(cls: type[Activity]) -> list[str]:
    known = field_documentation(cls)
    return [item.name for item in dataclasses.fields(cls) if not known.get(item.name)]  # type: ignore[arg-type] # every activity is a dataclass


@pytest.mark.parametrize("kind", sorted(OWN))
def test_every_kind_has_words_an_icon_and_documented_fields(kind: str) -> None:
    cls = OWN[kind]
    first = (inspect.getdoc(cls) or "").splitlines()[0]
    assert 10 < len(first) < 80
    assert cls.icon in ICONS and cls.label and cls.accounting.__doc__
    assert undocumented(cls) == []
    assert (">>>" in (inspect.getdoc(cls) or "")) != (kind in WITHOUT_DOCTEST)
    assert Path(inspect.getfile(cls)).stem == kind


def test_labels_are_unique() -> None:
    labels = [cls.label for cls in OWN.values()]
    assert len(set(labels)) == len(labels)


def test_nothing_switches_on_a_kind() -> None:
    kinds = "|".join(sorted(OWN))
    switch = re.compile(rf"\b(activity|node|cls)\.kind\s*[!=]==?\s*[\"']({kinds})[\"']|match\s+(node|activity)\.kind\b")
    sources = [*ROOT.glob("campaign_nb/**/*.py"), *ROOT.glob("labextension/src/**/*.ts")]
    assert switch.search('if node.kind == "email":')
    assert [str(path) for path in sources if switch.search(path.read_text("utf-8"))] == []


def test_the_generated_methods_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "campaign_nb.graph.generate", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
