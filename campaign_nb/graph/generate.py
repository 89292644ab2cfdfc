"""Write the methods of campaigns and transitions from the catalogue: `python -m campaign_nb.graph.generate [--check]`."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from campaign_nb.activity import CATALOGUE, Activity
from campaign_nb.graph.method import Method, imports_of, method_of

PACKAGE = Path(__file__).resolve().parent.parent
FAMILIES = {
    "targeting": "choose who is reached",
    "data": "read, load, change and hand over data",
    "channel": "send messages",
    "flow": "direct the course of a campaign",
}
_NOTE = "Written by `python -m campaign_nb.graph.generate` from the activities' classes; a change belongs there."


def classes_in(path: Path) -> list[str]:
    """Return the names of the public classes that a module defines, in order."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]


def discovery(folder: Path) -> str:
    """Return the text of the activities' package: an import of each file's classes, in order."""
    classes = {path.stem: sorted(classes_in(path)) for path in sorted(folder.glob("*.py")) if not path.stem.startswith("_")}
    lines = ['"""The activities, one file each; the catalogue collects them."""', ""]
    lines += [f"from campaign_nb.activities.{module} import {', '.join(names)}" for module, names in classes.items() if names]
    names = sorted(name for found in classes.values() for name in found)
    return "\n".join([*lines, "", "__all__ = [", *(f'    "{name}",' for name in names), "]", ""])


def written_methods(catalogue: Mapping[str, type[Activity]]) -> dict[str, str]:
    """Return the text of each file of methods, by its name."""
    kinds = [catalogue[kind] for kind in sorted(catalogue)]
    files: dict[str, str] = {}
    for family, what in FAMILIES.items():
        methods = [method_of(kind) for kind in kinds if kind.family == family and _on_transitions(kind)]
        files[f"methods_{family}.py"] = _file(f"{family.capitalize()}Methods", f"The verbs of transitions that {what}.", methods)
    sources = [method_of(kind, source=True) for kind in kinds if not _on_transitions(kind) or kind.inputs[0] == 0]
    files["sources.py"] = _file("SourceMethods", "The verbs of campaigns that start with people, or join several transitions.", sources)
    return files


def _on_transitions(kind: type[Activity]) -> bool:
    least, most = kind.inputs
    return most != 0 and least <= 1


def _file(name: str, sentence: str, methods: Sequence[Method]) -> str:
    body = "\n\n".join(method.text for method in methods)
    needed = imports_of(methods)
    blocks = ["\n".join(lines) for lines in needed.groups() if lines]
    guarded = "\n".join(["if TYPE_CHECKING:", *(f"    {line}" for line in needed.guarded)])
    head = [f'"""{sentence}\n\n{_NOTE}\n"""', "from __future__ import annotations", *blocks]
    if needed.guarded:
        head.append(guarded)
    text = "\n\n".join(head) + f'\n\n\nclass {name}(Fluent):\n    """{sentence}"""\n'
    return text + (f"\n{body}\n" if body else "")


def outdated(package: Path) -> dict[Path, str]:
    """Return the files that are not as they would be written now, with the text that they should have."""
    folder = package / "activities"
    texts = {folder / "__init__.py": discovery(folder)}
    for path in sorted(folder.glob("*.py")):
        if not path.stem.startswith("_"):
            importlib.import_module(f"campaign_nb.activities.{path.stem}")
    ours = {kind: item for kind, item in CATALOGUE.items() if item.__module__.startswith("campaign_nb.activities.")}
    texts |= {package / "graph" / name: text for name, text in written_methods(ours).items()}
    return {path: text for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text}


def main(arguments: Sequence[str]) -> int:
    """Write what is outdated, or with --check only say so; 1 when something was outdated then."""
    found = outdated(PACKAGE)
    check = "--check" in arguments
    for path, text in found.items():
        if not check:
            path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{'outdated' if check else 'written'}: {path.relative_to(PACKAGE.parent)}\n")
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
