"""What messages need of values; no look-ahead, no function of Python per row."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from campaign_nb.engine.backends.polars.functions.table import Table
from campaign_nb.engine.backends.polars.functions.text import as_text
from campaign_nb.engine.backends.polars.operand import Context, Operand
from campaign_nb.rules.tree import Type

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"}
_CONTROL = "[\\x00-\\x1f\\x7f\\x{85}\\x{2028}\\x{2029}]+"
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_{|}~`-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_{|}~`-]+)*"
_LABEL = r"[\pL\pN](?:[\pL\pN\pM-]{0,61}[\pL\pN\pM])?"
ADDRESS = rf"^{_LOCAL}@(?:{_LABEL}\.)+[\pL\pM]{{2,63}}$|^{_LOCAL}@(?:{_LABEL}\.)+xn--[A-Za-z0-9-]{{1,59}}$"
"""A dot-atom at a host name with a top-level domain; no quotes, comments, routes or address literals."""


def _escape(args: Sequence[Operand], _: Context) -> pl.Expr:
    text = as_text(args[0])
    for character, entity in _ENTITIES.items():
        text = text.str.replace_all(character, entity, literal=True)
    return text


def _header(args: Sequence[Operand], _: Context) -> pl.Expr:
    return as_text(args[0]).str.replace_all(_CONTROL, " ")


def _money(args: Sequence[Operand], _: Context) -> pl.Expr:
    value = args[0]
    if value.type is Type.DECIMAL:
        return value.expr.cast(pl.Decimal(38, 6)).round(2, mode="half_away_from_zero").cast(pl.Decimal(38, 2)).cast(pl.String)
    cents = (value.expr.cast(pl.Float64).round(9) * 100).round(0, mode="half_away_from_zero").cast(pl.Int64)
    whole, rest = (cents.abs() // 100).cast(pl.String), (cents.abs() % 100).cast(pl.String).str.zfill(2)
    sign = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str([sign, whole, pl.lit("."), rest])


def _is_email(args: Sequence[Operand], _: Context) -> pl.Expr:
    text = args[0].expr
    fits = (text.str.len_chars() <= 254) & (text.str.split("@").list.first().str.len_chars() <= 64)
    return fits & text.str.contains(ADDRESS)


TABLE: Table = {"escape_html": _escape, "header_text": _header, "money": _money, "is_email": _is_email}
