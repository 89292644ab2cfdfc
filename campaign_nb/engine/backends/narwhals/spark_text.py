"""What Narwhals lacks on Spark for text: its own functions on native columns, in the patterns of Java."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pyspark.sql.connect import functions as F

from campaign_nb.engine.backends.narwhals import spark
from campaign_nb.messages.cells import MOST_MONEY, NUDGE, NUDGED

_WHITE = r"\t\n\u000b\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CONTROL = r"[\u0000-\u001f\u007f-\u009f\u2028\u2029]+"
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"}
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_{|}~`-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_{|}~`-]+)*"
_LABEL = r"[\pL\pN](?:[\pL\pN\pM-]{0,61}[\pL\pN\pM])?"
_ADDRESS = rf"\A{_LOCAL}@(?:{_LABEL}\.)+[\pL\pM]{{2,63}}\z|\A{_LOCAL}@(?:{_LABEL}\.)+xn--[A-Za-z0-9-]{{1,59}}\z"
_ASCII = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN = rf"\A{_LOCAL}@(?:{_ASCII}\.)+(?:[A-Za-z]{{2,63}}|xn--[A-Za-z0-9-]{{1,59}})\z"
_OTHER = r"\p{IsCyrillic}\p{IsGreek}\p{IsArmenian}\p{IsCherokee}"
_MIXED = rf"@.*(?:\p{{IsLatin}}[^.]*[{_OTHER}]|[{_OTHER}][^.]*\p{{IsLatin}})"


def text(value: Any) -> Any:
    """Return a value as text."""
    return value.cast("string")


def decimal_text(number: Any) -> Any:
    """Return a decimal as text with all its decimals; Spark writes tiny ones with an exponent."""
    tiny = F.concat(F.when(number < 0, F.lit("-0")).otherwise(F.lit("0")), F.substring((F.abs(number) + 1).cast("string"), 2, 40))
    return F.when(F.abs(number) < 1e-6, tiny).otherwise(number.cast("string"))


def no_text() -> Any:
    """Return a null text."""
    return F.lit(None).cast("string")


def clock_text(clock: Any) -> Any:
    """Return a date-time without zone as text, to the second."""
    return F.date_format(clock, "yyyy-MM-dd HH:mm:ss")


def fixed(number: Any, decimals: int) -> Any:
    """Return a number with so many decimals, halves away from zero."""
    return F.format_string(f"%.{decimals}f", F.round(number.cast(f"decimal(38,{max(decimals, 9)})"), decimals))


def at_least(number: Any, least: int) -> Any:
    """Return a whole number that is not below another; null stays null."""
    return F.when(number < least, F.lit(least).cast("bigint")).otherwise(number.cast("bigint"))


def left(value: Any, n: Any) -> Any:
    """Return the first n characters."""
    return _slice(value, F.lit(1), n)


def right(value: Any, n: Any) -> Any:
    """Return the last n characters."""
    length = F.char_length(value)
    return F.when(n.isNotNull(), _slice(value, F.greatest(length - n + 1, F.lit(1)), n))


def from_on(value: Any, start: Any) -> Any:
    """Return the text from a position on."""
    return _slice(value, at_least(start, 1), F.char_length(value))


def substring(value: Any, start: Any, length: Any) -> Any:
    """Return so many characters from a position on, which may be before the first."""
    first = at_least(start, 1)
    return _slice(value, first, start.cast("bigint") + at_least(length, 0) - first)


def _slice(value: Any, start: Any, length: Any) -> Any:
    most = F.lit(2**31 - 1).cast("bigint")
    at = F.least(start.cast("bigint"), most).cast("int")
    cut = F.substr(value, at, F.least(F.greatest(length.cast("bigint"), F.lit(0)), most).cast("int"))
    return F.when(start.isNotNull() & length.isNotNull(), cut)  # the least and the greatest of values pass over nulls


def lpad(value: Any, n: Any, filling: str) -> Any:
    """Fill a text up at its start, or cut it."""
    return F.call_function("lpad", value, n.cast("int"), F.lit(filling))


def rpad(value: Any, n: Any, filling: str) -> Any:
    """Fill a text up at its end, or cut it."""
    return F.call_function("rpad", value, n.cast("int"), F.lit(filling))


def concat(*texts: Any) -> Any:
    """Join texts; null where one is."""
    return F.concat(*texts)


def _juxtaposed(*texts: Any) -> Any:
    return F.concat_ws(" ", *(F.nullif(one, F.lit("")) for one in texts))


def _domain(address: Any) -> Any:
    return F.nullif(F.regexp_substr(address, F.lit(r"@[^@]*\z")), F.lit("\ufdd0")).substr(F.lit(2), F.lit(2**31 - 1))


_DOTTED, _STANDIN = "\u0130", "\ufdd0"
_RUNS = rf"[\p{{IsAlphabetic}}{_STANDIN}]+|[^\p{{IsAlphabetic}}{_STANDIN}]+"


def _capitals(value: Any) -> Any:
    """Write every run of letters with one capital.

    The dotted capital I is stood in for: it alone becomes two characters, the second no letter.
    """

    def capital(run: Any) -> Any:
        rest = F.replace(F.substring(run, 2, 2**31 - 1), F.lit(_STANDIN), F.lit(_DOTTED.lower()))
        return F.concat(F.initcap(F.substring(run, 1, 1)), rest)

    runs = F.regexp_extract_all(F.lower(F.replace(value, F.lit(_DOTTED), F.lit(_STANDIN))), F.lit(_RUNS), F.lit(0))
    return F.replace(F.array_join(F.transform(runs, capital), ""), F.lit(_STANDIN), F.lit(_DOTTED))


_MOST_CODE, _SURROGATES = 0x10FFFF, (0xD800, 0xDFFF)


def _character(code: Any) -> Any:
    """Encode a code as UTF-8; null for what is none."""
    whole = code.try_cast("bigint")
    number = F.when(whole.between(1, _MOST_CODE) & ~whole.between(*_SURROGATES), whole)
    last, third, second = (F.shiftright(number, 6 * n).bitwiseAND(F.lit(63)) + 128 for n in range(3))
    two = (F.shiftright(number, 6) + 192) * 256 + last
    three = ((F.shiftright(number, 12) + 224) * 256 + third) * 256 + last
    four = (((F.shiftright(number, 18) + 240) * 256 + second) * 256 + third) * 256 + last
    written = F.when(number < 0x80, number).when(number < 0x800, two).when(number < 0x10000, three).otherwise(four)
    return F.decode(F.unhex(F.hex(written)), "UTF-8")


_ONE: Mapping[str, Callable[[Any], Any]] = {
    "lower": F.lower,
    "upper": F.upper,
    "trim": lambda value: F.regexp_replace(value, rf"\A[{_WHITE}]+|[{_WHITE}]+\z", ""),
    "ltrim": lambda value: F.regexp_replace(value, rf"\A[{_WHITE}]+", ""),
    "rtrim": lambda value: F.regexp_replace(value, rf"[{_WHITE}]+\z", ""),
    "smart": _capitals,
    "char": _character,
    "ascii": lambda value: F.ascii(value).cast("bigint"),
    "length": lambda value: F.char_length(value).cast("bigint"),
    "data_length": lambda value: F.octet_length(value).cast("bigint"),
    "md5_digest": F.md5,
    "sha256_digest": lambda value: F.sha2(value, 256),
    "sha512_digest": lambda value: F.sha2(value, 512),
    "get_email_domain": _domain,
}


def line(value: Any, n: Any) -> Any:
    """Return a line of a text, from 1 on; null where there is none."""
    lines = F.split(F.regexp_replace(value, r"\r\n?", "\n"), "\n", -1)
    return F.try_element_at(lines, F.when(n >= 1, n).cast("int"))


def _position(value: Any, part: Any) -> Any:
    return F.position(part, value).cast("bigint")


SIMPLE: Mapping[str, Callable[..., Any]] = {
    **_ONE,
    "charindex": _position,
    "replace": F.replace,
    "juxt_words": _juxtaposed,
    "juxt_words3": _juxtaposed,
}
"""Functions of text columns alone."""


def escaped(value: Any) -> Any:
    """Return a text as HTML."""
    for mark, entity in _ENTITIES.items():
        value = F.replace(value, F.lit(mark), F.lit(entity))
    return value


def one_line(value: Any) -> Any:
    """Return a text without line breaks and control characters."""
    return F.regexp_replace(value, _CONTROL, " ")


def money(number: Any) -> Any:
    """Return a whole number or a decimal with two decimals, null for a huge one."""
    return _amount(F.round(number.cast("decimal(38,9)"), 2).cast("decimal(38,2)"))


def money_of_float(number: Any) -> Any:
    """Return a float with two decimals: the part behind the point is rounded by itself, so that large ones lose nothing."""
    size = F.abs(number)
    part = (size - F.floor(size)) * 100 + F.when(size < NUDGED, size * NUDGE).otherwise(F.lit(0.0)) + 0.5
    whole = F.when(size < MOST_MONEY, F.floor(size)).cast("bigint").cast("decimal(38,2)")
    amount = whole + (F.floor(part).cast("decimal(10,0)") / F.lit(100).cast("decimal(3,0)")).cast("decimal(38,2)")
    return _amount(F.when(number < 0, -amount).otherwise(amount))


def _amount(signed: Any) -> Any:
    return F.when((signed > -MOST_MONEY) & (signed < MOST_MONEY), signed.cast("string"))


def is_email(value: Any) -> Any:
    """Tell whether a text is an address of e-mail."""
    fits = (F.octet_length(value) <= 254) & (F.position(F.lit("@"), value) <= 65)
    plain = F.octet_length(value) == F.char_length(value)
    other = F.regexp_like(value, F.lit(_ADDRESS)) & ~F.regexp_like(value, F.lit(_MIXED)) & (F.char_length(value) <= 254)
    beyond = other & (F.position(F.lit("@"), value) <= 65)
    return F.when(value.isNull(), F.lit(None).cast("boolean")).when(plain, fits & F.regexp_like(value, F.lit(_PLAIN))).otherwise(beyond)


_STAMP = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?)?\z"
_OFFSET = r"(?:Z|[+-][0-9]{2}:?[0-9]{2})\z"


def clock_of_text(text: Any) -> Any:
    """Read ISO text as a date-time without zone, null for any other text."""
    seconds = F.when(F.char_length(text) == len("2026-07-01T09:30"), F.lit(":00")).otherwise(F.lit(""))
    return F.when(F.regexp_like(text, F.lit(_STAMP)), F.concat(text, seconds).try_cast("timestamp_ntz"))


def instant_of_text(text: Any, zone: str) -> Any:
    """Read ISO text as an instant, by its offset or on the clock of a zone; null for any other text."""
    plain = clock_of_text(F.regexp_replace(text, rf"(:[0-9.]+){_OFFSET}", "$1"))
    offset = F.when(F.contains(text, F.lit(":")), F.regexp_substr(text, F.lit(_OFFSET)))
    digits = F.regexp_replace(F.regexp_replace(offset, "Z", "0000"), "[^0-9]", "")
    minutes = F.substring(digits, 1, 2).cast("bigint") * 60 + F.substring(digits, 3, 2).cast("bigint")
    east = F.when(F.startswith(offset, F.lit("-")), -minutes).otherwise(minutes)
    there = spark.from_micros(spark.micros(plain) - east * 60_000_000).cast("timestamp")
    return F.when(offset.isNotNull(), there).otherwise(spark.at_zone(plain, zone))
