"""Templates rendered row by row: Jinja's sandbox, in which every operation on a value is one of `cells`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Template as Compiled
from jinja2 import nodes, pass_context
from jinja2.exceptions import TemplateError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from campaign_nb.errors import ActivityError, Problem
from campaign_nb.messages import cells
from campaign_nb.messages.cells import CONTROLS, Wrong
from campaign_nb.messages.language import WHERE, Part, bare, fresh
from campaign_nb.messages.places import LINK

MOST_LINES = 10_000
MOST_TEXT = 1_000_000
_CONTROL = re.compile(f"[{CONTROLS}]+")
_ARITHMETIC: dict[type[nodes.Node], str] = {nodes.Add: "+", nodes.Sub: "-", nodes.Mul: "*", nodes.Div: "/"}
# Names that no template can write: a filter of ours in place of what Jinja would do by itself.
_BUDGET, _TEXT, _LINES, _COLUMN, _ITEM = "\0budget", "\0text", "\0lines", "\0column", "\0item"
_COMPARE, _NULL, _COMPUTE, _JOINED = "\0compare", "\0null", "\0compute", "\0joined"


def render(source: str, part: Part, row: Mapping[str, Any]) -> str:
    """Render a template for one row.

    Errors: what the template does wrong with the row's values; more than 10,000 lines or a million characters.
    """
    compiled = _compiled(source, part)
    context = compiled.new_context({name: cells.known(value) for name, value in row.items()} | {_BUDGET: [MOST_LINES]})
    pieces: list[str] = []
    size = 0
    try:
        for piece in compiled.root_render_func(context):
            pieces.append(piece)
            size += len(piece)
            if size > MOST_TEXT:
                raise Wrong(f"the text grows beyond {MOST_TEXT:,} characters", "a shorter text")
    except Wrong as wrong:
        raise ActivityError(
            Problem(WHERE[part], wrong.what, wrong.expected or "values that it can write", wrong.do or "{% if … %} leaves a part out")
        ) from wrong
    except TemplateError as error:
        raise ActivityError(Problem(WHERE[part], str(error.message), "columns of the row", "{{ first_name }}")) from error
    return "".join(pieces)


@lru_cache(maxsize=512)
def _compiled(source: str, part: Part) -> Compiled:
    tree = fresh(source, part)
    tree.body = [_statement(node) for node in tree.body]
    tree.set_environment(_environment(part))
    return _environment(part).from_string(tree)


@lru_cache(maxsize=3)
def _environment(part: Part) -> ImmutableSandboxedEnvironment:
    named = (cells.default, cells.upper, cells.lower, cells.trim, cells.money, cells.length, cells.join, cells.first, cells.last)
    hidden: dict[str, Callable[..., Any]] = {
        _TEXT: _header if part == "header" else cells.printed,
        _LINES: _lines,
        _COLUMN: cells.column,
        _ITEM: cells.item,
        _COMPARE: cells.compare,
        _NULL: _is_null,
        _COMPUTE: _compute,
        _JOINED: _joined,
        LINK: cells.link,
    }
    return bare(part, {function.__name__: function for function in named} | hidden)


def _header(value: Any) -> str:
    """Print on one line.

    An encoded word (=?utf-8?…?=) in data stays the text that it is. A mail channel must keep it so: encode the subject
    as a word of its own (`email.header.Header`), for Python decodes those of a raw one, line breaks included; and read
    what it serialised once more, to see that the headers are those it meant.
    """
    return _CONTROL.sub(" ", cells.printed(value))


@pass_context
def _lines(context: Context, value: Any) -> list[Any]:
    """Return the lines of a loop and take them off what one message may loop over."""
    found = cells.lines(value)
    budget: Any = context.resolve(_BUDGET)
    budget[0] -= len(found)
    if budget[0] < 0:
        raise Wrong(f"its loops go over more than {MOST_LINES:,} lines", "fewer lines in a message", "enrich keeps the first few")
    return found


def _is_null(value: Any) -> bool:
    return cells.known(value) is None


def _compute(left: Any, operation: str, right: Any) -> Any:
    return cells.arithmetic(operation, left, right)


def _joined(values: list[Any]) -> str:
    texts: list[str] = []
    size = 0
    for value in values:
        texts.append(cells.printed(value))
        size += len(texts[-1])
        if size > MOST_TEXT:
            raise Wrong(f"the text grows beyond {MOST_TEXT:,} characters", "a shorter text")
    return "".join(texts)


# ------------------------------------------------------------------------------------------------------------ rewriting


def _statement(node: nodes.Node) -> nodes.Node:
    """Put a filter of ours in place of everything that Jinja would do to a value by Python's rules."""
    if isinstance(node, nodes.Output):
        node.nodes = [item if isinstance(item, nodes.TemplateData) else _filter(_value(_expression(item)), _TEXT) for item in node.nodes]
    elif isinstance(node, nodes.If):
        node.test = _value(_expression(node.test))
        node.body, node.else_ = ([_statement(item) for item in body] for body in (node.body, node.else_))
        node.elif_ = [branch for branch in map(_statement, node.elif_) if isinstance(branch, nodes.If)]
    elif isinstance(node, nodes.For):
        node.iter = _filter(_value(_expression(node.iter)), _LINES)
        node.test = None if node.test is None else _value(_expression(node.test))
        node.body, node.else_ = ([_statement(item) for item in body] for body in (node.body, node.else_))
    return node


def _expression(node: nodes.Node) -> nodes.Expr:
    """Return what stands where an expression must; Jinja's own types say node."""
    assert isinstance(node, nodes.Expr)
    return node


def _value(node: nodes.Expr) -> nodes.Expr:
    match node:
        case nodes.Compare():
            return _comparison(node)
        case nodes.Not():
            return nodes.Not(_value(node.node), lineno=node.lineno)
        case nodes.And() | nodes.Or():
            return type(node)(_value(node.left), _value(node.right), lineno=node.lineno)
        case nodes.Add() | nodes.Sub() | nodes.Mul() | nodes.Div():
            return _filter(_value(node.left), _COMPUTE, _const(_ARITHMETIC[type(node)]), _value(node.right))
        case nodes.Neg():
            return _filter(_const(0), _COMPUTE, _const("-"), _value(node.node))
        case nodes.Test():
            return _filter(_value(node.node), _NULL)
        case nodes.Concat():
            return _filter(nodes.List([_value(item) for item in node.nodes]), _JOINED)
        case nodes.List():
            return nodes.List([_value(item) for item in node.items], lineno=node.lineno)
        case nodes.CondExpr():
            otherwise = _const(None) if node.expr2 is None else _value(node.expr2)
            return nodes.CondExpr(_value(node.test), _value(node.expr1), otherwise, lineno=node.lineno)
        case nodes.Getattr(node=nodes.Name(name="loop")):
            return node
        case nodes.Getattr():
            return _filter(_value(node.node), _COLUMN, _const(node.attr))
        case nodes.Getitem():
            return _filter(_value(node.node), _ITEM, _value(node.arg))
        case nodes.Filter() if node.node is not None:
            kwargs = [nodes.Keyword(item.key, _value(item.value)) for item in node.kwargs if isinstance(item, nodes.Keyword)]
            return nodes.Filter(_value(node.node), node.name, [_value(item) for item in node.args], kwargs, None, None, lineno=node.lineno)
        case _:
            return node


def _comparison(node: nodes.Compare) -> nodes.Expr:
    """Write `18 <= age < 30` as two comparisons; with none, ask for null."""
    left, found = _value(node.expr), list[nodes.Expr]()
    for operand in node.ops:
        right = _value(operand.expr)
        if operand.op in ("eq", "ne") and any(isinstance(side, nodes.Const) and side.value is None for side in (left, right)):
            null = _filter(right if isinstance(left, nodes.Const) and left.value is None else left, _NULL)
            found.append(null if operand.op == "eq" else nodes.Not(null))
        else:
            found.append(_filter(left, _COMPARE, _const(operand.op), right))
        left = right
    joined = found[0]
    for item in found[1:]:
        joined = nodes.And(joined, item)
    return joined


def _filter(node: nodes.Expr, name: str, *args: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(args), [], None, None, lineno=node.lineno)


def _const(value: Any) -> nodes.Const:
    return nodes.Const(value)
