"""Which texts are addresses, judged by hand and against the email-validator library."""

from __future__ import annotations

import random

import pytest
from email_validator import EmailNotValidError, validate_email

from tests.engine.polars.world import call, col, values

GOOD = """
a@b.co A@B.CO simple@example.com very.common@example.com x@sub.domain.example.org first+tag@gmail.com o'neil@irish.ie
user_name@ex-ample.com 1234567890@example.com a-b@c-d.info !#$%&'*+/=?^_`{|}~-@example.org a.b.c.d@example.museum
anna@bücher.de anna@пример.рф user@例子.广告 info@müller-söhne.at user@ελ.gr a@अ.भारत x@xn--bcher-kva.example.net a@x.xn--p1ai
a@1and1.de a@3com.com a@b.c.d.e.f.fr
""".split()  # noqa: SIM905 # a list of words reads better so

BAD = [
    # no dot-atom at a host name
    *(
        "",
        "@",
        "a@",
        "@b.fr",
        "a@b",
        "a.b.fr",
        "a@@b.fr",
        "a@b..fr",
        "a@.b.fr",
        "a@b.fr.",
        "a..b@c.fr",
        ".a@c.fr",
        "a.@c.fr",
        "a@localhost",
    ),
    # white space and control characters
    *(
        "a b@c.fr",
        "a@b c.fr",
        " a@b.fr",
        "a@b.fr ",
        "a@b.fr\n",
        "a@b\n.fr",
        "a\n@b.fr",
        "a\x00@b.fr",
        "a@b.fr\x00",
        "a@b>\r\nRCPT TO:<x@y>",
    ),
    # several addresses, display names, quoted parts, comments, routes, literals
    *("a@b,c@d", "a@b.fr,c@d.fr", "a@b.fr;c@d.fr", "<a@b.fr>", "Ann <a@b.fr>", '"a b"@x.fr', '"a"@x.fr', "a@[127.0.0.1]", "a@[IPv6:::1]"),
    *("a@127.0.0.1", "(c)a@b.fr", "a(c)@b.fr", "a@b(c).fr", "@x,@y:a@b.fr", "a:b@c.fr", "mailto:a@b.fr", "a@b.fr/", "a@b.fr?x", "a\\@b.fr"),
    # host names that can't be
    *("a@-b.fr", "a@b-.fr", "a@b_c.fr", "a@b.1", "a@b.c1", "a@b.123", "a@b.xn--", "a@xn--a.1"),
    # letters that look like others, and invisible ones
    *("a@аpple.com", "a@gооgle.fr", "a@αbc.gr", "a\u202e@b.fr", "a@b.fr\u200b", "a@\u200bb.fr", "a@b\u200d.fr", "a@b\u3002fr"),
]


def is_email(texts: list[str | None]) -> list[bool | None]:
    """What the engine says."""
    return values(call("is_email", col("s")), {"s": texts})


def library(text: str) -> bool:
    """What the library says, without internationalised local parts."""
    try:
        validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return False
    return True


@pytest.mark.parametrize("text", GOOD)
def test_it_is_an_address(text: str) -> None:
    assert is_email([text]) == [True]
    assert library(text)


@pytest.mark.parametrize("text", BAD)
def test_it_is_no_address(text: str) -> None:
    assert is_email([text]) == [False]


def test_a_null_is_unknown() -> None:
    assert is_email([None]) == [None]


def test_lengths_are_64_before_the_at_63_a_label_and_254_in_all() -> None:
    host = ".".join(["b" * 62] * 3)
    texts = [
        "a" * 64 + "@b.fr",
        "a" * 65 + "@b.fr",
        f"a@{'b' * 63}.fr",
        f"a@{'b' * 64}.fr",
        f"{'a' * 61}@{host}.fr",
        f"{'a' * 63}@{host}.fr",
    ]
    assert is_email(texts) == [True, False, True, False, True, False]
    assert [len(text) for text in texts[-2:]] == [253, 255]
    assert [library(text) for text in texts] == [True, False, True, False, True, False]


# Where the two differ, with the reason why ours stands.
STRICTER = {
    "a@аpple.com": "a label that mixes Cyrillic and Latin letters",
    "a@gооgle.fr": "the same, inside of the word",
    "a@b.f": "no top-level domain has one letter",
    "a@b。fr": "an ideographic full stop, which the library rewrites",
}
LAXER = {
    "anna@shop.test": "names that are reserved for tests stand in made-up data, and the sandbox sends nothing",
    "anna@shop.invalid": "the same",
    "anna@printer.local": "the same",
    "a@xn--a.fr": "an encoded label is not decoded",
    "a@my--shop.fr": "two hyphens in the third and fourth place stand for encoded names, yet old names have them",
}


@pytest.mark.parametrize("text", STRICTER)
def test_the_library_accepts_what_is_refused_here_on_purpose(text: str) -> None:
    assert (is_email([text]), library(text)) == ([False], True)


@pytest.mark.parametrize("text", LAXER)
def test_the_library_refuses_what_is_accepted_here_on_purpose(text: str) -> None:
    assert (is_email([text]), library(text)) == ([True], False)


def test_a_letter_outside_of_ascii_before_the_at_is_refused_because_few_servers_take_it() -> None:
    assert is_email(["é@b.fr"]) == [False]
    assert validate_email("é@b.fr", check_deliverability=False).smtputf8


def test_the_two_agree_on_thousands_of_generated_texts_but_for_what_is_listed_above() -> None:
    dice = random.Random(3)
    letters = "ab1.-_@+é'\"( <ß日.."
    texts = ["".join(dice.choices(letters, k=dice.randint(3, 12))) for _ in range(3_000)]
    texts += [f"a{''.join(dice.choices(letters, k=2))}@b{''.join(dice.choices('ab1.-é', k=4))}.fr" for _ in range(3_000)]
    different = [text for text, ours in zip(texts, is_email(list(texts)), strict=True) if ours != library(text)]
    assert [text for text in different if len(text.rpartition(".")[2]) > 1 and "--" not in text] == []
    assert sum(map(library, texts)) > 300
