"""A private JupyterLab, and one of its notebooks in the browser; looked at through its model, not its pixels."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, Page

from tests.browser.chromium import ROOT, Complaints, keep

BUILT = ROOT / "campaign_nb" / "labextension"
SETTINGS: dict[str, dict[str, object]] = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"scrollPastEnd": False},
}
# What is returned is plain data only: a page that hands over an object of JupyterLab crashes.
OPENED = """path => { const shown = window.jupyterapp?.shell?.currentWidget;
  return Boolean(shown?.context?.isReady && shown.context.path === path); }"""
STATUS = "() => String(window.jupyterapp.shell.currentWidget.context.sessionContext?.session?.kernel?.status ?? 'none')"
IDLE = f"() => window.testRun !== 'running' && /idle|none|dead/.test(({STATUS})())"
RUN = """() => { window.testRun = 'running';
  window.jupyterapp.commands.execute('notebook:run-all-cells').finally(() => { window.testRun = 'done'; }); return true; }"""
CELLS = "() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON().cells"
COMMAND = "async ([name, args]) => { await window.jupyterapp.commands.execute(name, args); return true; }"


@dataclass(frozen=True)
class Lab:
    """A server that runs: where it answers, and its folder."""

    url: str
    token: str
    root: Path


@contextlib.contextmanager
def lab(folder: Path) -> Iterator[Lab]:
    """Run a server with settings, data and kernels of its own, on this tree's package and extension."""
    token = secrets.token_hex(24)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    environment |= {f"JUPYTER_{name.upper()}_DIR": str(folder / name) for name in ("config", "data", "runtime")}
    environment |= {"JUPYTER_TOKEN": token, "IPYTHONDIR": str(folder / "ipython"), "JUPYTER_PREFER_ENV_PATH": "0"}
    environment |= {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])}
    _prepare(folder)
    command = [sys.executable, "-m", "jupyterlab", "--allow-root", "--no-browser", "--ip=127.0.0.1", "--port=0"]
    command += [f"--ServerApp.root_dir={folder / 'work'}", "--expose-app-in-browser", "--LabApp.extension_manager=readonly"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield Lab(_address(server, folder), token, folder / "work")
    finally:
        server.terminate()  # it ends its kernels itself
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _prepare(folder: Path) -> None:
    for name in ("work", "data/labextensions"):
        (folder / name).mkdir(parents=True)
    if (BUILT / "package.json").exists():  # else what is installed counts
        (folder / "data/labextensions/campaign-nb").symlink_to(BUILT)
    for name, value in SETTINGS.items():
        file = folder / f"config/lab/user-settings/@jupyterlab/{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value))


def _address(server: subprocess.Popen[bytes], folder: Path) -> str:
    end = time.monotonic() + 90
    while time.monotonic() < end and server.poll() is None:
        time.sleep(0.1)
        with contextlib.suppress(StopIteration, ValueError, OSError):  # not written yet, or not listening yet
            port = json.loads(next((folder / "runtime").glob("jpserver-*.json")).read_text())["port"]
            socket.create_connection(("127.0.0.1", port), 2).close()
            return f"http://127.0.0.1:{port}"
    raise AssertionError("JupyterLab did not start\n" + (folder / "log").read_text()[-2000:])


class Screen:
    """One tab of JupyterLab and what it complained of."""

    def __init__(self, lab: Lab, browser: Browser, theme: str = "light") -> None:
        """Open a tab in a theme, light or dark."""
        self.lab, self.browser, self.theme = lab, browser, theme
        self.context = browser.new_context(viewport={"width": 1500, "height": 1000}, color_scheme="dark" if theme == "dark" else "light")
        self.complaints = Complaints(self.context)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(30_000)

    def open(self, path: str = "") -> None:
        """Open a file, or the launcher."""
        place = f"/tree/{quote(path)}" if path else ""
        self.page.goto(f"{self.lab.url}/lab{place}?token={self.lab.token}&reset", timeout=60_000)
        self.page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget", timeout=60_000)
        self.command("apputils:change-theme", theme=f"JupyterLab {self.theme.title()}")
        self.page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{str(self.theme == 'light').lower()}'")
        if path:
            self.page.wait_for_function(OPENED, arg=path, timeout=60_000)

    def run_all(self, seconds: float = 120) -> None:
        """Run all cells and hold until the kernel is idle."""
        self.start_all()
        self.hold(seconds)

    def ready(self) -> None:
        """Hold until the notebook has a kernel that answers."""
        self.page.wait_for_function(f"() => ({STATUS})() === 'idle'", timeout=60_000)

    def start_all(self) -> None:
        """Start running all cells, once there is a kernel."""
        self.ready()
        self.page.evaluate(RUN)

    def hold(self, seconds: float = 120) -> None:
        """Hold until all cells have run."""
        self.page.wait_for_function(IDLE, timeout=seconds * 1000)

    def command(self, name: str, **arguments: object) -> None:
        """Execute a command of JupyterLab."""
        self.page.evaluate(COMMAND, [name, arguments])

    def cells(self) -> list[dict[str, Any]]:
        """Return the cells as they would be saved now."""
        return self.page.evaluate(CELLS)

    def texts(self, selector: str) -> list[str]:
        """Return the texts of all elements that can be seen, in order."""
        return [
            element.evaluate("each => each.innerText ?? each.textContent")
            for element in self.page.locator(selector).all()
            if element.is_visible()
        ]

    def show(self, selector: str) -> None:
        """Scroll until the first such element stands at the top."""
        self.page.locator(selector).first.evaluate("element => element.scrollIntoView({block: 'start'})")
        self.page.wait_for_timeout(400)

    def picture(self, name: str) -> None:
        """Keep a picture."""
        keep(self.page, f"{name}-{self.theme}")

    def end(self) -> None:
        """Shut the notebook's kernel down."""
        self.command("kernelmenu:shutdown")
        self.page.wait_for_function(f"() => ({STATUS})() === 'none'")

    def close(self) -> None:
        """Close the tab."""
        self.context.close()
