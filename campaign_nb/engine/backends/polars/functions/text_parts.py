"""Text made from text: lines, padding, digests, codes of characters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl
from polars_hash import CryptographicHashingNameSpace, NonCryptographicHashingNameSpace

from campaign_nb.engine.backends.polars.functions.table import Implementation, One, Table, of_one
from campaign_nb.engine.backends.polars.functions.text import at_least, unless_null
from campaign_nb.engine.backends.polars.operand import Context, Operand, once
from campaign_nb.errors import DefinitionError, Problem

_DIGITS = "0123456789abcdef"
_MOST_CODE, _SURROGATES = 0x10FFFF, (0xD800, 0xDFFF)


def _code(text: pl.Expr) -> pl.Expr:
    """Decode the UTF-8 of the first character."""
    bytes_ = text.str.head(1).str.encode("hex")
    number = bytes_.str.to_integer(base=16, strict=False, dtype=pl.Int64)
    low, mid, high = (number // 256**n % 64 for n in range(3))
    return (
        pl.when(text == "")
        .then(0)
        .when(bytes_.str.len_bytes() == 2)
        .then(number)
        .when(bytes_.str.len_bytes() == 4)
        .then(number // 256 % 32 * 64 + low)
        .when(bytes_.str.len_bytes() == 6)
        .then(number // 256**2 % 16 * 64**2 + mid * 64 + low)
        .when(bytes_.str.len_bytes() == 8)
        .then(number // 256**3 % 8 * 64**3 + high * 64**2 + mid * 64 + low)
    )


def _byte(number: pl.Expr) -> pl.Expr:
    """Write a byte in two hexadecimal digits."""
    digits = pl.lit(_DIGITS)
    return pl.concat_str(digits.str.slice(number // 16 % 16, 1), digits.str.slice(number % 16, 1))


def _character(code: pl.Expr) -> pl.Expr:
    """Encode a code as UTF-8; null for what is none."""
    whole = code.cast(pl.Int64, strict=False)
    number = pl.when(whole.is_between(1, _MOST_CODE) & ~whole.is_between(*_SURROGATES)).then(whole)
    last, third, second = (128 + number // 64**n % 64 for n in range(3))
    written = (
        pl.when(number < 0x80)
        .then(_byte(number))
        .when(number < 0x800)
        .then(_byte(192 + number // 64) + _byte(last))
        .when(number < 0x10000)
        .then(_byte(224 + number // 64**2) + _byte(third) + _byte(last))
        .otherwise(_byte(240 + number // 64**3) + _byte(second) + _byte(third) + _byte(last))
    )
    return written.str.decode("hex").cast(pl.String)


def _line(args: Sequence[Operand], _: Context) -> pl.Expr:
    def build(read: Sequence[Operand]) -> pl.Expr:
        lines = read[0].expr.str.replace_all(r"\r\n?", "\n").str.split("\n")
        if len(read) == 1:
            return lines.list.first()
        n = read[1].expr.cast(pl.Int64)
        return lines.list.get(pl.when(n >= 1).then(n - 1), null_on_oob=True)

    return once(args, build)


def _pad(fill: Callable[[pl.Expr, pl.Expr, str], pl.Expr]) -> Implementation:
    def padded(args: Sequence[Operand], _: Context) -> pl.Expr:
        filling = args[2].value
        if args[2].null:
            return pl.lit(None, dtype=pl.String)
        if not isinstance(filling, str) or len(filling) != 1:
            raise DefinitionError(Problem("rule", "the filling of a text", "one character", 'cn.fn.lpad(customers.code, 8, "0")'))

        def build(read: Sequence[Operand]) -> pl.Expr:
            text, n = read
            width = at_least(n, 0)
            return unless_null(fill(text.expr, width, filling).str.head(width), n)

        return once(args[:2], build)

    return padded


def _side_by_side(args: Sequence[Operand], _: Context) -> pl.Expr:
    return once(args, lambda read: pl.concat_str([_unless_empty(arg.expr) for arg in read], separator=" ", ignore_nulls=True))


def _unless_empty(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def _of_text(function: One) -> Implementation:
    return lambda args, _: once(args, lambda read: function(read[0].expr))


TABLE: Table = {
    "ascii": _of_text(_code),
    "char": _of_text(_character),
    "data_length": of_one(lambda text: text.str.len_bytes().cast(pl.Int64)),
    "get_line": _line,
    "line": _line,
    "juxt_words": _side_by_side,
    "juxt_words3": _side_by_side,
    "lpad": _pad(lambda text, n, filling: text.str.pad_start(n, filling)),
    "rpad": _pad(lambda text, n, filling: text.str.pad_end(n, filling)),
    "ltrim": of_one(lambda text: text.str.strip_chars_start()),
    "rtrim": of_one(lambda text: text.str.strip_chars_end()),
    "md5_digest": of_one(lambda text: NonCryptographicHashingNameSpace(text).md5()),
    "sha256_digest": of_one(lambda text: CryptographicHashingNameSpace(text).sha2_256()),
    "sha512_digest": of_one(lambda text: CryptographicHashingNameSpace(text).sha2_512()),
    "get_email_domain": of_one(lambda address: address.str.extract(r"@([^@]*)\z")),
}
