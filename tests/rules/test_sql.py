"""A rule's SQL, run on awkward rows: the keys that come out were written by hand."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from campaign_nb.errors import DefinitionError
from campaign_nb.rules import tree
from campaign_nb.rules.build import col, days_ago, var
from campaign_nb.rules.functions import REGISTRY
from campaign_nb.rules.parse import rule
from campaign_nb.rules.schema import Field
from campaign_nb.rules.sql.dialects import FLAVOURS
from campaign_nb.rules.sql.forms import FORMS
from campaign_nb.rules.tokens import quoted
from campaign_nb.rules.tree import Type
from campaign_nb.rules.value import Rule
from tests.rules.functions.test_catalogue import BY_HAND
from tests.rules.rows import AS_OF, database, keys
from tests.rules.shop import FakeShop, FakeTable, Table, customers, orders

ALL = [1, 2, 3, 4, 5]


@pytest.fixture(scope="module")
def shop() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = database()
    yield connection
    connection.close()


def selected(shop: duckdb.DuckDBPyConnection, text: str, table: Table = customers) -> list[int]:
    return keys(shop, rule(text, table).sql("duckdb", as_of=AS_OF))


CASES: dict[str, list[int]] = {
    # three-valued logic
    "age >= 18": [2, 4, 5],
    "not age >= 18": [1],
    "country <> 'FR'": [2, 5],
    "country in ('FR', null)": [1, 4],
    "country not in ('FR', null)": [],
    "country not in ('FR')": [2, 5],
    "not country = 'FR'": [2, 5],
    "(country = 'FR') is not true": [2, 3, 5],
    "age >= 18 and (country = 'FR') is not true": [2, 5],
    "(country = 'FR') is true or (country = 'DE') is not false": [1, 2, 3, 4],
    "opt_in": [1, 4, 5],
    "not opt_in": [2],
    "opt_in = (age > 18)": [4, 5],
    "everybody()": ALL,
    "age between 17 and 40 or age is null": [1, 2, 3, 4],
    "opt_in or age > 10 and country = 'DE'": [1, 2, 4, 5],
    # null, empty, NaN
    "is_empty(email)": [3, 5],
    "email is null": [5],
    "not is_empty(email)": [1, 2, 4],
    "is_empty(age)": [3],
    "balance > 0": [1],
    "balance is null": [2, 3],
    "balance <= 0": [4, 5],
    "coalesce(age, 0) = 0": [3],
    'greatest(age, "in") is null': [3],
    'least(count, "in") = 0': [5],
    "case when age >= 18 then 'a' when age < 18 then 'm' else 'u' end = 'u'": [3],
    "greatest(age, referrer_id) is null": [1, 3],
    "least(age, referrer_id) = 1": [2, 5],
    # numbers
    '"in" / 2 = -3': [4],
    '"in" % 2 = -1': [4],
    'age / "in" = 20': [2],
    'age / "in" is null': [3, 5],
    'age % "in" is null': [3, 5],
    "balance / 0 is null": ALL,
    "credit / 8 = 12.5": [5],
    "credit * 2 = 25": [1],
    "credit = decimal '12.50'": [1],
    '2 - (3 - "in") = 1': [2],
    "-age = -17": [1],
    "age + 1 = 18": [1],
    "age - -1 = 18": [1],
    "round(balance) = -3": [4],
    "round(balance) = 11": [1],
    "round(balance, 1) = 10.5": [1],
    "ceil(balance) = 11": [1],
    "floor(balance) = -3": [4],
    'abs("in") = 7 and sign("in") = -1': [4],
    "percent(count, age) = 5": [2],
    'percent(age, "in") is null': [3, 5],
    # text
    "name like 'O%'": [4],
    "name like '%b'": [2],
    "name ilike '%B%'": [2, 4],
    "name not like '%n%'": [2, 5],
    "\"any name\" like 'a_b'": [1, 2],
    "\"any name\" like 'a\\%b'": [2],
    "contains(\"any name\", '%')": [2],
    "contains(\"any name\", '_')": [4],
    "starts_with(name, 'O''')": [4],
    "ends_with(email, '.org')": [1],
    "lower(country) = 'fr'": [1, 4, 5],
    "upper(country) = 'FR'": [1, 4, 5],
    "trim(name) = 'eve de'": [5],
    "smart(trim(name)) = 'Eve De'": [5],
    "length(name) = 3": [1, 2],
    "left(name, 1) = 'A'": [1],
    "right(name, 2) = 'en'": [4],
    "substring(name, 3) = 'Brien'": [4],
    "substring(name, 2, 2) = 'nn'": [1],
    "charindex(email, '@') = 4": [1, 2],
    "charindex(email, '#') = 0": [1, 2, 3, 4],
    "replace(name, 'n', 'm') = 'Amm'": [1],
    "concat(country, '-', age) = 'FR-17'": [1],
    "to_string(age) = '40'": [2],
    "get_email_domain(email) = 'z.fr'": [4],
    "get_email_domain(email) is null": [3, 5],
    # dates; today is 1 July 2026
    "joined = today()": [2],
    "joined >= years_ago(1)": [2, 5],
    "joined >= months_ago(6)": [2],
    "joined < days_ahead(1)": [1, 2, 4, 5],
    "joined >= days_ago(182)": [2, 5],
    "joined >= days_ago(181)": [2],
    "last_seen < now()": [1],
    "last_seen >= '2026-07-01'": [2, 4],
    "last_seen > joined": [1, 4],
    "date_only(last_seen) = today()": [2, 4],
    "year(joined) = 2020": [1],
    "quarter(joined) = 3": [2],
    "month(joined) = 2": [4],
    "day(joined) = 31": [1, 5],
    "day_of_year(joined) = 60": [4],
    "week_day(joined) = 2": [2, 5],
    "week_day(joined) = 4": [1],
    "hour(last_seen) = 23": [1],
    "minute(last_seen) = 30": [4],
    "hour(joined) = 0": [1, 2, 4, 5],
    "days_old(joined) = 0": [2],
    "months_old(joined) = 77": [1],
    "months_old(joined) = 28": [4],
    "years_old(joined) = 6": [1],
    "years_old(joined) = 2": [4],
    "days_diff(date '2026-07-03', joined) = 2": [2],
    "add_days(joined, 1) = '2024-03-01'": [4],
    "add_months(joined, 1) = '2020-02-29'": [1],
    "add_months(joined, 12) = '2025-02-28'": [4],
    "add_days(last_seen, 1) = timestamp '2026-07-02 12:30:00'": [4],
    # links
    "orders.exists()": [1, 2, 4],
    "not orders.exists()": [3, 5],
    "orders.exists(amount > 50)": [1, 4],
    "orders.exists(amount > 900)": [],
    "orders.count() = 0": [3, 5],
    "orders.count() = 3": [1],
    "orders.count(amount) = 2": [1],
    "orders.count(amount > 50 and date >= days_ago(90)) >= 2": [1],
    "orders.count(amount > 50 and date >= days_ago(89)) >= 2": [],
    "orders.sum(amount) = 140": [1],
    "orders.sum(amount) is null": [3, 5],
    "orders.where(status = 'none').sum(amount) is null": ALL,
    "orders.avg(amount) = 70": [1],
    "orders.min(amount) = 60": [1],
    "orders.max(date) < today()": [1, 2],
    "orders.count_distinct(status) = 1": [1, 4],
    "orders.string_agg(status) = 'Paid,open'": [2],
    "orders.std_dev(amount) > 14": [1],
    "orders.sum(amount * qty) = 220": [1],
    "orders.exists(qty % 2 = -1)": [4],
    "orders.items.exists(price > 6)": [1, 2],
    "orders.where(paid).items.count() = 3": [1],
    "orders.items.where(sku = 'A-1').sum(price) = 6": [1],
    "referrer.country = 'FR'": [2, 5],
    "referrer.referrer.name = 'Ann'": [4],
    "referred.count() = 2": [1],
    "referred.exists(age > 60)": [1],
    "referrer.orders.sum(amount) > 100": [2, 5],
    "orders.exists(customer.age = 17)": [1],
    "orders.exists(customer.orders.count() = 3 and items.count() = 1)": [1],
    "first_of(orders.sort(date desc).select(status).head(1)) = 'paid'": [1, 4],
    "first_of(orders.sort(date).select(customer.name).head(1)) = 'Bob'": [2],
    "first_of(orders.sort(amount).select(order_id).head(1)) = 4": [2],
    "item_of(orders.sort(date desc).select(order_id).head(3), 2) is not null": [1, 2],
}


@pytest.mark.parametrize("text", CASES)
def test_the_query_selects_the_keys_written_by_hand(shop: duckdb.DuckDBPyConnection, text: str) -> None:
    assert selected(shop, text) == CASES[text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("customer.country = 'DE'", [4, 5]), ("customer.orders.count() > 2", [1, 2, 3]), ("items.exists() and customer.opt_in", [1, 2])],
)
def test_links_work_from_the_other_end(shop: duckdb.DuckDBPyConnection, text: str, expected: list[int]) -> None:
    assert selected(shop, text, orders) == expected


def test_every_function_is_among_the_cases_by_hand() -> None:
    met = {node.name for text in CASES for node in rule(text, customers).node.walk() if isinstance(node, tree.Call)}
    assert met | BY_HAND == {name for name, function in REGISTRY.items() if function.category != "message"}


def test_every_function_has_a_form_in_every_dialect() -> None:
    assert set(FORMS) | {"first_of", "item_of"} == {name for name, function in REGISTRY.items() if function.category != "message"}
    assert all(set(flavour.functions) <= set(REGISTRY) for flavour in FLAVOURS.values())


@pytest.mark.parametrize("dialect", list(FLAVOURS))
def test_every_query_is_read_by_its_dialect(dialect: str) -> None:
    for text in CASES:
        query = rule(text, customers).sql(dialect, as_of=AS_OF)  # type: ignore[arg-type] # the dialects by name
        again = sqlglot.parse(query, read=dialect)
        assert len(again) == 1 and isinstance(again[0], sqlglot.exp.Select), query


def test_the_query_reads_well() -> None:
    built = (customers.age >= 18) & (customers.orders.where(orders.amount > 50, orders.date >= days_ago(90)).count() >= 2)
    assert built.sql() == (
        "SELECT\n"
        '  t."customer_id"\n'
        'FROM "customers" AS t\n'
        "WHERE\n"
        '  t."age" >= 18\n'
        "  AND (\n"
        "    SELECT\n"
        "      COUNT(*)\n"
        '    FROM "orders" AS t1\n'
        "    WHERE\n"
        '      t1."customer_id" = t."customer_id"\n'
        "      AND NULLIF(t1.\"amount\", CAST('NaN' AS DOUBLE)) > 50\n"
        '      AND t1."date" >= CAST(CURRENT_DATE + TO_DAYS(CAST(-90 AS INT)) AS DATE)\n'
        "  ) >= 2"
    )


GOLDEN = {
    "duckdb": """t."joined" >= CAST(CAST('2026-07-01' AS DATE) + TO_DAYS(CAST(-5 AS INT)) AS DATE)""",
    "postgres": """t."joined" >= CAST(CAST('2026-07-01' AS DATE) + ((-5) * INTERVAL '1 DAY') AS DATE)""",
    "spark": "t.`joined` >= DATE_ADD(CAST('2026-07-01' AS DATE), CAST(-5 AS INT))",
    "snowflake": """t."joined" >= DATEADD(DAY, -5, CAST('2026-07-01' AS DATE))""",
    "bigquery": "t.`joined` >= DATE_ADD(CAST('2026-07-01' AS DATE), INTERVAL (-5) DAY)",
}


@pytest.mark.parametrize("dialect", list(GOLDEN))
def test_days_before_today_are_written_as_the_dialect_has_them(dialect: str) -> None:
    query = (customers.joined >= days_ago(5)).sql(dialect, as_of=AS_OF)  # type: ignore[arg-type] # the dialects by name
    assert " ".join(query.split("WHERE")[1].split()).replace("( ", "(").replace(" )", ")") == GOLDEN[dialect]


DIVISION = {
    "duckdb": 't."age" // NULLIF(2, 0)',
    "postgres": 'DIV(t."age", NULLIF(2, 0))',
    "spark": "t.`age` DIV NULLIF(2, 0)",
    "snowflake": 'TRUNC(t."age" / NULLIF(2, 0))',
    "bigquery": "DIV(t.`age`, NULLIF(2, 0))",
}


@pytest.mark.parametrize("dialect", list(DIVISION))
def test_the_quotient_of_whole_numbers_is_truncated_in_every_dialect(dialect: str) -> None:
    assert DIVISION[dialect] in (customers.age / 2 > 8).sql(dialect)  # type: ignore[arg-type] # the dialects by name


HOSTILE = "x'; DROP TABLE customers; -- \\' \" ` ${a} \n/* */"


@pytest.mark.parametrize("dialect", list(FLAVOURS))
def test_a_hostile_text_stays_one_literal(dialect: str) -> None:
    query = (customers.name == HOSTILE).sql(dialect)  # type: ignore[arg-type] # the dialects by name
    (statement,) = sqlglot.parse(query, read=dialect)
    assert statement is not None
    assert [item.this for item in statement.find_all(sqlglot.exp.Literal)] == [HOSTILE]


@pytest.mark.parametrize("dialect", list(FLAVOURS))
@pytest.mark.parametrize("name", ['a");drop(', "x`y", "--", "a'; DROP TABLE t; '", "\\"])
def test_a_hostile_name_stays_one_identifier(dialect: str, name: str) -> None:
    table = FakeTable("things", (name,), {name: Field(name, Type.INTEGER)})
    query = rule(f"{quoted(name)} = 1", Table(FakeShop(table), "things")).sql(dialect)  # type: ignore[arg-type] # the dialects by name
    (statement,) = sqlglot.parse(query, read=dialect)
    assert statement is not None
    assert {item.name for item in statement.find_all(sqlglot.exp.Identifier)} == {name, "t", "things"}


def test_a_hostile_text_selects_nothing_and_harms_nothing(shop: duckdb.DuckDBPyConnection) -> None:
    assert keys(shop, (customers.name == HOSTILE).sql()) == []
    assert keys(shop, (customers.age >= 0).sql()) == [1, 2, 4, 5]


def test_a_variable_is_a_placeholder_whatever_its_name() -> None:
    assert 't."country" = $x___drop' in (customers.country == var("x'; drop")).sql()


def test_a_behaviour_is_a_test_of_the_feedback_table() -> None:
    query = " ".join(Rule(tree.Behaviour("opened", "Offer A", ""), (customers.age > 1).root).sql().split())
    assert """EXISTS( SELECT 1 FROM "campaign_feedback" AS t1 WHERE t1."person" = t."customer_id" AND t1."event" = 'opened'""" in query


def test_a_date_beside_an_instant_is_its_midnight_in_every_dialect() -> None:
    assert 't."last_seen" > CAST(t."joined" AS TIMESTAMP)' in (customers.last_seen > customers.joined).sql()
    assert "t.`last_seen` > CAST(t.`joined` AS DATETIME)" in (customers.last_seen > customers.joined).sql("bigquery")


def test_as_of_may_be_an_instant() -> None:
    at = dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)
    assert "CAST('2026-07-01 09:00:00+00:00' AS TIMESTAMPTZ)" in rule("last_seen < now()", customers).sql(as_of=at)
    assert "CURRENT_TIMESTAMP" in rule("last_seen < now()", customers).sql()


def _under(frames: int, call: Callable[[], object]) -> object:
    """Call something from deep within other calls."""
    return _under(frames - 1, call) if frames else call()


def test_a_rule_too_deep_for_the_writer_is_refused() -> None:
    node: tree.Node = tree.Truth(customers.opt_in.node)
    for _ in range(60):
        node = tree.Except(tree.Truth(customers.opt_in.node), node)
    deep = Rule(node, customers.age.root)
    assert deep.sql().count("NOT COALESCE") == 60
    with pytest.raises(DefinitionError, match="too deep to be shown as SQL"):
        _under(sys.getrecursionlimit() - 400, deep.sql)


def test_what_has_no_query_is_refused() -> None:
    with pytest.raises(DefinitionError, match=r"no dialect 'postgers'\s+expected: did you mean 'postgres'"):
        (customers.age > 3).sql("postgers")  # type: ignore[arg-type] # a misspelling
    with pytest.raises(DefinitionError, match="is_email has no form in SQL"):
        rule("is_email(email)", customers).sql()
    with pytest.raises(DefinitionError, match="the rule names no table"):
        (col.age > 3).sql()
    with pytest.raises(DefinitionError, match="no column 'age' in orders"):
        Rule((col.age > 3).node, (orders.qty > 1).root).sql()


# ---------------------------------------------------------------------------------------- DuckDB as judge of precedence

_atoms = st.sampled_from(["age", '"in"', "count", "1", "2", "-3", "-age", "null"])
_sums = st.lists(st.tuples(_atoms, st.sampled_from([" + ", " - ", " * ", " % "])), min_size=1, max_size=3).map(
    lambda parts: "".join(atom + sign for atom, sign in parts) + "count"
)
_tests = st.one_of(
    st.builds("{} {} {}".format, _sums, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), _sums),
    st.builds("{} between {} and {}".format, _sums, _atoms, _sums),
    st.builds("{} {} ({}, {})".format, _sums, st.sampled_from(["in", "not in"]), _atoms, _atoms),
    st.builds("{} is {}".format, _sums, st.sampled_from(["null", "not null"])),
    st.sampled_from(["opt_in", "country like 'F%'", "country not like 'F%'", "country is null"]),
)
_joined = st.lists(st.tuples(st.sampled_from(["", "not "]), _tests, st.sampled_from([" and ", " or "])), min_size=1, max_size=4)
_conditions = _joined.map(lambda parts: "".join(no + test + word for no, test, word in parts) + "opt_in")


@given(_conditions)
def test_operators_bind_as_in_sql(text: str) -> None:
    with database() as shop:
        shop.execute("SET error_on_division_by_zero = false")
        assert selected(shop, text) == keys(shop, f"SELECT customer_id FROM customers WHERE {text}")
