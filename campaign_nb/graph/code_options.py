"""The options of an activity as the arguments that a user would write, each checked to give the same option back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import inspect
import keyword
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaign_nb.activity import Activity
from campaign_nb.data.dtypes import dtype_code, is_dtype
from campaign_nb.data.functions import reference_of
from campaign_nb.errors import CampaignError
from campaign_nb.graph.code_rules import RuleCode, duration_code, quoted, table_of
from campaign_nb.graph.values import Unwritable, is_default, to_json
from campaign_nb.rules import tree
from campaign_nb.rules.handle import Handle
from campaign_nb.rules.operand import Root
from campaign_nb.rules.value import OrderBy, Rule, Value
from campaign_nb.schedule.duration import duration_text

_PUBLIC = ("Cap", "Control", "FileColumn", "Lookup", "Subset", "TextFormat")
"""The classes of values that stand at the top of the package."""
_UNITS = ("days", "hours", "minutes", "seconds")

Parameter = inspect.Parameter


@dataclass(frozen=True)
class Form:
    """One way to write a value: the code, and the object that the code gives."""

    code: str
    value: Any


@dataclass
class _Slot:
    """An argument with its ways of being written, the most readable first; `key` is a name of the user's own."""

    option: str
    name: str
    forms: list[Form]
    key: str | None = None
    at: int = 0

    @property
    def form(self) -> Form:
        return self.forms[self.at]


class _Stand(Handle):
    """Stands for a table when arguments are tried out: only its name is asked for."""

    def __init__(self, label: str) -> None:
        self._root, self._is_table = _root(label), True


@dataclass(frozen=True)
class _Named:
    label: str
    key: tuple[str, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict[str, Any])
    links: Mapping[str, Any] = field(default_factory=dict[str, Any])
    lasting: bool = True


class _Blind:
    """A data model that knows no table."""

    def schema_of(self, table: str) -> _Named:
        return _Named(table)


_BLIND = _Blind()


def _root(label: str) -> Root:
    return Root(_BLIND, _Named(label))


class OptionCode:
    """Writes the options of activities as arguments."""

    def __init__(self, rules: RuleCode, table_name: Any) -> None:
        """Share the writer of rules, which remembers tables and imports."""
        self._rules, self._table = rules, table_name

    def arguments(self, activity: Activity) -> list[str] | None:
        """Return the arguments of the activity's method after the label; None when no such arguments give it back."""
        cls = type(activity)
        slots = list(self._slots(activity))
        if {slot.option for slot in slots} != {item.name for item in _own(activity)}:
            return None
        while True:
            try:
                made = _made(slots, cls)
            except (CampaignError, Unwritable, TypeError, ValueError, AttributeError, KeyError):
                return None
            wrong = [slot for slot in slots if not _equal(_option(made, slot), _option(activity, slot))]
            if not wrong:
                return _written(_needed(slots, activity), cls) if _equal(made, activity) else None
            for slot in wrong:
                slot.at += 1
            if any(slot.at >= len(slot.forms) for slot in wrong):
                return None

    def _slots(self, activity: Activity) -> Iterator[_Slot]:
        parameters = inspect.signature(type(activity).of).parameters
        for item in _own(activity):
            value = getattr(activity, item.name)
            if item.name == activity.named and isinstance(value, Mapping):
                for key, part in value.items():  # pyright: ignore[reportUnknownVariableType] # any option
                    yield _Slot(item.name, item.name, list(self._forms(part)), str(key))  # pyright: ignore[reportUnknownArgumentType] # any option
            elif item.name in parameters and parameters[item.name].kind is Parameter.VAR_POSITIONAL:
                forms = [next(self._forms(part)) for part in value]
                yield _Slot(item.name, item.name, [Form(", ".join(form.code for form in forms), [form.value for form in forms])])
            elif item.name in parameters:
                yield _Slot(item.name, item.name, self._argument(item.name, value, activity))
            elif isinstance(value, dt.timedelta) and set(_UNITS) <= set(parameters):
                for unit, count in _amounts(value):
                    yield _Slot(item.name, unit, [Form(repr(count), count)])

    def _argument(self, name: str, value: Any, activity: Activity) -> list[Form]:
        """Return the forms of an option; a rule may be everybody of the table that another option names."""
        dimension = getattr(activity, "dimension", None)
        if name == "dimension" and isinstance(value, str):
            return [Form(self._table(value), _Stand(value))]
        if isinstance(value, tree.Everybody) and isinstance(dimension, str):
            return [Form(self._table(dimension), _Stand(dimension))]
        return list(self._forms(value))

    def _forms(self, value: Any) -> Iterator[Form]:
        """Yield ways to write a value, the most readable first."""
        if isinstance(value, tree.Order):
            yield Form(self._rules.order(value), OrderBy(value))
        elif isinstance(value, tree.Node):
            yield from self._node(value)
        elif isinstance(value, tuple):
            yield from self._items(value)  # pyright: ignore[reportUnknownArgumentType] # any option
        elif isinstance(value, Mapping):
            forms = {str(name): next(self._forms(item)) for name, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] # any option
            code = ", ".join(f"{quoted(name)}: {form.code}" for name, form in forms.items())
            yield Form(f"{{{code}}}", {name: form.value for name, form in forms.items()})
        elif is_dtype(value):
            self._rules.imports.add("import polars as pl")
            yield Form(dtype_code(value), value)
        elif hasattr(value, "to_document"):
            yield from (Form(quoted(text), text) for text in _texts(value.to_document()))
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            yield from self._record(value)
        elif callable(value):
            yield from self._function(value)
        elif isinstance(value, dt.timedelta):
            text = duration_text(value)
            yield Form(quoted(text), text)
            self._rules.imports.add("import datetime as dt")
            yield Form(duration_code(value), value)
        else:
            yield Form(self._rules.literal(value), value)

    def _node(self, node: tree.Node) -> Iterator[Form]:
        if tree.is_rule(node):
            label = table_of(node)
            made = Rule(node, None if label is None else _root(label))
            yield from (Form(code, made if mere is None else mere) for code, mere in self._rules.rules(node))
        else:
            yield Form(self._rules.value(node), node.value if isinstance(node, tree.Constant) else Value(node))

    def _items(self, value: tuple[Any, ...]) -> Iterator[Form]:
        forms = [next(self._forms(item)) for item in value]
        if len(forms) == 1:
            yield forms[0]
        yield Form(f"[{', '.join(form.code for form in forms)}]", [form.value for form in forms])

    def _record(self, value: Any) -> Iterator[Form]:
        """Yield a value's only field alone, then the call of its class."""
        kind: type[Any] = value.__class__
        parameters = inspect.signature(kind).parameters
        known = {item.name: item for item in dataclasses.fields(value)}
        fields = {name: getattr(value, name) for name in known if name in parameters}
        shown = {name: item for name, item in fields.items() if not (_left_out(parameters[name], item) or is_default(known[name], item))}
        if len(shown) == 1:
            yield next(self._forms(next(iter(shown.values()))))
        codes: list[str] = []
        for at, (name, item) in enumerate(shown.items()):
            leading = list(fields)[: at + 1] == list(shown)[: at + 1]
            code = next(self._forms(item)).code
            codes.append(code if leading and _positional(parameters[name]) else f"{name}={code}")
        if kind.__name__ in _PUBLIC:
            owner = "cn."
        else:
            owner = ""
            self._rules.imports.add(f"from {kind.__module__} import {kind.__name__}")
        yield Form(f"{owner}{kind.__name__}({', '.join(codes)})", value)

    def _function(self, function: Any) -> Iterator[Form]:
        reference = reference_of(function)
        if reference is not None:
            module, _, name = reference.partition(":")
            self._rules.imports.add(f"from {module} import {name.partition('.')[0]}")
            yield Form(name, function)
        else:
            yield Form(getattr(function, "__name__", "function"), function)

    # --------------------------------------------------------------------------------------------------- constructors

    def constructor(self, activity: Activity) -> str:
        """Return the call of the activity's class with its fields as they are: longer, but it always gives it back."""
        cls = type(activity)
        if cls.__module__ != "__main__":
            self._rules.imports.add(f"from {cls.__module__} import {cls.__name__}")
        parts = [f"{item.name}={self.field(getattr(activity, item.name))}" for item in _own(activity)]
        return f"{cls.__name__}({', '.join(parts)})"

    def field(self, value: Any) -> str:
        """Return a field's value as code that gives exactly that value."""
        if isinstance(value, tree.Node):
            self._rules.imports.add("from campaign_nb.rules import tree")
            return self._rules.tree(value)
        if isinstance(value, tuple):
            inner = ", ".join(self.field(item) for item in value)  # pyright: ignore[reportUnknownVariableType] # any option
            return f"({inner},)" if len(value) == 1 else f"({inner})"  # pyright: ignore[reportUnknownArgumentType] # any option
        if isinstance(value, Mapping):
            return "{" + ", ".join(f"{quoted(str(name))}: {self.field(item)}" for name, item in value.items()) + "}"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] # any option
        if hasattr(value, "to_document") and not is_dtype(value):
            kind: type[Any] = value.__class__
            self._rules.imports.add(f"from {kind.__module__} import {kind.__name__}")
            return f"{kind.__name__}.from_document({value.to_document()!r})"
        return list(self._forms(value))[-1].code


def _own(activity: Activity) -> list[dataclasses.Field[Any]]:
    """Return the fields that differ from their defaults."""
    fields = dataclasses.fields(activity)  # pyright: ignore[reportArgumentType] # every activity is a dataclass
    return [item for item in fields if not is_default(item, getattr(activity, item.name))]


def _option(activity: Activity, slot: _Slot) -> Any:
    value = getattr(activity, slot.option)
    return value.get(slot.key) if slot.key is not None else value


def _equal(one: Any, two: Any) -> bool:
    return bool(_document(one) == _document(two))


def _document(value: Any) -> Any:
    if isinstance(value, Activity):
        fields = dataclasses.fields(value)  # pyright: ignore[reportArgumentType] # every activity is a dataclass
        return repr({item.name: to_json(getattr(value, item.name), strict=False) for item in fields})
    return repr(to_json(value, strict=False))


def _made(slots: Sequence[_Slot], cls: type[Activity]) -> Activity:
    """Build the activity as the code does: several values of one option by their place, the rest by name."""
    given = _given(slots, cls)
    several = [name for name, item in inspect.signature(cls.of).parameters.items() if item.kind is Parameter.VAR_POSITIONAL]
    placed = [value for name in several for value in given.pop(name, ())]
    return cls.of(*placed, **given)


def _given(slots: Sequence[_Slot], cls: type[Activity]) -> dict[str, Any]:
    found: dict[str, Any] = {slot.name: slot.form.value for slot in slots if slot.key is None}
    own = {slot.key: slot.form.value for slot in slots if slot.key is not None}
    if not own or _as_keywords(own, cls):
        return found | own
    return found | {next(slot.name for slot in slots if slot.key is not None): own}


def _needed(slots: list[_Slot], activity: Activity) -> list[_Slot]:
    """Leave out the arguments that the others imply, such as the table that a rule belongs to."""
    parameters = inspect.signature(type(activity).of).parameters
    kept = slots
    for slot in slots:
        if slot.key is None and parameters[slot.name].default is not Parameter.empty:
            rest = [other for other in kept if other is not slot]
            try:
                kept = rest if _equal(_made(rest, type(activity)), activity) else kept
            except (CampaignError, TypeError, ValueError):
                continue
    return kept


def _as_keywords(names: Iterable[str], cls: type[Activity]) -> bool:
    """Tell whether names of the user's own can all be keywords of the method; else they stand in one dict, in order."""
    parameters = inspect.signature(cls.of).parameters
    taken = {name for name, item in parameters.items() if item.kind is not Parameter.VAR_KEYWORD} | {"description", "others", "primary"}
    return all(name.isidentifier() and not keyword.iskeyword(name) and name not in taken for name in names)


def _written(slots: Sequence[_Slot], cls: type[Activity]) -> list[str]:
    """Return arguments as code: positional ones first, names of the user's own last or in one dict."""
    order = list(inspect.signature(cls.of).parameters.values())
    own = {slot.key: slot.form.code for slot in slots if slot.key is not None}
    codes = {slot.name: slot.form.code for slot in slots if slot.key is None}
    if own and not _as_keywords(own, cls):
        name = next(slot.name for slot in slots if slot.key is not None)
        codes[name] = "{" + ", ".join(f"{quoted(key)}: {code}" for key, code in own.items()) + "}"
        own = {}
    found: list[str] = []
    for item in order:
        if item.name in codes:
            leading = item.kind is Parameter.VAR_POSITIONAL or (_positional(item) and len(found) == order.index(item))
            found.append(codes[item.name] if leading else f"{item.name}={codes[item.name]}")
    return found + [f"{key}={code}" for key, code in own.items()]


def _positional(item: Parameter) -> bool:
    return item.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


def _left_out(item: Parameter, value: Any) -> bool:
    """Tell whether an argument of a class says nothing: its default, in the form that the field keeps."""
    everybody = isinstance(value, tree.Everybody) and item.default is True
    return everybody or (item.default is not Parameter.empty and type(item.default) is type(value) and bool(item.default == value))


def _amounts(value: dt.timedelta) -> list[tuple[str, int | float]]:
    """Return a duration in the largest units that hold it."""
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    rest = seconds if not value.microseconds else seconds + value.microseconds / 1_000_000
    amounts: list[tuple[str, int | float]] = [("days", value.days), ("hours", hours), ("minutes", minutes), ("seconds", rest)]
    return [(unit, count) for unit, count in amounts if count]


def _texts(document: Any) -> list[str]:
    """Return the texts in a template's document, the longest first: one of them is what the user wrote."""
    if isinstance(document, str):
        return [document]
    parts: list[Any] = list(document.values()) if isinstance(document, Mapping) else document if isinstance(document, list) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] # any JSON
    return sorted((part for part in parts if isinstance(part, str)), key=len, reverse=True)
