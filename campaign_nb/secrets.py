"""Secrets: passwords that are read when they are used, and shown nowhere."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, NoReturn

from campaign_nb.errors import DefinitionError, Problem

SHOWN = "•••"


class Secret:
    """A password that this session may use and that nothing shows.

    `source` is the name of an environment variable, or a function that returns the password, as one around `keyring`. What is kept
    is where the password stands, never the password: it is read each time that it is used.
    Errors: a name that can't be one of a variable; when used, a variable that is not set.

    >>> secret = Secret("SMTP_PASSWORD")
    >>> secret, f"{secret}", str([secret])
    (•••, '•••', '[•••]')
    """

    __slots__ = ("_read",)

    def __init__(self, source: str | Callable[[], str | None]) -> None:
        if isinstance(source, str):
            if not source.isidentifier():
                what, expected = "the text is no name of a variable", "the name of an environment variable, never the password itself"
                raise DefinitionError(Problem("secret", what, expected, 'cn.Secret("SMTP_PASSWORD")'))
            self._read: Callable[[], str | None] = lambda: os.environ.get(source)
        else:
            self._read = source

    def reveal(self) -> str:
        """Return the password, for the one call that needs it.

        Errors: there is none where it should stand.
        """
        found = self._read()
        if not found:
            what, expected = "there is no password where it should stand", "an environment variable that is set, or an entry of the keyring"
            raise DefinitionError(Problem("secret", what, expected, 'cn.Secret("SMTP_PASSWORD")'))
        return found

    def __repr__(self) -> str:
        return SHOWN

    def __format__(self, spec: str) -> str:
        return SHOWN

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is not written anywhere")
