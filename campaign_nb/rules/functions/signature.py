"""The shape of a function of the rule language: what it takes, what it gives, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from campaign_nb.rules.tree import Type

Returns: TypeAlias = Type | Callable[[Sequence[Type]], Type]

REGISTRY: dict[str, Function] = {}


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its name, category, parameters with the types they accept, and the type it returns.

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
) -> None:
    """Add a function to the registry; a name is defined once."""
    if name in REGISTRY:
        raise ValueError(f"function {name} is defined twice")
    least = len(parameters) - optional
    REGISTRY[name] = Function(name, category, tuple(parameters), returns, doc, least, variadic, phrase)


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
