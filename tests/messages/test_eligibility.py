"""The checks of a channel, in their order."""

from __future__ import annotations

import pytest

from campaign_nb.data.model import Roles
from campaign_nb.messages.eligibility import checks, consent_of
from campaign_nb.rules import tree
from tests.engine.polars.world import truths

ADDRESS = tree.Column("s")
ROLES = Roles(email="s", consent={"email": "b"})


def test_an_address_comes_first_then_its_form_then_consent() -> None:
    found = checks("email", ADDRESS, consent_of(ROLES, "email", empty_consent=False))
    assert [check.reason for check in found] == ["no address", "malformed address", "no consent"]


def test_without_a_need_of_consent_two_checks_remain() -> None:
    assert [check.reason for check in checks("email", ADDRESS, None)] == ["no address", "malformed address"]


def test_a_null_or_empty_address_is_none_and_a_blank_one_is_malformed() -> None:
    address, formed = (check.rule for check in checks("email", ADDRESS, None))
    texts = [None, "", " ", "a@b.fr"]
    assert truths(address, {"s": texts}) == [False, False, True, True]
    assert truths(formed, {"s": texts}) == [None, False, False, True]


@pytest.mark.parametrize(("empty_consent", "agreed"), [(False, [True, False, None]), (True, [True, False, True])])
def test_a_null_is_consent_only_where_it_is_asked_for(empty_consent: bool, agreed: list[bool | None]) -> None:
    assert truths(consent_of(ROLES, "email", empty_consent), {"b": [True, False, None]}) == agreed
