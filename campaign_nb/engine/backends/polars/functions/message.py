"""What messages need of values; no look-ahead, no function of Python per row."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from campaign_nb.engine.backends.polars.functions.table import Table
from campaign_nb.engine.backends.polars.functions.text import as_text
from campaign_nb.engine.backends.polars.operand import Context, Operand, once
from campaign_nb.messages.cells import CONTROLS, MOST_MONEY, NUDGE, NUDGED
from campaign_nb.rules.tree import Type

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"}
_MONEY = pl.Decimal(38, 2)
_CONTROL = f"[{CONTROLS}]+"
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_{|}~`-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_{|}~`-]+)*"
_LABEL = r"[\pL\pN](?:[\pL\pN\pM-]{0,61}[\pL\pN\pM])?"
ADDRESS = rf"^{_LOCAL}@(?:{_LABEL}\.)+[\pL\pM]{{2,63}}$|^{_LOCAL}@(?:{_LABEL}\.)+xn--[A-Za-z0-9-]{{1,59}}$"
"""A dot-atom at a host name with a top-level domain; no quotes, comments, routes or address literals."""
_ASCII = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
PLAIN = rf"(?-u)^{_LOCAL}@(?:{_ASCII}\.)+(?:[A-Za-z]{{2,63}}|xn--[A-Za-z0-9-]{{1,59}})$"
"""The same in ASCII, where a small automaton does."""
_OTHER = r"\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}"
MIXED = rf"@.*(?:\p{{Latin}}[^.]*[{_OTHER}]|[{_OTHER}][^.]*\p{{Latin}})"
"""A label of the host name that mixes Latin letters with others that look alike."""


def _escape(args: Sequence[Operand], _: Context) -> pl.Expr:
    return as_text(args[0]).str.replace_many(list(_ENTITIES), list(_ENTITIES.values()))


def _header(args: Sequence[Operand], _: Context) -> pl.Expr:
    return as_text(args[0]).str.replace_all(_CONTROL, " ")


def _money(args: Sequence[Operand], _: Context) -> pl.Expr:
    return once(args, lambda read: _two_decimals(read[0]))


def _two_decimals(value: Operand) -> pl.Expr:
    if value.type is Type.NUMBER:
        money = _rounded(value.expr.abs())
        signed = pl.when(value.expr < 0).then(-money).otherwise(money)
    elif value.type is Type.DECIMAL:
        signed = value.expr.round(2, mode="half_away_from_zero").cast(_MONEY)
    else:
        signed = value.expr.cast(_MONEY)
    return pl.when(signed.is_between(-MOST_MONEY, MOST_MONEY, closed="none")).then(signed.cast(pl.String))


def _rounded(size: pl.Expr) -> pl.Expr:
    """Round floats, the part behind the point by itself, so that large ones lose nothing."""
    part = (size - size.floor()) * 100 + pl.when(size < NUDGED).then(size * NUDGE).otherwise(0) + 0.5
    whole = pl.when(size < MOST_MONEY).then(size.floor()).cast(pl.Int64).cast(_MONEY)
    return whole + (part.floor() / 100).cast(_MONEY, strict=False)


def _is_email(args: Sequence[Operand], _: Context) -> pl.Expr:
    return once(args, lambda read: _address(read[0].expr))


def _address(text: pl.Expr) -> pl.Expr:
    """Ask the small pattern of every text and the large ones only of texts beyond ASCII: those are rare and cost much."""
    fits = (text.str.len_bytes() <= 254) & (text.str.find("@", literal=True) <= 64)
    wide = pl.when(text.str.len_bytes() != text.str.len_chars()).then(text)
    international = wide.str.contains(ADDRESS) & ~wide.str.contains(MIXED) & (wide.str.len_chars() <= 254)
    return pl.when(wide.is_null()).then(fits & text.str.contains(PLAIN)).otherwise(international & (text.str.find("@", literal=True) <= 64))


TABLE: Table = {"escape_html": _escape, "header_text": _header, "money": _money, "is_email": _is_email}
