"""Secrets show themselves nowhere, and are read where they stand when they are used."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

import campaign_nb as cn

CANARY = "hunter2-canary"


def test_a_secret_is_read_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = cn.Secret("SHOP_PASSWORD")
    monkeypatch.setenv("SHOP_PASSWORD", CANARY)
    assert (secret.reveal(), cn.Secret(lambda: "from a keyring").reveal()) == (CANARY, "from a keyring")


def test_a_secret_shows_itself_in_no_text_and_in_no_copy() -> None:
    secret = cn.Secret(lambda: CANARY)
    texts = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>20}",
        f"{[secret]}",
        repr(copy.copy(secret)),
        repr(copy.deepcopy([secret])),
    ]
    assert all("•••" in text and CANARY not in text for text in texts)


def test_a_secret_is_not_written() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        json.dumps({"password": cn.Secret("P")})
    with pytest.raises(TypeError, match="a secret is not written anywhere"):
        pickle.dumps(cn.Secret("P"))


def test_a_password_in_place_of_its_name_is_refused_and_not_repeated() -> None:
    with pytest.raises(cn.DefinitionError, match="the name of an environment variable") as caught:
        cn.Secret(CANARY)
    assert CANARY not in str(caught.value)


def test_a_variable_that_is_not_set_is_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_PASSWORD", raising=False)
    with pytest.raises(cn.DefinitionError, match="there is no password where it should stand"):
        cn.Secret("SHOP_PASSWORD").reveal()
