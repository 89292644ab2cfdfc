"""Handles of tables, links and linked rows: Tab shows columns, and a misuse says what to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, NoReturn, ParamSpec, TypeVar, overload

from campaign_nb.errors import DefinitionError, Problem, did_you_mean
from campaign_nb.rules import tree
from campaign_nb.rules.check import Misfit, Scope, check_rule, type_of
from campaign_nb.rules.fit import fit
from campaign_nb.rules.schema import RowSchema, TableSchema
from campaign_nb.rules.value import Root, Rule, Value, as_rule, node_of, order_of, refuse

P = ParamSpec("P")
R = TypeVar("R")


class UnknownName(DefinitionError, AttributeError):
    """A table has no column or link of a name.

    An attribute error too, so that `hasattr` answers.
    """


class Unordered:
    """What is no value: every operator says so and names what to write.

    Instead of an answer that means nothing.
    """

    def refuse_as_value(self) -> NoReturn:
        """Say what this is and what to write."""
        raise NotImplementedError

    def _refuse(self, *_: object) -> NoReturn:
        self.refuse_as_value()

    __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __contains__ = _refuse
    __add__ = __sub__ = __mul__ = __truediv__ = __mod__ = __and__ = __or__ = __neg__ = __invert__ = _refuse
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rmod__ = __rand__ = __ror__ = _refuse
    __hash__ = object.__hash__


class NoValue(Unordered):
    """What is no value and is not compared for sameness either."""

    def __eq__(self, other: object) -> NoReturn:
        self.refuse_as_value()

    def __ne__(self, other: object) -> NoReturn:
        self.refuse_as_value()

    __hash__ = object.__hash__


class Verb(NoValue, Generic[P, R]):
    """A verb of a handle: called, it acts; used as if it were a column, it says how to reach the column."""

    def __init__(self, function: Callable[P, R], owner: str, name: str) -> None:
        self._function, self._owner, self._name = function, owner, name
        self.__doc__ = function.__doc__
        self.__wrapped__ = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do what the verb says."""
        return self._function(*args, **kwargs)

    def refuse_as_value(self) -> NoReturn:
        """Say that this is a verb and name the column's spelling."""
        refuse(
            "rule", f"{self._owner}.{self._name} is a verb", "a column", f'{self._owner}["{self._name}"], or {self._owner}.{self._name}(…)'
        )

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        self.refuse_as_value()


class verb(Generic[P, R]):  # used as a decorator
    """Mark a method of a handle as a verb."""

    def __init__(self, function: Callable[..., R]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> verb[P, R]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Verb[..., R]: ...
    def __get__(self, instance: object, owner: type) -> Any:
        if instance is None:
            return self
        return Verb(self._function.__get__(instance, owner), repr(instance), self._function.__name__)


class Handle(Unordered):
    """What tables, links and linked rows share.

    Columns and links by attribute or by ["name"].
    """

    _root: Root
    _path: tuple[str, ...]
    _is_table = True

    def _text(self) -> str:
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except DefinitionError as error:
            raise UnknownName(*error.problems) from None

    def __getitem__(self, name: str) -> Any:
        table = self._target()
        if name in table.columns:
            return self._column(name)
        if name in table.links:
            return self._link(name)
        raise DefinitionError(
            Problem(
                f"table {table.label!r}",
                f"no column or link {name!r}",
                did_you_mean(name, [*table.columns, *table.links]),
                f"columns: {', '.join(list(table.columns)[:12])}",
            )
        )

    def _target(self) -> TableSchema:
        return self._root.table

    def _column(self, name: str) -> Any:
        raise NotImplementedError

    def _link(self, name: str) -> Any:
        raise NotImplementedError

    def __dir__(self) -> list[str]:
        table = self._target()
        verbs = [name for name in super().__dir__() if not name.startswith("_") and name != "refuse_as_value"]
        return [*table.columns, *table.links, *verbs]

    def refuse_as_value(self) -> NoReturn:
        """Say that a table, a link or linked rows are no value."""
        text, column = self._text(), next(iter(self._target().columns), "…")
        refuse("rule", f"{text} is a table, not a value", "one of its columns", f"{text}.{column}")

    def _ipython_key_completions_(self) -> list[str]:
        table = self._target()
        return [*table.columns, *table.links]

    def __repr__(self) -> str:
        return self._text()


class LinkedRow(NoValue, Handle):
    """The one row that N-1 links lead to: its columns are values of the row under test."""

    _is_table = False

    def __init__(self, root: Root, path: tuple[str, ...], target: TableSchema) -> None:
        self._root, self._path, self._to = root, path, target

    def _target(self) -> TableSchema:
        return self._to

    def _text(self) -> str:
        return ".".join((self._root.table.label, *self._path))

    def _column(self, name: str) -> Value:
        return Value(tree.Column(name, self._path, self._root.table.label), self._root, name)

    def _link(self, name: str) -> Any:
        link = self._to.links[name]
        if link.many:
            steps = (*(tree.LinkStep(step) for step in self._path), tree.LinkStep(name))
            return Collection(self._root, tree.Linked(steps, self._root.table.label), self._root.at(link.to).table)
        return LinkedRow(self._root, (*self._path, name), self._root.at(link.to).table)

    @verb
    def where(self, *rules: object) -> Collection:
        """Follow the link only to a row for which all rules are true; a 1-N link goes on from there."""
        steps = tuple(tree.LinkStep(step) for step in self._path)
        return Collection(self._root, tree.Linked(steps, self._root.table.label), self._to).where(*rules)


class CollectionColumn(NoValue):
    """A column of many linked rows: no value of the row under test, only a hint for what to write."""

    def __init__(self, rows: Collection, name: str) -> None:
        self._rows, self._name = rows, name

    def refuse_as_value(self) -> NoReturn:
        """Say that there are many values, and name the two ways to one."""
        rows, name, target = repr(self._rows), self._name, self._rows._target().label  # pyright: ignore[reportPrivateUsage] # one family
        refuse(
            "rule",
            f"{rows}.{name} has many values for one row",
            "a condition on the linked rows, or an aggregate",
            f'{rows}.where({target}.{name} > …).exists(), or {rows}.max("{name}")',
        )

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        self.refuse_as_value()


class Collection(NoValue, Handle):
    """The many linked rows of each row; narrowed by `where`, turned into values by aggregates."""

    _is_table = False

    def __init__(self, root: Root, rows: tree.Linked, target: TableSchema) -> None:
        self._root, self._rows, self._to = root, rows, target

    def _target(self) -> TableSchema:
        return self._to

    def refuse_as_value(self) -> NoReturn:
        """Say that these are rows, and name two ways to a condition."""
        text = self._text()
        refuse("rule", f"{text} stands for many rows", "a condition on them, or an aggregate", f"{text}.exists(), or {text}.count() >= 2")

    def _text(self) -> str:
        return ".".join((self._root.table.label, *(step.link for step in self._rows.steps)))

    def _column(self, name: str) -> CollectionColumn:
        return CollectionColumn(self, name)

    def _link(self, name: str) -> Collection:
        rows = tree.Linked((*self._rows.steps, tree.LinkStep(name)), self._rows.table)
        return Collection(self._root, rows, self._root.at(self._to.links[name].to).table)

    @verb
    def where(self, *rules: object) -> Collection:
        """Keep the linked rows for which all rules are true; columns are those of the linked table."""
        here = Root(self._root.schema, self._to)
        nodes: list[tree.Node] = []
        for rule in rules:
            node = fit(here.scope(), as_rule(rule, here).node)
            try:
                check_rule(here.scope(), node)
            except Misfit as misfit:
                raise DefinitionError(misfit.problem(f"where of {self._text()}")) from None
            nodes.append(node)
        *before, last = self._rows.steps
        step = tree.LinkStep(last.link, (*last.where, *nodes))
        return Collection(self._root, tree.Linked((*before, step), self._rows.table), self._to)

    @verb
    def exists(self, *rules: object) -> Rule:
        """Test that there is at least one linked row for which all rules are true; never unknown."""
        return Rule(tree.Exists(self.where(*rules)._rows if rules else self._rows), self._root)

    @verb
    def count(self, column: object = None) -> Value:
        """Count the linked rows, those whose column is not null, or those for which a rule is true; 0 when there is none."""
        if isinstance(column, Rule):
            return self.where(column).count()
        return self._aggregate("count", column)

    @verb
    def count_all(self) -> Value:
        """Count the linked rows, as `count()` does; 0 when there is none."""
        return self._aggregate("count", None)

    @verb
    def sum(self, column: object) -> Value:
        """Sum a column of the linked rows; null when there is none."""
        return self._aggregate("sum", column)

    @verb
    def avg(self, column: object) -> Value:
        """Average a column of the linked rows; null when there is none."""
        return self._aggregate("avg", column)

    @verb
    def min(self, column: object) -> Value:
        """Take the smallest value among the linked rows; null when there is none."""
        return self._aggregate("min", column)

    @verb
    def max(self, column: object) -> Value:
        """Take the largest value among the linked rows; null when there is none."""
        return self._aggregate("max", column)

    @verb
    def count_distinct(self, column: object) -> Value:
        """Count the distinct non-null values among the linked rows; 0 when there is none."""
        return self._aggregate("count_distinct", column)

    @verb
    def std_dev(self, column: object) -> Value:
        """Take the standard deviation among the linked rows (n - 1 below); null for fewer than two."""
        return self._aggregate("std_dev", column)

    @verb
    def string_agg(self, column: object, separator: str = ",") -> Value:
        """Join the texts of the linked rows, sorted, with commas or another separator; null when there is none."""
        return self._aggregate("string_agg", column, separator)

    @verb
    def sort(self, *order: object) -> SortedRows:
        """Put the linked rows in an order, ties by the linked table's key."""
        return SortedRows(self._root, self._rows, tuple(order_of(self._named(item)) for item in order), self._to)

    def _named(self, column: object) -> object:
        """Turn a name into the linked table's column."""
        return Value(tree.Column(column, (), self._to.label)) if isinstance(column, str) else column

    def _aggregate(self, function: tree.AggregateName, column: object, separator: str = ",") -> Value:
        node = None if column is None else node_of(self._named(column))
        value = Value(tree.Aggregate(function, self._rows, node, separator), self._root)
        _ = value.type
        return value


class SortedRows:
    """Linked rows in an order: take the first n of some columns."""

    def __init__(self, root: Root, rows: tree.Linked, order: tuple[tree.Order, ...], target: TableSchema) -> None:
        self._root, self._rows, self._order, self._to = root, rows, order, target
        self._columns: tuple[str, ...] = tuple(target.columns)

    def select(self, *columns: str) -> SortedRows:
        """Choose the columns to collect; `"product.name"` is a column that N-1 links lead to."""
        inside = Scope(self._root.schema, RowSchema(self._to))
        for name in columns:
            try:
                type_of(inside, tree.collected(name))
            except Misfit as misfit:
                raise DefinitionError(misfit.problem(f"table {self._to.label!r}")) from None
        chosen = SortedRows(self._root, self._rows, self._order, self._to)
        chosen._columns = columns
        return chosen

    def head(self, n: int = 3) -> Value:
        """Collect the first n rows as a list."""
        if n < 1:
            refuse("enrichment", f"head({n})", "at least 1", ".head(3)")
        return Value(tree.Lines(self._rows, self._order, self._columns, n), self._root)

    def columns(self, n: int = 3) -> LineColumns:
        """Collect the first n rows as columns of their own; `enrich` names them last1, last2, …, or last1_product, ….

        Nulls: null where there are fewer rows.
        """
        if n < 1:
            refuse("enrichment", f"columns({n})", "at least 1", ".columns(3)")
        found: dict[str, Value] = {}
        for at in range(1, n + 1):
            for name in self._columns:
                lines = tree.Lines(self._rows, self._order, (name,), n)
                ending = "" if len(self._columns) == 1 else f"_{name.rpartition('.')[2]}"
                found[f"{at}{ending}"] = Value(tree.Call("item_of", (lines, tree.Constant(at))), self._root)
        return LineColumns(found)

    def first(self) -> Value:
        """Take the first row's only chosen column as a value."""
        if len(self._columns) != 1:
            refuse("enrichment", f"first() of {len(self._columns)} columns", "one column", '.select("product").first()')
        return Value(tree.Call("first_of", (tree.Lines(self._rows, self._order, self._columns, 1),)), self._root)


class LineColumns:
    """Columns of the first linked rows, by the ending of their names."""

    def __init__(self, values: dict[str, Value]) -> None:
        self.values = values


def path_of(value: object, where: str) -> tuple[str, ...]:
    """Return the links that a user names: a handle (`orders.customer`), text ("orders.product") or a list of names.

    Errors: a table or a value instead of a link, conditions on the way.
    """
    if isinstance(value, LinkedRow):
        return value._path  # pyright: ignore[reportPrivateUsage] # one family
    if isinstance(value, Collection):
        steps = value._rows.steps  # pyright: ignore[reportPrivateUsage] # one family
        if any(step.where for step in steps):
            refuse(where, "conditions stand on its links", "the links alone", ".filter(…) before or after it")
        return tuple(step.link for step in steps)
    names = value.split(".") if isinstance(value, str) else list(value) if isinstance(value, list | tuple) else []  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] # users
    if names and all(isinstance(name, str) and name for name in names):  # pyright: ignore[reportUnknownVariableType] # users
        return tuple(names)  # pyright: ignore[reportUnknownArgumentType] # users
    refuse(where, f"{value!r} names no link", "a link from the targeting dimension", "via=orders.customer")
