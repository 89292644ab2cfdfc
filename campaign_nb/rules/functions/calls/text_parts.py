"""Texts: lines, padding, digests, codes."""

from __future__ import annotations

from campaign_nb.rules.build import col as col  # for the examples
from campaign_nb.rules.functions.calls.optional import OMITTED, optional
from campaign_nb.rules.value import Value, call


def get_email_domain(address: object) -> Value:
    """The part of an address after the @; null when there is no @.

    Units: after the last @, as it is written.
    Nulls: null where the address is null or has no @.

    >>> print(get_email_domain(col.email))
    get_email_domain(email)
    """
    return call("get_email_domain", address)


def ascii(text: object) -> Value:
    """The Unicode code of the first character; 0 of an empty text.

    Nulls: null where it is null.

    >>> print(ascii(col.name))
    ascii(name)
    """
    return call("ascii", text)


def char(code: object) -> Value:
    """The character of a Unicode code.

    Nulls: null for what is no code of a character, 0 among them.

    >>> print(char(col.code))
    char(code)
    """
    return call("char", code)


def data_length(text: object) -> Value:
    """The number of bytes in UTF-8.

    Units: bytes.
    Nulls: null where it is null.

    >>> print(data_length(col.name))
    data_length(name)
    """
    return call("data_length", text)


def get_line(text: object, n: object = OMITTED) -> Value:
    """The line of a number in a text of several, the first unless given.

    Units: lines count from 1.
    Nulls: null where there is no such line.

    >>> print(get_line(col.address, 2))
    get_line(address, 2)
    """
    return optional("get_line", text, n)


def line(text: object, n: object) -> Value:
    """The line of a number in a text of several.

    Units: lines count from 1.
    Nulls: null where there is no such line.

    >>> print(line(col.address, 2))
    line(address, 2)
    """
    return call("line", text, n)


def juxt_words(a: object, b: object) -> Value:
    """Two texts with a space between them where both have something.

    Nulls: a null is the empty text; never null.

    >>> print(juxt_words(col.first_name, col.name))
    juxt_words(first_name, name)
    """
    return call("juxt_words", a, b)


def juxt_words3(a: object, b: object, c: object) -> Value:
    """Three texts with a space between those that have something.

    Nulls: a null is the empty text; never null.

    >>> print(juxt_words3(col.title, col.first_name, col.name))
    juxt_words3(title, first_name, name)
    """
    return call("juxt_words3", a, b, c)


def lpad(text: object, n: object, filling: object) -> Value:
    """The text filled up on the left to n characters; a longer one is cut to n.

    Units: characters.
    Nulls: null where an argument is null.
    Errors: a filling that is not one character, or differs from row to row.

    >>> print(lpad(col.code, 8, "0"))
    lpad(code, 8, '0')
    """
    return call("lpad", text, n, filling)


def rpad(text: object, n: object, filling: object) -> Value:
    """The text filled up on the right to n characters; a longer one is cut to n.

    Units: characters.
    Nulls: null where an argument is null.
    Errors: a filling that is not one character, or differs from row to row.

    >>> print(rpad(col.code, 8, "."))
    rpad(code, 8, '.')
    """
    return call("rpad", text, n, filling)


def ltrim(text: object) -> Value:
    """The text without white space at its start.

    Nulls: null where it is null.

    >>> print(ltrim(col.name))
    ltrim(name)
    """
    return call("ltrim", text)


def rtrim(text: object) -> Value:
    """The text without white space at its end.

    Nulls: null where it is null.

    >>> print(rtrim(col.name))
    rtrim(name)
    """
    return call("rtrim", text)


def md5_digest(text: object) -> Value:
    """The MD5 digest of the text, in hexadecimal digits.

    Units: of the bytes in UTF-8; small letters.
    Nulls: null where it is null.

    >>> print(md5_digest(col.email))
    md5_digest(email)
    """
    return call("md5_digest", text)


def sha256_digest(text: object) -> Value:
    """The SHA-256 digest of the text, in hexadecimal digits.

    Units: of the bytes in UTF-8; small letters.
    Nulls: null where it is null.

    >>> print(sha256_digest(col.email))
    sha256_digest(email)
    """
    return call("sha256_digest", text)


def sha512_digest(text: object) -> Value:
    """The SHA-512 digest of the text, in hexadecimal digits.

    Units: of the bytes in UTF-8; small letters.
    Nulls: null where it is null.

    >>> print(sha512_digest(col.email))
    sha512_digest(email)
    """
    return call("sha512_digest", text)
