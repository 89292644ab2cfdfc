"""The columns of a part of a plan, with the messages that its rules ask about: whom they reached is computed beside it."""

from __future__ import annotations

from collections.abc import Sequence

from campaign_nb.activity import OUT
from campaign_nb.engine.optimise.columns import Columns
from campaign_nb.engine.plan import Plan
from campaign_nb.rules import tree
from campaign_nb.steps import Step


def with_messages(plan: Plan, ends: Sequence[Step]) -> Columns:
    """Return the columns of some steps, and of the campaign's own messages that rules of theirs are about."""
    wanted = list(ends)
    while True:
        columns = Columns(wanted, plan.moment_of)
        nodes = [leaf.node for leaf in columns.readers if isinstance(leaf.node, tree.Behaviour)]
        labels = dict.fromkeys(node.activity for node in nodes if node.campaign == plan.definition.name and node.activity in plan.whole)
        more = [step for label in labels if (step := plan.whole[label].compiled.ports[OUT]) not in columns.needs]
        if not more:
            return columns
        wanted += more
