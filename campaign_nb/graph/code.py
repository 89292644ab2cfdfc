"""A definition as readable Python that builds it again: variables by label, operators as | - &, rules as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from campaign_nb.activity import OUT
from campaign_nb.errors import DefinitionError, Problem
from campaign_nb.graph.code_options import OptionCode
from campaign_nb.graph.code_rules import RuleCode, identifier, quoted
from campaign_nb.graph.definition import Definition, Node, Ref
from campaign_nb.graph.operators import Operation, Source, collapsed, name_of, parts
from campaign_nb.graph.settings import Settings
from campaign_nb.graph.sources import SourceMethods
from campaign_nb.graph.transition import Branches, Transition
from campaign_nb.rules import tree
from campaign_nb.schedule import Schedule

WIDTH = 110
_SIGNS = {"union": "|", "intersection": "&", "exclusion": "-"}
_KNOWN = ("cn", "dt", "pl", "tree", "Rule", "Value", "Decimal")


def to_python(definition: Definition, schedule: Schedule | None = None, *, data: str = "shop") -> str:
    """Return Python code that builds an equal definition, with its schedule; `data` is the variable of the data model.

    Functions of a notebook are named, not written.
    Errors: a cycle or an input that is not there, which no code can build.
    """
    return _Writer(definition, schedule, data).text()


class _Writer:
    """Writes one definition: a line for each activity, after the tables and the campaign itself."""

    def __init__(self, definition: Definition, schedule: Schedule | None, data: str) -> None:
        self._definition, self._schedule, self._data = definition, schedule, data
        self._tables: dict[str, str] = {}
        self._campaign = identifier(definition.name, [*_KNOWN, data])
        self._names: dict[str | Operation, str] = {}
        self._rules = RuleCode(self._table, self._message)
        self._options = OptionCode(self._rules, self._table)
        self._inputs = collapsed(definition)

    def text(self) -> str:
        """Return the whole code."""
        self._check()
        body: list[str] = []
        for label in self._definition.dag.order():
            if label in self._inputs:
                body += self._shared(self._inputs[label])
                body.append(self._activity(self._definition.nodes[label]))
        code = "\n".join(body)
        imports = {"import campaign_nb as cn", *(line for line in self._rules.imports if _used(line.split()[-1], code))}
        tables = [f"{name} = {self._data}[{quoted(label)}]" for label, name in self._tables.items() if _used(name, code)]
        planned = "" if self._schedule is None else f"{self._campaign}.schedule = cn.{self._schedule!r}"
        imports |= {"import datetime as dt"} if _used("dt", planned) else set()
        blocks = ["\n".join(_import_lines(imports)), "\n".join(tables), self._heading(), code, planned]
        return "\n\n".join(block for block in blocks if block) + "\n"

    def _check(self) -> None:
        cycles = self._definition.dag.cycles()
        missing = [ref.label for node in self._definition.nodes.values() for ref in node.inputs if ref.label not in self._definition.nodes]
        if cycles or missing:
            what = f"{' → '.join(cycles[0])} is a cycle" if cycles else f"{missing[0]!r} is not there"
            raise DefinitionError(
                Problem(f"campaign {self._definition.name!r}", what, "a definition without problems", "campaign.problems")
            )

    def _table(self, label: str) -> str:
        if label not in self._tables:
            self._tables[label] = self._free(label)
        return self._tables[label]

    def _message(self, behaviour: tree.Behaviour) -> str | None:
        """Return the variable of the message that a behaviour asks of, if the code has it by then."""
        if behaviour.campaign != self._definition.name or behaviour.activity not in self._names:
            return None
        return self._names[behaviour.activity]

    def _free(self, label: str) -> str:
        return identifier(label, [*_KNOWN, self._data, self._campaign, *self._tables.values(), *self._names.values()])

    def _heading(self) -> str:
        found = self._definition
        arguments = [quoted(found.name), f"data={self._data}"]
        arguments += [f"description={quoted(found.description)}"] if found.description else []
        arguments += [f"tags=[{', '.join(map(quoted, found.tags))}]"] if found.tags else []
        arguments += [f"time_zone={quoted(found.time_zone)}"]
        arguments += [f"seed={quoted(found.seed)}"] if found.seed != found.name else []
        arguments += self._settings(found.settings)
        return _call(f"{self._campaign} = cn.Campaign", arguments)

    def _settings(self, found: Settings) -> list[str]:
        arguments = [f"{name}={value!r}" for name, value in found.document().items() if name != "variables" and not isinstance(value, str)]
        arguments += [f"{name}={quoted(value)}" for name, value in found.document().items() if isinstance(value, str)]
        if found.variables:
            pairs = ", ".join(f"{quoted(name)}: {self._rules.literal(value)}" for name, value in found.variables.items())
            arguments.append(f"variables={{{pairs}}}")
        return arguments

    def _shared(self, sources: Iterable[Source]) -> Iterator[str]:
        """Yield a line for each expression that several activities read, before the first of them."""
        for source in sources:
            for operation in parts(source):
                readers = sum(operation in parts(item) for inputs in self._inputs.values() for item in inputs)
                if readers > 1 and operation not in self._names:
                    code = self._source(operation)
                    name = self._names[operation] = self._free(name_of(operation))
                    yield f"{name} = {code}"

    def _source(self, source: Source, *, inside: bool = False) -> str:
        """Return a source as Python; an operator inside another stands in brackets."""
        if isinstance(source, Ref):
            return self._output(source)
        if source.whole in self._names:
            whole = self._names[source.whole]
        else:
            whole = f" {_SIGNS[source.mode]} ".join(self._source(item, inside=True) for item in source.operands)
            whole = f"({whole})" if inside or source.port != OUT else whole
        return whole if source.port == OUT else f"{whole}.complement"

    def _output(self, ref: Ref) -> str:
        """Return one output of an activity."""
        name = self._names[ref.label]
        port = self._definition.nodes[ref.label].port(ref.port)
        mains = [item.name for item in self._definition.nodes[ref.label].activity.ports() if not item.complement]
        if port is not None and port.complement:
            return f"{name}.complement"
        if mains == [OUT] and ref.port == OUT:
            return name
        plain = ref.port.isidentifier() and not ref.port.startswith("_") and not hasattr(Branches, ref.port)
        return f"{name}.{ref.port}" if plain else f"{name}[{quoted(ref.port)}]"

    def _activity(self, node: Node) -> str:
        sources = [self._source(item) for item in self._inputs[node.label]]
        activity = node.activity
        least, most = activity.inputs
        joins = least > 1
        known = hasattr(SourceMethods if joins or not sources else Transition, activity.kind)
        fits = joins or len(sources) <= 1 or most is None or len(sources) <= most
        arguments = self._options.arguments(activity) if known and fits else None
        if arguments is None:
            head, rest = "add", [self._options.constructor(activity)]
            rest += sources if not sources or joins else sources[1:]
        elif joins:
            head, rest = activity.kind, sources + arguments
        else:
            head, rest = activity.kind, arguments + ([f"others=[{', '.join(sources[1:])}]"] if len(sources) > 1 else [])
        rest += [f"description={quoted(node.description)}"] if node.description else []
        rest += [f"{name}={quoted(value) if isinstance(value, str) else value}" for name, value in node.handling.document().items()]
        receiver = self._campaign if joins or not sources else self._source(self._inputs[node.label][0], inside=True)
        needed = any(ref.label == node.label for other in self._definition.nodes.values() for ref in other.inputs)
        needed = needed or bool(activity.channel)
        self._names[node.label] = self._free(node.label)
        line = _call(f"{receiver}.{head}", [quoted(node.label), *rest])
        return f"{self._names[node.label]} = {line}" if needed else line


def _call(head: str, arguments: list[str]) -> str:
    line = f"{head}({', '.join(arguments)})"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    return f"{head}(\n" + "".join(f"    {item},\n" for item in arguments) + ")"


def _used(name: str, code: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", code) is not None


def _import_lines(lines: Iterable[str]) -> list[str]:
    """Return import lines in order, one for each module, the package last."""
    names: dict[str, list[str]] = {}
    for line in sorted(lines):
        head, sign, name = line.partition(" import ")
        names.setdefault(head if sign else line, []).extend([name] if sign else [])
    joined = [f"{head} import {', '.join(found)}" if found else head for head, found in names.items()]
    return sorted(joined, key=lambda line: ("campaign_nb" in line, line.startswith("from"), line))
