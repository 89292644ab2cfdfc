"""The view that canvas, picture and panels draw."""

from __future__ import annotations

import json
from typing import Any

from campaign_nb.data.model import Table
from campaign_nb.graph.definition import Definition, Ref
from campaign_nb.graph.problems import columns_by_ref
from campaign_nb.graph.view import Progress, Standing, view_of
from campaign_nb.render.icons import ICONS
from campaign_nb.render.view import EDGE_STATES, FAMILIES, NODE_STATES, read_view
from tests.graph.shop import Campaign, Notebook


def edges(view: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    return [(edge["source"], edge["port"], edge["target"]) for edge in view["edges"]]


def node(view: dict[str, Any], label: str) -> dict[str, Any]:
    return next(item for item in view["nodes"] if item["id"] == label)


def test_an_empty_draft_has_all_its_fields() -> None:
    assert view_of(Definition("Spring", "Win back", ("retail",), "Europe/Paris")) == {
        "version": 1,
        "name": "Spring",
        "description": "Win back",
        "tags": ["retail"],
        "status": "draft",
        "paused": False,
        "error": False,
        "time_zone": "Europe/Paris",
        "definition_version": 1,
        "schedule": None,
        "run": None,
        "nodes": [],
        "edges": [],
        "problems": [],
    }


def test_an_activity_is_shown_with_kind_icon_options_and_state(full: Campaign) -> None:
    assert node(view_of(full.definition), "Three days") == {
        "id": "Three days",
        "label": "Three days",
        "kind": "wait",
        "kind_label": "Wait",
        "family": "flow",
        "icon": "clock",
        "state": "idle",
        "options": [["duration", "3 days"]],
        "reasons": [],
        "problems": [],
        "cell": None,
    }


def test_a_description_is_the_first_of_the_options(full: Campaign) -> None:
    assert node(view_of(full.definition), "Offer B")["options"][0] == ["description", "the bold one"]


def test_every_transition_that_is_read_is_an_edge_and_open_ends_have_no_target(full: Campaign) -> None:
    assert edges(view_of(full.definition)) == [
        ("Lapsed buyers", "out", "Lapsed buyers or Gold"),
        ("Gold", "out", "Lapsed buyers or Gold"),
        ("Young", "out", "(Lapsed buyers or Gold) without Young"),
        ("Lapsed buyers or Gold", "out", "(Lapsed buyers or Gold) without Young"),
        ("(Lapsed buyers or Gold) without Young", "out", "One per address"),
        ("One per address", "out", "Spend"),
        ("Spend", "out", "Offer"),
        ("Offer", "A", "Offer A"),
        ("Offer", "B", "Offer B"),
        ("Offer", "control", None),
        ("Offer A", "out", "Offer A or Offer B"),
        ("Offer B", "out", "Offer A or Offer B"),
        ("Offer A or Offer B", "out", "Three days"),
        ("Three days", "out", "Opened, no click"),
        ("Opened, no click", "out", "Done"),
    ]


def test_a_fork_is_an_edge_for_each_reader(spring: Campaign, customers: Table) -> None:
    everybody = spring.build_audience("All", customers)
    everybody.filter("Adults", "age >= 18").complement.end("Young")
    everybody.end("Done")
    assert edges(view_of(spring.definition)) == [
        ("All", "out", "Adults"),
        ("All", "out", "Done"),
        ("Adults", "out", None),
        ("Adults", "complement", "Young"),
    ]


def test_the_excluded_of_a_message_are_shown_once_they_are_counted(full: Campaign) -> None:
    counted = view_of(full.definition, progress=Progress(counts={Ref("Offer A", "complement"): 12, Ref("Offer B", "complement"): 0}))
    assert ("Offer A", "complement", None) in edges(counted) and ("Offer B", "complement", None) not in edges(counted)


def test_only_the_main_output_has_no_label(full: Campaign) -> None:
    labels = {(edge["source"], edge["label"]) for edge in view_of(full.definition)["edges"]}
    assert ("Offer", "control") in labels and ("Spend", "") in labels


def test_counts_make_edges_active_or_empty(full: Campaign) -> None:
    counts = {Ref("Gold"): 12_340, Ref("Young"): 0}
    states = {
        edge["source"]: (edge["count"], edge["state"]) for edge in view_of(full.definition, progress=Progress(counts=counts))["edges"]
    }
    assert states["Gold"] == (12_340, "active") and states["Young"] == (0, "empty") and states["Spend"] == (None, "idle")


def test_a_run_gives_states_and_reasons(full: Campaign) -> None:
    progress = Progress(states={"Offer A": "waiting"}, reasons={"Offer A": [("no consent", 3)]})
    mail = node(view_of(full.definition, progress=progress), "Offer A")
    assert mail["state"] == "waiting" and mail["reasons"] == [["no consent", 3]]


def test_edges_carry_columns_with_their_types(full: Campaign) -> None:
    view = view_of(full.definition, columns=columns_by_ref(full.definition, full.schema))
    spend = next(edge for edge in view["edges"] if edge["source"] == "Spend")
    assert spend["columns"] == [["customer_id", "integer"], ["spend", "number"], ["last", "list"]]


def test_ids_of_edges_are_unique_whatever_the_labels_are(spring: Campaign, customers: Table) -> None:
    for label in ("a", "a/out", "out", "a/out/out"):
        spring.build_audience(label, customers).end(f"{label}/end")
    ids = [edge["id"] for edge in view_of(spring.definition)["edges"]]
    assert len(set(ids)) == 4


def test_problems_stand_at_their_activity_and_the_campaign_s_own_apart(spring: Campaign, customers: Table, full: Campaign) -> None:
    view = view_of(spring.definition, spring.problems)
    assert view["problems"][0].startswith("campaign 'Spring'\n  it has no source")
    spring.build_audience("All", customers).filter("Adults", "agee > 3")
    view = view_of(spring.definition, spring.problems)
    assert view["problems"] == [] and "no column 'agee'" in node(view, "Adults")["problems"][0]
    assert (node(view, "Adults")["state"], node(view, "All")["state"]) == ("error", "idle")


def test_an_activity_knows_its_cell_as_the_notebook_numbers_it(spring: Campaign, customers: Table, notebook: Notebook) -> None:
    notebook.run("one", lambda: None)
    notebook.run("two", lambda: spring.build_audience("All", customers))
    assert node(view_of(spring.definition, executions=spring.draft.executions()), "All")["cell"] == 2


def test_status_run_and_schedule_are_passed_on(full: Campaign) -> None:
    standing = Standing("live", paused=True, definition_version=3, schedule={"sentence": "Every day", "next": []}, run={"id": "r1"})
    view = view_of(full.definition, standing=standing)
    assert (view["status"], view["paused"], view["definition_version"]) == ("live", True, 3)
    assert view["schedule"] == {"sentence": "Every day", "next": []} and view["run"] == {"id": "r1"}


def test_a_view_is_json_and_only_has_words_that_are_drawn(full: Campaign) -> None:
    view = view_of(full.definition, full.problems, columns=columns_by_ref(full.definition, full.schema))
    assert json.loads(json.dumps(view)) == view
    assert {item["family"] for item in view["nodes"]} <= set(FAMILIES)
    assert {item["state"] for item in view["nodes"]} <= set(NODE_STATES)
    assert {item["state"] for item in view["edges"]} <= set(EDGE_STATES)
    assert {item["icon"] for item in view["nodes"]} <= set(ICONS)
    assert len(read_view(view).nodes) == len(view["nodes"]) and len(read_view(view).edges) == len(view["edges"])


def test_a_run_tells_notes_ways_not_taken_and_where_it_has_halted(full: Campaign) -> None:
    progress = Progress(
        states={"Offer A": "waiting"},
        counts={Ref("Offer", "A"): 0},
        notes={"Offer A": "a breakpoint"},
        closed={Ref("Offer", "A")},
        passed={"Offer B"},
        halted="Offer A",
    )
    view = view_of(full.definition, progress=progress)
    assert {key: node(view, "Offer A").get(key) for key in ("note", "halted", "passed")} == {
        **{"note": "a breakpoint", "halted": True, "passed": None},
    }
    assert node(view, "Offer B")["passed"] is True
    assert [edge["state"] for edge in view["edges"] if (edge["source"], edge["port"]) == ("Offer", "A")] == ["closed"]
