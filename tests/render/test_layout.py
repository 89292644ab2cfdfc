"""Positions: nothing overlaps, layers follow the transitions, lines keep clear of cards."""

from __future__ import annotations

import time
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from campaign_nb.render.layers import Link, assign_layers
from campaign_nb.render.layout import Box, Layout, Point, layout
from campaign_nb.render.lines import path


@st.composite
def graphs(draw: st.DrawFn, cycles: bool = False) -> tuple[list[str], list[Link]]:
    """Random campaigns: some transitions long, some open, some with wide pills."""
    count = draw(st.integers(1, 24))
    names = [f"n{number}" for number in range(count)]
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1), st.sampled_from([0.0, 40.0, 130.0]))
    links: list[Link] = []
    for number, (one, other, pill) in enumerate(draw(st.lists(ends, max_size=40))):
        source, target = (one, other) if cycles else (min(one, other), max(one, other))
        links.append(Link(f"e{number}", names[source], names[target] if cycles or source != target else None, pill))
    return names, links


def overlap(one: Box, other: Box) -> bool:
    """Tell whether two rectangles share more than an edge."""
    return (
        one.x + 0.01 < other.x + other.width
        and other.x + 0.01 < one.x + one.width
        and one.y + 0.01 < other.y + other.height
        and other.y + 0.01 < one.y + one.height
    )


def boxes(placed: Layout) -> list[Box]:
    """All cards and pills that take room."""
    return [*placed.boxes.values(), *(route.pill for route in placed.routes.values() if route.pill.width)]


def crossed(placed: Layout, points: tuple[Point, ...]) -> list[Box]:
    """The cards through which a line goes."""
    pieces = [Box(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)) for (x1, y1), (x2, y2) in pairwise(points)]
    inner = [Box(box.x, box.y + 1, box.width, box.height - 2) for box in placed.boxes.values()]
    return [box for box in inner if any(overlap(box, piece) for piece in pieces)]


@given(graphs())
def test_cards_and_pills_never_overlap(graph: tuple[list[str], list[Link]]) -> None:
    placed = layout(*graph)
    assert not [pair for pair in combinations(boxes(placed), 2) if overlap(*pair)]


@given(graphs())
def test_every_transition_leads_to_a_later_layer(graph: tuple[list[str], list[Link]]) -> None:
    placed = layout(*graph)
    assert all(placed.layers[link.source] < placed.layers[link.target] for link in graph[1] if link.target is not None)


@given(graphs())
def test_the_same_campaign_gets_the_same_picture(graph: tuple[list[str], list[Link]]) -> None:
    assert layout(*graph) == layout(*graph)


@given(graphs(), st.sampled_from([500, 900, 1240]))
def test_lines_start_and_end_at_their_cards_and_go_through_no_card(graph: tuple[list[str], list[Link]], page: float) -> None:
    placed = layout(*graph, width=page)
    for link in graph[1]:
        points = placed.routes[link.id].points
        source = placed.boxes[link.source]
        assert points[0] == (source.x + source.width, source.centre[1])
        if link.target is not None:
            target = placed.boxes[link.target]
            assert points[-1] == (target.x, target.centre[1])
        assert not crossed(placed, points)


def test_lines_around_a_fold_keep_clear_of_both_rows() -> None:
    names = ["a", "b1", "b2", "b3", "c1", "c2", "c3", "d"]
    links = [Link(f"a{n}", "a", f"b{n}", 40) for n in "123"] + [Link(f"b{n}", f"b{n}", f"c{n}", 40) for n in "123"]
    links += [Link(f"c{n}", f"c{n}", "d", 40) for n in "123"]
    placed = layout(names, links, width=700)
    assert placed.boxes["c1"].y > placed.boxes["b3"].y
    assert not [link.id for link in links if crossed(placed, placed.routes[link.id].points)]


@given(graphs())
def test_everything_is_inside_the_picture(graph: tuple[list[str], list[Link]]) -> None:
    placed = layout(*graph)
    corners = [point for route in placed.routes.values() for point in route.points]
    corners += [(box.x + box.width, box.y + box.height) for box in boxes(placed)] + [(box.x, box.y) for box in boxes(placed)]
    assert all(0 <= x <= placed.width and 0 <= y <= placed.height for x, y in corners)


@given(graphs(cycles=True))
def test_cycles_are_drawn_and_end(graph: tuple[list[str], list[Link]]) -> None:
    placed = layout(*graph)
    assert set(placed.boxes) == set(graph[0])
    assert set(placed.routes) == {link.id for link in graph[1]}
    assert not [pair for pair in combinations(placed.boxes.values(), 2) if overlap(*pair)]


def test_a_chain_is_a_straight_line() -> None:
    names = ["a", "b", "c", "d"]
    placed = layout(names, [Link(f"e{one}", one, other, 50) for one, other in pairwise(names)])
    assert all(len(route.points) == 2 for route in placed.routes.values())


def test_a_complement_that_leads_nowhere_lets_the_main_line_go_straight() -> None:
    placed = layout(["a", "b"], [Link("main", "a", "b", 50), Link("rest", "a", None, 90)])
    assert len(placed.routes["main"].points) == 2
    assert placed.routes["rest"].pill.y > placed.routes["main"].pill.y


def test_an_open_end_gives_way_to_the_branch_beside_it() -> None:
    links = [Link("A", "split", "A", 60), Link("B", "split", "B", 60), Link("control", "split", None, 60)]
    placed = layout(["split", "A", "B"], links)
    assert [placed.routes[name].pill.centre[1] for name in "AB"] == [placed.boxes[name].centre[1] for name in "AB"]


def test_branches_stand_in_the_order_in_which_they_were_written() -> None:
    placed = layout(["split", "A", "B", "C"], [Link(name, "split", name, 30) for name in "ABC"])
    assert placed.boxes["A"].y < placed.boxes["B"].y < placed.boxes["C"].y
    assert placed.boxes["split"].centre[1] == placed.boxes["B"].centre[1]


def test_a_source_stands_next_to_the_activity_that_reads_it() -> None:
    links = [Link("1", "a", "b"), Link("2", "b", "c"), Link("3", "c", "join"), Link("4", "late", "join")]
    layers, back = assign_layers(["a", "b", "c", "late", "join"], links)
    assert (layers["late"], layers["c"], back) == (2, 2, set())


def test_a_long_campaign_is_folded_into_rows_of_a_page_s_width() -> None:
    names = [f"n{number}" for number in range(20)]
    placed = layout(names, [Link(one, one, other, 60) for one, other in pairwise(names)], width=1240)
    assert placed.width < 1340
    assert len({box.y for box in placed.boxes.values()}) == 5


def test_an_empty_campaign_has_a_layout() -> None:
    assert layout([], []).boxes == {}


def test_links_to_unknown_activities_are_left_out() -> None:
    assert layout(["a"], [Link("x", "a", "b"), Link("y", "b", "a")]).routes == {}


def test_five_hundred_activities_are_placed_in_a_moment() -> None:
    names = [f"n{number}" for number in range(500)]
    links = [Link(f"e{number}", names[(number - 1) // 2], names[number], 60) for number in range(1, 500)]
    links += [Link(f"f{number}", names[number], names[number + 7], 60) for number in range(0, 490, 3)]
    start = time.perf_counter()
    layout(names, links)
    assert time.perf_counter() - start < 5


def test_links_that_would_need_too_many_places_go_underneath() -> None:
    names = [f"n{number}" for number in range(300)]
    links = [Link(one, one, other) for one, other in pairwise(names)] + [Link(f"x{n}", names[0], names[-n]) for n in range(2, 40)]
    assert any(route.back for route in layout(names, links).routes.values())


def test_a_line_has_round_corners_that_fit_its_sides() -> None:
    assert path(((0, 0), (10, 0), (10, 4), (30, 4))) == "M0 0L5 0Q10 0 10 2L10 2Q10 4 18 4L30 4"
