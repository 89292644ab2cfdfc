"""Predefined filters: parameters, their checks, and the document."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest

from campaign_nb.errors import DefinitionError
from campaign_nb.rules.build import col, param
from campaign_nb.rules.filters import Filter
from tests.rules.shop import customers, orders

recent = customers.orders.where(orders.date >= param("since", "2026-01-01"))
big = Filter("Big", recent.sum("amount") > param("least", 500), "Spent much lately", favourite=True)


def test_a_filter_lists_its_parameters_with_their_defaults() -> None:
    assert big.parameters == {"since": dt.date(2026, 1, 1), "least": 500}


def test_a_call_binds_what_is_named_and_the_rest_to_defaults() -> None:
    assert big(least=800).text() == "orders.where(date >= date '2026-01-01').sum(amount) > 800"
    assert big().text() == "orders.where(date >= date '2026-01-01').sum(amount) > 500"
    assert big(least=0.5, since="2026-07-01").text() == "orders.where(date >= date '2026-07-01').sum(amount) > 0.5"
    assert big.rule.text() == "orders.where(date >= param('since', date '2026-01-01')).sum(amount) > param('least', 500)"


def test_a_parameter_without_a_default_takes_what_fits_the_rule() -> None:
    young = Filter("Young", customers.age < param("most", None))
    assert young(most=30).text() == "age < 30"
    with pytest.raises(DefinitionError, match="integer < text"):
        young(most="thirty")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"last": 5}, "no parameter 'last'"),
        ({"laest": 5}, "did you mean 'least'?"),
        ({"least": "much"}, "parameter 'least' got text\n  expected: integer, as its default\n  → least=500"),
        ({"least": True}, "parameter 'least' got boolean"),
        ({"least": None}, "parameter 'least' got null"),
        ({"least": [1]}, "a list is no value"),
        ({"least": customers.age}, "parameter 'least' got a column or a function"),
        ({"since": "soon"}, "'soon' is no date"),
        ({"laest": 5, "since": "soon"}, "filter 'Big' has 2 problems"),
    ],
)
def test_a_call_refuses_unknown_parameters_and_other_types(values: dict[str, object], said: str) -> None:
    with pytest.raises(DefinitionError, match=re.escape(said)):
        big(**values)


def test_one_parameter_has_one_default() -> None:
    with pytest.raises(DefinitionError, match="parameter 'n' has two defaults"):
        Filter("Odd", (customers.age > param("n", 1)) & (customers.age < param("n", 2)))
    assert Filter("Even", (col.a > param("n", 1)) | (col.b == param("n", 1))).parameters == {"n": 1}


def test_a_filter_needs_a_label_and_is_called_to_be_used() -> None:
    with pytest.raises(DefinitionError, match="it has no label"):
        Filter(" ", customers.age > 3)
    with pytest.raises(DefinitionError, match="filter 'Big' is used as a rule"):
        (customers.age > 3) & big


def test_a_filter_is_read_back_from_its_document() -> None:
    again = Filter.from_json(big.to_json(), customers)
    assert (again.label, again.description, again.favourite) == ("Big", "Spent much lately", True)
    assert again.rule.equals(big.rule)
    assert again.to_json() == big.to_json()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 2}, "another version"),
        ({"label": 5}, "a field of the wrong type"),
        ({"favourite": 1}, "a field of the wrong type"),
        ({"table": "orders"}, "it is about 'orders'"),
        ({"rule": {"node": "eval"}}, "no node 'eval'"),
        ({"rule": {"node": "is_null", "value": {"node": "column", "name": "agee"}}}, "did you mean 'age'"),
        ({"owner": "me"}, "the document is no filter"),
    ],
)
def test_another_document_is_refused(change: dict[str, object], said: str) -> None:
    document = {**json.loads(big.to_json()), **change}
    with pytest.raises(DefinitionError, match=said):
        Filter.from_json(json.dumps(document), customers)


def test_a_filter_shows_itself_as_a_card_without_markup_of_its_own() -> None:
    shown = Filter("<b>Big</b>", customers.age > 3)._repr_html_()
    assert "&lt;b&gt;Big&lt;/b&gt;" in shown and "<b>" not in shown
    assert repr(Filter("Big", customers.age > 3)) == "<filter 'Big' on customers: age > 3>"
