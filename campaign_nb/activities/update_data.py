"""Update data: insert, change or delete rows of a table's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import ClassVar, Literal, Self, TypeAlias

from campaign_nb.activity import COMPLEMENT, OUT, Activity, Compiled, Context, Effect, Port, Rows, rule_problems, value_problems
from campaign_nb.errors import DefinitionError, Problem, did_you_mean
from campaign_nb.rules import tree
from campaign_nb.rules.check import Misfit, type_of
from campaign_nb.rules.parse import node_of_rule, table_of_rule
from campaign_nb.rules.schema import TableSchema
from campaign_nb.rules.tree import Type
from campaign_nb.rules.value import node_of
from campaign_nb.steps import MATCHES, Attach, Check, Dedupe, Filter, Match, Population, Rejected, Step, Union

Mode: TypeAlias = Literal["upsert", "insert", "update", "delete"]
MODES: tuple[Mode, ...] = ("upsert", "insert", "update", "delete")
_WIDER = {Type.INTEGER: (Type.NUMBER, Type.DECIMAL), Type.DATE: (Type.DATETIME,)}


class UpdateData(Activity):
    """Insert, update, upsert or delete rows of a writable table.

    A row of the population stands for the row of the table that has its key.

    Shape: the outbound transition has the rows applied, the complement the others with their reason: not taken into
    account, no key, another row has this key (the first by the population's key is applied), key exists (insert), no
    such row (update, delete). A row that is inserted has null in the columns that are not set. A dry run changes nothing.
    A live run replaces the table's file in one step after the stage has succeeded; the activities after it read the new
    rows. A crash neither loses a change nor makes it twice.
    Nulls: a null that is set is written; a null in the key is no key.
    Errors: a table that is not writable or has no key, an unknown column, a value of another type than its column.

    >>> import pathlib, tempfile, polars as pl, campaign_nb as cn
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "segments.parquet"
    >>> pl.DataFrame({"id": [1], "segment": ["old"]}).write_parquet(path)
    >>> shop = cn.DataModel("shop")
    >>> people = shop.table("people", pl.DataFrame({"id": [1, 2]}), key="id")
    >>> segments = shop.table("segments", path, key="id", writable=True)
    >>> c = cn.Campaign("Segments", data=shop)
    >>> marked = c.build_audience("All", people).update_data("Mark", into=segments, mode="insert", set={"segment": "new"})
    >>> run = c.dry_run()
    >>> marked.frame(run)["id"].to_list(), marked.complement.frame(run).rows()
    ([2], [(1, 'key exists')])
    """

    kind = "update_data"
    label = "Update data"
    icon = "edit"
    family = "data"
    rows: ClassVar[Rows] = "partitions"
    barrier = "after"
    changes_data = True

    into: str
    """The table whose rows change."""
    mode: Mode = "upsert"
    """upsert (update, or insert what is not there), insert, update or delete."""
    set: Mapping[str, tree.Node] = field(default_factory=dict[str, tree.Node])
    """What is written into which column."""
    key: Mapping[str, tree.Node] = field(default_factory=dict[str, tree.Node])
    """The key of the table's row, by column; by default the population's own, when its columns have the same names."""
    when: tree.Node = tree.Everybody()
    """Which rows are taken into account; all when left out."""

    @classmethod
    def of(
        cls,
        *,
        into: object,
        mode: Mode = "upsert",
        set: Mapping[str, object] | Sequence[str] | None = None,
        key: Mapping[str, object] | None = None,
        when: object = None,
    ) -> Self:
        """Build from a table, and values by the name of their column.

        Names alone stand for columns of the same name.
        """
        table = into if isinstance(into, str) else table_of_rule(into)
        if table is None:
            raise DefinitionError(Problem("update_data", f"into={into!r}", "a table of the data model", "into=segments"))
        made = cls(
            into=table,
            mode=mode,
            set=_values("set", set or {}),
            key=_values("key", key or {}),
            when=tree.Everybody() if when is None else node_of_rule(when),
        )
        problems = list(made._mode_problems("update_data"))
        if problems:
            raise DefinitionError(*problems)
        return made

    def ports(self) -> tuple[Port, ...]:
        """The rows applied and the others."""
        return (Port(), Port(COMPLEMENT, complement=True))

    def validate(self, inputs: Sequence[Population], context: Context) -> Iterator[Problem]:
        """Yield what is wrong with the table, its key and the values."""
        where, population = f"update_data {context.label!r}", inputs[0]
        yield from self._mode_problems(where)
        yield from rule_problems(population, self.when, where)
        try:
            table = context.schema.schema_of(self.into)
        except KeyError:
            known = list(getattr(context.schema, "tables", []))
            yield Problem(
                where, f"no table {self.into!r} in the data model", did_you_mean(self.into, known), f"into={next(iter(known), '…')}"
            )
            return
        again = f'shop.table({self.into!r}, "{self.into}.parquet", key="…", writable=True)'
        if not getattr(table, "writable", False):
            yield Problem(where, f"table {self.into!r} is not writable", "a table of one file, declared writable", again)
        if not table.key:
            yield Problem(where, f"table {self.into!r} has no key", "a key, to find its rows", again)
            return
        yield from self._key_problems(where, population, table)
        for name, node in self.set.items():
            if name in table.key:
                yield Problem(where, f"{name!r} is the key of table {self.into!r}", "other columns", f'key={{"{name}": …}}')
            else:
                yield from _misfits(where, population, table, name, node, wider=True)

    def _mode_problems(self, where: str) -> Iterator[Problem]:
        if self.mode not in MODES:
            yield Problem(where, f"mode={self.mode!r}", did_you_mean(str(self.mode), MODES), 'mode="upsert"')
        elif self.mode == "delete" and self.set:
            yield Problem(where, "values to set in rows that are deleted", "a key alone", 'mode="update"')
        elif self.mode == "update" and not self.set:
            yield Problem(where, "nothing to set in rows that are updated", "a value for a column", 'set={"segment": "gold"}')

    def _key_problems(self, where: str, population: Population, table: TableSchema) -> Iterator[Problem]:
        do = "key={" + ", ".join(f'"{name}": …' for name in table.key) + "}"
        if not self.key and {*population.table.key} != {*table.key}:
            yield Problem(
                where,
                f"the key of the population is {', '.join(population.table.key)}, that of table {self.into!r} {', '.join(table.key)}",
                "a value for each column of the table's key",
                do,
            )
        elif self.key and {*self.key} != {*table.key}:
            given = ", ".join(self.key)
            yield Problem(where, f"a key of {given} for table {self.into!r}", f"a value for each of: {', '.join(table.key)}", do)
        else:
            for name, node in self._keys(table).items():
                yield from _misfits(where, population, table, name, node, wider=False)

    def _keys(self, table: TableSchema) -> dict[str, tree.Node]:
        return {name: self.key.get(name) or tree.Column(name) for name in table.key}

    def compile(self, inputs: Sequence[Step], context: Context) -> Compiled:
        """Leave out what can't be applied, step by step, and ask for the change."""
        table = context.schema.schema_of(self.into)
        keys, dropping = self._keys(table), list[Step]()
        step: Step = inputs[0]
        checks = [] if isinstance(self.when, tree.Everybody) else [Check("not taken into account", self.when)]
        if self.key:
            checks.append(Check("no key", tree.And(tuple(tree.Not(tree.IsNull(node)) for node in keys.values()))))
        if checks:
            step = Filter(step, tuple(checks))
            dropping.append(step)
        if self.key:
            step = Dedupe(step, tuple(keys.values()), (), 1, nulls_equal=False, reason="another row has this key")
            dropping.append(step)
        there = None if self.mode == "upsert" else self.mode != "insert"
        if there is not None:
            found = Match(step, context.schema, table, tuple((node, name) for name, node in keys.items()), tree.Everybody())
            known = tree.Compare(">" if there else "=", tree.Column(MATCHES), tree.Constant(0))
            step = Filter(found, (Check("no such row" if there else "key exists", known),))
            dropping.append(step)
        if not dropping:
            step = Filter(step, (Check("not taken into account", self.when),))
            dropping.append(step)
        values = [*keys.values(), *self.set.values()]
        made = Attach(step, tuple((f"_{number}", node) for number, node in enumerate(values)))
        effect = Effect("change", self.into, made, tuple(name for name, _ in made.columns))
        rejected = tuple(Rejected(item) for item in dropping)
        rest = rejected[0] if len(rejected) == 1 else Union(rejected)
        return Compiled({OUT: step, COMPLEMENT: rest}, drops=tuple(dropping), effects=(effect,))


def _values(option: str, given: Mapping[str, object] | Sequence[str]) -> dict[str, tree.Node]:
    if isinstance(given, Mapping):
        return {name: node_of(value) for name, value in given.items()}
    names = [given] if isinstance(given, str) else list(given)
    if not all(isinstance(name, str) for name in names):  # pyright: ignore[reportUnnecessaryIsInstance] # users
        raise DefinitionError(Problem("update_data", f"{option}={given!r}", "names, or values by name", 'set={"segment": "gold"}'))
    return {name: tree.Column(name) for name in names}


def _misfits(where: str, population: Population, table: TableSchema, name: str, node: tree.Node, *, wider: bool) -> Iterator[Problem]:
    """Yield a column that the table does not have, and a value of another type than its column."""
    column = table.columns.get(name)
    if column is None:
        yield Problem(where, f"table {table.label!r} has no column {name!r}", did_you_mean(name, table.columns), f'set={{"{name}": …}}')
        return
    wrong = list(value_problems(population, node, where))
    yield from wrong
    try:
        found = Type.UNKNOWN if wrong else type_of(population.scope, node)
    except Misfit:
        return
    taken = (found, *_WIDER.get(found, ())) if wider else (found,)
    if Type.UNKNOWN not in (column.type, found) and column.type not in taken:
        what = f"{name} of table {table.label!r} is {column.type}, its value is {found}"
        yield Problem(where, what, f"a value of type {column.type}", f'"{name}": …')
