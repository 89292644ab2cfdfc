"""Checkers of silenced rules: each carries its codes, and its reason beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import Finding, project_files, python_sources

# A directive, the codes that it must name, and whatever is left on its line.
DIRECTIVES = [
    ("noqa", re.compile(r"#\s*(?:ruff:\s*)?noqa\b(?P<codes>:\s*[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*)?(?P<reason>.*)", re.IGNORECASE), True),
    ("type: ignore", re.compile(r"#\s*type:\s*ignore\b(?P<codes>\[[^\]]+\])?(?P<reason>.*)"), True),
    ("pyright: ignore", re.compile(r"#\s*pyright:\s*ignore\b(?P<codes>\[[^\]]+\])?(?P<reason>.*)"), True),
    ("pyright", re.compile(r"#\s*pyright:(?!\s*ignore)\s*(?P<codes>[\w=, ]+)(?P<reason>.*)"), True),
    ("pragma: no cover", re.compile(r"#\s*pragma:\s*no\s*cover\b(?P<codes>)(?P<reason>.*)"), False),
]
IN_SCRIPTS = [
    re.compile(r"(?://|/\*)\s*(?P<name>@ts-\w+)(?P<reason>.*)"),
    re.compile(r"(?://|/\*)\s*(?P<name>eslint-disable[\w-]*)(?:.*?\s--\s(?P<reason>.*))?"),
]
SCRIPTS = (".ts", ".tsx", ".js", ".mjs")
LEAST = 5  # characters of a reason; whether it is a good one, a reader tells


def silent_comments(root: Path) -> Iterator[Finding]:
    """Find comments that silence a rule without naming it, or without a reason."""
    for source in python_sources(root, "campaign_nb", "tests"):
        for line, comment in source.comments():
            for name, pattern, has_codes in DIRECTIVES:
                if found := pattern.search(comment):
                    if has_codes and not found["codes"]:
                        yield Finding(source.path, line, f"{name} names no rule")
                    elif not _is_reason(found["reason"]):
                        yield Finding(source.path, line, f"{name} has no reason beside it")
    for path in project_files(root):
        if path.endswith(SCRIPTS):
            for line, text in enumerate((root / path).read_text(encoding="utf-8").splitlines(), 1):
                for pattern in IN_SCRIPTS:
                    if (found := pattern.search(text)) and not _is_reason(found["reason"] or ""):
                        yield Finding(path, line, f"{found['name']} has no reason beside it")


def silent_settings(root: Path) -> Iterator[Finding]:
    """Find rules switched off in pyproject.toml, for ruff, pyright or pytest, without a reason on their line."""
    section, within = "", ""
    for number, line in enumerate((root / "pyproject.toml").read_text(encoding="utf-8").splitlines(), 1):
        setting, comment = _split_comment(line)
        if heading := re.match(r"\s*\[+([^\]]+)\]+", setting):
            section, within = heading[1], ""
            continue
        if assigned := re.match(r"\s*([\w\"'*/.-]+)\s*=", setting):
            within = assigned[1].strip("\"'")
        if _is_silencing(section, within, setting) and not _is_reason(comment):
            yield Finding("pyproject.toml", number, f"{setting.strip()} has no reason beside it")


def _is_silencing(section: str, setting: str, text: str) -> bool:
    """Tell whether a line of pyproject.toml switches a rule off: it holds a rule's name in a place that does so."""
    if section == "tool.ruff.lint" and setting in {"ignore", "extend-ignore"}:
        return bool(re.search(r"[\"'][A-Z]+\d*[\"']", text))
    if section.startswith("tool.ruff.lint.") and "per-file-ignores" in section:
        return bool(re.search(r"[\"'][A-Z]+\d*[\"']", text))
    if section.startswith("tool.pyright"):
        return setting.startswith(("report", "ignore", "exclude", "strict")) and bool(
            re.search(r"false|none|warning|information|[\"']", text)
        )
    return section == "tool.pytest.ini_options" and setting == "filterwarnings" and bool(re.search(r"[\"'](ignore|default|once)", text))


def _split_comment(line: str) -> tuple[str, str]:
    """Cut a line of TOML at the first # outside quotes."""
    quote = ""
    for at, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "#":
            return line[:at], line[at:]
    return line, ""


def _is_reason(text: str) -> bool:
    """Tell whether something in words is left after the directive."""
    return len(re.sub(r"[^\w ]", "", text).strip()) >= LEAST
