"""Extract file: write the population to a file for somebody else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Self, TypeAlias

from campaign_nb.activity import OUT, Activity, Compiled, Context, Effect, Rows, several, value_problems
from campaign_nb.errors import DefinitionError, Problem, did_you_mean
from campaign_nb.rules import tree
from campaign_nb.rules.tree import Type
from campaign_nb.rules.value import node_of, order_of
from campaign_nb.steps import Attach, Population, Step, field_of_value

Format: TypeAlias = Literal["csv", "fixed", "parquet", "ndjson"]
FORMATS: tuple[Format, ...] = ("csv", "fixed", "parquet", "ndjson")
LineEnd: TypeAlias = Literal["lf", "crlf"]
LINE_ENDS: Mapping[str, str] = {"lf": "\n", "crlf": "\r\n"}
NAMES = ("as_of", "run", "campaign", "activity")
"""What a file's name may hold in double braces."""
MOST = 200
_BY_SUFFIX: Mapping[str, Format] = {"parquet": "parquet", "ndjson": "ndjson", "jsonl": "ndjson"}
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_DATES = re.compile(r"(?:[^%]|%[YyCmbBdeHIMSpjaAuFTRfZz%]|%:z|%\.?[369]?f)+")


@dataclass(frozen=True, slots=True)
class TextFormat:
    """How values and lines are written in files of text.

    >>> TextFormat(decimal=",", date="%d.%m.%Y").line_end
    'lf'
    """

    decimal: Literal[".", ","] = "."
    """What stands before decimals."""
    date: str = "%Y-%m-%d"
    """How dates are written."""
    datetime: str = "%Y-%m-%dT%H:%M:%S%:z"
    """How dates with a time are written; they are in the campaign's zone."""
    line_end: LineEnd = "lf"
    """What ends a line: lf, or crlf as on Windows."""


class ExtractFile(Activity):
    """Write the population to a file; a file of that name is replaced whole.

    Shape: rows unchanged. The file lies in the workspace's folder for extracts; `ws.files` lists it. A dry run writes none.
    Errors: a name that leads elsewhere, an unknown column, lists in text, values that encoding or width have no room for.

    >>> import polars as pl, campaign_nb as cn
    >>> made = cn.activities.ExtractFile.of("partner-{{ as_of }}.csv", columns={"No.": "id", "Twice": cn.col.points * 2})
    >>> cn.testing.run(made, pl.DataFrame({"id": [1, 2], "points": [5, 50]}))["out"]["id"].to_list()
    [1, 2]
    """

    kind = "extract_file"
    label = "Extract file"
    icon = "download"
    family = "data"
    rows: ClassVar[Rows] = "copies"
    barrier = "after"

    path: str
    """The file's name, or path below the folder; `{{ as_of }}`, `{{ run }}`, `{{ campaign }}` and `{{ activity }}` are filled in."""
    columns: Mapping[str, tree.Node] = field(default_factory=dict[str, tree.Node])
    """The columns in order, by what stands above them; the key and the added columns when left out."""
    format: Format = "csv"
    """csv, fixed (columns of fixed widths), parquet or ndjson."""
    header: bool = True
    """Whether text starts with the names of the columns."""
    separator: str = ","
    """What stands between fields of csv."""
    quote: str = '"'
    """What stands around a field of csv that holds a separator; empty for none."""
    encoding: str = "utf-8"
    """The encoding of text."""
    text: TextFormat = TextFormat()
    """How decimals, dates and ends of lines are written in text."""
    widths: Mapping[str, int] = field(default_factory=dict[str, int])
    """The widths of columns of the format fixed, by what stands above them."""
    sort: tuple[tree.Order, ...] = ()
    """The order of the rows; the key decides in the end."""
    distinct: bool = False
    """Whether rows that are alike in all columns are written once."""
    skip_empty: bool = False
    """Whether no file is made when there is no row."""
    unsafe: bool = False
    """Whether text that a spreadsheet would run as a formula is written in csv without an apostrophe before it."""

    @classmethod
    def of(
        cls,
        path: str,
        *,
        columns: Mapping[str, object] | Sequence[str] | str = (),
        format: Format | None = None,
        header: bool = True,
        separator: str = ",",
        quote: str = '"',
        encoding: str = "utf-8",
        text: TextFormat | None = None,
        widths: Mapping[str, int] | None = None,
        sort: object = (),
        distinct: bool = False,
        skip_empty: bool = False,
        unsafe: bool = False,
    ) -> Self:
        """Build from a name and columns: names, or labels with columns and values.

        The format follows from the name's ending when left out.
        """
        if not isinstance(path, str):  # pyright: ignore[reportUnnecessaryIsInstance] # users
            raise DefinitionError(Problem("extract_file", f"the name {path!r}", "text", 'extract_file("To partner", "partner.csv")'))
        made = cls(
            path=path,
            columns=_columns(columns),
            format=format if format is not None else _BY_SUFFIX.get(path.rpartition(".")[2].lower(), "csv"),
            header=header,
            separator=separator,
            quote=quote,
            encoding=encoding,
            text=TextFormat() if text is None else text,
            widths=dict(widths or {}),
            sort=tuple(order_of(item) for item in several(sort)),
            distinct=distinct,
            skip_empty=skip_empty,
            unsafe=unsafe,
        )
        problems = [*path_problems("extract_file", path), *made._layout_problems("extract_file")]
        if problems:
            raise DefinitionError(*problems, subject="extract_file" if len(problems) > 1 else "")
        return made

    def values(self, population: Population) -> dict[str, tree.Node]:
        """Return the value of each column of the file, by what stands above it."""
        if self.columns:
            return dict(self.columns)
        return {name: tree.Column(name) for name in population.columns if not name.startswith("_")}

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield what is wrong with the name, the layout and the values."""
        where, population = f"extract_file {context.label!r}", inputs[0]
        yield from path_problems(where, self.path)
        yield from self._layout_problems(where)
        values = self.values(population)
        for label, node in values.items():
            yield from value_problems(population, node, where)
            if self.format in ("csv", "fixed") and field_of_value(population, label, node).type is Type.LIST:
                yield Problem(where, f"column {label!r} is a list", "one value a row in text", 'format="ndjson"')
        for order in self.sort:
            yield from value_problems(population, order.value, where)
        if self.format == "fixed":
            yield from self._width_problems(where, list(values))

    def _width_problems(self, where: str, labels: Sequence[str]) -> Iterator[Problem]:
        for label in labels:
            width = self.widths.get(label, 0)
            if type(width) is not int or width < 1:
                yield Problem(where, f"column {label!r} has no width", "a number of characters", f'widths={{"{label}": 20}}')
            elif self.header and len(label) > width:
                yield Problem(where, f"the name {label!r} is wider than its column, {width}", "room for the name", "header=False")
        for label in self.widths:
            if label not in labels:
                yield Problem(where, f"a width for {label!r}, which is no column", did_you_mean(label, labels), f"columns={{{label!r}: …}}")

    def _layout_problems(self, where: str) -> Iterator[Problem]:
        if self.format not in FORMATS:
            yield Problem(where, f"format={self.format!r}", did_you_mean(str(self.format), FORMATS), 'format="csv"')
        if len(self.separator) != 1 or not self.separator.isascii() or self.separator in "\r\n":
            yield Problem(where, f"separator={self.separator!r}", "one ASCII character", 'separator=";"')
        if len(self.quote) > 1 or not self.quote.isascii() or self.quote == self.separator or self.quote in ("\r", "\n"):
            yield Problem(where, f"quote={self.quote!r}", "one other ASCII character, or none", "quote='\"'")
        if not isinstance(self.text, TextFormat):  # pyright: ignore[reportUnnecessaryIsInstance] # users
            yield Problem(where, f"text={self.text!r}", "a text format", 'text=cn.TextFormat(decimal=",")')
        else:
            yield from self._text_problems(where)
        if not _is_encoding(self.encoding):
            yield Problem(where, f"encoding={self.encoding!r} is unknown", "an encoding of text", 'encoding="utf-8"')
        if self.widths and self.format != "fixed":
            yield Problem(where, f"widths for the format {self.format}", "widths for the format fixed alone", 'format="fixed"')

    def _text_problems(self, where: str) -> Iterator[Problem]:
        how = self.text
        if how.line_end not in LINE_ENDS:
            yield Problem(where, f"line_end={how.line_end!r}", "lf or crlf", 'text=cn.TextFormat(line_end="crlf")')
        if how.decimal not in (".", ","):
            yield Problem(where, f"decimal={how.decimal!r}", "a point or a comma", 'text=cn.TextFormat(decimal=",")')
        elif self.format == "csv" and how.decimal == self.separator and not self.quote:
            what = f"decimals and fields are both separated by {how.decimal!r}"
            yield Problem(where, what, "two characters, or quotes", 'separator=";"')
        for name, given in (("date", how.date), ("datetime", how.datetime)):
            if not isinstance(given, str) or not _DATES.fullmatch(given):  # pyright: ignore[reportUnnecessaryIsInstance] # users
                do = f'text=cn.TextFormat({name}="%d.%m.%Y")'
                yield Problem(where, f"{name}={given!r} can't be written", "directives such as %Y, %m, %d, %H, %M", do)

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Pass the rows on and ask for the file."""
        values = list(self.values(inputs[0].population).values())
        named = [(f"_{number}", node) for number, node in enumerate(values)]
        named += [(f"_sort {number}", order.value) for number, order in enumerate(self.sort)]
        name = filled(self.path, {"campaign": context.campaign, "activity": context.label})
        effect = Effect("extract", name, Attach(inputs[0], tuple(named)), tuple(label for label, _ in named))
        return Compiled({OUT: inputs[0]}, effects=(effect,))


def filled(path: str, values: Mapping[str, str]) -> str:
    """Return a file's name with names filled in; what could lead to another folder becomes an underscore.

    >>> filled("{{ campaign }}/{{ as_of }}.csv", {"campaign": "../Spring"})
    '__Spring/{{ as_of }}.csv'
    """

    def put(place: re.Match[str]) -> str:
        name = place.group(1)
        return re.sub(r"[^\w .-]|^[. ]+", "_", values[name]).replace("..", "_") if name in values else place.group()

    return _PLACE.sub(put, path)


def path_problems(where: str, path: str) -> Iterator[Problem]:
    """Yield why a file's name is none that lies below the folder for extracts."""
    do = '"partner-{{ as_of }}.csv"'
    for name in _PLACE.findall(path):
        if name not in NAMES:
            yield Problem(where, f"the file's name asks for {name!r}", did_you_mean(name, NAMES), do)
    plain = _PLACE.sub("x", path)
    if "{" in plain or "}" in plain:
        yield Problem(where, f"the file's name {path!r} holds a brace", f"{{{{ name }}}} with one of: {', '.join(NAMES)}", do)
    parts = plain.split("/")
    if not plain.isprintable() or len(path) > MOST or any(sign in plain for sign in '\\:*?"<>|'):
        yield Problem(where, f"the file's name {path[:MOST]!r}", f'printable, at most {MOST} characters, none of \\ : * ? " < > |', do)
    elif any(not part.strip() or part[0] in ".~ " or part[-1] in ". " for part in parts):
        yield Problem(where, f"the file's name {path!r}", "a path below the folder for extracts: no .., ~ or leading /", do)


def _columns(given: Mapping[str, object] | Sequence[str] | str) -> dict[str, tree.Node]:
    if isinstance(given, Mapping):
        found = {label: tree.Column(value) if isinstance(value, str) else node_of(value) for label, value in given.items()}
    else:
        nodes: list[tree.Node] = [tree.Column(item) if isinstance(item, str) else node_of(item) for item in several(given)]
        found: dict[str, tree.Node] = {node.name: node for node in nodes if isinstance(node, tree.Column)}
        if len(found) != len(nodes):
            what = "a column twice, or a value without a label"
            raise DefinitionError(Problem("extract_file", what, "names, or labels with values", 'columns={"Twice": cn.col.points * 2}'))
    if not all(isinstance(label, str) and label.strip() and label.isprintable() for label in found):  # pyright: ignore[reportUnnecessaryIsInstance] # users
        raise DefinitionError(Problem("extract_file", "a label that is no line of text", "text", 'columns={"E-mail": "email"}'))
    return found


def _is_encoding(name: object) -> bool:
    try:
        "".encode(str(name))
    except (LookupError, ValueError):
        return False
    return True
