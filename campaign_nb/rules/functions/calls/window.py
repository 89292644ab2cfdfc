"""Values that other rows of the table decide: numbers of rows, aggregates over groups, draws by the key."""

from __future__ import annotations

from dataclasses import dataclass

from campaign_nb.rules import tree
from campaign_nb.rules.build import col as col  # for the examples
from campaign_nb.rules.functions.calls.aggregates import Pending
from campaign_nb.rules.value import OrderBy, Root, Value, node_of, order_of, refuse


@dataclass(frozen=True, eq=False)
class Partition:
    """Which rows stand together in a window."""

    values: tuple[object, ...]


@dataclass(frozen=True, eq=False)
class Ordering:
    """In which order the rows of a window stand."""

    items: tuple[object, ...]


def partition_by(*values: object) -> Partition:
    """The rows of a window that have the same values stand together.

    Nulls: rows without a value stand together too.

    >>> print(row_num(partition_by(col.country, col.city)))
    row_num(partition_by(country, city))
    """
    return Partition(values)


def order_by(*items: object) -> Ordering:
    """The order of the rows in a window; ties go by the table's key.

    Nulls: last, in both directions.

    >>> print(row_num(order_by(col.joined, col.name.desc())))
    row_num(order_by(joined, name desc))
    """
    return Ordering(items)


def desc(value: object) -> OrderBy:
    """The value, sorted from the largest to the smallest.

    Nulls: last.

    >>> print(row_num(order_by(desc(col.spend))))
    row_num(order_by(spend desc))
    """
    return OrderBy(tree.Order(node_of(value), descending=True))


def row_num(*window: object) -> Value:
    """The number of the row among those of its group, counted from 1.

    Order: that of `order_by`, ties by the table's key. The rows are all rows of the table.
    Nulls: never null.
    Errors: a table without a key, columns that the table does not have.

    >>> print(row_num(partition_by(col.household), order_by(col.joined)))
    row_num(partition_by(household), order_by(joined))
    """
    return _value("row_num", None, window)


def over(function: object, *window: object) -> Value:
    """An aggregate over the rows of the group; with `order_by` up to the row itself.

    Order: ties by the table's key. The rows are all rows of the table.
    Nulls: as the aggregate has them.
    Errors: a table without a key, columns that the table does not have, a running standard deviation.

    >>> from campaign_nb.rules.functions.calls.aggregates import sum
    >>> print(over(sum(col.spend), partition_by(col.country), order_by(col.joined)))
    over(sum(spend), partition_by(country), order_by(joined))
    """
    if isinstance(function, Value) and function.node == tree.Window("row_num"):
        return _value("row_num", None, window)
    if not isinstance(function, Pending):
        what = "over got no aggregate"
        refuse("over", what, "cn.fn.sum(…) or another one", "cn.fn.over(cn.fn.sum(customers.spend), cn.fn.partition_by(customers.country))")
    return _value(function.function, function.node, window, function.operand)


def row_id() -> Value:
    """The number of the row in the order of the table's key, counted from 1.

    Nulls: never null.
    Errors: a table without a key.

    >>> print(row_id())
    row_num()
    """
    return _value("row_num", None, ())


def random(seed: str = "") -> Value:
    """A number from 0 to less than 1 that is drawn from the key and a seed.

    The same row has the same number in every run and on every machine; another seed draws anew.
    Nulls: null where the key is null.
    Errors: a table without a key.

    >>> print(random("spring") < 0.1)
    random('spring') < 0.1
    """
    return _value("random", tree.Constant(seed), ())


def new_uuid(seed: str = "") -> Value:
    """An identifier in the form of a UUID that is made from the key and a seed.

    The same row has the same identifier in every run and on every machine.
    Nulls: null where the key is null.
    Errors: a table without a key.

    >>> print(new_uuid("spring"))
    new_uuid('spring')
    """
    return _value("new_uuid", tree.Constant(seed), ())


def _value(function: tree.WindowName, value: tree.Node | None, window: tuple[object, ...], *operands: object) -> Value:
    partition: tuple[object, ...] = ()
    order: tuple[object, ...] = ()
    for part in window:
        if isinstance(part, Partition):
            partition += part.values
        elif isinstance(part, Ordering):
            order += part.items
        else:
            what = f"a window got {type(part).__name__}"
            refuse("window", what, "partition_by(…), order_by(…)", "cn.fn.row_num(cn.fn.partition_by(customers.country))")
    node = tree.Window(function, value, tuple(map(node_of, partition)), tuple(map(order_of, order)))
    roots = [root for item in (*operands, *partition, *order) if isinstance(root := getattr(item, "root", None), Root)]
    made = Value(node, roots[0] if roots else None)
    if roots:
        _ = made.type
    return made
