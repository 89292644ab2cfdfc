"""What messages need of values."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from campaign_nb.engine.backends.narwhals import spark_text
from campaign_nb.engine.backends.narwhals.functions.table import Table, of_columns
from campaign_nb.engine.backends.narwhals.functions.text import as_text
from campaign_nb.engine.backends.narwhals.native import native
from campaign_nb.engine.backends.narwhals.operand import Context, Operand
from campaign_nb.rules.tree import Type


def _money(args: Sequence[Operand], _: Context) -> nw.Expr:
    return native(spark_text.money_of_float if args[0].type is Type.NUMBER else spark_text.money, args[0].expr)


TABLE: Table = {
    "escape_html": lambda args, _: native(spark_text.escaped, as_text(args[0])),
    "header_text": lambda args, _: native(spark_text.one_line, as_text(args[0])),
    "money": _money,
    "is_email": of_columns(spark_text.is_email),
}
