"""JSON and tree: what is written is read back, and nothing but the closed tree can be read."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign_nb.errors import DefinitionError
from campaign_nb.rules import tree
from campaign_nb.rules.document import from_dict, from_json, to_dict, to_json
from campaign_nb.rules.value import Rule
from tests.rules.shop import customers, orders
from tests.rules.trees import rules, values

slow_to_draw = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large])

COLUMN = '{"node": "column", "name": "age"}'


@slow_to_draw
@given(st.one_of(rules(st.booleans()), values(st.booleans())))
def test_a_tree_is_read_back_from_its_json_and_written_alike(node: tree.Node) -> None:
    written = to_json(node)
    assert from_json(written) == node
    assert to_json(from_json(written)) == written


def test_a_rule_is_an_object_per_node_without_the_fields_that_have_their_default() -> None:
    rule = (customers.age >= 18) & customers.orders.where(orders.amount > 50.5).exists()
    assert to_dict(rule.node) == {
        "node": "and",
        "items": [
            {
                "node": "compare",
                "op": ">=",
                "left": {"node": "column", "name": "age", "table": "customers"},
                "right": {"node": "constant", "value": 18},
            },
            {
                "node": "exists",
                "rows": {
                    "node": "linked",
                    "steps": [
                        {
                            "node": "link_step",
                            "link": "orders",
                            "where": [
                                {
                                    "node": "compare",
                                    "op": ">",
                                    "left": {"node": "column", "name": "amount", "table": "orders"},
                                    "right": {"node": "constant", "value": 50.5},
                                }
                            ],
                        }
                    ],
                    "table": "customers",
                },
            },
        ],
    }


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (18, 18),
        (18.0, {"float": 18.0}),
        (True, True),
        (None, None),
        ("18", "18"),
        (2**53 + 1, {"integer": "9007199254740993"}),
        (Decimal("12.50"), {"decimal": "12.50"}),
        (dt.date(2026, 7, 1), {"date": "2026-07-01"}),
        (dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC), {"timestamp": "2026-07-01 09:00:00+00:00"}),
        (dt.time(9, 30), {"time": "09:30:00"}),
        (dt.timedelta(days=1, hours=2), {"interval": "P1DT7200S"}),
    ],
)
def test_literals_that_json_has_no_type_for_are_marked(value: tree.Scalar, written: object) -> None:
    assert to_dict(tree.Constant(value)) == {"node": "constant", "value": written}
    assert from_dict({"node": "constant", "value": written}) == tree.Constant(value)


ROWS = '{"node": "linked", "steps": [{"node": "link_step", "link": "orders"}]}'

REFUSED = [
    ('{"node": "lines", "rows": ' + ROWS + ', "order": [], "columns": [], "n": true}', "a boolean where a whole number is expected"),
    ('{"node": "lines", "rows": ' + ROWS + ', "order": [], "columns": [], "n": 0}', "n is 0"),
    ("", "no JSON"),
    ("{", "no JSON"),
    ("[]", "a list where a node is expected"),
    ("null", "null where a node is expected"),
    ('{"node": "eval"}', "no node 'eval'"),
    ('{"node": "colum", "name": "age"}', "did you mean 'column'"),
    ('{"node": ["column"]}', "no node"),
    ('{"name": "age"}', "no node None"),
    ('{"node": "column"}', "the field 'name' is missing"),
    ('{"node": "column", "name": "age", "nmae": 1}', "no field 'nmae'"),
    ('{"node": "column", "name": 3}', "a number where a text is expected"),
    ('{"node": "column", "name": "age", "path": "x"}', "a text where a list is expected"),
    ('{"node": "column", "name": "age", "path": [1]}', "a number where a text is expected"),
    ('{"node": "column", "name": "a", "name": "b"}', "the key 'name' stands twice"),
    ('{"node": "constant", "value": NaN}', "the number NaN"),
    ('{"node": "constant", "value": -Infinity}', "the number -Infinity"),
    ('{"node": "constant", "value": 1e999}', "a number is too large"),
    ('{"node": "constant", "value": 99999999999999999999}', "a number is no literal"),
    ('{"node": "constant", "value": ' + "9" * 5000 + "}", "a number is too large"),
    ('{"node": "constant", "value": [1]}', "a list is no literal"),
    ('{"node": "constant", "value": {"date": "soon"}}', "no date in"),
    ('{"node": "constant", "value": {"pickle": "x"}}', "an object is no literal"),
    ('{"node": "constant", "value": {"decimal": "NaN"}}', "no decimal in"),
    ('{"node": "constant", "value": {"integer": "99999999999999999999"}}', "an object is no literal"),
    ('{"node": "and", "items": []}', "it has no part"),
    ('{"node": "linked", "steps": []}', "it has no part"),
    ('{"node": "truth", "value": {"node": "link_step", "link": "orders"}}', "link_step does not stand here"),
    ('{"node": "exists", "rows": ' + COLUMN + "}", "column does not stand here"),
    ('{"node": "compare", "op": "~", "left": ' + COLUMN + ', "right": ' + COLUMN + "}", "one of: =, <>"),
    ('{"node": "case", "whens": [[' + COLUMN + ']], "otherwise": ' + COLUMN + "}", "a list of 1"),
    ('{"node": "like", "value": ' + COLUMN + ', "pattern": ' + COLUMN + ', "ignore_case": 1}', "a number where true or false is expected"),
    ('{"node": "behaviour", "event": "read", "activity": "A", "campaign": ""}', "no event 'read'"),
    (
        '{"node": "aggregate", "function": "sum", "rows": {"node": "linked", "steps": [{"node": "link_step", "link": "o"}]}}',
        "sum of no value",
    ),
    ('{"__class__": "os.system"}', "no node None"),
]


@pytest.mark.parametrize(("written", "what"), REFUSED, ids=[written[:60] for written, _ in REFUSED])
def test_anything_else_is_refused_with_what_was_found(written: str, what: str) -> None:
    with pytest.raises(DefinitionError, match=what.replace("[", r"\[").replace("(", r"\(")):
        from_json(written)


def test_the_refusal_says_where_in_the_document() -> None:
    with pytest.raises(DefinitionError, match=r"rule, at and\.items\[1\]\.is_null\.value"):
        from_json('{"node": "and", "items": [{"node": "everybody"}, {"node": "is_null", "value": 3}]}')


@pytest.mark.parametrize(
    "written",
    [
        "[" * 100_000,
        '{"node": "not", "item": ' * 100_000,
        '{"a":"' + '\\"' * 500_000,
        '{"node": "not", "item": ' * 70 + '{"node": "everybody"}' + "}" * 70,
        '"' + "x" * 3_000_000 + '"',
        json.dumps({"node": "and", "items": [{"node": "everybody"}] * 10_001}),
    ],
    ids=["brackets", "objects", "quotes", "deep rule", "long", "wide"],
)
def test_what_would_exhaust_the_reader_is_refused(written: str) -> None:
    with pytest.raises(DefinitionError, match=r"too deep|too large|at most|no JSON"):
        from_json(written)


def test_a_rule_is_read_on_its_table_and_checked() -> None:
    rule = customers.age >= 18
    assert Rule.from_json(rule.to_json(), customers).equals(rule)
    with pytest.raises(DefinitionError, match="no column 'age' in orders"):
        Rule.from_json('{"node": "is_null", "value": {"node": "column", "name": "age"}}', orders)
    with pytest.raises(DefinitionError, match="a column stands where a condition is expected"):
        Rule.from_json(COLUMN, customers)


def test_a_number_that_json_can_not_hold_is_not_written() -> None:
    with pytest.raises(DefinitionError, match="not finite"):
        to_json(tree.Constant(float("inf")))


def test_data_too_deep_is_refused_without_a_text() -> None:
    data: dict[str, object] = {"node": "everybody"}
    for _ in range(5_000):
        data = {"node": "not", "item": data}
    with pytest.raises(DefinitionError, match="the rule is too deep"):
        from_dict(data)


def test_a_tree_too_deep_is_not_written() -> None:
    node: tree.Node = tree.Everybody()
    for _ in range(1_000):
        node = tree.Not(node)
    with pytest.raises(DefinitionError, match="the rule is too large"):
        to_json(node)
