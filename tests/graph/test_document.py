"""Definitions as JSON documents: the same back, nothing unknown passed over, files whole or not at all."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_nb.activities.combine import Combine, Mode
from campaign_nb.activities.deduplicate import Deduplicate
from campaign_nb.activities.email import Email
from campaign_nb.activities.enrich import Enrich
from campaign_nb.activities.filter import FilterRows
from campaign_nb.activities.python import PythonCode
from campaign_nb.activities.save_audience import SaveAudience
from campaign_nb.activities.split import Control, Split, Subset
from campaign_nb.activities.wait import Wait
from campaign_nb.activity import Activity
from campaign_nb.errors import DataError, DefinitionError
from campaign_nb.graph.definition import Definition, Node, Ref
from campaign_nb.graph.document import from_document, from_json, load, save, to_json
from campaign_nb.rules import tree
from campaign_nb.rules.build import col
from tests.graph.shop import Campaign


def score(rows: pl.LazyFrame) -> pl.LazyFrame:
    """A function that another kernel can import."""
    return rows


def document(**changes: Any) -> dict[str, Any]:
    """A document of one activity, with changes at the top."""
    item = {"label": "Adults", "kind": "filter", "inputs": [{"from": "All"}], "options": {"rule": RULE}}
    return {"campaign_nb": 1, "name": "Spring", "activities": [item], **changes}


def with_activity(**changes: Any) -> dict[str, Any]:
    """A document of one activity, with changes to the activity."""
    found = document()
    found["activities"][0] |= changes
    return found


RULE = {"$rule": {"node": "is_null", "value": {"node": "column", "name": "age"}}}


# ---------------------------------------------------------------------------------------------------------- round trip


def test_the_campaign_of_the_documentation_comes_back_equal(full: Campaign) -> None:
    text = to_json(full.definition)
    assert from_json(text) == full.definition
    assert to_json(from_json(text)) == text


def test_a_document_is_plain_json_that_people_can_read(full: Campaign) -> None:
    read = json.loads(to_json(full.definition))
    offer = next(item for item in read["activities"] if item["label"] == "Offer")
    assert offer["inputs"] == [{"from": "Spend"}]
    assert offer["options"] == {
        "parts": {"A": {"$Share": {"share": 0.45}}, "B": {"$Share": {"share": 0.45}}, "control": {"$Control": {"share": 0.1}}}
    }
    mail = next(item for item in read["activities"] if item["label"] == "Offer A")
    assert mail["inputs"] == [{"from": "Offer", "port": "A"}]


def test_options_at_their_defaults_are_left_out() -> None:
    definition = Definition("Spring", nodes={"All": Node("All", Deduplicate.of(by="email"))})
    assert list(definition.document()["activities"][0]["options"]) == ["by"]


def test_a_value_like_the_default_but_of_another_type_is_written() -> None:
    definition = Definition("Spring", nodes={"All": Node("All", Deduplicate(by=(), keep=True))})
    assert definition.document()["activities"][0]["options"] == {"by": [], "keep": True}


def test_cells_are_no_part_of_a_document() -> None:
    node = Node("Late", Wait.of(days=1), (Ref("All"),), cell="3f2a1b9c")
    assert "3f2a1b9c" not in to_json(Definition("Spring", nodes={"Late": node}))


@pytest.mark.parametrize(
    "activity",
    [
        Combine.of(mode="exclusion"),
        Deduplicate.of(by=["email", col.age], keep=2, order=[col.age.desc(), col.email], nulls="equal"),
        Enrich.of(spend=col.age * 2, since=dt.date(2026, 1, 2)),
        FilterRows(rule=tree.Compare(">", tree.Column("at"), tree.Constant(dt.datetime(2026, 1, 2, 9, tzinfo=dt.UTC)))),
        PythonCode.of(score, adds={"score": pl.Float64, "at": pl.Datetime("us", "UTC"), "tags": pl.List(pl.String)}, reads=["age"]),
        SaveAudience.of("Leads", columns=["age", "tier"]),
        Split.of({"A": Subset("age > 3", top=5, by=col.age.desc()), "B": Control(0.5, code="hold"), "$c": "age > 1"}, seed=3),
        Wait.of(days=3, seconds=0.25),
        Email.of(subject="Hello {{ age }}", html="<p>{{ age }}</p>", category="transactional"),
    ],
    ids=lambda activity: activity.kind,
)
def test_every_kind_of_option_comes_back_equal(activity: Activity) -> None:
    definition = Definition("Spring", nodes={"X": Node("X", activity, (Ref("All"),), "said", operator=False)})
    back = from_json(to_json(definition))
    assert back == definition and back["X"].activity == activity and back["X"].description == "said"


def test_whole_numbers_are_read_where_fractions_are_declared() -> None:
    split = {"label": "X", "kind": "split", "options": {"parts": {"A": {"$Control": {"share": 1}}}}}
    read = from_document(document(activities=[split]))["X"].activity
    assert isinstance(read, Split) and repr(read.parts["A"]) == "Control(share=1.0, code=None)"


LABELS = st.text(st.characters(categories=["L", "N"], include_characters=" _-'\"→é"), min_size=1, max_size=12).filter(str.strip)
MODES = st.sampled_from(["union", "intersection", "exclusion"])
SECONDS = st.integers(1, 10**9)


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """Definitions of waits and combines in a row, some operators, with all settings."""
    nodes: dict[str, Node] = {}
    for label in draw(st.lists(LABELS, min_size=1, max_size=6, unique=True)):
        inputs = tuple(Ref(other, draw(st.sampled_from(["out", "complement"]))) for other in list(nodes)[-2:])
        mode: Mode = draw(MODES)
        activity: Activity = Combine(mode=mode) if len(inputs) > 1 else Wait(duration=dt.timedelta(microseconds=draw(SECONDS)))
        nodes[label] = Node(label, activity, inputs, draw(st.text(max_size=5)), operator=len(inputs) > 1)
    tags = tuple(draw(st.lists(st.text(max_size=5), max_size=2)))
    return Definition(draw(LABELS), draw(st.text(max_size=9)), tags, "Europe/Paris", draw(st.text(max_size=3)), nodes)


@given(definitions())
def test_any_definition_comes_back_equal_and_in_its_order(definition: Definition) -> None:
    back = from_json(to_json(definition))
    assert back == definition and list(back.nodes) == list(definition.nodes)


# ----------------------------------------------------------------------------------------------------------- functions


def test_a_function_of_a_loaded_module_comes_back() -> None:
    definition = Definition("Spring", nodes={"X": Node("X", PythonCode.of(score))})
    activity = from_json(to_json(definition))["X"].activity
    assert isinstance(activity, PythonCode) and activity.function is score


def test_functions_of_a_notebook_are_refused_all_together() -> None:
    nodes = {label: Node(label, PythonCode.of(lambda rows: rows)) for label in ("X", "Y")}
    with pytest.raises(DefinitionError, match=r"(?s)has 2 problems.*function: the function .* lives in this notebook only.*python 'Y'"):
        to_json(Definition("Spring", nodes=nodes))


def test_definitions_with_functions_of_a_notebook_can_be_compared() -> None:
    def of(function: Callable[..., Any]) -> Definition:
        return Definition("Spring", nodes={"X": Node("X", PythonCode.of(function))})

    assert of(lambda rows: rows) == of(lambda rows: rows) != of(lambda rows: rows.head(1))
    assert of(lambda rows: (lambda: 1)()) != of(lambda rows: (lambda: 2)())


def test_a_document_that_was_made_for_comparison_can_t_be_read() -> None:
    text = to_json(Definition("Spring", nodes={"X": Node("X", PythonCode.of(lambda rows: rows))}), strict=False)
    with pytest.raises(DefinitionError, match="can't be used: it lived in a notebook"):
        from_json(text)


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("os:system", "it is part of Python itself"),
        ("subprocess:run", "it is part of Python itself"),
        ("antigravity_of_a_test:fly", "the module 'antigravity_of_a_test' is not loaded"),
        ("tests.graph.test_document:nothing", "there is no function of that name"),
        ("tests.graph.test_document:Definition", "there is no function of that name"),
        ("__import__('os')", "it is written module:name"),
    ],
)
def test_a_document_runs_no_code_of_its_choice(reference: str, reason: str) -> None:
    item = {"label": "X", "kind": "python", "options": {"adds": {}, "function": {"$function": reference}}}
    with pytest.raises(DefinitionError, match=f"can't be used: {reason}"):
        from_document(document(activities=[item]))


def test_a_store_of_one_s_own_may_import_functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "functions_of_a_test.py").write_text("def keep(rows):\n    return rows\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    item = {"label": "X", "kind": "python", "options": {"adds": {}, "function": {"$function": "functions_of_a_test:keep"}}}
    activity = from_document(document(activities=[item]), imports=True)["X"].activity
    assert isinstance(activity, PythonCode) and activity.function.__name__ == "keep"


# --------------------------------------------------------------------------------------------------------------- refusal


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "a list stands there\n  expected: names and values"),
        ({}, "the field 'campaign_nb' is missing"),
        (document(campaign_nb=2), "its version is 2\n  expected: version 1; it needs a newer version of this package"),
        (document(campaign_nb=True), "'campaign_nb' is true or false\n  expected: a whole number"),
        (document(colour="red"), "no field 'colour'"),
        (document(name=""), "the name ''\n  expected: 1 to 120 printable characters"),
        (document(tags=[1]), "a tag that is no text"),
        (document(seed=7), "'seed' is a whole number\n  expected: text"),
        (document(activities={}), "'activities' is names and values\n  expected: a list"),
        (document(activities=[3]), "activity 1\n  a whole number stands there"),
        (document(activities=[{"label": "X"}]), "the field 'kind' is missing"),
        (with_activity(kind="filtre"), "no kind of activity 'filtre'\n  expected: did you mean 'filter'"),
        (with_activity(label="two\nlines"), "its label is blank, too long or has control characters"),
        (with_activity(optoins={}), "no field 'optoins'\n  expected: did you mean 'options'"),
        (with_activity(inputs=["All"]), "inputs\n  text stands there"),
        (with_activity(inputs=[{"form": "All"}]), "no field 'form'\n +expected: did you mean 'from'"),
        (with_activity(options={}), "document, filter 'Adults'\n  the option 'rule' is missing"),
        (with_activity(options={"rule": RULE, "rul": 1}), "no option 'rul'\n  expected: did you mean 'rule'"),
        (with_activity(options={"rule": "age > 3"}), "rule: 'age > 3' is no value of 'rule'\n  expected: a rule"),
        (with_activity(options={"rule": {"$rule": {"node": "system"}}}), "filter 'Adults'\n  rule: "),
        (with_activity(options={"rule": {"$rul": 1}}), r"an unknown kind of value \$rul\n  expected: did you mean 'rule'"),
        (with_activity(options={"rule": {"$rule": {}, "also": 1}}), r"'\$rule' stands beside other names"),
        (with_activity(options={"rule": {"$Control": {"share": 1}}}), r"an unknown kind of value \$Control"),
        (
            with_activity(kind="wait", options={"duration": {"$interval": "3 days"}}),
            "duration: '3 days' is no interval\n  expected: P1DT7200S",
        ),
        (with_activity(kind="wait", options={"duration": 3}), "3 is no value of 'duration'\n  expected: a timedelta"),
        (with_activity(kind="deduplicate", options={"by": [], "keep": "2"}), "'2' is no value of 'keep'\n  expected: a whole number"),
        (with_activity(kind="deduplicate", options={"by": [], "keep": True}), "True is no value of 'keep'"),
        (
            with_activity(kind="combine", options={"mode": "xor"}),
            "'xor' is no value of 'mode'\n  expected: 'union' or 'intersection' or 'exclusion'",
        ),
        (with_activity(kind="split", options={"parts": {"A": 0.5}}), "names and values is no value of 'parts'"),
        (with_activity(kind="split", options={"parts": {"A": {"$Share": {}}}}), "Share: the option 'share' is missing"),
        (with_activity(kind="split", options={"parts": {"A": {"$Share": {"share": float("nan")}}}}), "the number nan"),
        (with_activity(kind="email", options={"subject": {"$Template": {"source": "{{", "part": "header"}}}), "subject: line 1"),
        (with_activity(kind="email", options={"subject": {"$Template": 3}}), "subject: no Template can be read from it"),
        (with_activity(kind="python", options={"function": {"$function": 3}}), "function: a whole number\n +expected: text"),
        (
            with_activity(
                kind="python", options={"adds": {"x": {"$dtype": "Float65"}}, "function": {"$function": "tests.graph.test_document:score"}}
            ),
            "'Float65' is no Polars type",
        ),
    ],
)
def test_what_is_not_as_declared_is_refused(given: object, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        from_document(given)


def test_all_problems_of_a_document_are_shown_together() -> None:
    items = [
        {"label": "X", "kind": "nothing"},
        {"label": "Y", "kind": "filter", "options": {}},
        {"label": "Y", "kind": "end"},
        {"label": "Y", "kind": "end"},
    ]
    with pytest.raises(DefinitionError, match=r"(?s)has 3 problems.*'nothing'.*'rule' is missing.*two activities have this label"):
        from_document(document(activities=items))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "it is no JSON: Expecting property name"),
        (b"\xff\xfe", "it is no JSON: UnicodeDecodeError"),
        ('{"name": "a", "name": "b"}', "the name 'name' stands twice in one object"),
        ('{"share": NaN}', "the number NaN"),
        ('{"share": -Infinity}', "the number -Infinity"),
        ('{"share": 1e999}', "'share' is a number too large"),
        ("[" * 100_000, "it is nested 100,000 levels deep\n  expected: at most 300 levels"),
        ('{"a":' * 400 + "1" + "}" * 400, "it is nested 400 levels deep"),
        (" " * 10_000_001, "it has 10,000,001 bytes\n  expected: at most 10,000,000"),
        ("1" * 5_000, "it is no JSON: ValueError"),
    ],
)
def test_text_that_is_no_sound_json_is_refused(text: str | bytes, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        from_json(text)


def test_brackets_inside_texts_are_no_nesting() -> None:
    assert from_json(json.dumps(document(description='["\\' * 500, activities=[]))).description == '["\\' * 500


# ------------------------------------------------------------------------------------------------------------- files


def test_a_file_comes_back_equal(tmp_path: Path, full: Campaign) -> None:
    path = save(full.definition, tmp_path / "spring.json")
    assert load(path) == full.definition and os.listdir(tmp_path) == ["spring.json"]


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path, full: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(full.definition, tmp_path / "spring.json")
    before = path.read_bytes()

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(DataError, match="it can't be written: No space left on device"):
        save(Definition("Other"), path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["spring.json"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it can't be written: No such file or directory"):
        save(Definition("Spring"), tmp_path / "nowhere" / "spring.json")
    with pytest.raises(DataError, match="it can't be read: No such file or directory"):
        load(tmp_path / "nowhere.json")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Path, "read_bytes")
    path = tmp_path / "large.json"
    with open(path, "wb") as file:
        file.truncate(10_000_001)
    with pytest.raises(DefinitionError, match="it has 10,000,001 bytes"):
        load(path)
