"""What each function of the rule language gives, in plain Python: numbers, texts and choices; nothing of the package imported."""

from __future__ import annotations

import hashlib
import math
import operator
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Any

NINE = Decimal("1E-9")
WIDE = Context(prec=80)
NUMBER = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*")
WHOLE = re.compile(r"[-+]?[0-9]+")
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"})
EARTH = 6371.0088
MOST = 2**63 - 1


def alike(a: Any, b: Any) -> tuple[Any, Any]:
    """Both as floats where one is a float."""
    return (float(a), float(b)) if isinstance(a, float) or isinstance(b, float) else (a, b)


def cut(number: int, step: int) -> int:
    """Divide and cut toward zero."""
    return abs(number) // step * (1 if number >= 0 else -1)


def multiply(a: Any, b: Any) -> Any:
    found = operator.mul(*alike(a, b))
    return found.quantize(NINE, ROUND_HALF_EVEN) if isinstance(a, Decimal) and isinstance(b, Decimal) else found


def divide(a: Any, b: Any) -> Any:
    a, b = alike(a, b)
    if b == 0:
        return None
    if isinstance(a, int) and isinstance(b, int):
        return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    return (a / b).quantize(NINE, ROUND_HALF_EVEN) if isinstance(a, Decimal) else a / b


def mod(a: Any, b: Any) -> Any:
    a, b = alike(a, b)
    if b == 0 or (isinstance(a, float) and math.isinf(a)):
        return None
    return abs(a) % abs(b) * (1 if a > 0 else -1)


def rounded(a: Any, decimals: int = 0, how: str = ROUND_HALF_UP) -> Any:
    """Round, or cut, to decimals; below 0 they are zeros before the point."""
    if isinstance(a, int) and decimals >= 0:
        return a
    if isinstance(a, float) and not (math.isfinite(a) and abs(a) < 2**53):
        return a
    exact = Decimal(repr(a)) if isinstance(a, float) else Decimal(a)
    return type(a)(exact.quantize(Decimal(1).scaleb(-decimals), how, WIDE))


def truncated(a: Any, decimals: int = 0) -> Any:
    return rounded(a, decimals, ROUND_DOWN)


def up(a: Any) -> Any:
    return a if isinstance(a, int) or (isinstance(a, float) and math.isinf(a)) else type(a)(math.ceil(a))


def down(a: Any) -> Any:
    return a if isinstance(a, int) or (isinstance(a, float) and math.isinf(a)) else type(a)(math.floor(a))


def to_double(a: Any) -> float | None:
    if not isinstance(a, str):
        return float(a)
    found = float(a) if NUMBER.fullmatch(a) else math.inf
    return found if math.isfinite(found) else None


def whole(bits: int) -> Callable[[Any], int | None]:
    """Convert to a whole number of some bits."""

    def convert(a: Any) -> int | None:
        if isinstance(a, str):
            a = int(a) if WHOLE.fullmatch(a.strip()) and abs(int(a)) <= MOST else to_double(a)
        if a is None or (isinstance(a, float) and math.isinf(a)):
            return None
        return found if -(2 ** (bits - 1)) <= (found := int(a)) < 2 ** (bits - 1) else None

    return convert


def distance(a: Any, b: Any, c: Any, d: Any) -> float:
    west, south, east, north = (math.radians(float(degrees)) if math.isfinite(degrees) else math.nan for degrees in (a, b, c, d))
    chord = math.sin((north - south) / 2) ** 2 + math.cos(south) * math.cos(north) * math.sin((east - west) / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(min(chord, 1.0))) if chord == chord else math.nan


def fixed(value: Any, decimals: int) -> Decimal | None:
    """A number with decimals, halves away from zero."""
    if isinstance(value, float) and not (math.isfinite(value) and abs(value) < 1e20):
        return None
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    found = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, WIDE)
    return abs(found) if found == 0 else found


def money(value: Any) -> str | None:
    found = fixed(value, 2)
    return None if found is None or abs(found) >= 10**15 else format(found, "f")


def as_text(value: Any) -> str:
    """Any value as text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if hasattr(value, "hour"):
        return value.strftime(f"{value.year:04d}-%m-%d %H:%M:%S" if hasattr(value, "year") else "%H:%M:%S")
    return value.isoformat() if hasattr(value, "year") else str(value)


def to_string(value: Any, decimals: int | None = None) -> str | None:
    if decimals is None:
        return as_text(value)
    found = fixed(value, decimals)
    return None if found is None else format(found, "f")


def substring(text: str, start: int, length: int | None = None) -> str:
    first = max(start, 1)
    return text[first - 1 :] if length is None else text[first - 1 : first - 1 + max(0, start + max(length, 0) - first)]


def line(text: str, n: int = 1) -> str | None:
    lines = re.split("\r\n?|\n", text)
    return lines[n - 1] if 1 <= n <= len(lines) else None


def domain(address: str) -> str | None:
    return address.rpartition("@")[2] if "@" in address else None


def character(code: int) -> str | None:
    return chr(code) if 1 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else None


def juxtaposed(*texts: str | None) -> str:
    return " ".join(text for text in texts if text)


def digest(name: str) -> Callable[[str], str]:
    return lambda text: hashlib.new(name, text.encode()).hexdigest()


def first_known(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def all_known(*values: Any) -> bool:
    return None not in values


TAKES_NULL: Mapping[str, Callable[..., Any]] = {
    "coalesce": first_known,
    "no_null": lambda text: text or "",
    "juxt_words": juxtaposed,
    "juxt_words3": juxtaposed,
    "all_non_null2": all_known,
    "all_non_null3": all_known,
    "is_memo_null": lambda text: text is None,
    "is_empty_string": lambda text, then, otherwise: otherwise if text else then,
    "first_of": lambda rows: rows[0][0] if rows else None,
}
"""What also works on nulls; any other function gives null for one."""

PLAIN: Mapping[str, Callable[..., Any]] = {
    "add": lambda a, b: operator.add(*alike(a, b)),
    "subtract": lambda a, b: operator.sub(*alike(a, b)),
    "multiply": multiply,
    "divide": divide,
    "mod": mod,
    "negate": operator.neg,
    "abs": abs,
    "sign": lambda a: (a > 0) - (a < 0),
    "ceil": up,
    "floor": down,
    "round": rounded,
    "trunc": truncated,
    "greatest": lambda a, b: max(alike(a, b)),
    "least": lambda a, b: min(alike(a, b)),
    "percent": lambda a, b: None if b == 0 else float(a) * 100 / float(b),
    "to_double": to_double,
    "to_int64": whole(64),
    "to_integer": whole(32),
    "to_boolean": bool,
    "distance": distance,
    "set_bit": operator.or_,
    "clear_bit": lambda number, flag: number & ~flag,
    "is_bit_set": lambda number, flag: number & flag == flag,
    "money": money,
    "lower": str.lower,
    "upper": str.upper,
    "smart": str.title,
    "trim": str.strip,
    "ltrim": str.lstrip,
    "rtrim": str.rstrip,
    "length": len,
    "data_length": lambda text: len(text.encode()),
    "left": lambda text, n: text[: max(n, 0)],
    "right": lambda text, n=1: text[-n:] if n > 0 else "",
    "substring": substring,
    "charindex": lambda text, part: text.find(part) + 1,
    "replace": lambda text, part, by: text.replace(part, by) if part else text,
    "concat": lambda *values: "".join(map(as_text, values)),
    "to_string": to_string,
    "ascii": lambda text: ord(text[0]) if text else 0,
    "char": character,
    "get_line": line,
    "line": line,
    "lpad": lambda text, n, filling: text.rjust(n, filling)[: max(n, 0)],
    "rpad": lambda text, n, filling: text.ljust(n, filling)[: max(n, 0)],
    "md5_digest": digest("md5"),
    "sha256_digest": digest("sha256"),
    "sha512_digest": digest("sha512"),
    "get_email_domain": domain,
    "memo_contains": lambda text, part: part in text,
    "escape_html": lambda value: as_text(value).translate(ENTITIES),
    "header_text": lambda value: re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", as_text(value)),
}
"""Functions of values alone."""
