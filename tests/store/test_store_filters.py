"""Saved filters and favourites: whose they are, in which order, and what a second one of a name means."""

from __future__ import annotations

import datetime as dt

import pytest

from campaign_nb.errors import StoreError
from campaign_nb.store import Connection, Store, favourites, filters

HOUR = dt.timedelta(hours=1)


def _names(connection: Connection, author: str) -> list[str]:
    return [record.name for record in filters.visible(connection, author)]


def test_a_filter_is_kept_under_its_name_and_replaced_only_on_purpose(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        filters.save(connection, "ann", "Big", "{}", noon)
        with pytest.raises(StoreError, match="filter 'Big'\n  there is a filter of that name\n  expected: another name, or to replace it"):
            filters.save(connection, "ann", "Big", '{"a":1}', noon)
        saved = filters.save(connection, "ann", "Big", '{"a":1}', noon + HOUR, description="Spends much", shared=True, replace=True)
        assert filters.visible(connection, "ann") == [saved]
    assert (saved.document, saved.description, saved.shared) == ('{"a":1}', "Spends much", True)
    assert (saved.created_at, saved.modified_at) == (noon, noon + HOUR)


def test_a_private_filter_is_seen_by_its_author_alone(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        filters.save(connection, "ann", "Mine", "{}", noon)
        filters.save(connection, "ann", "Ours", "{}", noon, shared=True)
        assert (_names(connection, "ann"), _names(connection, "bob"), _names(connection, "")) == (["Mine", "Ours"], ["Ours"], ["Ours"])
        with pytest.raises(StoreError, match="filter 'Mine'\n  no filter of that name\n  expected: one of: Ours"):
            filters.get(connection, "bob", "Mine")


def test_two_authors_have_private_filters_of_one_name(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        filters.save(connection, "ann", "Big", '"ann"', noon)
        filters.save(connection, "bob", "Big", '"bob"', noon)
        assert filters.get(connection, "bob", "Big").document == '"bob"'
        filters.remove(connection, "bob", "Big")
        assert filters.get(connection, "ann", "Big").document == '"ann"'


def test_a_shared_name_is_taken_for_everybody(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        filters.save(connection, "ann", "Big", "{}", noon, shared=True)
        for replace in (False, True):
            with pytest.raises(StoreError, match="somebody else shares a filter of that name"):
                filters.save(connection, "bob", "Big", "{}", noon, replace=replace)
        with pytest.raises(StoreError, match="somebody else shares it\n  expected: a filter of your own"):
            filters.remove(connection, "bob", "Big")


def test_the_own_filter_comes_before_one_that_is_shared_later(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        filters.save(connection, "bob", "Big", '"bob"', noon)
        filters.save(connection, "ann", "Big", '"ann"', noon, shared=True)
        assert filters.get(connection, "bob", "Big").document == '"bob"'
        filters.save(connection, "bob", "Big", '"new"', noon, replace=True)
        with pytest.raises(StoreError, match="expected: another name, or shared=False"):
            filters.save(connection, "bob", "Big", '"new"', noon, shared=True, replace=True)


def test_favourites_come_first_then_names(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        for name, favourite in (("b", False), ("a", False), ("z", True), ("C", True)):
            filters.save(connection, "", name, "{}", noon, favourite=favourite)
        assert _names(connection, "") == ["C", "z", "a", "b"]


def test_a_removed_filter_is_gone_and_the_nearest_are_named(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        filters.save(connection, "", "Bigger", "{}", noon)
        with pytest.raises(StoreError, match=r"filter 'Biger'\n  no filter of that name\n  expected: did you mean 'Bigger'\?"):
            filters.remove(connection, "", "Biger")
        filters.remove(connection, "", "Bigger")
        with pytest.raises(StoreError, match="expected: there is none yet"):
            filters.get(connection, "", "Big")


def test_favourites_are_kept_in_the_order_of_their_marks_once_each(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        assert favourites.add(connection, "ann", "customers.tier", noon)
        assert favourites.add(connection, "ann", "customers.age", noon + HOUR)
        assert not favourites.add(connection, "ann", "customers.tier", noon + 2 * HOUR)
        assert favourites.names(connection, "ann") == ["customers.tier", "customers.age"]
        assert favourites.names(connection, "bob") == []
        favourites.remove(connection, "ann", "customers.tier")
        assert favourites.names(connection, "ann") == ["customers.age"]


def test_the_twenty_first_favourite_is_refused_and_another_author_has_room(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        for number in range(20):
            favourites.add(connection, "ann", f"t.c{number:02}", noon)
        said = r"favourite 't.last'\n  20 columns are favourites already\n  expected: at most 20\n  → ws.favourites.remove\(\"t.c00\"\)"
        with pytest.raises(StoreError, match=said):
            favourites.add(connection, "ann", "t.last", noon)
        assert favourites.add(connection, "bob", "t.last", noon)
        favourites.remove(connection, "ann", "t.c07")
        assert favourites.add(connection, "ann", "t.last", noon)


def test_a_column_that_is_no_favourite_cant_be_removed(store: Store, noon: dt.datetime) -> None:
    with store.begin() as connection:
        favourites.add(connection, "", "customers.tier", noon)
        with pytest.raises(StoreError, match=r"it is no favourite\n  expected: did you mean 'customers.tier'\?"):
            favourites.remove(connection, "", "customers.teir")
