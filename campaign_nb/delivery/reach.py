"""Which servers may be reached: http and https, at addresses that are public, and connected to as they were checked."""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from campaign_nb.errors import DeliveryError, Problem

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PLAIN = re.compile(r"[!-~]{1,2000}")
_UNICAST = ipaddress.ip_network("2000::/3")
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(text) for text in ("192.88.99.0/24", "168.63.129.16/32", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
"""What is not meant for everybody though the standard library calls it global: relays, tunnels, the server of a cloud."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request goes: scheme, host, port and path."""

    scheme: str
    host: str
    port: int
    path: str


def place_of(url: str) -> Place:
    """Read an address of the web; what can't be one is refused.

    Errors: another scheme than http and https, a name or password in it, characters that no address has.

    >>> place_of("https://hooks.example.com/a?b=1")
    Place(scheme='https', host='hooks.example.com', port=443, path='/a?b=1')
    """
    where, do = "webhook", 'ws.alerts.subscribe("https://hooks.example.com/…")'
    if not _PLAIN.fullmatch(url):
        raise DeliveryError(Problem(where, "the address has a character that none has", "at most 2,000 letters, digits and signs", do))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise DeliveryError(Problem(where, "the address can't be read", "https://host/path", do)) from None
    if parts.scheme not in ("http", "https"):
        raise DeliveryError(Problem(where, f"the scheme {parts.scheme[:20]!r}", "http or https", do))
    if parts.username is not None or parts.password is not None:
        raise DeliveryError(Problem(where, "the address has a name or a password in it", "an address without them", do))
    if not parts.hostname:
        raise DeliveryError(Problem(where, "the address names no server", "https://host/path", do))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), path)


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to the public internet.

    >>> [is_public(ipaddress.ip_address(text)) for text in ("93.184.216.34", "10.0.0.1", "64:ff9b::7f00:1", "100.100.100.200")]
    [True, False, False, False]
    """
    if isinstance(address, ipaddress.IPv6Address) and address not in _UNICAST:
        return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _NOT_PUBLIC)


def checked(place: Place, *, loopback: bool = False) -> list[Address]:
    """Return the addresses of a server, each of which may be reached.

    `loopback` allows this machine's own, for tests.
    Errors: a name that has no address, an address that is not public.
    """
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise DeliveryError(Problem("webhook", "its server has no address", "the name of a server")) from None
    addresses = [ipaddress.ip_address(str(item[4][0]).partition("%")[0]) for item in found]
    if not addresses or not all(is_public(address) or (loopback and address.is_loopback) for address in addresses):
        what, expected = "its server is not on the public internet", "a server whose every address is public"
        raise DeliveryError(Problem("webhook", what, expected, "allow_loopback=True for a server of a test on this machine"))
    return list(dict.fromkeys(addresses))


class Connection(http.client.HTTPConnection):
    """A connection to addresses that were checked.

    A name that means another address by then changes nothing.
    """

    def __init__(self, place: Place, addresses: list[Address], seconds: float) -> None:
        super().__init__(place.host, place.port, timeout=seconds)
        self._place, self._addresses, self._seconds = place, addresses, seconds

    def connect(self) -> None:
        """Connect to the first address that answers; by TLS, to the server of that name."""
        self.sock = _connected(self._addresses, self._place.port, self._seconds)
        if self._place.scheme == "https":
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self._place.host)


def _connected(addresses: list[Address], port: int, seconds: float) -> socket.socket:
    for number, address in enumerate(addresses, 1):
        try:
            return socket.create_connection((str(address), port), seconds)
        except OSError:
            if number == len(addresses):
                raise
    raise OSError("no address")
