"""What the tests of the store start from, and the other kernels that they start."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from campaign_nb.store import Store, campaigns

Kernel = subprocess.Popen[str]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store that is made once, for copies."""
    folder = tmp_path_factory.mktemp("made") / ".campaign-nb"
    Store.open(folder).close()
    return folder


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(shutil.copytree(made, tmp_path / ".campaign-nb"))
    yield opened
    opened.close()


@pytest.fixture
def noon() -> dt.datetime:
    return dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def spring(store: Store, noon: dt.datetime) -> str:
    """The id of a campaign with one version."""
    with store.begin() as connection:
        made = campaigns.create(connection, "Spring", noon)
        campaigns.save_version(connection, made.id, '{"version": 1}', noon)
    return made.id


@pytest.fixture
def kernels() -> Iterator[Callable[..., Kernel]]:
    """Starts other kernels, one of the functions of `other_kernel` each; whatever is left of them ends with the test."""
    started: list[Kernel] = []

    def start(verb: str, folder: Path, *more: str) -> Kernel:
        command = [sys.executable, "-m", "tests.store.other_kernel", verb, str(folder), *more]
        kernel = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(kernel)
        return kernel

    yield start
    for kernel in started:
        kernel.kill()
        kernel.communicate(timeout=20)


def race(kernels: list[Kernel]) -> list[list[str]]:
    """Wait until all kernels are ready, let them go at once, and return the lines that each says."""
    for kernel in kernels:
        assert kernel.stdout is not None
        assert kernel.stdout.readline() == "ready\n"
    for kernel in kernels:
        assert kernel.stdin is not None
        kernel.stdin.write("go\n")
        kernel.stdin.flush()
    return [kernel.communicate(timeout=30)[0].splitlines() for kernel in kernels]
