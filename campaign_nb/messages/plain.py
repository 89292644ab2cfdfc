"""Simple templates as values: text, variables, conditions and known filters, escaped for the part they stand in."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from jinja2 import nodes

from campaign_nb.rules import tree

_CONTROL = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]+")
_OPERATORS: Mapping[str, tree.Operator] = {"eq": "=", "ne": "<>", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}
_CALLS = {"upper": "upper", "lower": "lower", "trim": "trim", "money": "money"}


class Unplain(Exception):
    """A template does more than values can say."""


def value_of(parsed: nodes.Template, part: str) -> tree.Node:
    """Return a parsed template as a text value of each row.

    Errors: `Unplain` where it has loops, attributes or filters that are no values.
    """
    return _body(parsed.body, part)


def _body(body: list[nodes.Node], part: str) -> tree.Node:
    pieces: list[tree.Node] = []
    for node in body:
        if isinstance(node, nodes.Output):
            pieces += [_output(item, part) for item in node.nodes]
        elif isinstance(node, nodes.If):
            pieces.append(_if(node, part))
        else:
            raise Unplain
    if not pieces:
        return tree.Constant("")
    return pieces[0] if len(pieces) == 1 else tree.Call("concat", tuple(pieces))


def _output(node: nodes.Node, part: str) -> tree.Node:
    if isinstance(node, nodes.TemplateData):
        return tree.Constant(node.data)
    text = tree.Call("to_string", (_expression(node),))
    escaped = {"html": "escape_html", "header": "header_text"}.get(part)
    return tree.Call("coalesce", (tree.Call(escaped, (text,)) if escaped else text, tree.Constant("")))


def _if(node: nodes.If, part: str) -> tree.Node:
    whens = [(_test(node.test), _body(node.body, part))]
    whens += [(_test(branch.test), _body(branch.body, part)) for branch in node.elif_]
    return tree.Case(tuple(whens), _body(node.else_, part))


def _expression(node: nodes.Node) -> tree.Node:
    if isinstance(node, nodes.Name):
        return tree.Column(node.name)
    if isinstance(node, nodes.Const) and isinstance(node.value, bool | int | float | str):
        return tree.Constant(node.value)
    if isinstance(node, nodes.Filter) and node.node is not None and not node.kwargs:
        below = _expression(node.node)
        if node.name == "default" and len(node.args) == 1:
            return tree.Call("coalesce", (below, _expression(node.args[0])))
        if node.name in _CALLS and not node.args:
            return tree.Call(_CALLS[node.name], (below,))
    raise Unplain


def _test(node: nodes.Node) -> tree.Node:
    if isinstance(node, nodes.Compare) and len(node.ops) == 1 and node.ops[0].op in _OPERATORS:
        return tree.Compare(_OPERATORS[node.ops[0].op], _expression(node.expr), _expression(node.ops[0].expr))
    if isinstance(node, nodes.And):
        return tree.And((_test(node.left), _test(node.right)))
    if isinstance(node, nodes.Or):
        return tree.Or((_test(node.left), _test(node.right)))
    raise Unplain


def finalize(part: str) -> Callable[[Any], Any]:
    """Return what makes every printed value a text, the same for rows as for the engine: nulls print nothing."""

    def text(value: Any) -> Any:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, dt.datetime):
            value = value.strftime("%Y-%m-%d %H:%M:%S")
        return _CONTROL.sub(" ", str(value)) if part == "header" else value

    return text


def money(value: Any) -> str:
    """Print a number with two decimals, halves away from zero; nothing for null.

    >>> money(12.5), money(None)
    ('12.50', '')
    """
    return "" if value is None else str(Decimal(str(value)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


FILTERS: dict[str, Callable[..., Any]] = {"money": money}
