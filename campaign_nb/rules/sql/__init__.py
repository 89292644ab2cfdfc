"""Rules as SQL to be read: a query built for a dialect node by node, never translated from another dialect."""

from __future__ import annotations

import datetime as dt
from typing import Literal, TypeAlias

from campaign_nb.errors import DefinitionError, Problem, did_you_mean
from campaign_nb.rules import tree
from campaign_nb.rules.check import Misfit, Scope
from campaign_nb.rules.fit import fit
from campaign_nb.rules.sql.dialects import FLAVOURS
from campaign_nb.rules.sql.query import Query, aliases_of, moment
from campaign_nb.rules.text import check_size

Dialect: TypeAlias = Literal["duckdb", "postgres", "spark", "snowflake", "bigquery"]

__all__ = ["Dialect", "select"]


def select(node: tree.Node, scope: Scope, dialect: Dialect = "duckdb", as_of: dt.date | dt.datetime | None = None) -> str:
    """Write a rule as a query that selects the keys of the rows for which it is true.

    Nulls: SQL's own logic; NaN counts as null; *except* keeps the rows where the second rule is unknown.
    Time: *today* and *now* are literals of `as_of` when it is given, else the database's.
    Errors: an unknown dialect, a rule that does not fit the table, collected rows.
    """
    flavour = FLAVOURS.get(dialect)
    if flavour is None:
        raise DefinitionError(Problem("sql", f"no dialect {dialect!r}", did_you_mean(dialect, FLAVOURS), 'rule.sql("duckdb")'))
    check_size(node, "sql")
    try:
        names = aliases_of(scope).__next__
        return Query(flavour, moment(as_of), scope, names(), names).select(fit(scope, node)).sql(dialect=dialect, pretty=True)
    except Misfit as misfit:
        raise DefinitionError(misfit.problem("sql")) from None
    except RecursionError:  # the writer of SQL recurses more than our own forms do
        raise DefinitionError(
            Problem("sql", "the rule is too deep to be shown as SQL", "fewer groups inside groups", "rule.explain()")
        ) from None
