"""The shape of a function of the rule language: what it takes, what it gives, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from campaign_nb.rules.tree import Node, Type

Misuse: TypeAlias = tuple[str, str, str]
"""What is wrong with the arguments of a call, what is expected, and what to write."""

Verify: TypeAlias = Callable[[Sequence[Node], Sequence[Type]], Misuse | None]

Returns: TypeAlias = Type | Callable[[Sequence[Type]], Type]

Zone: TypeAlias = Literal["none", "first", "last"]
"""Where an instant that a function returns has its zone from: nowhere, the first argument's, the one that the last names."""

REGISTRY: dict[str, Function] = {}


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its name, category, parameters with the types they accept, and the type it returns.

    `literal` are the positions of arguments that are the same for every row; `verify` looks at the arguments of a call.
    `phrase` is how a sentence says it: arguments by position, `{all}` for all of them; what follows a `|` is said when
    the optional argument in it is given.
    """

    name: str
    category: str
    parameters: tuple[tuple[str, frozenset[Type]], ...]
    returns: Returns
    doc: str
    least: int
    variadic: bool = False
    phrase: str = ""
    literal: tuple[int, ...] = ()
    verify: Verify | None = None
    zone: Zone = "none"

    def result(self, types: Sequence[Type]) -> Type:
        """Return the type of a call with arguments of these types."""
        return self.returns if isinstance(self.returns, Type) else self.returns(types)

    def accepts(self, position: int) -> frozenset[Type]:
        """Return the types that the argument at a position may have."""
        last = len(self.parameters) - 1
        return self.parameters[min(position, last)][1]


ANY = frozenset(Type)
NUMERIC = frozenset({Type.INTEGER, Type.NUMBER, Type.DECIMAL, Type.UNKNOWN})
INTEGER = frozenset({Type.INTEGER, Type.UNKNOWN})
TEXT = frozenset({Type.TEXT, Type.UNKNOWN})
TEMPORAL = frozenset({Type.DATE, Type.DATETIME, Type.UNKNOWN})
BOOLEAN = frozenset({Type.BOOLEAN, Type.UNKNOWN})
TIMED = TEMPORAL | {Type.TIME}
TRUTHY = NUMERIC | BOOLEAN
CONVERTIBLE = TRUTHY | TEXT


def define(
    name: str,
    category: str,
    doc: str,
    parameters: Sequence[tuple[str, frozenset[Type]]],
    returns: Returns,
    *,
    optional: int = 0,
    variadic: bool = False,
    phrase: str = "",
    literal: tuple[int, ...] = (),
    verify: Verify | None = None,
    zone: Zone = "none",
) -> None:
    """Add a function to the registry; a name is defined once."""
    if name in REGISTRY:
        raise ValueError(f"function {name} is defined twice")
    least = len(parameters) - optional
    REGISTRY[name] = Function(name, category, tuple(parameters), returns, doc, least, variadic, phrase, literal, verify, zone)


def widest(types: Sequence[Type]) -> Type:
    """Return the numeric type that holds all of these: number over decimal over integer."""
    for candidate in (Type.NUMBER, Type.DECIMAL, Type.INTEGER):
        if candidate in types:
            return candidate
    return Type.UNKNOWN


def first(types: Sequence[Type]) -> Type:
    """Return the type of the first argument."""
    return types[0]


def same(types: Sequence[Type]) -> Type:
    """Return the first known type among the arguments."""
    return next((kind for kind in types if kind is not Type.UNKNOWN), Type.UNKNOWN)


def merged(types: Sequence[Type]) -> Type:
    """Return the type of dates brought together: a date-time where one of them has a time."""
    return next((kind for kind in (Type.DATETIME, Type.DATE) if kind in types), Type.UNKNOWN)


def chosen(types: Sequence[Type]) -> Type:
    """Return the type of the results of a choice: of what follows the two values that are compared."""
    return _result(types[2:])


def chosen_of_two(types: Sequence[Type]) -> Type:
    """Return the type of the results of a choice: of what follows the one value that is tested."""
    return _result(types[1:])


def _result(types: Sequence[Type]) -> Type:
    known = [kind for kind in types if kind is not Type.UNKNOWN]
    if all(kind.numeric for kind in known):
        return widest(known)
    return merged(known) if all(kind.temporal for kind in known) else same(known)
