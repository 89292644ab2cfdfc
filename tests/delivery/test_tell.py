"""Alerts that leave the workspace: whole, once, to nobody else, with headers that are those that are meant."""

from __future__ import annotations

import datetime as dt
import json
from email import message_from_bytes
from email.policy import default

import pytest

import campaign_nb as cn
from campaign_nb.delivery import reach, tell
from campaign_nb.delivery.tell import Alert, check_headers, mail, mail_address, post, send_mail
from tests.delivery.servers import mail_server, web_server

NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
ALERT = Alert("alert-7.store", "Spring", "Few", NOON, "Too few", "Only 12 people", "r1")
MEANT = {"From": "a@example.com", "To": "b@example.com", "Subject": "Hi"}
MIME = b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\n"
HEADS = b"From: a@example.com\r\nTo: b@example.com\r\n"


def plain(port: int) -> cn.MailServer:
    return cn.MailServer("127.0.0.1", port, "none", sender="campaigns@example.com")


def test_an_alert_arrives_as_an_e_mail_with_all_that_it_says() -> None:
    with mail_server() as got:
        send_mail(plain(got.port), "anna@example.com", ALERT)
    (content,) = got.mails
    read = message_from_bytes(content, policy=default)
    assert (read["From"], read["To"], read["Subject"]) == ("campaigns@example.com", "anna@example.com", "Spring: Too few")
    assert (read["Message-ID"], read["Date"].datetime) == ("<alert-7.store@example.com>", NOON)
    assert read.get_content().split("\n")[:5] == ["Too few", "Only 12 people", "", "Campaign: Spring", "Activity: Few"]
    assert [line for line in got.lines if line.startswith("rcpt")] == ["rcpt TO:<anna@example.com>"]


@pytest.mark.parametrize(
    "title",
    [
        "Hi\r\nBcc: eve@example.com",
        "Hi\nBcc: eve@example.com",
        "Hi\x00\x85\u2028\u2029Bcc: eve@example.com",
        "=?utf-8?q?a=0D=0ABcc:_eve@example.com?=",
        "=?utf-8?b?YQ0KQmNjOiBlQGU=?=",
        "Größer " * 40,
        "",
    ],
)
def test_no_title_adds_a_header_or_a_recipient(title: str) -> None:
    content = mail("a@example.com", "b@example.com", Alert("1", "Sp\r\nring", "", NOON, title, "x\r\n.\r\nQUIT"))
    read = message_from_bytes(content, policy=default)
    assert sorted(read.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]
    )
    assert read["Subject"].startswith("Sp ring:") and not any(character in read["Subject"] for character in "\r\n\x00\x85\u2028\u2029")


@pytest.mark.parametrize(
    "head",
    [
        HEADS + b"Subject: Hi\r\nBcc: e@example.com\r\n",
        HEADS + b"Subject: Hi\nBcc: e@example.com\r\n",
        HEADS + b"Subject: Hi\rBcc: e@example.com\r\n",
        HEADS + b"Subject: =?utf-8?q?Hi=0D=0ABcc:_e?=\r\n",
        HEADS + b"Subject: =?utf-8?q?Hi=C2=85?=\r\n",
        HEADS + b"Subject: Hi\r\nSubject: Hi\r\n",
        HEADS + b"Subject: Hello\r\n",
        HEADS + b"Subject : Hi\r\n",
        HEADS,
    ],
)
def test_bytes_whose_headers_are_not_those_that_are_meant_are_refused(head: bytes) -> None:
    with pytest.raises(cn.DeliveryError, match="would not be read as they are meant"):
        check_headers(head + MIME + b"\r\nx", MEANT)


def test_no_mail_is_made_without_that_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tell, "_words", lambda text: f"{text}\n x")
    with pytest.raises(cn.DeliveryError, match="would not be read as they are meant"):
        mail("a@example.com", "b@example.com", ALERT)


def test_bytes_whose_headers_are_those_that_are_meant_pass() -> None:
    check_headers(HEADS + b"Subject: Hi\r\n" + MIME + b"\r\nx\r\nBcc: text", MEANT)


@pytest.mark.parametrize(
    "text", ["", "annette", "a@b>\r\nRCPT TO:<x@example.com", "Ann <a@example.com>", "a@example.com, b@example.com", "a\x00@example.com"]
)
def test_what_is_no_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(cn.DefinitionError, match="it is no address of e-mail") as caught:
        mail_address(text)
    assert not text or text not in str(caught.value)


def test_a_server_without_tls_gets_neither_the_alert_nor_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "hunter2-canary")
    with mail_server() as got:
        server = cn.MailServer("127.0.0.1", got.port, sender="a@example.com", user="anna", password=cn.Secret("SMTP_PASSWORD"))
        with pytest.raises(cn.DeliveryError, match="SMTPNotSupportedError") as caught:
            send_mail(server, "b@example.com", ALERT)
    assert got.mails == [] and not any("auth" in line.lower() for line in got.lines)
    assert "hunter2" not in f"{server!r}{caught.value}{got.lines}"


def test_what_a_server_refuses_is_told_without_its_words() -> None:
    with mail_server(refuses="RCPT") as got, pytest.raises(cn.DeliveryError, match=r"did not take it: SMTPRecipientsRefused$"):
        send_mail(plain(got.port), "anna@example.com", ALERT)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"tls": "none", "user": "anna", "password": cn.Secret("P")}, "without TLS"),
        ({"user": "anna"}, "a user or a password alone"),
        ({"user": "anna", "password": "hunter2"}, "its password is no secret"),
        ({"tls": "ssl"}, "tls='ssl'"),
        ({"port": 0}, "it has no host or no port"),
    ],
)
def test_a_mail_server_that_would_show_a_password_is_refused(options: dict[str, object], told: str) -> None:
    with pytest.raises(cn.DefinitionError, match=told) as caught:
        cn.MailServer("smtp.example.com", sender="a@example.com", **options)  # type: ignore[arg-type] # what users hand over
    assert "hunter2" not in str(caught.value)


# ----------------------------------------------------------------------------------------------------------------- webhooks


def test_an_alert_arrives_as_json_at_the_address_that_was_checked() -> None:
    with web_server() as got:
        post(reach.place_of(f"http://127.0.0.1:{got.port}/hook?k=v"), ALERT, loopback=True)
    ((path, headers, body),) = got.requests
    assert (path, headers["Content-Type"], headers["Host"]) == ("/hook?k=v", "application/json", f"127.0.0.1:{got.port}")
    said = {"campaign": "Spring", "activity": "Few", "at": "2026-07-01T12:00:00+00:00", "run": "r1", "id": "alert-7.store"}
    assert json.loads(body) == {**said, "title": "Too few", "message": "Only 12 people"}


def test_a_redirect_is_a_failure_and_leads_nowhere() -> None:
    with web_server() as other, web_server(302, f"http://127.0.0.1:{other.port}/secret") as got:
        with pytest.raises(cn.DeliveryError, match="its server answered 302"):
            post(reach.place_of(f"http://127.0.0.1:{got.port}/"), ALERT, loopback=True)
        assert (len(got.requests), other.requests) == (1, [])


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with web_server() as proxy, web_server() as got:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        post(reach.place_of(f"http://127.0.0.1:{got.port}/"), ALERT, loopback=True)
        assert (len(got.requests), proxy.requests) == (1, [])


def test_nobody_there_is_a_failure_of_four_parts() -> None:
    with web_server() as got:
        port = got.port
    with pytest.raises(cn.DeliveryError, match="did not take it: ConnectionRefusedError"):
        post(reach.place_of(f"http://127.0.0.1:{port}/"), ALERT, loopback=True)
