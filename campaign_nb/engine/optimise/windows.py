"""Whether conditions on linked rows already reach only few of them."""

from __future__ import annotations

from campaign_nb.rules import tree

_TEMPORAL = ("now", "today", "days_ago", "days_ahead", "months_ago", "years_ago")


def windowed(leaf: tree.Node) -> bool:
    """Tell whether the linked rows of a leaf are bounded below by a date, so that a file skips what is older.

    >>> recent = tree.Compare(">=", tree.Column("date"), tree.Call("days_ago", (tree.Constant(90),)))
    >>> windowed(tree.Exists(tree.Linked((tree.LinkStep("orders", (recent,)),))))
    True
    """
    rows = getattr(leaf, "rows", None)
    if not isinstance(rows, tree.Linked):
        return False
    nodes = [part for rule in rows.steps[-1].where for part in tree.conjuncts(rule)]
    return any(isinstance(node, tree.Compare) and node.op in (">", ">=") and _instant(node.right) for node in nodes)


def _instant(node: tree.Node) -> bool:
    if isinstance(node, tree.Constant):
        return hasattr(node.value, "isoformat")
    return isinstance(node, tree.Call) and node.name in _TEMPORAL
