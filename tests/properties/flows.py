"""Random campaigns that choose their way: forks, tests on sizes and variables, joins, disabled activities, outputs that stop."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from campaign_nb import activities
from campaign_nb.activity import COMPLEMENT, Activity
from campaign_nb.graph.definition import Definition, Node, Ref
from campaign_nb.graph.handling import Handling
from campaign_nb.graph.settings import Settings
from campaign_nb.messages.content import template
from campaign_nb.rules import tree
from tests.properties.plans import REASON, Extra, Plan

VARIABLES = {"channel": "sms", "n": 2}


class Flow(Plan):
    """A definition in the making whose activities may be disabled, and stop where nobody is."""

    def add(self, label: str, activity: Activity, inputs: tuple[Ref, ...], ports: Mapping[str, Extra]) -> None:
        """Add an activity, treated as the draw says."""
        enabled = self.of(*[True] * 11, False)
        self.nodes[label] = Node(
            label, activity, inputs, handling=Handling(enabled=enabled, when_empty=self.of(*[None] * 4, "stop", "continue"))
        )
        self.extra |= {Ref(label, port): extra for port, extra in ports.items()}

    def fork(self, label: str) -> None:
        ref = self.ref()
        names = ("A", "B", "C")[: self.of(2, 2, 3)]
        self.add(label, activities.Fork(ways=names), (ref,), dict.fromkeys(names, self.extra[ref]))

    def test(self, label: str) -> None:
        ref = self.ref()
        ways = {name: self.condition() for name in ("A", "B")[: self.of(1, 1, 2)]}
        self.add(label, activities.ConditionTest(ways=ways), (ref,), dict.fromkeys([*ways, "otherwise"], self.extra[ref]))

    def condition(self) -> tree.Node:
        """Draw a condition of a run: of sizes, of the run before, of variables."""
        size = self.size()
        sign, form = self.of(">", ">=", "<", "="), self.of("number", "number", "number", "other", "before", "variable", "text")
        if form == "text":
            return tree.Compare("=", tree.Variable("channel"), tree.Constant(self.of("sms", "post")))
        other: tree.Node = tree.Constant(self.of(0, 1, 2, 4))
        if form != "number":
            other = {"other": self.size(), "before": tree.Size(size.activity, size.port, True), "variable": tree.Variable("n")}[form]
        found = tree.Compare(sign, size, other)
        return self.of(found, found, tree.Not(found))

    def size(self) -> tree.Size:
        ref = self.ref()
        return tree.Size(ref.label, ref.port)

    def join(self, label: str) -> None:
        refs = tuple(self.ref() for _ in range(self.of(2, 2, 3)))
        self.add(label, activities.AndJoin(), refs, {"out": self.extra[refs[0]]})

    def alert(self, label: str) -> None:
        ref = self.ref()
        self.add(label, activities.Alert(title="Here", message="It got here."), (ref,), {"out": self.extra[ref]})

    def email(self, label: str) -> None:
        ref = self.ref()
        extra = self.extra[ref]
        text, subject = template("{{ age }} {{ tier }}", "html"), template("Hi", "header")
        message = activities.Email(subject=subject, html=None, text=text, category="transactional", empty_consent=False)
        self.add(label, message, (ref,), {"out": extra, COMPLEMENT: {**extra, **REASON}})


KINDS = ("filter", "filter", "split", "combine", "combine", "python", "wait", "enrich", "build", "fork", "join", "join", "alert", "email")


@st.composite
def flows(draw: st.DrawFn, most: int = 10) -> Definition:
    """Return a definition over people without a problem, that decides at least once."""
    plan = Flow(draw, "people")
    plan.build("a0")
    for at in range(1, draw(st.sampled_from([4, most, most, most]))):
        kind = plan.of(*KINDS, "test", "test", "test")
        getattr(plan, kind if kind != "email" or sum(node.activity.kind == "email" for node in plan.nodes.values()) < 3 else "filter")(
            f"a{at}"
        )
    plan.test("last")
    plan.filter("end")
    return Definition("world", seed="s", nodes=plan.nodes, settings=Settings(variables=VARIABLES, moved=None))
