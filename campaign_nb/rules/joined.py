"""Rules and values joined: all of several rules, the value of the first that is true."""

from __future__ import annotations

from collections.abc import Sequence

from campaign_nb.rules import tree
from campaign_nb.rules.operand import node_of, refuse
from campaign_nb.rules.value import Rule, Value, limited, shared_root


def choose(whens: Sequence[tuple[Rule, object]], otherwise: object) -> Value:
    """Return the value of the first rule that is true, else `otherwise`.

    Errors: no rule at all, values of types that do not go together.
    """
    if not whens:
        refuse("case", "it has no condition", "at least one", 'cn.fn.case((customers.age >= 18, "adult"), otherwise="minor")')
    node = tree.Case(tuple((test.node, node_of(then)) for test, then in whens), node_of(otherwise))
    value = Value(node, shared_root(*(item for pair in whens for item in pair), otherwise))
    limited(node)
    _ = value.type
    return value


def all_of(rules: Sequence[Rule]) -> Rule:
    """Join rules with AND; none at all is everybody."""
    if not rules:
        return Rule(tree.Everybody())
    joined = rules[0]
    for rule in rules[1:]:
        joined = joined & rule
    return joined
