"""A rule as a query: correlated sub-queries for links and aggregates, three-valued logic as SQL has it."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.rules import tree
from campaign_nb.rules.check import Scope, field_of, field_of_value, follow, type_of
from campaign_nb.rules.functions import REGISTRY
from campaign_nb.rules.schema import LinkSchema
from campaign_nb.rules.sql.forms import FORMS
from campaign_nb.rules.sql.functions import Call, Flavour, Formless
from campaign_nb.rules.sql.nodes import Node, both, case, cast, either, fn, group, is_null, literal, operator, text
from campaign_nb.rules.tree import Type

FEEDBACK = "campaign_feedback"
"""The table that stands for the events of messages: person, event, activity, campaign."""

_OPERATORS: dict[tree.Operator, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}
_NULLS = ((Type.INTEGER, "BIGINT"), (Type.DATETIME, "TIMESTAMP"), (Type.TEXT, "TEXT"))
_AGGREGATES = {"sum": "SUM", "avg": "AVG", "min": "MIN", "max": "MAX", "std_dev": "STDDEV_SAMP"}


@dataclass(frozen=True, slots=True)
class Moment:
    """What *today* and *now* are in the query.

    Literals of a day that was given, or the database's own.
    """

    today: Node
    now: Node


def moment(as_of: dt.date | dt.datetime | None) -> Moment:
    """Return the nodes for today and now; a date alone is its midnight."""
    if as_of is None:
        return Moment(exp.CurrentDate(), exp.CurrentTimestamp())
    if isinstance(as_of, dt.datetime):
        return Moment(literal(as_of.date()), literal(as_of))
    return Moment(literal(as_of), cast(text(f"{as_of.isoformat()} 00:00:00"), "TIMESTAMP"))


def aliases_of(scope: Scope) -> Iterator[str]:
    """Return names for the tables of a query, the row under test first: t, t1, t2 … unless a column has such a name."""
    found, tables = set[str](), [scope.row.table]
    labels = {table.label for table in tables}
    for table in tables:
        found.update(table.columns)
        news = {link.to for link in table.links.values()} - labels
        labels |= news
        tables += [scope.schema.schema_of(label) for label in sorted(news)]
    prefix = "t"
    while any(re.fullmatch(prefix + r"\d*", name, re.IGNORECASE) for name in found):
        prefix += "_"
    return itertools.chain([prefix], (f"{prefix}{n}" for n in range(1, tree.MAX_NODES + 1)))


class Query:
    """Writes rules as SQL for one dialect; `alias` names the row under test."""

    def __init__(self, flavour: Flavour, at: Moment, scope: Scope, alias: str = "t", aliases: Callable[[], str] | None = None) -> None:
        self._flavour, self._at, self._scope, self._alias = flavour, at, scope, alias
        if aliases is None:
            names = iter(f"t{n}" for n in range(1, tree.MAX_NODES + 1))
            aliases = names.__next__
        self._aliases = aliases

    def select(self, node: tree.Node) -> exp.Select:
        """Return the whole query: the keys of the rows for which the rule is true."""
        table = self._scope.row.table
        keys: list[Node] = [self._raw(name) for name in table.key] or [exp.Star()]
        return exp.select(*keys).from_(_table(table.label, self._alias)).where(self.rule(node))

    # ----------------------------------------------------------------------------------------------------------- rules

    def rule(self, node: tree.Node) -> Node:
        """Return a condition."""
        match node:
            case tree.And(items):
                return both([self.rule(item) for item in items])
            case tree.Or(items):
                return either(*(self.rule(item) for item in items))
            case tree.Not(item):
                return exp.Not(this=group(self.rule(item)))
            case tree.Except(left, right):
                stays = exp.Not(this=fn("COALESCE", self.rule(right), exp.false()))
                return stays if isinstance(left, tree.Everybody) else both([self.rule(left), stays])
            case tree.Everybody():
                return exp.true()
            case tree.Exists(rows):
                return exp.Exists(this=self._linked(rows, lambda inside: exp.Literal.number("1")))
            case tree.Behaviour(event, activity, campaign):
                return self._behaviour(event, activity, campaign)
            case _:
                return self._test(node)

    def _test(self, node: tree.Node) -> Node:
        match node:
            case tree.Compare(op, left, right):
                return operator(_OPERATORS[op], *self._alike(left, right))
            case tree.In(value, (option,)):  # a sub-query alone in brackets would be a set of rows, empty where it should be null
                return operator(exp.EQ, *self._alike(value, option))
            case tree.In(value, options):
                items = [self._alike(option, value)[0] for option in options]
                return exp.In(this=group(self._alike(value, *options)[0]), expressions=items)
            case tree.Between(value, low, high):
                test, least, most = self._alike(value, low, high)
                return exp.Between(this=group(test), low=group(least), high=group(most))
            case tree.IsNull(value):
                return is_null(self.value(value))
            case tree.IsEmpty(value):
                return self._is_empty(value)
            case tree.Like(value, pattern, ignore_case):
                kind = exp.ILike if ignore_case else exp.Like
                return self._flavour.escape(kind(this=group(self.value(value)), expression=group(self.value(pattern))))
            case tree.TextMatch(test, value, item):
                join = {"starts_with": self._flavour.starts_with, "ends_with": self._flavour.ends_with, "contains": self._flavour.contains}
                return join[test](self._text(value), self._text(item))
            case tree.Truth(value):
                return self.value(value)
            case _:
                raise TypeError(f"{type(node).__name__} is no condition")

    def _text(self, node: tree.Node) -> Node:
        """Return a value that is a text; a bare null says so, for databases look for a part in lists too."""
        made = self.value(node)
        return cast(made, "TEXT") if node == tree.Constant(None) else made

    def _is_empty(self, value: tree.Node) -> Node:
        found = self.value(value)
        missing = is_null(found)
        return either(missing, operator(exp.EQ, found, text(""))) if type_of(self._scope, value) is Type.TEXT else missing

    def _alike(self, *nodes: tree.Node) -> list[Node]:
        """Write values that are compared; a date beside a date-time becomes its midnight."""
        kinds = [type_of(self._scope, node) for node in nodes]
        mixed = Type.DATE in kinds and Type.DATETIME in kinds
        written = [self.value(node) for node in nodes]
        return [cast(item, "TIMESTAMP") if mixed and kind is Type.DATE else item for item, kind in zip(written, kinds, strict=True)]

    def _behaviour(self, event: str, activity: str, campaign: str) -> Node:
        alias, table = self._aliases(), self._scope.row.table
        wanted = [("event", event), ("activity", activity), *([("campaign", campaign)] if campaign else [])]
        tests = [operator(exp.EQ, _column("person", alias), self._raw(name)) for name in table.key[:1]]
        tests += [operator(exp.EQ, _column(name, alias), text(value)) for name, value in wanted]
        return exp.Exists(this=exp.select(exp.Literal.number("1")).from_(_table(FEEDBACK, alias)).where(both(tests)))

    # ---------------------------------------------------------------------------------------------------------- values

    def value(self, node: tree.Node) -> Node:
        """Return a value."""
        match node:
            case tree.Column():
                return self._column_of(node)
            case tree.Constant(value) | tree.Parameter(_, tree.Constant(value)):
                return literal(value)
            case tree.Size():
                raise DefinitionError(
                    Problem("sql", "the size of a transition has no form in a condition on rows", "a condition of a test")
                )
            case tree.Variable(name):
                return exp.Placeholder(this=re.sub(r"\W", "_", name, flags=re.ASCII) or "_")
            case tree.Call(name, args):
                return self._call(name, args)
            case tree.Case(whens, otherwise):
                return case([(self.rule(test), self.value(value)) for test, value in whens], self.value(otherwise))
            case tree.Aggregate(function, rows, value):
                return exp.Subquery(this=self._linked(rows, lambda inside: inside.aggregate(function, value, node.separator)))
            case tree.Window():
                return self._over(node)
            case _ if tree.is_rule(node):
                return group(self.rule(node))
            case _:
                raise DefinitionError(
                    Problem("sql", "collected rows have no form in a condition", "one value", '.select("product").first()')
                )

    def aggregate(self, function: tree.AggregateName, value: tree.Node | None, separator: str = ",") -> Node:
        """Return an aggregate over the rows of a sub-query."""
        if value is None:
            return exp.Count(this=exp.Star())
        found = self.value(value)
        if function == "count":
            return exp.Count(this=found)
        if function == "count_distinct":
            return exp.Count(this=exp.Distinct(expressions=[found]))
        if function == "string_agg":
            return self._flavour.string_agg(found, text(separator))
        truths = function in self._flavour.of_truths and type_of(self._scope, value) is Type.BOOLEAN
        return fn(self._flavour.of_truths[function] if truths else _AGGREGATES[function], found)

    def _call(self, name: str, args: Sequence[tree.Node]) -> Node:
        if name == "first_of" and isinstance(args[0], tree.Lines):
            return self._first(args[0], 1)
        if name == "item_of" and isinstance(args[0], tree.Lines) and isinstance(args[1], tree.Constant) and isinstance(args[1].value, int):
            return self._first(args[0], args[1].value)
        build = self._flavour.functions.get(name) or FORMS.get(name)
        if build is None:
            raise DefinitionError(Problem("sql", f"{name} has no form in SQL", "rules without functions of messages", "rule.explain()"))
        kinds = [type_of(self._scope, arg) for arg in args]
        written = [_typed(name, position, arg, self.value(arg)) for position, arg in enumerate(args)]
        call = Call(written, kinds, self._at.today, self._at.now, self._flavour, all(map(self._is_instant, args)))
        try:
            return build(call)
        except Formless:
            what = f"{name} has no form in {self._flavour.name}"
            raise DefinitionError(Problem("sql", what, "another dialect, or the rule without it", 'rule.sql("snowflake")')) from None

    def _is_instant(self, node: tree.Node) -> bool:
        if isinstance(node, tree.Constant):
            return isinstance(node.value, dt.datetime) and node.value.tzinfo is not None
        found = field_of_value(self._scope, "", node)
        return found.type is Type.DATETIME and (found.zone is not None or node == tree.Call("now"))

    def _over(self, node: tree.Window) -> Node:
        """Return a window over all rows of the table, as the value that its own row has in a sub-query."""
        if node.function in ("random", "new_uuid"):
            do = "a column of random numbers in the table"
            raise DefinitionError(Problem("sql", f"{node.function} has no form in SQL", "a rule without draws by the key", do))
        table = self._scope.row.table
        inside = Query(self._flavour, self._at, self._scope.inside(table), self._aliases(), self._aliases)
        rows, name = self._aliases(), self._aliases()
        running = node.function == "row_num" or bool(node.order)
        call = fn("ROW_NUMBER") if node.function == "row_num" else inside.aggregate(node.function, node.value)
        frame = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
        window = exp.Window(
            this=call,
            partition_by=[inside.value(item) for item in node.partition],
            order=exp.Order(expressions=inside._orders(node.order)) if running else None,
            spec=frame if running and node.function != "row_num" else None,
        )
        keys = [inside._raw(key) for key in table.key]
        numbered = exp.select(*keys, exp.alias_(window, name)).from_(_table(table.label, inside._alias))
        same = both([operator(exp.EQ, _column(key, rows), self._raw(key)) for key in table.key])
        return exp.Subquery(
            this=exp.select(exp.Column(this=exp.to_identifier(name), table=exp.to_identifier(rows)))
            .from_(numbered.subquery(rows))
            .where(same)
        )

    def _first(self, lines: tree.Lines, place: int) -> Node:
        found = self._linked(lines.rows, lambda inside: inside.value(tree.collected(lines.columns[0])), lines.order)
        return exp.Subquery(this=found.limit(1) if place == 1 else found.limit(1).offset(place - 1))

    # ----------------------------------------------------------------------------------------------------------- links

    def _raw(self, name: str) -> Node:
        return _column(name, self._alias)

    def _column_of(self, node: tree.Column) -> Node:
        """Return a column of the row under test, or of the one row that links lead to."""
        kind = field_of(self._scope, node).type
        if not node.path:
            found = self._raw(node.name)
            return self._flavour.no_nan(found) if kind is Type.NUMBER else found
        rows = tree.Linked(tuple(tree.LinkStep(link) for link in node.path))
        return exp.Subquery(this=self._linked(rows, lambda inside: inside.value(tree.Column(node.name))))

    def _linked(self, rows: tree.Linked, what: Callable[[Query], Node], order: Sequence[tree.Order] = ()) -> exp.Select:
        """Return a sub-query over linked rows: the first table is correlated, the others are joined to it."""
        here, joins, tests = self, list[tuple[Node, Node]](), list[Node]()
        for step in rows.steps:
            table, (link,) = follow(here._scope, (step.link,))
            there = Query(self._flavour, self._at, here._scope.inside(table), self._aliases(), self._aliases)
            joins.append((_table(table.label, there._alias), here._on(link, there)))
            tests += [there.rule(condition) for condition in step.where]
            here = there
        (first, correlation), *others = joins
        query = exp.select(what(here)).from_(first)
        for table_node, on in others:
            query = query.join(table_node, on=on)
        if order:
            query = query.order_by(*here._orders(order))
        return query.where(both([correlation, *tests]))

    def _orders(self, order: Sequence[tree.Order]) -> list[exp.Expr]:
        keys = [exp.Ordered(this=self.value(item.value), desc=item.descending, nulls_first=False) for item in order]
        return [*keys, *(exp.Ordered(this=self._raw(name), nulls_first=False) for name in self._scope.row.table.key)]

    def _on(self, link: LinkSchema, there: Query) -> Node:
        return both([operator(exp.EQ, there._raw(other), self._raw(own)) for own, other in link.on])


def _typed(function: str, position: int, arg: tree.Node, made: Node) -> Node:
    """Give a bare null the type that a function takes: databases with operators of several types can't choose one."""
    value = arg.default if isinstance(arg, tree.Parameter) else arg
    accepted = REGISTRY[function].accepts(position)
    if value != tree.Constant(None) or Type.LIST in accepted:
        return made
    return next((cast(made, name) for kind, name in _NULLS if kind in accepted), made)


def _column(name: str, alias: str) -> Node:
    return exp.Column(this=exp.to_identifier(name, quoted=True), table=exp.to_identifier(alias))


def _table(label: str, alias: str) -> Node:
    return exp.alias_(exp.Table(this=exp.to_identifier(label, quoted=True)), alias, table=True)
