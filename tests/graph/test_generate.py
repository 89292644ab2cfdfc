"""The methods written out from the catalogue: up to date, complete, and refused where they can't be written."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest

from campaign_nb.activity import CATALOGUE, COMPLEMENT, Activity, Port
from campaign_nb.errors import DefinitionError
from campaign_nb.graph import generate
from campaign_nb.graph.building import Building
from campaign_nb.graph.generate import PACKAGE, discovery, main, outdated, written_methods
from campaign_nb.graph.method import method_of
from campaign_nb.graph.sources import SourceMethods
from campaign_nb.graph.transition import Transition

OURS = {kind: item for kind, item in CATALOGUE.items() if item.__module__.startswith("campaign_nb.activities.")}


def test_what_is_written_out_is_up_to_date() -> None:
    stale = [path.name for path in outdated(PACKAGE)]
    assert not stale, f"run python -m campaign_nb.graph.generate: {stale}"


@pytest.mark.parametrize("kind", sorted(OURS))
def test_every_activity_is_a_documented_method(kind: str) -> None:
    least, most = OURS[kind].inputs
    owner = Transition if least <= 1 and most != 0 else SourceMethods
    method: Callable[..., Any] = getattr(owner, kind)
    assert (inspect.getdoc(method) or "").splitlines()[0] == OURS[kind].summary()
    assert list(inspect.signature(method).parameters)[:2] == ["self", "label"]


def test_no_verb_hides_what_handles_have_of_their_own() -> None:
    assert not set(OURS) & (set(vars(Transition)) | set(vars(Building)))


@pytest.mark.parametrize("kind", sorted(OURS))
def test_a_method_takes_every_option_of_its_activity(kind: str) -> None:
    owner = Transition if hasattr(Transition, kind) else SourceMethods
    taken = inspect.signature(getattr(owner, kind)).parameters
    for name, option in inspect.signature(OURS[kind].of).parameters.items():
        assert taken[name].default == option.default
        assert str(taken[name].annotation).replace('"', "'") == str(option.annotation).replace('"', "'")


def test_the_check_says_what_is_outdated_and_writes_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    written: list[Path] = []
    monkeypatch.setattr(generate, "outdated", lambda package: {PACKAGE / "graph" / "sources.py": "other"})
    monkeypatch.setattr(Path, "write_text", lambda self, *_, **__: written.append(self))
    assert main(["--check"]) == 1 and written == []
    assert capsys.readouterr().out == "outdated: campaign_nb/graph/sources.py\n"
    assert main([]) == 0 and written == [PACKAGE / "graph" / "sources.py"]


def test_a_changed_file_is_outdated(tmp_path: Path) -> None:
    (tmp_path / "activities").mkdir()
    (tmp_path / "graph").mkdir()
    assert {path.name for path in outdated(tmp_path)} == {
        "__init__.py",
        "methods_targeting.py",
        "methods_data.py",
        "methods_channel.py",
        "methods_flow.py",
        "sources.py",
    }


def test_a_new_file_of_activities_is_discovered_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("class Second:\n    pass\n\nclass _Inner:\n    pass\n")
    (tmp_path / "a.py").write_text("class Zebra:\n    pass\n\nclass First:\n    pass\n\nALIAS = int\n")
    (tmp_path / "__init__.py").write_text("")
    assert discovery(tmp_path).splitlines()[2:5] == [
        "from campaign_nb.activities.a import First, Zebra",
        "from campaign_nb.activities.b import Second",
        "",
    ]


def test_the_written_files_are_as_the_formatter_and_the_linter_want_them() -> None:
    files = [str(PACKAGE / "graph" / name) for name in written_methods(OURS)] + [str(PACKAGE / "activities" / "__init__.py")]
    config = str(PACKAGE.parent / "pyproject.toml")
    for command in (["format", "--check"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--config", config, *files], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


class Fork(Activity):
    """Hand people on in several directions.

    >>> 1 + 1
    2
    """

    kind = "fork_of_a_test"
    label = "Fork"
    icon = "flag"
    family = "flow"
    inputs: ClassVar[tuple[int, int | None]] = (1, 3)
    named = "ways"

    ways: Mapping[str, object]
    """The directions."""

    @classmethod
    def of(cls, ways: Mapping[str, object] | None = None, *, least: float = 0.5, word: str = 'a"b', **named: object) -> Self:
        """Build it."""
        return cls(ways={**(ways or {}), **named})

    def ports(self) -> tuple[Port, ...]:
        """One for each way."""
        return (*(Port(name) for name in self.ways), Port(COMPLEMENT, complement=True))


CATALOGUE.pop(Fork.kind)  # other tests look at the whole catalogue


def test_a_method_is_written_from_signature_and_documentation() -> None:
    assert (
        method_of(Fork).text
        == '''\
    def fork_of_a_test(
        self,
        label: str,
        /,
        ways: Mapping[str, object] | None = None,
        *,
        least: float = 0.5,
        word: str = 'a"b',
        others: Sequence[Transition] = (),
        description: str = "",
        on_error: OnError | None = None,
        enabled: bool = True,
        breakpoint: bool = False,
        when_empty: WhenEmpty | None = None,
        max_duration: str | None = None,
        **named: object,
    ) -> Branches:
        """Hand people on in several directions.

        Options:
        ways: The directions
        others: Further inputs, after this transition
        description: What the activity is for, in your words
        on_error: What the run does when the activity fails; as the campaign says unless given
        enabled: Whether it runs; what follows it runs with nobody from it
        breakpoint: Whether a live run halts before it until it is resumed
        when_empty: Whether an output without people goes on or stops there
        max_duration: How long it may take before there is an alert, such as 30s
        """
        return self._several(
            label,
            Fork.of(ways, least=least, word=word, **named),
            description,
            (ways, named),
            others,
            handling=handling(f"fork_of_a_test {label!r}", on_error, enabled, breakpoint, when_empty, max_duration),
        )'''
    )


def test_the_names_that_a_method_needs_are_imported_from_where_the_activity_has_them() -> None:
    assert method_of(Fork).names == {
        "Fork": __name__,
        "Branches": "campaign_nb.graph.transition",
        "Transition": "campaign_nb.graph.transition",
        "Mapping": "collections.abc",
        "Sequence": "collections.abc",
        **dict.fromkeys(("OnError", "WhenEmpty", "handling"), "campaign_nb.graph.handling"),
    }


def test_a_default_that_can_t_be_written_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def of(cls: type[Fork], ways: object = Fork) -> Fork:
        raise DefinitionError

    monkeypatch.setattr(Fork, "of", classmethod(of))
    with pytest.raises(ValueError, match="can't be written into a signature"):
        method_of(Fork)


def test_a_kind_that_is_no_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Fork, "kind", "class")
    with pytest.raises(ValueError, match="the kind 'class' can't be the name of a method"):
        method_of(Fork)
