"""Names of the reference that are refused: each says why, and what to write instead."""

from __future__ import annotations

from typing import NoReturn

from campaign_nb.rules.functions.refused import REFUSED
from campaign_nb.rules.value import refuse


def _refused(name: str) -> NoReturn:
    refuse("rule", *REFUSED[name])


def aes_encrypt(value: object) -> NoReturn:
    """Refused: a rule is a readable text, which can't keep the key of a cipher."""
    _refused("aes_encrypt")


def count_distinct(value: object) -> NoReturn:
    """Refused: it counts linked rows, as in `customers.orders.count_distinct(…)`."""
    _refused("count_distinct")


def string_agg(value: object, separator: object) -> NoReturn:
    """Refused: it joins texts of linked rows, as in `customers.orders.string_agg(…)`."""
    _refused("string_agg")


def get_mirror_url(value: object) -> NoReturn:
    """Refused: no server keeps a page of each message."""
    _refused("get_mirror_url")


def node_value(xml: object, path: object) -> NoReturn:
    """Refused: a rule reads columns, not documents inside them."""
    _refused("node_value")


def virtual_link(a: object, b: object, c: object) -> NoReturn:
    """Refused: links are declared by the data model."""
    _refused("virtual_link")


def virtual_link_str(a: object, b: object, c: object) -> NoReturn:
    """Refused: links are declared by the data model."""
    _refused("virtual_link_str")
