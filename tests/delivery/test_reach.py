"""Web addresses that may be reached: public ones by http and https, however the others are written."""

from __future__ import annotations

import ipaddress
import socket

import pytest

import campaign_nb as cn
from campaign_nb.delivery import reach

HERE = ["http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://localhost/", "http://[::1]/"]
INSIDE = ["http://10.0.0.1/", "http://192.168.1.1/", "http://169.254.169.254/", "http://100.100.100.200/", "http://0.0.0.0/"]
TUNNELS = ["http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fec0::1]/", "http://[fe80::1]/"]
CROWDS = ["http://224.0.0.1/", "http://[ff02::1]/", "http://255.255.255.255/", "http://168.63.129.16/"]


@pytest.mark.parametrize("url", HERE + INSIDE + TUNNELS + CROWDS)
def test_what_is_not_public_is_refused_however_it_is_written(url: str) -> None:
    with pytest.raises(cn.DeliveryError, match=r"not on the public internet|has no address"):
        reach.checked(reach.place_of(url))


@pytest.mark.parametrize("url", INSIDE + CROWDS)
def test_this_machine_alone_is_allowed_for_tests(url: str) -> None:
    assert reach.checked(reach.place_of("http://127.0.0.1:8/"), loopback=True) == [ipaddress.ip_address("127.0.0.1")]
    with pytest.raises(cn.DeliveryError, match="not on the public internet"):
        reach.checked(reach.place_of(url), loopback=True)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("gopher://example.com/", "the scheme 'gopher'"),
        ("file:///etc/passwd", "the scheme 'file'"),
        ("https://anna:word@example.com/", "a name or a password"),
        ("https://", "names no server"),
        ("https://example.com:99999/", "can't be read"),
        ("https://example.com/a b", "a character that none has"),
        ("https://example.com/\r\nHost: x", "a character that none has"),
        ("http://①②⑦.⓪.⓪.①/", "a character that none has"),
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url: str, told: str) -> None:
    with pytest.raises(cn.DeliveryError, match=told):
        reach.place_of(url)


def test_one_address_inside_is_enough_to_refuse_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 80)) for text in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(cn.DeliveryError, match="not on the public internet"):
        reach.checked(reach.place_of("http://rebind.example.com/"))


def test_a_connection_goes_to_the_checked_address_whatever_the_name_means_by_then(monkeypatch: pytest.MonkeyPatch) -> None:
    reached: list[tuple[str, int]] = []

    def create(address: tuple[str, int], seconds: float) -> socket.socket:
        reached.append(address)
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr(socket, "create_connection", create)
    connection = reach.Connection(reach.place_of("http://rebind.example.com/"), [ipaddress.ip_address("93.184.216.34")], 1.0)
    with pytest.raises(ConnectionRefusedError, match="nobody there"):
        connection.connect()
    assert reached == [("93.184.216.34", 80)]
