"""The graph of labels: stable order, reach, cycles as data."""

from __future__ import annotations

import itertools
import time

from hypothesis import given
from hypothesis import strategies as st

from campaign_nb.graph.dag import Dag


def test_the_order_keeps_the_order_of_writing_where_edges_allow() -> None:
    graph = Dag.of({"d": ["c"], "a": [], "c": ["a", "b"], "b": []})
    assert graph.order() == ["a", "b", "c", "d"]


def test_labels_without_edges_stay_in_the_order_of_writing() -> None:
    assert Dag.of({"z": [], "a": [], "m": []}).order() == ["z", "a", "m"]


def test_edges_to_unknown_labels_are_no_edges() -> None:
    assert Dag.of({"a": ["nowhere"]}).before("a") == []


def test_an_edge_written_twice_counts_once() -> None:
    graph = Dag.of({"a": [], "b": ["a", "a"]})
    assert graph.after("a") == ["b"] and graph.order() == ["a", "b"]


def test_ancestors_and_descendants_reach_all_the_way() -> None:
    graph = Dag.of({"a": [], "b": ["a"], "c": ["b"], "x": []})
    assert graph.ancestors("c") == {"a", "b"}
    assert graph.descendants("a") == {"b", "c"}


def test_a_cycle_is_listed_in_the_order_of_its_edges() -> None:
    graph = Dag.of({"a": ["c"], "b": ["a"], "c": ["b"], "after": ["c"]})
    assert graph.cycles() == [["a", "b", "c"]]


def test_what_hangs_on_a_cycle_has_no_place_in_the_order() -> None:
    assert Dag.of({"free": [], "a": ["b"], "b": ["a"], "after": ["b"]}).order() == ["free"]


def test_a_label_that_reads_itself_is_a_cycle_of_one() -> None:
    assert Dag.of({"a": ["a"], "b": ["a"]}).cycles() == [["a"]]


def test_a_cycle_beside_another_one_is_found_whole() -> None:
    graph = Dag("abc", [("a", "b"), ("b", "c"), ("c", "b"), ("c", "a")])
    assert graph.cycles() == [["a", "b", "c"]]


def test_two_knots_are_two_cycles() -> None:
    graph = Dag.of({"a": ["b"], "b": ["a"], "c": ["d", "b"], "d": ["c"]})
    assert graph.cycles() == [["a", "b"], ["c", "d"]]


def test_a_chain_of_ten_thousand_needs_no_recursion_and_little_time() -> None:
    labels = [str(position) for position in range(10_000)]
    started = time.process_time()
    graph = Dag(labels, itertools.pairwise(labels))
    assert graph.order() == labels and len(graph.ancestors(labels[-1])) == 9_999
    assert time.process_time() - started < 1


EDGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30)


@given(EDGES)
def test_the_order_puts_every_label_after_what_it_reads(edges: list[tuple[int, int]]) -> None:
    graph = Dag([str(label) for label in range(10)], [(str(one), str(two)) for one, two in edges])
    place = {label: position for position, label in enumerate(graph.order())}
    assert all(place[before] < place[label] for label in place for before in graph.before(label))


@given(EDGES)
def test_labels_are_missing_from_the_order_exactly_when_there_is_a_cycle(edges: list[tuple[int, int]]) -> None:
    graph = Dag([str(label) for label in range(10)], [(str(one), str(two)) for one, two in edges])
    cycles = graph.cycles()
    assert (len(graph.order()) < 10) == bool(cycles)
    for cycle in cycles:
        assert all(two in graph.after(one) for one, two in zip(cycle, [*cycle[1:], cycle[0]], strict=True))
