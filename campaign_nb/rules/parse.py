"""`cn.rule` and what accepts a rule in any of its forms: an object, its text, or a table for everybody."""

from __future__ import annotations

from campaign_nb.rules import tree
from campaign_nb.rules.check import an
from campaign_nb.rules.handle import Handle
from campaign_nb.rules.value import Root, Rule, as_rule, checked, refuse, root_of


def rule(text: str, table: object) -> Rule:
    """Read a rule on a table from its text.

    A SQL expression: `= <> < <= > >= and or not is [not] null in between like ilike`, arithmetic, `case`, functions
    by their snake_case names. Columns through N-1 links are paths (`customer.country`); linked rows are asked with
    `orders.where(…)`, then `.exists() .count() .sum(amount)` and the other aggregates; `orders.exists(…)` and
    `orders.count(…)` take the conditions directly. Literals: `'text'`, numbers, `true false null`,
    `date '2026-07-01'`, `timestamp '…'`, `time '…'`, `decimal '…'`, `interval '…'`. Names that are no plain word stand
    in double quotes, `col.x` is a column of whatever row is tested, `:x` a campaign variable, `param('x', 5)` a
    filter's parameter, `opened('Activity')` a behaviour. `a and not (b)` drops rows where b is unknown;
    *except*, which keeps them, is `a and (b) is not true`.
    Nulls: as in SQL, a comparison with null is unknown.
    Errors: anything outside that grammar, unknown names, types that can't be compared; all unknown names together.
    """
    root = root_of(table)
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] # users
        refuse("rule", f"{an(type(text).__name__)} is no text", "a condition as text", 'cn.rule("age >= 18", customers)')
    return checked(as_rule(text, root))


def node_of_rule(rule: object) -> tree.Node:
    """Return the tree of a rule, of a rule's text, or of a table, which stands for everybody."""
    return tree.Everybody() if _table(rule) is not None else as_rule(rule).node


def table_of_rule(rule: object) -> str | None:
    """Return the name of the table that a rule, a value or a table handle is about; None when it does not tell."""
    root = _table(rule) or getattr(rule, "root", None)
    return root.table.label if isinstance(root, Root) else None


def _table(value: object) -> Root | None:
    return root_of(value) if isinstance(value, Handle) and getattr(value, "_is_table", False) else None
