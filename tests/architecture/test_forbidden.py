"""What the package never does; each rule with violations planted in a temporary tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture import forbidden, reasons
from tests.architecture.sources import ROOT, Finding, listed, plant

Checker = Callable[[Path], Iterator[Finding]]

CHECKERS: list[Checker] = [
    forbidden.unsafe_calls,
    forbidden.materialised,
    forbidden.pandas_imports,
    forbidden.naive_times,
    forbidden.clock_names,
    forbidden.late_imports,
    forbidden.drawers,
    reasons.silent_comments,
    reasons.silent_settings,
]

PROJECT = '[project.optional-dependencies]\ntest = ["pytest>=8"]\nspark = ["pyspark-client>=4"]\n'

# Checker, file, a line that it must find; every line stands alone in its file.
PLANTED: list[tuple[Checker, str, str]] = [
    (forbidden.unsafe_calls, "campaign_nb/rules/p.py", 'eval("1")'),
    (forbidden.unsafe_calls, "campaign_nb/rules/p.py", 'exec("1")'),
    (forbidden.unsafe_calls, "campaign_nb/rules/p.py", 'compile("1", "", "eval")'),
    (forbidden.unsafe_calls, "campaign_nb/rules/p.py", "import pickle"),
    (forbidden.unsafe_calls, "campaign_nb/rules/p.py", "from cloudpickle import loads"),
    (forbidden.unsafe_calls, "campaign_nb/rules/p.py", "pl.Expr.deserialize(blob)"),
    (forbidden.unsafe_calls, "campaign_nb/rules/p.py", "yaml.load(text)"),
    (forbidden.unsafe_calls, "campaign_nb/rules/p.py", 'pl.sql("select 1")'),
    (forbidden.unsafe_calls, "campaign_nb/rules/p.py", "pl.SQLContext(frame=frame)"),
    (forbidden.unsafe_calls, "campaign_nb/rules/p.py", "from polars import SQLContext"),
    (forbidden.materialised, "campaign_nb/reports/p.py", "frame.select(x).collect()"),
    (forbidden.materialised, "campaign_nb/campaign.py", "pl.collect_all([frame])"),
    (forbidden.materialised, "campaign_nb/store/p.py", 'frame.sink_parquet("x")'),
    (forbidden.materialised, "campaign_nb/store/p.py", "frame.fetch(5)"),
    (forbidden.materialised, "campaign_nb/store/p.py", "from polars import collect_all"),
    (forbidden.pandas_imports, "campaign_nb/reports/p.py", "import pandas as pd"),
    (forbidden.pandas_imports, "campaign_nb/reports/p.py", "from pandas.api import types"),
    (forbidden.pandas_imports, "campaign_nb/reports/p.py", "frame.to_pandas()"),
    (forbidden.pandas_imports, "notebooks/p.ipynb", '{"source": ["import pandas as pd"]}'),
    (forbidden.naive_times, "campaign_nb/clock.py", "dt.datetime.now()"),
    (forbidden.naive_times, "campaign_nb/store/p.py", "datetime.utcnow()"),
    (forbidden.naive_times, "campaign_nb/store/p.py", "dt.date.today()"),
    (forbidden.naive_times, "campaign_nb/store/p.py", "datetime.fromtimestamp(0)"),
    (forbidden.naive_times, "campaign_nb/store/p.py", "dt.datetime.now(dt.UTC)"),
    (forbidden.naive_times, "campaign_nb/store/p.py", "time.time()"),
    (forbidden.clock_names, "campaign_nb/schedule/p.py", "from campaign_nb.clock import SystemClock"),
    (forbidden.clock_names, "campaign_nb/messages/p.py", "import campaign_nb.clock"),
    (forbidden.clock_names, "campaign_nb/render/p.py", "from campaign_nb import clock"),
    (forbidden.late_imports, "campaign_nb/store/p.py", "def planted(): import json"),
    (forbidden.late_imports, "campaign_nb/store/p.py", "async def planted(): from campaign_nb.engine import runner"),
    (forbidden.late_imports, "campaign_nb/store/p.py", "def planted(): import pytest"),
    (forbidden.drawers, "campaign_nb/rules/utils.py", "x = 1"),
    (forbidden.drawers, "campaign_nb/delivery/base.py", "x = 1"),
    (forbidden.drawers, "tests/_helpers.py", "x = 1"),
    (forbidden.drawers, "labextension/src/common/index.ts", "x = 1"),
    (reasons.silent_comments, "campaign_nb/p.py", "x = 1  # noqa"),
    (reasons.silent_comments, "campaign_nb/p.py", "x = 1  # noqa: B006"),
    (reasons.silent_comments, "campaign_nb/p.py", "x = 1  # noqa: B006 - ok"),
    (reasons.silent_comments, "tests/p.py", "# ruff: noqa: B006"),
    (reasons.silent_comments, "campaign_nb/p.py", "x = 1  # type: ignore"),
    (reasons.silent_comments, "campaign_nb/p.py", "x = 1  # type: ignore[arg-type]"),
    (reasons.silent_comments, "campaign_nb/p.py", "x = 1  # pyright: ignore  because it is so"),
    (reasons.silent_comments, "campaign_nb/p.py", "x = 1  # pyright: ignore[reportAny]"),
    (reasons.silent_comments, "campaign_nb/p.py", "# pyright: basic"),
    (reasons.silent_comments, "campaign_nb/p.py", "# pyright: reportAny=false"),
    (reasons.silent_comments, "campaign_nb/p.py", "x = 1  # pragma: no cover"),
    (reasons.silent_comments, "labextension/src/p.ts", "// @ts-ignore"),
    (reasons.silent_comments, "labextension/src/p.ts", "/* eslint-disable no-console */"),
    (reasons.silent_settings, "pyproject.toml", '[tool.ruff.lint]\nignore = ["D105"]'),
    (reasons.silent_settings, "pyproject.toml", '[tool.ruff.lint]\nignore = [\n    "D105",\n]'),
    (reasons.silent_settings, "pyproject.toml", '[tool.ruff.lint.per-file-ignores]\n"tests/**" = ["D1"]'),
    (reasons.silent_settings, "pyproject.toml", "[tool.pyright]\nreportAny = false"),
    (reasons.silent_settings, "pyproject.toml", '[tool.pytest.ini_options]\nfilterwarnings = ["error", "ignore:old:DeprecationWarning"]'),
]

# What looks like a violation and is none.
INNOCENT: list[tuple[Checker, str, str]] = [
    (
        forbidden.unsafe_calls,
        "campaign_nb/rules/p.py",
        're.compile("x"); activity.compile(context); yaml.safe_load(text); rule.sql("duckdb")',
    ),
    (forbidden.materialised, "campaign_nb/engine/runner.py", "pl.collect_all([frame])"),
    (forbidden.materialised, "campaign_nb/data/p.py", "frame.collect_schema(); cursor.fetchall()"),
    (forbidden.naive_times, "campaign_nb/clock.py", "dt.datetime.now(dt.UTC)"),
    (forbidden.naive_times, "campaign_nb/store/p.py", "clock.now(); fn.today(); time.monotonic(); datetime.fromtimestamp(0, dt.UTC)"),
    (forbidden.clock_names, "campaign_nb/schedule/p.py", "from campaign_nb.clock import instant, zone"),
    (forbidden.late_imports, "campaign_nb/engine/p.py", "def planted(): import pyspark_client.sql"),
    (forbidden.late_imports, "campaign_nb/engine/p.py", "if TYPE_CHECKING:\n    import polars"),
    (forbidden.drawers, "campaign_nb/rules/basement.py", "x = 1"),
    (forbidden.drawers, "labextension/style/base.css", "p {}"),
    (reasons.silent_comments, "campaign_nb/p.py", "x = 1  # noqa: B006 - shared on purpose, never changed"),
    (reasons.silent_comments, "campaign_nb/p.py", "x = 1  # pyright: ignore[reportAny]  # the library has no types"),
    (reasons.silent_comments, "campaign_nb/p.py", 'text = "# noqa"'),
    (reasons.silent_comments, "labextension/src/p.ts", "// @ts-expect-error the library has no types"),
    (reasons.silent_comments, "labextension/src/p.ts", "/* eslint-disable no-console -- a tool for the terminal */"),
    (
        reasons.silent_settings,
        "pyproject.toml",
        '[tool.ruff.lint]\nselect = ["E"]\nignore = [\n    "D105", # the language documents them\n]',
    ),
    (reasons.silent_settings, "pyproject.toml", '[tool.pyright]\ntypeCheckingMode = "strict"\ninclude = ["campaign_nb"]'),
]


def _name(case: tuple[Checker, str, str]) -> str:
    return f"{case[0].__name__}: {case[2]}"


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.__name__)
def test_the_project_keeps_the_rule(checker: Checker) -> None:
    findings = list(checker(ROOT))
    assert not findings, listed(findings)


@pytest.mark.parametrize(("checker", "path", "text"), PLANTED, ids=map(_name, PLANTED))
def test_a_planted_violation_is_found(tmp_path: Path, checker: Checker, path: str, text: str) -> None:
    plant(tmp_path, {"pyproject.toml": PROJECT, path: text})
    assert [finding.path for finding in checker(tmp_path)] == [path]


@pytest.mark.parametrize(("checker", "path", "text"), INNOCENT, ids=map(_name, INNOCENT))
def test_what_only_looks_like_a_violation_is_left_alone(tmp_path: Path, checker: Checker, path: str, text: str) -> None:
    plant(tmp_path, {"pyproject.toml": PROJECT, path: text})
    assert not list(checker(tmp_path))


def test_every_rule_has_a_planted_violation() -> None:
    assert {checker for checker, _, _ in PLANTED} == set(CHECKERS)
