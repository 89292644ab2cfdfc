"""Predefined filters: a named rule with some of its values left open."""

from __future__ import annotations

import json
from typing import Any, NoReturn, cast

from campaign_nb.errors import DefinitionError, Problem, did_you_mean
from campaign_nb.render import html
from campaign_nb.rules import document, tree
from campaign_nb.rules.check import an, literal_type
from campaign_nb.rules.fit import fit
from campaign_nb.rules.operand import node_of, refuse, root_of
from campaign_nb.rules.printed import as_condition, whose
from campaign_nb.rules.tree import Type
from campaign_nb.rules.value import Rule, as_rule, checked

VERSION = 1
_FIELDS = ("version", "label", "description", "favourite", "table", "rule")


class Filter:
    """A rule saved under a label.

    The values written as `cn.param(name, default)` are set when it is used.

    Calling it gives a rule with every parameter bound, those not named to their defaults.
    Errors: one parameter with two defaults.

    >>> from campaign_nb.rules.build import col, param
    >>> big = Filter("Big", col.spend > param("least", 500))
    >>> print(big(least=800), "|", big())
    spend > 800 | spend > 500
    """

    def __init__(self, label: str, rule: object, description: str = "", favourite: bool = False) -> None:
        self.label, self.description, self.favourite = label, description, favourite
        self.rule: Rule = as_rule(rule)
        """The rule, with its parameters: a copy to go on editing; nothing of it comes back to the filter."""
        self.table: str | None = None if self.rule.root is None else self.rule.root.table.label
        """The table that it is about; None is whatever row is tested."""
        self.parameters: dict[str, tree.Scalar] = {}
        """The parameters by name, with their defaults."""
        if not label.strip():
            refuse("filter", "it has no label", "a label", 'cn.Filter("Big spenders", rule)')
        for node in self.rule.node.walk():
            if isinstance(node, tree.Parameter):
                default = self.parameters.setdefault(node.name, node.default.value)
                if tree.Constant(default) != node.default:
                    refuse(self._where, f"parameter {node.name!r} has two defaults", "one default", f'cn.param("{node.name}", …) alike')

    @property
    def _where(self) -> str:
        return f"filter {self.label!r}"

    def __call__(self, **values: object) -> Rule:
        """Return the rule with its parameters set; those not named keep their defaults.

        Errors: an unknown parameter, a value of another type than the default; all together.
        """
        problems: list[Problem] = []
        bound = {name: tree.Constant(default) for name, default in self.parameters.items()}
        for name, value in values.items():
            if name not in self.parameters:
                problems.append(Problem(self._where, f"no parameter {name!r}", did_you_mean(name, self.parameters), self._call()))
                continue
            try:
                bound[name] = self._constant(name, value)
            except DefinitionError as error:
                problems += error.problems
        if problems:
            raise DefinitionError(*problems, subject=self._where if len(problems) > 1 else "")
        node = tree.rebuilt(self.rule.node, lambda item: bound[item.name] if isinstance(item, tree.Parameter) else item)
        return checked(Rule(node, self.rule.root), self._where)

    def _constant(self, name: str, value: object) -> tree.Constant:
        default = self.parameters[name]
        kind = literal_type(default)
        found = node_of(value, kind)
        if not isinstance(found, tree.Constant):
            refuse(self._where, f"parameter {name!r} got a column or a function", f"{an(kind)} literal", f"{name}={default!r}")
        given = literal_type(found.value)
        if kind is not Type.UNKNOWN and (given is Type.UNKNOWN or not kind.comparable(given)):
            got = "null" if given is Type.UNKNOWN else given
            refuse(self._where, f"parameter {name!r} got {got}", f"{kind}, as its default", f"{name}={default!r}")
        return found

    def on(self, table: object) -> Filter:
        """Return the filter on a table of a data model.

        One that was saved knows its table by name alone.

        Errors: another table, a rule that does not fit it.
        """
        root = root_of(table)
        if self.table not in (None, root.table.label):
            refuse(self._where, f"it is about {self.table!r}", f"rules on {root.table.label!r}", "the filter's own table")
        rule = checked(Rule(fit(root.scope(), self.rule.node), root), self._where)
        return Filter(self.label, rule, self.description, self.favourite)

    def refuse_as_value(self) -> NoReturn:
        """Say that a filter is called to be used."""
        refuse("rule", f"filter {self.label!r} is used as a rule", "a call, with or without parameters", f"{self._call()}")

    def _call(self) -> str:
        return f"big({', '.join(f'{name}={default!r}' for name, default in self.parameters.items())})"

    def explain(self) -> str:
        """Return the filter as one sentence, parameters with their defaults."""
        return self.rule.explain()

    def to_json(self) -> str:
        """Return the filter as a JSON document."""
        content = (VERSION, self.label, self.description, self.favourite, self.table, document.to_dict(self.rule.node))
        return json.dumps(dict(zip(_FIELDS, content, strict=True)), allow_nan=False)

    @classmethod
    def from_json(cls, text: str, table: object = None) -> Filter:
        """Read a filter from its JSON document.

        On a table, or to be used on its table later.

        Errors: anything that is not exactly a filter, another table, a rule that does not fit it.
        """
        data = document.load(text, "filter")
        if not isinstance(data, dict) or set(cast("dict[str, Any]", data)) != set(_FIELDS):
            refuse("filter", "the document is no filter", f"the fields {', '.join(_FIELDS)}", "big.to_json()")
        fields = cast("dict[str, Any]", data)
        label, description, favourite = fields["label"], fields["description"], fields["favourite"]
        typed = isinstance(label, str) and isinstance(description, str) and isinstance(favourite, bool)
        if fields["version"] != VERSION or not typed:
            refuse("filter", "another version, or a field of the wrong type", f"version {VERSION}, texts, true or false", "big.to_json()")
        about = fields["table"]
        if about is not None and not isinstance(about, str):
            refuse("filter", "its table is no name", "the name of a table", "big.to_json()")
        found = cls(label, Rule(as_condition(document.from_dict(fields["rule"], f"filter {label!r}"))), description, favourite)
        found.table = about
        return found if table is None else found.on(table)

    def __repr__(self) -> str:
        return f"<filter {self.label!r} on {self.table or whose(None)}: {self.rule.text()}>"

    def _repr_html_(self) -> str:
        defaults = ", ".join(f"{name} = {default}" for name, default in self.parameters.items())
        rows = [
            ("About", self.table or whose(None)),
            ("Means", self.explain()),
            ("Text", self.rule.text()),
            ("Parameters", defaults or "none"),
        ]
        return html.card(self.label, rows, self.description)
