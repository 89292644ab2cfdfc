"""A headless Chromium that can reach this machine only, and what its pages complained of."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-proxy-server"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@contextlib.contextmanager
def chromium(program: str, home: Path) -> Iterator[Browser]:
    """Run the browser with a home folder of its own."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=FLAGS, env={**os.environ, "HOME": str(home)})
        yield browser
        browser.close()


# JupyterLab asks each kernel for a subshell, and says this itself when the kernel or the tab goes before the answer comes.
ITS_OWN = "Canceled future for create_subshell_request message before replies were done"


class Complaints(list[str]):
    """What went wrong on the pages of a context: script errors, error messages, requests that leave this machine."""

    def __init__(self, context: BrowserContext) -> None:
        """Listen to all pages of a context."""
        super().__init__()
        context.on("page", self._page)
        context.on("console", lambda said: said.type == "error" and self._said(f"console: {said.text} {said.location.get('url', '')}"))
        context.on("weberror", lambda found: self._said(f"script: {found.error.stack or found.error}"))
        context.on("request", lambda request: self._request(request.url))

    def _said(self, what: str) -> None:
        if ITS_OWN not in what:
            self.append(what)

    def _page(self, page: Page) -> None:
        page.on("crash", lambda _: self.append("the page crashed"))
        page.on("websocket", lambda socket: self._request(socket.url))

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname != "127.0.0.1":
            self.append(f"request: {url}")


def keep(page: Page, name: str) -> Path:
    """Keep a picture of what is seen, beside the tests or where CAMPAIGN_NB_ARTEFACTS says."""
    folder = Path(os.environ.get("CAMPAIGN_NB_ARTEFACTS", ROOT / "tests" / "artefacts"))
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=(picture := folder / f"{name}.png"))
    return picture
