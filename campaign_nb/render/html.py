"""HTML and SVG made from parts: one escape function, and elements that can't be built around it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence

from campaign_nb.errors import CampaignError, Problem

# Control characters (tab and newline excepted), bidirectional overrides, invisible format characters,
# line separators, lone surrogates and code points that XML forbids. The joiners U+200C and U+200D stay:
# Persian and emoji need them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\U000e0000-\U000e007f" + "".join(chr(plane << 16 | low) for plane in range(1, 17) for low in (0xFFFE, 0xFFFF)) + "]"
)
_JOINER = re.compile("(?<=[^\\s\u200c\u200d])[\u200c\u200d](?=[^\\s\u200c\u200d])")
_WHEN = re.compile(r"\d{4}-\d\d-\d\d(?: .{1,50})?")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "`": "&#96;"})
_TAGS = {
    *("div", "span", "p", "strong", "em", "small", "code", "pre", "ul", "ol", "li", "dl", "dt", "dd", "details", "summary"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("svg", "g", "rect", "circle", "path", "line", "text", "tspan", "title", "desc"),
}
_ATTRIBUTES = {
    *("class", "style", "title", "role", "scope", "colspan", "rowspan", "lang", "dir", "open", "aria-label", "aria-hidden"),
    *("xmlns", "viewBox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "d", "transform", "opacity"),
    *("fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray"),
    *("text-anchor", "font-size", "font-weight", "font-family", "data-node", "data-edge"),
}
# Mathematics in a notebook page is typeset from the page's text; these classes keep it off ours.
_ROW = {"class": "cnb-row"}
_ROOT = "campaign-nb mathjax_ignore tex2jax_ignore"
_CSS = """
.campaign-nb{font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:13px;line-height:1.45;color:var(--jp-content-font-color1,inherit)}
.campaign-nb .cnb-card{display:inline-block;min-width:260px;max-width:760px;border:1px solid var(--jp-border-color2,rgba(128,128,128,.35));
border-radius:8px;padding:10px 14px;background:var(--jp-layout-color1,transparent)}
.campaign-nb .cnb-title{font-weight:600;font-size:14px}
.campaign-nb.campaign-nb :is(.cnb-subtitle,caption,dt,.cnb-null){color:var(--jp-content-font-color2,#7a828e)}
.campaign-nb.campaign-nb dl{display:grid;grid-template-columns:fit-content(45%) 1fr;gap:3px 16px;margin:8px 0 0}
.campaign-nb.campaign-nb :is(dt,dd){float:none;width:auto;margin:0;padding:0;font-weight:400;overflow-wrap:anywhere;white-space:pre-line}
.campaign-nb.campaign-nb table{border-collapse:collapse;margin:4px 0;font-size:13px;table-layout:auto}
.campaign-nb.campaign-nb caption{text-align:left;padding:2px 0 6px;caption-side:top;white-space:nowrap}
.campaign-nb.campaign-nb tr.cnb-row{background:none}
.campaign-nb.campaign-nb :is(th,td){padding:4px 14px 4px 0;text-align:left;vertical-align:top;background:none;max-width:420px;
overflow-wrap:break-word;white-space:pre-line;border:0;border-bottom:1px solid var(--jp-border-color2,rgba(128,128,128,.28))}
.campaign-nb.campaign-nb th{font-weight:600}
.campaign-nb.campaign-nb .cnb-number{text-align:right;font-variant-numeric:tabular-nums}
.campaign-nb.campaign-nb .cnb-when{white-space:nowrap;font-variant-numeric:tabular-nums}
""".replace("\n", "")


class Markup(str):
    """Text that is already safe markup; only the functions of this module make it."""

    __slots__ = ()


class Count(int):
    """A whole number that counts something; a table writes it with its thousands.

    >>> str(Count(12340))
    '12,340'
    """

    __slots__ = ()

    def __str__(self) -> str:
        return format(int(self), ",")


def visible(text: object) -> str:
    r"""Write control characters and direction overrides as backslash codes, so that they can be seen.

    >>> visible("paid\u202etxt.exe")
    'paid\\u202etxt.exe'
    """
    return _HIDDEN.sub(_code, str(text))


def is_printable(text: str) -> bool:
    r"""Tell whether a name shows all that it holds; joiners (Persian, emoji) may stand between other characters.

    >>> is_printable("Lapsed buyers"), is_printable("a\u202eb"), is_printable("\u06cc\u200c\u06a9"), is_printable("end\u200c")
    (True, False, True, False)
    """
    return _JOINER.sub("", text).isprintable()


def one_line(text: object, most: int = 400) -> str:
    r"""Make text visible and fold its white space, so that a name can't forge a second line.

    >>> one_line("Lapsed\n  buyers")
    'Lapsed buyers'
    """
    raw = str(text)
    folded = " ".join(visible(raw[: 4 * most]).split())
    return folded if len(folded) <= most and len(raw) <= 4 * most else folded[: most - 1] + "…"


def escape(text: object) -> Markup:
    """Make any value safe as text or attribute of HTML and SVG.

    >>> escape("<b>5 & 6</b>")
    '&lt;b&gt;5 &amp; 6&lt;/b&gt;'
    """
    return text if isinstance(text, Markup) else Markup(visible(text).translate(_ENTITIES))


def join(parts: Iterable[object]) -> Markup:
    """Put parts one after the other; those that are not markup are escaped.

    >>> join(["a < b", element("em", {}, "!")])
    'a &lt; b<em>!</em>'
    """
    return Markup("".join(escape(part) for part in parts))


def element(tag: str, attributes: Mapping[str, object] | None = None, *children: object) -> Markup:
    """Build one element from a known tag, known attributes and parts that are escaped unless they are markup.

    Errors: a tag or an attribute that is not on the list (no scripts, no links, no handlers).

    >>> element("td", {"class": "cnb-number"}, "5 > 4")
    '<td class="cnb-number">5 &gt; 4</td>'
    """
    pairs = [(name, value) for name, value in (attributes or {}).items() if value is not None and value != ""]
    unknown = [name for name, _ in pairs if name not in _ATTRIBUTES]
    if tag not in _TAGS or unknown:
        what = f"the attribute {unknown[0]!r} is not allowed" if unknown else f"the tag {tag!r} is not allowed"
        raise CampaignError(Problem("markup", what, "plain tables, lists and drawings"))
    head = "".join(f' {name}="{_attribute(value)}"' for name, value in pairs)
    return Markup(f"<{tag}{head}>{join(children)}</{tag}>")


def stylesheet(css: str) -> Markup:
    """Build a style element from the project's own rules (never from data).

    Errors: rules that hold a tag.
    """
    if "<" in css:
        raise CampaignError(Problem("style sheet", "it holds a tag", "style rules only"))
    return Markup(f"<style>{css}</style>")


def table(columns: Sequence[object], rows: Iterable[Sequence[object]], caption: str = "", *, null: str = "null") -> Markup:
    """Draw rows as an HTML table with a caption; numbers stand to the right, nulls in grey, or as what is given for them.

    >>> "&lt;i&gt;" in table(["reason", "people"], [("<i>", 12)])
    True
    """
    lines = [list(row) for row in rows]
    kinds = [_kind(values) for values in zip(*lines, strict=False)] or [None] * len(columns)
    heads = (element("th", {"scope": "col", "class": kind}, column) for column, kind in zip(columns, kinds, strict=False))
    head = element("thead", {}, element("tr", _ROW, *heads))
    cells = ((element("td", {"class": kind}, _shown(value, null)) for value, kind in zip(row, kinds, strict=False)) for row in lines)
    body = element("tbody", {}, *(element("tr", _ROW, *row) for row in cells))
    parts = [element("caption", {}, caption)] if caption else []
    return fragment(element("table", {}, *parts, head, body))


def card(title: object, rows: Iterable[tuple[object, object]], subtitle: object = "") -> Markup:
    """Draw a titled card of names and values.

    >>> "<dt>Key</dt><dd>customer_id</dd>" in card("customers", [("Key", "customer_id")])
    True
    """
    heads = [element("div", {"class": "cnb-title"}, title)]
    if subtitle:
        heads.append(element("div", {"class": "cnb-subtitle"}, subtitle))
    pairs = [join([element("dt", {}, name), element("dd", {}, _null() if value is None else value)]) for name, value in rows]
    return fragment(element("div", {"class": "cnb-card"}, *heads, *([element("dl", {}, *pairs)] if pairs else [])))


def fragment(*parts: object) -> Markup:
    """Wrap parts as one output: with the project's style, and out of reach of the page's mathematics.

    >>> fragment("$$x$$").startswith('<div class="campaign-nb mathjax_ignore')
    True
    """
    return element("div", {"class": _ROOT}, stylesheet(_CSS), *(_bare(part) for part in parts))


def _bare(part: object) -> object:
    """Take the wrapping off a fragment inside a fragment, so that the style is written once."""
    head = f'<div class="{_ROOT}"><style>{_CSS}</style>'
    if isinstance(part, Markup) and part.startswith(head) and part.endswith("</div>"):
        return Markup(part[len(head) : -len("</div>")])
    return part


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _kind(values: Sequence[object]) -> str | None:
    """Return the class of a column: numbers stand to the right, instants and lengths of time are not broken."""
    known = [value for value in values if value is not None]
    if known and all(map(_is_number, known)):
        return "cnb-number"
    written = [value for value in known if value != ""]
    return "cnb-when" if written and all(map(_is_when, written)) else None


def _is_when(value: object) -> bool:
    return isinstance(value, (dt.date, dt.timedelta)) or (isinstance(value, str) and _WHEN.fullmatch(value) is not None)


def stamp(at: dt.datetime) -> str:
    """Write an instant to the second, with its zone if it has one.

    >>> stamp(dt.datetime(2026, 7, 1, 9, 30, 5, 172865, tzinfo=dt.UTC))
    '2026-07-01 09:30:05 UTC'
    """
    return f"{at:%Y-%m-%d %H:%M:%S %Z}".rstrip()


def took(length: dt.timedelta) -> str:
    """Write how long something took.

    >>> [took(dt.timedelta(seconds=seconds)) for seconds in (0.0214, 75, 90_061)]
    ['0.02 s', '1 min 15 s', '1 d 1 h 1 min 1 s']
    """
    seconds = length.total_seconds()
    if abs(seconds) < 10:
        return f"{seconds:.2f} s"
    whole = round(seconds)
    parts = ((whole // 86_400, "d"), (whole // 3600 % 24, "h"), (whole // 60 % 60, "min"), (whole % 60, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def _shown(value: object, null: str = "null") -> object:
    """Write instants to the second and fractions with at most four digits; whole numbers stay as they are, since many are keys."""
    if value is None:
        return _null() if null == "null" else null
    if isinstance(value, dt.datetime):
        return stamp(value)
    if isinstance(value, dt.timedelta):
        return took(value)
    if isinstance(value, float) and 1e-4 <= abs(value) < 1e15:
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    return value


def _null() -> Markup:
    return element("span", {"class": "cnb-null"}, "null")


def _attribute(value: object) -> str:
    """Escape a value between quotes, also one that is markup elsewhere."""
    return format(value, ".6g") if isinstance(value, float) else visible(value).translate(_ENTITIES)


def _code(match: re.Match[str]) -> str:
    point = ord(match.group())
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
