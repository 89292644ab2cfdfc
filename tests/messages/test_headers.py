"""Subjects: whatever data holds, it stays text on one line."""

from __future__ import annotations

from email.header import Header, decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default

import polars as pl
import pytest

from tests.messages.both_ways import both, frame

ATTACKS = {
    "Hi\r\nBcc: e@e.fr": "Hi Bcc: e@e.fr",
    "Hi\nBcc: e@e.fr": "Hi Bcc: e@e.fr",
    "Hi\rBcc: e@e.fr": "Hi Bcc: e@e.fr",
    "Hi\r\n\r\n<body>": "Hi <body>",
    "a\x00b\x1b[31mc\x7f": "a b [31mc ",
    "a\x85b\u2028c\u2029d\x9be": "a b c d e",
    "\r\n.\r\nMAIL FROM:<x>": " . MAIL FROM:<x>",
    "=?utf-8?q?a=0D=0ABcc:_x@y.z?=": "=?utf-8?q?a=0D=0ABcc:_x@y.z?=",
    "a@b>\r\nRCPT TO:<x@y>": "a@b> RCPT TO:<x@y>",
    "{{ name }}": "{{ name }}",
}


@pytest.mark.parametrize("given", ATTACKS)
def test_control_characters_in_data_become_spaces_and_nothing_else_changes(given: str) -> None:
    assert both("{{ name }}", frame(name=(pl.String, [given])), "header") == [ATTACKS[given]]


def test_escapes_in_literals_of_the_template_are_neutralised_too() -> None:
    assert both(r'{{ "a\r\nBcc: x" }}{{ "b\x00" ~ name }}', frame(name=(pl.String, ["\n"])), "header") == ["a Bcc: xb "]


def test_html_in_a_subject_is_not_escaped() -> None:
    assert both("{{ name }}", frame(name=(pl.String, ["Q & A <3"])), "header") == ["Q & A <3"]


@pytest.mark.parametrize("subject", ATTACKS.values())
def test_a_channel_that_encodes_the_subject_as_a_word_sends_one_header_that_reads_as_the_same_text(subject: str) -> None:
    """What a mail channel must do: set what `Header` encoded; a raw subject would have its encoded words read again."""
    message = EmailMessage(policy=SMTP)
    message["To"] = "a@b.fr"
    encoded = Header(subject, "utf-8", header_name="Subject").encode()
    sent = b"To: a@b.fr\r\nSubject: " + encoded.replace("\n", "\r\n").encode() + b"\r\n\r\nbody\r\n"
    read = BytesParser(policy=default).parsebytes(sent)
    assert sorted(read.keys()) == ["Subject", "To"]
    assert str(make_header(decode_header(encoded))) == subject


def test_a_raw_encoded_word_would_be_read_as_a_line_break_by_python() -> None:
    """The reason for the test above, and the trap for a channel that hands the subject over as it is."""
    hostile = "=?utf-8?q?a=0D=0ABcc:_x@y.z?="
    assert "\r\n" in str(make_header(decode_header(hostile)))
