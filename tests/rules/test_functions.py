"""The registry of functions and `cn.fn`: one is the other, with types."""

from __future__ import annotations

import inspect

import pytest

from campaign_nb.errors import DefinitionError
from campaign_nb.rules import tree
from campaign_nb.rules.build import col
from campaign_nb.rules.functions import REGISTRY, calls, namespace
from campaign_nb.rules.functions.signature import define
from campaign_nb.rules.tree import Type
from campaign_nb.rules.value import Value
from tests.rules.shop import customers

CHOICES = {"iif", "case"}  # they build a case, not a call
OTHERS = {"aggregates", "window", "refused"}  # they build a window, or nothing

PUBLIC = {
    name: item
    for name in namespace.__all__
    if (item := getattr(namespace, name)).__module__.removeprefix(f"{calls.__name__}.") not in OTHERS
}


def test_every_function_of_the_language_is_a_python_function_and_the_other_way_round() -> None:
    assert set(PUBLIC) - CHOICES == set(REGISTRY)


@pytest.mark.parametrize("name", REGISTRY)
def test_the_python_function_has_the_parameters_and_the_words_of_the_registry(name: str) -> None:
    function, found = REGISTRY[name], inspect.signature(PUBLIC[name])
    kinds = [parameter.kind is inspect.Parameter.VAR_POSITIONAL for parameter in found.parameters.values()]
    needed = [parameter for parameter in found.parameters.values() if parameter.default is inspect.Parameter.empty]
    assert any(kinds) == function.variadic
    assert function.variadic or (list(found.parameters), len(needed)) == ([item for item, _ in function.parameters], function.least)
    told = " ".join((inspect.getdoc(PUBLIC[name]) or "").split("\n\n    >>>")[0].split(">>>")[0].split()).lower()
    assert told.replace(".", ";").startswith(function.doc.replace(".", ";").lower())


@pytest.mark.parametrize("name", REGISTRY)
def test_the_python_function_builds_the_call(name: str) -> None:
    columns = [col[item] for item, _ in REGISTRY[name].parameters]
    assert PUBLIC[name](*columns).node == tree.Call(name, tuple(column.node for column in columns))


def test_an_optional_argument_may_be_left_out() -> None:
    assert namespace.round(col.spend).text() == "round(spend)"
    assert namespace.substring(col.name, 2).text() == "substring(name, 2)"


def test_types_are_checked_where_the_table_is_known() -> None:
    assert namespace.length(customers.name).type is Type.INTEGER
    assert namespace.add_months(customers.joined, 1).type is Type.DATE
    assert namespace.add_days(customers.last_seen, 1).type is Type.DATETIME
    assert (customers.age / 2).type is Type.INTEGER and (customers.age * 2.5).type is Type.NUMBER
    with pytest.raises(DefinitionError, match="argument 1 of lower is integer"):
        namespace.lower(customers.age)
    with pytest.raises(DefinitionError, match="concat got 0 arguments"):
        namespace.lower(namespace.concat())  # type: ignore[arg-type] # nothing to join
        _ = Value(tree.Call("concat"), customers.age.root).type


def test_choices_build_a_case_of_one_type() -> None:
    chosen = namespace.case((customers.age >= 65, "senior"), (customers.age >= 18, "adult"), otherwise="minor")
    assert chosen.type is Type.TEXT
    assert namespace.iif(customers.opt_in, 1, 0).text() == "case when opt_in then 1 else 0 end"
    with pytest.raises(DefinitionError, match="the branches of a case have types"):
        namespace.iif(customers.opt_in, 1, "no")
    with pytest.raises(DefinitionError, match="it has no condition"):
        namespace.case(otherwise=1)


def test_a_name_is_defined_once_and_each_function_says_what_it_does() -> None:
    with pytest.raises(ValueError, match="function lower is defined twice"):
        define("lower", "string", "Again.", [], Type.TEXT)
    assert all(function.doc.endswith(".") and function.phrase for function in REGISTRY.values())
