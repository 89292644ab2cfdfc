"""Telling alerts outside of the workspace: by e-mail through the user's server, or to a web address."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import json
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Generator
from dataclasses import dataclass
from email.mime.text import MIMEText
from email.parser import BytesParser
from email.policy import compat32, default
from email.utils import format_datetime
from http.client import HTTPException
from typing import Literal

from email_validator import EmailNotValidError, validate_email

from campaign_nb.delivery import reach
from campaign_nb.errors import DefinitionError, DeliveryError, Problem
from campaign_nb.messages.cells import CONTROLS
from campaign_nb.secrets import Secret

Tls = Literal["starttls", "tls", "none"]

SECONDS = 10.0
MOST_TEXT = 10_000
MOST_ANSWER = 65_536
_WORD = 39
"""Units: bytes in an encoded word, which stay below the 75 characters that one may have."""
_CONTROL = re.compile(f"[{CONTROLS}]+")
_NAME = re.compile(rb"[A-Za-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Alert:
    """What is told.

    Shape: `identity` is the same for one alert, however often it is told; no run for what concerns none.
    """

    identity: str
    campaign: str
    activity: str
    at: dt.datetime
    title: str
    message: str
    run: str | None = None


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server that sends e-mail for this session.

    `sender` is the address that it sends from. `tls` is "starttls", "tls" from the start, or "none" for a server on a
    trusted network, which then gets no password.
    Errors: an address that is none, a password without TLS or without a user.

    >>> MailServer("smtp.example.com", sender="campaigns@example.com", user="anna", password=Secret("SMTP_PASSWORD")).password
    •••
    """

    host: str
    port: int = 587
    tls: Tls = "starttls"
    sender: str = ""
    user: str = ""
    password: Secret | None = None

    def __post_init__(self) -> None:
        where, do = "mail server", 'cn.MailServer("smtp.example.com", sender="campaigns@example.com")'
        if not self.host or _CONTROL.search(self.host) or not 0 < self.port < 65_536:
            raise DefinitionError(Problem(where, "it has no host or no port", "a host, and a port of 1 to 65535", do))
        if self.tls not in ("starttls", "tls", "none"):
            raise DefinitionError(Problem(where, f"tls={self.tls!r}", '"starttls", "tls" or "none"', do))
        mail_address(self.sender, f"{where}, sender")
        if self.password is not None and not isinstance(self.password, Secret):  # pyright: ignore[reportUnnecessaryIsInstance] # users
            expected = "where the password stands, never the password itself"
            raise DefinitionError(Problem(where, "its password is no secret", expected, 'password=cn.Secret("SMTP_PASSWORD")'))
        if (self.password is None) != (not self.user) or (self.tls == "none" and self.password is not None):
            raise DefinitionError(Problem(where, "a user or a password alone, or without TLS", "both of them, and TLS", do))


def mail_address(text: str, where: str = "e-mail address") -> str:
    """Return an address of e-mail as it is sent to.

    Errors: what is none; the text is not repeated.

    >>> mail_address("anna@example.com")
    'anna@example.com'
    """
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise DefinitionError(Problem(where, "it is no address of e-mail", "a name, an @ and a domain", '"anna@example.com"')) from None
    return found.ascii_email or text


def send_mail(server: MailServer, to: str, alert: Alert) -> None:
    """Send an alert as an e-mail, once.

    Errors: DeliveryError, whatever the server refuses; it never repeats what the server said.
    """
    content = mail(server.sender, to, alert)
    try:
        context = ssl.create_default_context()
        with _session(server, context) as session:
            if server.tls == "starttls":
                session.starttls(context=context)
            if server.password is not None:
                session.login(server.user, server.password.reveal())
            session.sendmail(server.sender, [to], content)
    except (smtplib.SMTPException, OSError) as error:
        code = getattr(error, "smtp_code", "")
        raise DeliveryError(Problem("e-mail", f"the server did not take it: {type(error).__name__} {code}".rstrip())) from None


def _session(server: MailServer, context: ssl.SSLContext) -> smtplib.SMTP:
    if server.tls == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=SECONDS)


def mail(sender: str, to: str, alert: Alert) -> bytes:
    """Return an alert as the bytes of an e-mail, whose headers are those that are meant and no others.

    Errors: headers that would be read otherwise than they are meant.
    """
    lines = [alert.title, alert.message, "", f"Campaign: {alert.campaign}", f"Activity: {alert.activity}" if alert.activity else ""]
    lines += [f"Time: {alert.at.isoformat(timespec='seconds')}", f"Run: {alert.run}" if alert.run else ""]
    message = MIMEText("\n".join(_line(line) for line in lines)[:MOST_TEXT], "plain", "utf-8", policy=compat32)
    meant = {
        "From": sender,
        "To": to,
        "Subject": _line(f"{alert.campaign}: {alert.title}")[:200].strip(),
        "Date": format_datetime(alert.at),
        "Message-ID": f"<{alert.identity}@{sender.rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
    }
    for name, value in meant.items():
        message[name] = _words(value) if name == "Subject" else value
    content = message.as_bytes(policy=compat32.clone(linesep="\r\n"))
    check_headers(content, meant)
    return content


def check_headers(content: bytes, meant: dict[str, str]) -> None:
    """Check the bytes of an e-mail: each header that is meant stands there once, with its value, and beside MIME's no other.

    Errors: another header, one that is missing or repeated, another value once encoded words are decoded, control characters.
    """
    head, _, _ = content.replace(b"\r\n", b"\n").partition(b"\n\n")
    names = [line.partition(b":")[0] for line in head.split(b"\n") if not line.startswith((b" ", b"\t"))]
    expected = sorted([*meant, "MIME-Version", "Content-Type", "Content-Transfer-Encoding"])
    read = BytesParser(policy=default).parsebytes(content)
    strange = b"\r" in head or any(not _NAME.fullmatch(name) for name in names)
    strange = strange or sorted(name.decode("ascii", "replace") for name in names) != expected or sorted(read.keys()) != expected
    if strange or any(_CONTROL.search(str(read[name])) or str(read[name]) != value for name, value in meant.items()):
        raise DeliveryError(Problem("e-mail", "its headers would not be read as they are meant", "one line of text in each header"))


def post(place: reach.Place, alert: Alert, *, loopback: bool = False) -> None:
    """Send an alert as JSON to a web address, once; what it answers is not looked at, and it leads nowhere else.

    Errors: DeliveryError: a server that is not public, does not answer in time, or with anything but success.
    """
    about = {"campaign": alert.campaign, "activity": alert.activity, "at": alert.at.isoformat(), "run": alert.run, "id": alert.identity}
    body = json.dumps({**about, "title": alert.title[:MOST_TEXT], "message": alert.message[:MOST_TEXT]}).encode()
    connection = reach.Connection(place, reach.checked(place, loopback=loopback), SECONDS)
    try:
        connection.connect()
        with _within(connection.sock, SECONDS):
            connection.request("POST", place.path, body, {"Content-Type": "application/json", "User-Agent": "campaign-nb"})
            answer = connection.getresponse()
            answer.read(MOST_ANSWER)
    except (OSError, ValueError, HTTPException) as error:
        raise DeliveryError(Problem("webhook", f"its server did not take it: {type(error).__name__}")) from None
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise DeliveryError(Problem("webhook", f"its server answered {answer.status}", "an answer of 200 to 299"))


@contextlib.contextmanager
def _within(connected: socket.socket, seconds: float) -> Generator[None, None, None]:
    """Cut a connection after a time, however slowly its other end goes on."""

    def cut() -> None:
        with contextlib.suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _words(text: str) -> str:
    """Write a text as encoded words, so that nothing in it is read as one, or as the end of a line."""
    words, part = list[str](), b""
    for character in [*text, ""]:
        if part and (not character or len(part) + len(character.encode()) > _WORD):
            words.append(f"=?utf-8?b?{base64.b64encode(part).decode()}?=")
            part = b""
        part += character.encode()
    return "\n ".join(words)


def _line(text: str) -> str:
    return _CONTROL.sub(" ", text)
