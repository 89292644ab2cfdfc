"""Small servers on this machine that take e-mail and requests, and remember what they got."""

from __future__ import annotations

import contextlib
import http.server
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Got:
    """What a server got, and where it listens."""

    port: int = 0
    lines: list[str] = field(default_factory=list[str])
    mails: list[bytes] = field(default_factory=list[bytes])
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list[tuple[str, dict[str, str], bytes]])
    arrived: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def _serving(server: socketserver.TCPServer, got: Got) -> Iterator[Got]:
    got.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield got
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def mail_server(refuses: str = "") -> Iterator[Got]:
    """A server of e-mail without TLS, which may refuse a command."""
    got = Got()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 test\r\n")
            while line := self.rfile.readline().decode().strip():
                got.lines.append(line)
                word = line.split(" ")[0].split(":")[0].upper()
                if word == refuses:
                    self.wfile.write(b"550 no\r\n")
                elif word == "DATA":
                    self.wfile.write(b"354 go\r\n")
                    content = b""
                    while (part := self.rfile.readline()) != b".\r\n":
                        content += part
                    got.mails.append(content)
                    got.arrived.set()
                    self.wfile.write(b"250 taken\r\n")
                else:
                    self.wfile.write(b"221 bye\r\n" if word == "QUIT" else b"250 fine\r\n")

    with _serving(socketserver.TCPServer(("127.0.0.1", 0), Session), got) as found:
        yield found


@contextlib.contextmanager
def web_server(status: int = 200, location: str = "") -> Iterator[Got]:
    """A server that answers each request with one status."""
    got = Got()

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.requests.append((self.path, dict(self.headers.items()), body))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()
            got.arrived.set()

        def log_message(self, format: str, *args: object) -> None:
            return

    with _serving(http.server.HTTPServer(("127.0.0.1", 0), Answer), got) as found:
        yield found
