"""Load file: start with the lines of a flat file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self

from campaign_nb.activity import OUT, Activity, Compiled, Context, Effect, Port, Rows
from campaign_nb.data.file_column import TYPES, FileColumn, default_faults
from campaign_nb.data.flat_file import CONTENT, LINE, FileFormat, FlatFile, Layout, sample
from campaign_nb.errors import DefinitionError, Problem, did_you_mean
from campaign_nb.rules import tree
from campaign_nb.rules.schema import Field, LinkSchema
from campaign_nb.rules.tree import Type
from campaign_nb.schedule.zone import zone_problems
from campaign_nb.steps import FAULT, Check, FileRows, Filter, Population, Rejected, Step

REJECTS = "rejects"


@dataclass(frozen=True)
class FileTable:
    """A file as a targeting dimension: its lines, identified by their numbers."""

    label: str
    key: tuple[str, ...] = (LINE,)
    columns: Mapping[str, Field] = field(
        default_factory=lambda: {LINE: Field(LINE, Type.INTEGER), CONTENT: Field(CONTENT, Type.TEXT)},
    )
    links: Mapping[str, LinkSchema] = field(default_factory=dict[str, LinkSchema])
    lasting: bool = False
    """A file may be another one when its lines are asked for again."""


class LoadFile(Activity):
    """Start with the lines of a CSV or text file.

    `.rejects` holds the lines that can't be read, each with its reason; `.rejects.extract_file("Rejects", "rejects.csv",
    columns=["line", "content", "reason"])` keeps them in a file.

    Shape: no input; one row per record, identified by the number of its first line, with the columns named, or those of
    the file's header with types guessed from a thousand lines. `.reconcile(…)` finds the person of a row.
    Time, nulls: as each column says; by default an empty field is wrong for a number and null for a date.
    Errors: a file that is gone, over 50 MB or in another encoding; an unknown type; more rejected lines than `errors`; a
    label that is the name of a table.

    >>> import pathlib, tempfile, campaign_nb as cn
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "leads.csv"
    >>> _ = path.write_text("mail,age\\na@example.com,31\\nb@example.com,young\\n")
    >>> c = cn.Campaign("Leads", data=cn.DataModel("shop"))
    >>> leads = c.load_file("Leads", path, columns={"mail": "text", "age": "integer"})
    >>> run = c.dry_run()
    >>> leads.frame(run).rows(), leads.rejects.frame(run).select("line", "reason").rows()
    ([(2, 'a@example.com', 31)], [(3, 'age: no integer')])
    """

    kind = "load_file"
    label = "Load file"
    icon = "upload"
    family = "data"
    inputs = (0, 0)
    rows: ClassVar[Rows] = "creates"

    path: str
    """The file; a path that is not absolute starts at the working directory."""
    columns: Mapping[str, FileColumn]
    """The columns in the order of the file, each with its type or how it is read; those of the file's header by default."""
    layout: Layout = "delimited"
    """delimited, or fixed: columns of fixed widths."""
    separator: str = ","
    """What stands between fields."""
    quote: str = '"'
    """What stands around a field that holds a separator; empty for none."""
    header: bool = True
    """Whether the first line holds names."""
    skip: int = 0
    """How many lines to leave out at the top."""
    encoding: str = "utf-8"
    """The encoding of the text."""
    multiline: bool = True
    """Whether a quoted field may hold line ends."""
    time_zone: str | None = None
    """The zone of dates with a time; the campaign's by default."""
    errors: int | None = None
    """How many lines may be rejected before the whole file is; any number by default."""
    delete: bool = False
    """Whether the file is deleted once a live run has its lines; one that has taken its place meanwhile stays."""

    @classmethod
    def of(
        cls,
        path: str | os.PathLike[str],
        *,
        columns: Mapping[str, FileColumn | str] | None = None,
        sample_file: str | os.PathLike[str] | None = None,
        layout: Layout = "delimited",
        separator: str = ",",
        quote: str = '"',
        header: bool = True,
        skip: int = 0,
        encoding: str = "utf-8",
        multiline: bool = True,
        time_zone: str | None = None,
        errors: int | None = None,
        delete: bool = False,
    ) -> Self:
        """Build from a path.

        Without columns the file, or a sample of the same layout, is read for its header.
        """
        format = FileFormat(layout, separator, quote, header, skip, encoding, multiline, time_zone)
        problems = [*_layout_problems("load_file", format, errors)]
        if problems:
            raise DefinitionError(*problems, subject="load_file" if len(problems) > 1 else "")
        if columns is None:
            if delete and sample_file is None:
                what = "delete=True, and the columns are those of the file's header"
                raise DefinitionError(Problem("load_file", what, "columns, or a sample that stays", 'sample_file="sample.csv"'))
            if layout == "fixed":
                raise DefinitionError(
                    Problem(
                        "load_file",
                        "a file of fixed widths without columns",
                        "each with its width",
                        'columns={"name": cn.FileColumn(width=20)}',
                    )
                )
            columns = dict(sample(os.fspath(sample_file or path), format))
        read = {name: item if isinstance(item, FileColumn) else _typed(name, item) for name, item in columns.items()}
        return cls(
            path=os.fspath(path),
            columns=read,
            layout=layout,
            separator=separator,
            quote=quote,
            header=header,
            skip=skip,
            encoding=encoding,
            multiline=multiline,
            time_zone=time_zone,
            errors=errors,
            delete=delete,
        )

    @property
    def changes_data(self) -> bool:  # type: ignore[override] # it hangs on an option
        """Whether its lines can't be read again, so that they are stored."""
        return self.delete

    def ports(self) -> tuple[Port, ...]:
        """The lines that were read, and the others."""
        return (Port(OUT), Port(REJECTS, complement=True))

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield what is wrong with the layout and the columns.

        The file itself is read by the run.
        """
        where = f"load_file {context.label!r}"
        yield from _layout_problems(where, self._format, self.errors)
        if context.label in getattr(context.schema, "tables", []):
            what = f"its lines would be called {context.label!r}, as a table of the data model is"
            yield Problem(where, what, "a label that no table has", f'c.load_file("{context.label} file", …)')
        if not any(not column.ignore for column in self.columns.values()):
            yield Problem(where, "it reads no column", "at least one", 'columns={"mail": "text"}')
        for name, column in self.columns.items():
            yield from self._column_problems(f"{where}, column {name!r}", name, column)

    def _column_problems(self, where: str, name: str, column: FileColumn) -> Iterator[Problem]:
        if column.type not in TYPES:
            yield Problem(where, f"no type {column.type!r}", did_you_mean(column.type, TYPES), '"text"')
            return
        if name in (LINE, CONTENT) or name.startswith("_"):
            yield Problem(where, f"the name {name!r} is taken", "another name", f'"{name.strip("_")}_1"')
        if self.layout == "fixed" and not column.width:
            yield Problem(where, "it has no width", "a number of characters", "cn.FileColumn(width=20)")
        if default_faults(column):
            yield Problem(where, f"its default {column.default!r} is no {column.type}", f"a {column.type}, as text", 'default="0"')

    @property
    def _format(self) -> FileFormat:
        return FileFormat(self.layout, self.separator, self.quote, self.header, self.skip, self.encoding, self.multiline, self.time_zone)

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Read the lines and keep those with which nothing is wrong."""
        file = FlatFile(self.path, self._format, self.columns, self.errors, self.delete)
        zones = {name: self.time_zone if column.type == "datetime" else None for name, column in self.columns.items()}
        kept = {name: Field(name, TYPES[column.type][0], zones[name]) for name, column in self.columns.items() if not column.ignore}
        lines = FileRows(Population(context.schema, FileTable(context.label), kept), file)
        fault = tree.Column(FAULT)
        checks = (Check(what, tree.Or((tree.IsNull(fault), tree.Compare("<>", fault, tree.Constant(what))))) for what in file.faults)
        good = Filter(lines, tuple(checks))
        effects = (Effect("remove", self.path, good),) if self.delete else ()
        return Compiled({OUT: good, REJECTS: Rejected(good)}, drops=(good,), effects=effects)


def _typed(name: str, kind: object) -> FileColumn:
    if not isinstance(kind, str) or kind not in TYPES:
        raise DefinitionError(
            Problem(f"load_file, column {name!r}", f"its type is {kind!r}", did_you_mean(str(kind), TYPES), f'"{name}": "text"')
        )
    return FileColumn(type=kind)  # pyright: ignore[reportArgumentType] # one of the names above


def _layout_problems(where: str, format: FileFormat, errors: object) -> Iterator[Problem]:
    if format.layout not in ("delimited", "fixed"):
        yield Problem(where, f"layout={format.layout!r}", "delimited or fixed", 'layout="delimited"')
    if len(format.separator) != 1 or format.separator in "\r\n":
        yield Problem(where, f"separator={format.separator!r}", "one character", 'separator=";"')
    if len(format.quote) > 1 or format.quote == format.separator or format.quote in ("\r", "\n"):
        yield Problem(where, f"quote={format.quote!r}", "one other character, or none", "quote=''")
    if format.skip < 0:
        yield Problem(where, f"skip={format.skip}", "a number of lines, 0 or more", "skip=1")
    if errors is not None and (not isinstance(errors, int) or isinstance(errors, bool) or errors < 0):
        yield Problem(where, f"errors={errors!r}", "a number of lines, 0 or more", "errors=100")
    if format.time_zone is not None:
        yield from zone_problems(format.time_zone)
