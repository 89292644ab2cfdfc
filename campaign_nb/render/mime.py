"""What a campaign leaves in a notebook: its view as data, its picture, and a plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from campaign_nb.render.svg import svg
from campaign_nb.render.view import Edge, Node, Picture, View, read_view

MIME = "application/vnd.campaign+json"


def bundle(view: View) -> dict[str, Any]:
    """Return the static bundle of a display: data, SVG and text, and no widget.

    >>> sorted(bundle({"name": "Spring", "status": "draft", "nodes": [], "edges": []}))
    ['application/vnd.campaign+json', 'image/svg+xml', 'text/plain']
    """
    return {MIME: dict(view), "image/svg+xml": svg(view), "text/plain": text(view)}


def text(view: View) -> str:
    """Write a view as a plain text tree; every activity appears once, with the counts it passes on.

    >>> node = {"id": "All", "label": "All", "kind_label": "Build audience", "state": "done"}
    >>> print(text({"name": "Spring", "status": "draft", "nodes": [node], "edges": []}))
    Spring · draft
    <BLANKLINE>
    ● All · Build audience · done
    """
    picture = read_view(view)
    chips = " · ".join([picture.name, picture.status, *picture.marks])
    lines = [chips, *(line for line in (picture.sentence, picture.run, picture.amount, picture.why) if line)]
    lines += [f"! {problem}" for problem in picture.problems]
    return "\n".join([*lines, *([""] if picture.nodes else []), *_tree(picture)])


def _tree(picture: Picture) -> Iterator[str]:
    """Walk from the sources; a chain goes straight down, several outputs are branches."""
    nodes = {node.id: node for node in picture.nodes}
    out: dict[str, list[Edge]] = {node.id: [] for node in picture.nodes}
    for edge in picture.edges:
        out[edge.source].append(edge)
    targets = {edge.target for edge in picture.edges}
    roots = [node.id for node in picture.nodes if node.id not in targets] + [node.id for node in picture.nodes]
    shown: set[str] = set()
    for root in roots:
        # Each entry is a line to write, or a node to walk on from with the prefix of its branch.
        todo: list[tuple[str, str | None, bool]] = [("", root, False)] if root not in shown else []
        while todo:
            prefix, name, is_text = todo.pop()
            if is_text:
                yield prefix
                continue
            if name in shown or name is None:
                yield f"{prefix}↑ {nodes[str(name)].label}"
                continue
            shown.add(name)
            yield prefix + _line(nodes[name])
            yield from (f"{prefix}  ! {problem}" for problem in nodes[name].problems)
            todo.extend(reversed(_below(prefix, out[name])))


def _below(prefix: str, edges: list[Edge]) -> list[tuple[str, str | None, bool]]:
    """List what comes under a node: open ends, then the only way on, or the ways on as branches."""
    ends = [edge for edge in edges if edge.target is None]
    onward = [edge for edge in edges if edge.target is not None]
    entries: list[tuple[str, str | None, bool]] = []
    for edge in ends:
        corner = "├" if onward or edge is not ends[-1] else "└"
        entries.append((f"{prefix}{corner}○ {edge.caption}".rstrip(), None, True))
    if len(onward) == 1:
        return [*entries, (f"{prefix}│ {onward[0].caption}".rstrip(), None, True), (prefix, onward[0].target, False)]
    for edge in onward:
        last = edge is onward[-1]
        entries.append((f"{prefix}{'└─' if last else '├─'} {edge.caption}".rstrip(), None, True))
        entries.append((prefix + ("   " if last else "│  "), edge.target, False))
    return entries


def _line(node: Node) -> str:
    parts = [node.label, node.kind_label] + ([node.state] if node.state != "idle" else []) + ([node.note] if node.note else [])
    return "● " + " · ".join(part for part in parts if part)
