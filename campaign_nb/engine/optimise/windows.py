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
    return any(isinstance(node, tree.Compare) and node.op in (">", ">=") and _instant(node.right) for node in _conditions(leaf))


def _instant(node: tree.Node) -> bool:
    if isinstance(node, tree.Constant):
        return hasattr(node.value, "isoformat")
    return isinstance(node, tree.Call) and node.name in _TEMPORAL


def covers(wide: tree.Node, narrow: tree.Node) -> bool:
    """Tell whether the linked rows of one leaf include those of another, their windows of dates apart.

    >>> def since(days: int) -> tree.Node:
    ...     recent = tree.Compare(">=", tree.Column("date"), tree.Call("days_ago", (tree.Constant(days),)))
    ...     return tree.Exists(tree.Linked((tree.LinkStep("orders", (recent,)),)))
    >>> covers(since(90), since(7)), covers(since(7), since(90))
    (True, False)
    """
    wider, narrower = _conditions(wide), _conditions(narrow)
    return all(any(_implies(strong, weak) for strong in narrower) for weak in wider)


def _conditions(leaf: tree.Node) -> list[tree.Node]:
    rows = getattr(leaf, "rows", None)
    return [part for rule in rows.steps[-1].where for part in tree.conjuncts(rule)] if isinstance(rows, tree.Linked) else []


def _implies(strong: tree.Node, weak: tree.Node) -> bool:
    if strong == weak:
        return True
    if not (isinstance(strong, tree.Compare) and isinstance(weak, tree.Compare)):
        return False
    if strong.left != weak.left or strong.op != weak.op or strong.op not in (">", ">="):
        return False
    one, other = strong.right, weak.right
    if isinstance(one, tree.Call) and isinstance(other, tree.Call) and one.name == other.name == "days_ago":
        near, far = one.args[0], other.args[0]
        return (
            isinstance(near, tree.Constant)
            and isinstance(far, tree.Constant)
            and isinstance(near.value, int)
            and isinstance(far.value, int)
            and near.value <= far.value
        )
    return False
