"""Reconciliation: find the rows of a table that rows of a file, or of another dimension, belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Self

from campaign_nb.activity import COMPLEMENT, OUT, Activity, Compiled, Context, Port, Rows, rule_problems, several, value_problems
from campaign_nb.errors import DefinitionError, Problem, did_you_mean
from campaign_nb.rules import tree
from campaign_nb.rules.check import Misfit, type_of
from campaign_nb.rules.parse import node_of_rule, table_of_rule
from campaign_nb.rules.schema import TableSchema
from campaign_nb.rules.tree import Type
from campaign_nb.rules.value import order_of
from campaign_nb.steps import FIRST, MATCHES, Attach, Check, Filter, Match, Population, Rejected, Rekey, Step


class Reconcile(Activity):
    """Give rows the targeting dimension that they belong to, by equal values.

    All pairs must be equal. Nothing is created: a row without a partner goes to the complement, with its reason.
    Shape: one input; one row of the table for each row that matches exactly one, with the added columns that the table
    does not have itself. The complement holds the others: no match, ambiguous, matched by an earlier row (by key).
    Nulls: a null matches nothing. Text that is compared with a number or a date is read as one.
    With `keep` all rows go on as they are, with the key of the row that they match in columns of their own, null where there
    is none; several rows may then match the same one. The complement lists those without one beside, with the reason.
    Errors: an unknown table or column, types that can't be compared, on_many="first" without an order.

    >>> import polars as pl, campaign_nb as cn
    >>> shop = cn.DataModel("shop")
    >>> people = shop.table("people", pl.DataFrame({"id": [1, 2], "email": ["a@example.com", "b@example.com"]}), key="id")
    >>> leads = shop.table("leads", pl.DataFrame({"lead": [10, 11], "mail": ["b@example.com", None]}), key="lead")
    >>> c = cn.Campaign("Leads", data=shop)
    >>> known = c.build_audience("Leads", leads).reconcile("Known", to=people, on={"mail": "email"})
    >>> run = c.dry_run()
    >>> known.frame(run)["id"].to_list(), known.complement.frame(run)["reason"].to_list()
    ([2], ['no match'])
    """

    kind = "reconcile"
    label = "Reconciliation"
    icon = "link"
    family = "targeting"

    to: str
    """The table whose rows are looked for."""
    on: Mapping[str, str]
    """Columns of the row, and the columns of the table that they equal; all of them."""
    where: tree.Node = tree.Everybody()
    """Which rows of the table may match; all when left out."""
    on_many: Literal["reject", "first"] = "reject"
    """What happens to a row with several matches: it is ambiguous, or takes the first in an order."""
    order: tuple[tree.Order, ...] = ()
    """Which of several matches is the first."""
    keep: bool | Mapping[str, str] = False
    """Whether rows keep their dimension and get the key found as added columns; names for those, where theirs are taken."""

    @classmethod
    def of(
        cls,
        *,
        to: object,
        on: Mapping[str, str] | str,
        where: object = None,
        on_many: Literal["reject", "first"] = "reject",
        order: object = (),
        keep: bool | Mapping[str, str] = False,
    ) -> Self:
        """Build from a table and pairs of columns, or one name that both have."""
        table = to if isinstance(to, str) else table_of_rule(to)
        if table is None:
            raise DefinitionError(Problem("reconcile", f"to={to!r}", "a table of the data model", "to=customers"))
        pairs = {on: on} if isinstance(on, str) else dict(on)
        if not pairs:
            raise DefinitionError(Problem("reconcile", "on is empty", "at least one pair of columns", 'on={"mail": "email"}'))
        if on_many not in ("reject", "first"):
            raise DefinitionError(Problem("reconcile", f"on_many={on_many!r}", '"reject" or "first"', 'on_many="first", order=…'))
        orders = tuple(order_of(item) for item in several(order))
        if (on_many == "first") != bool(orders):
            what = "on_many='first' without an order" if not orders else "an order without on_many='first'"
            raise DefinitionError(Problem("reconcile", what, "both, or neither", 'on_many="first", order=customers.joined.desc()'))
        rule = tree.Everybody() if where is None else node_of_rule(where)
        kept = dict(keep) if isinstance(keep, Mapping) else keep
        return cls(to=table, on=pairs, where=rule, on_many=on_many, order=orders, keep=kept)

    def ports(self) -> tuple[Port, ...]:
        """The rows that match, in the new dimension, and the others."""
        return (Port(), Port(COMPLEMENT, complement=True))

    def accounting(self) -> Rows:
        """With `keep` a row without a match leaves twice."""
        return "partitions" if self.keep is False else "creates"

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield unknown tables and columns, and pairs that can't be equal."""
        where = f"reconcile {context.label!r}"
        try:
            table = context.schema.schema_of(self.to)
        except KeyError:
            known = list(getattr(context.schema, "tables", []))
            yield Problem(where, f"no table {self.to!r} in the data model", did_you_mean(self.to, known), f"to={next(iter(known), '…')}")
            return
        if not table.key:
            yield Problem(where, f"table {self.to!r} has no key", "a key, to target its rows", f'shop.table({self.to!r}, …, key="…")')
        there = Population(context.schema, table)
        for here, column in self.on.items():
            yield from value_problems(inputs[0], tree.Column(here), where)
            yield from value_problems(there, tree.Column(column), where)
            yield from _pair(inputs[0], there, here, column, where)
        yield from rule_problems(there, self.where, where)
        for order in self.order:
            yield from value_problems(there, order.value, where)
        yield from self._keep_problems(inputs[0], table, where)

    def _keep_problems(self, here: Population, table: TableSchema, where: str) -> Iterator[Problem]:
        """Yield names for the key that can't be used."""
        if self.keep is False:
            return
        for name in () if self.keep is True else self.keep:
            if name not in table.key:
                yield Problem(where, f"keep names {name!r}", did_you_mean(name, table.key), f'keep={{"{next(iter(table.key), "…")}": "…"}}')
        names = self._links(table)
        for key, name in names.items():
            if not isinstance(name, str) or not name.strip() or name.startswith("_"):  # pyright: ignore[reportUnnecessaryIsInstance] # users
                yield Problem(
                    where, f"a column called {name!r}", "text that does not start with an underscore", f'keep={{"{key}": "person"}}'
                )
            elif here.scope.row.column(name) is not None or list(names.values()).count(name) > 1:
                yield Problem(
                    where, f"the population already has a column {name!r}", "another name", f'keep={{"{key}": "{table.label}_{key}"}}'
                )

    def _links(self, table: TableSchema) -> dict[str, str]:
        """Return the names of the columns that hold the key found, by the table's own."""
        named = self.keep if isinstance(self.keep, Mapping) else dict[str, str]()
        return {key: named.get(key, key) for key in table.key}

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Look rows up, leave out those without one, give the others their new key."""
        source, table = inputs[0], context.schema.schema_of(self.to)
        on = tuple((tree.Column(here), column) for here, column in self.on.items())
        looked = Match(source, context.schema, table, on, self.where, self.order)
        matches = tree.Column(MATCHES)
        checks = [Check("no match", tree.Compare(">", matches, tree.Constant(0)))]
        if not self.order:
            checks.append(Check("ambiguous", tree.Compare("=", matches, tree.Constant(1))))
        if self.keep is not False:
            return self._keeping(looked, checks)
        checks.append(Check("matched by an earlier row", tree.Truth(tree.Column(FIRST))))
        kept = Filter(looked, tuple(checks))
        return Compiled(
            {OUT: Rekey(kept, context.schema, table, looked.keys, _kept(source.population, table)), COMPLEMENT: Rejected(kept)},
            drops=(kept,),
        )

    def _keeping(self, looked: Match, checks: list[Check]) -> Compiled:
        """Add the key of the match to every row; the complement has those without one, which are in the output too."""
        one, nothing = tree.And(tuple(check.rule for check in checks)), tree.Constant(None)
        found = zip(self._links(looked.table).values(), looked.keys, strict=True)
        added = Attach(looked, tuple((name, tree.Case(((one, tree.Column(key)),), nothing)) for name, key in found))
        counted = Filter(looked, tuple(checks))
        return Compiled({OUT: added, COMPLEMENT: Rejected(counted)}, drops=(counted,))


def _kept(population: Population, table: TableSchema) -> tuple[str, ...]:
    """Return the columns that go along: those that were added, unless the table has one of that name."""
    return tuple(name for name in population.extra if name not in table.columns and not name.startswith("_"))


def _pair(here: Population, there: Population, name: str, column: str, where: str) -> Iterator[Problem]:
    try:
        mine, theirs = type_of(here.scope, tree.Column(name)), type_of(there.scope, tree.Column(column))
    except Misfit:
        return
    if not mine.comparable(theirs) and mine is not Type.TEXT:
        yield Problem(
            where,
            f"{name} is {mine}, {there.table.label}.{column} is {theirs}",
            "columns of one type, or text on the left",
            f'on={{"…": {column!r}}}',
        )
