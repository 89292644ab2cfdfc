"""Where values stand in an HTML template: escaping protects text and quoted attributes, links are checked, the rest is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from jinja2 import nodes

LINK = "\0link"
"""The filter, which no template can write, around a value that begins a link."""
SCHEMES = ("http", "https", "mailto", "tel")
"""What a link to the web, to a mail program or to a telephone begins with; a link without a scheme has no colon there."""
BEFORE_COLON = "/?#"
"""What, before a colon, says that the colon ends no scheme."""

_TAG = re.compile(r"</?([A-Za-z][^\s/>]*)")
_ATTRIBUTE = re.compile(r"""([^\s=>/"']+)\s*=\s*(["'])""")
_LINKS = ("href", "src", "action", "formaction", "poster", "background", "cite", "data", "xlink:href")


class Misplaced(Exception):
    """A value stands where escaping does not protect; the line, what, what to do."""

    def __init__(self, line: int, what: str, expected: str) -> None:
        super().__init__(what)
        self.line, self.what, self.expected = line, what, expected


@dataclass(frozen=True, slots=True)
class Place:
    """What the text so far is in the middle of."""

    kind: Literal["text", "tag", "value", "comment", "script"] = "text"
    tag: str = ""
    attribute: str = ""
    quote: str = ""
    before: str = ""
    """What of the attribute's value came before."""

    def after(self, text: str) -> Place:
        """Return the place after more of the template's own text."""
        place, at = self, 0
        while at < len(text):
            place, at = place._step(text, at)
        return place

    def _step(self, text: str, at: int) -> tuple[Place, int]:
        match self.kind:
            case "comment":
                return self._until(text, at, "-->", Place())
            case "script":
                return self._until(text, at, "</script", Place("tag", "/script"))
            case "value":
                end = text.find(self.quote, at)
                if end < 0:
                    return replace(self, before=self.before + text[at:]), len(text)
                return Place("tag", self.tag), end + 1
            case "tag":
                return self._in_tag(text, at)
            case "text":
                start = text.find("<", at)
                if start < 0:
                    return self, len(text)
                if text[start:] in ("<", "</"):
                    return Place("tag"), len(text)
                if text.startswith("<!--", start):
                    return Place("comment"), start + 4
                tag = _TAG.match(text, start)
                return (self, start + 1) if tag is None else (Place("tag", tag.group(1).lower()), tag.end())

    def _until(self, text: str, at: int, mark: str, then: Place) -> tuple[Place, int]:
        end = text.lower().find(mark, at)
        return (self, len(text)) if end < 0 else (then, end + len(mark))

    def _in_tag(self, text: str, at: int) -> tuple[Place, int]:
        if text[at] == ">":
            return Place("script" if self.tag == "script" else "text"), at + 1
        attribute = _ATTRIBUTE.match(text, at)
        if attribute is None:
            return self, at + 1
        return Place("value", self.tag, attribute.group(1).lower(), attribute.group(2)), attribute.end()

    def holds(self, line: int) -> bool:
        """Check that a value may stand here; tell whether it begins a link.

        Errors: inside of a script, of an event handler, or of a tag outside of quotes.
        """
        if self.kind == "script":
            raise Misplaced(line, "a value inside of a script", "values in text and in quoted attributes")
        if self.kind == "tag":
            what = f"a value inside of the tag <{self.tag}>, outside of quotes" if self.tag else "a value that begins a tag"
            raise Misplaced(line, what, 'quotes around it: title="{{ name }}"')
        if self.kind == "value" and self.attribute.startswith("on"):
            raise Misplaced(line, f"a value inside of {self.attribute}=, which runs as a script", "values in text and in other attributes")
        return self.kind == "value" and self.attribute in _LINKS and not self.before.strip()


def mark_links(tree: nodes.Template) -> None:
    """Put a filter around each value that begins a link, and check the place of every value.

    Errors: `Misplaced`.
    """
    _walk(tree.body, Place(), 1)


def _walk(body: Sequence[nodes.Node], place: Place, line: int) -> Place:
    for node in body:
        line = node.lineno or line
        if isinstance(node, nodes.Output):
            place = _output(node, place, line)
        elif isinstance(node, nodes.If):
            branches = [node.body, *(branch.body for branch in node.elif_), node.else_]
            place, *_ = (_walk(branch, place, line) for branch in branches)
        elif isinstance(node, nodes.For):
            place, *_ = (_walk(branch, place, line) for branch in (node.body, node.else_))
    return place


def _output(node: nodes.Output, place: Place, line: int) -> Place:
    items: Any = []
    for item in node.nodes:
        assert isinstance(item, nodes.Expr)
        if isinstance(item, nodes.TemplateData):
            place = place.after(item.data)
        else:
            if place.holds(item.lineno or line):
                item = nodes.Filter(item, LINK, [], [], None, None, lineno=item.lineno)
            place = replace(place, before=place.before + "…") if place.kind == "value" else place
        items.append(item)
    node.nodes = items
    return place
