"""Incremental query: start with what is new since the last run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import ClassVar, Self

from campaign_nb.activity import Activity, Compiled, Context, Effect, Recall, Rows, query_problems, value_problems
from campaign_nb.errors import CampaignError, DefinitionError, Problem
from campaign_nb.rules import tree
from campaign_nb.rules.check import Misfit, type_of
from campaign_nb.rules.parse import node_of_rule, table_of_rule
from campaign_nb.rules.tree import Type
from campaign_nb.rules.value import node_of
from campaign_nb.schedule.duration import duration
from campaign_nb.steps import Anti, Check, Filter, Load, Population, Scan, Step

SEEN = "returned by an earlier run"


class IncrementalQuery(Activity):
    """Start with the rows of a table for which a rule is true and that are new.

    New are rows that no earlier run of the campaign returned (`remember`), or rows whose date is later than the *now* of
    the last run (`newer`). The first run returns all rows of the rule. Dry runs start from the same memory and move nothing;
    a run that failed or was stopped is forgotten, one that still waits is not. With nobody new, what follows does not run,
    unless `when_empty="continue"`.

    Shape: no input; one row per key. Rows that were returned before are counted with that reason.
    Time: `newer` compares with the *now* of the runs, and leaves what lies in the future to a later run.
    Nulls: a row without a date is never new by `newer`.
    Errors: both `remember` and `newer`; a value that is no date; everything of build_audience.

    >>> import polars as pl, campaign_nb as cn
    >>> shop = cn.DataModel("shop")
    >>> people = shop.table("people", pl.DataFrame({"id": [1, 2], "tier": ["gold", "silver"]}), key="id")
    >>> c = cn.Campaign("Gold", data=shop)
    >>> gold = c.incremental_query("New gold", people.tier == "gold", remember="365d")
    >>> gold.frame(c.dry_run())["id"].to_list()
    [1]
    """

    kind = "incremental_query"
    label = "Incremental query"
    icon = "refresh"
    family = "targeting"
    inputs = (0, 0)
    rows: ClassVar[Rows] = "creates"
    stops_when_empty = True

    dimension: str
    """The table whose rows are targeted."""
    rule: tree.Node
    """The condition; everybody when the table itself is given."""
    remember: dt.timedelta | None = None
    """How long a row counts as returned, such as "365d"; for good when left out."""
    newer: tree.Node | None = None
    """A date of the row, instead of a memory of keys."""

    @classmethod
    def of(cls, rule: object, *, dimension: object = None, remember: str | dt.timedelta | None = None, newer: object = None) -> Self:
        """Build from a rule, its text (with `dimension`) or a table."""
        table = table_of_rule(dimension) if dimension is not None else table_of_rule(rule)
        if table is None:
            raise DefinitionError(
                Problem(
                    "incremental_query",
                    "the rule does not tell whose rows are meant",
                    "a rule on a table, or dimension=",
                    'incremental_query("New", "age >= 18", dimension=customers)',
                )
            )
        if remember is not None and newer is not None:
            raise DefinitionError(Problem("incremental_query", "both remember and newer", "one of them", 'remember="365d"'))
        try:
            history = None if remember is None else duration(remember, "incremental_query, remember")
        except CampaignError as error:
            raise DefinitionError(*error.problems) from None
        date = tree.Column(newer) if isinstance(newer, str) else None if newer is None else node_of(newer)
        return cls(dimension=table, rule=node_of_rule(rule), remember=history, newer=date)

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield what is wrong with the table, the rule and the date."""
        where = f"incremental_query {context.label!r}"
        found = [*query_problems(context, self.dimension, self.rule, where)]
        yield from found
        if found or self.newer is None:
            return
        population = Population(context.schema, context.schema.schema_of(self.dimension))
        yield from value_problems(population, self.newer, where)
        try:
            kind = type_of(population.scope, self.newer)
        except Misfit:
            return
        if kind not in (Type.DATE, Type.DATETIME):
            yield Problem(where, f"newer is {kind}", "a date or a date with a time", "newer=customers.updated_at")

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Leave out what was returned before, and ask to remember what is returned now."""
        table = context.schema.schema_of(self.dimension)
        population = Population(context.schema, table)
        rows: Step = Scan(population)
        if not isinstance(self.rule, tree.Everybody):
            rows = Filter(rows, (Check("rule", self.rule),))
        if self.newer is not None:
            last = f"last run of {context.label}"
            since = tree.Variable(last)
            later = tree.Or((tree.IsNull(since), tree.Compare(">", self.newer, since)))
            new: Step = Filter(rows, (Check(SEEN, tree.And((later, tree.Compare("<=", self.newer, tree.Call("now", ()))))),))
            return Compiled({"out": new}, drops=(new,), recall=Recall(self.dimension, variable=last))
        reference = f"memory:{context.label}"
        new = Anti(rows, (Load(population, reference),), SEEN)
        memory = Effect("memory", context.label, new)
        return Compiled({"out": new}, drops=(new,), effects=(memory,), recall=Recall(self.dimension, reference, self.remember))
