"""Starts real kernels on the Python of the tests, runs cells in them, and ends whatever is left."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
OUTPUTS = {"stream", "display_data", "update_display_data", "execute_result", "error"}

# What every kernel starts with: a store, a fake launcher, and how late each run began, in seconds.
SET_UP = """
import datetime as dt, threading, time
from pathlib import Path
from campaign_nb.clock import SystemClock
from campaign_nb.schedule import SeveralTimesADay
from tests.scheduler.world import Behaviour, World
world = World(Path({folder!r}), SystemClock())
every = lambda period="1s", **options: SeveralTimesADay(every=period, time_zone="UTC", **options)
"""


class ThisPython(KernelSpecManager):
    """Knows one kernel: this very Python."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python", language="python")


class Kernel:
    """A kernel that runs cells one after the other and remembers what came out of each."""

    def __init__(self, folder: Path, name: str) -> None:
        self.manager = KernelManager(kernel_spec_manager=ThisPython(), connection_file=str(folder / f"{name}.json"))
        paths = {"PYTHONPATH": str(ROOT), "IPYTHONDIR": str(folder / "ipython"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        self.manager.start_kernel(cwd=str(folder), env={**os.environ, **paths})
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)
        self.outputs: list[tuple[str, dict[str, Any]]] = []

    @property
    def pid(self) -> int:
        return int(self.manager.provisioner.pid)  # type: ignore[union-attr] - a started kernel has one

    def send(self, code: str) -> str:
        """Start a cell and return its id."""
        return self.client.execute(code)

    def finish(self, cell: str) -> dict[str, Any]:
        """Hold until a cell is done; keep what every cell put out; return the reply."""
        end = time.monotonic() + PATIENCE
        while True:
            message = self.client.get_iopub_msg(timeout=max(0.1, end - time.monotonic()))
            content, parent = message["content"], message["parent_header"].get("msg_id", "")
            if message["msg_type"] == "status":
                if content["execution_state"] == "idle" and parent == cell:
                    break
            elif message["msg_type"] in OUTPUTS:
                self.outputs.append((parent, {"type": message["msg_type"], **content}))
        while True:
            reply = self.client.get_shell_msg(timeout=PATIENCE)
            if reply["parent_header"].get("msg_id") == cell:
                return dict(reply["content"])

    def run(self, code: str) -> list[dict[str, Any]]:
        """Run a cell that must succeed, and return what it put out."""
        cell = self.send(code)
        reply = self.finish(cell)
        assert reply["status"] == "ok", reply
        return [content for parent, content in self.outputs if parent == cell]

    def ask(self, expression: str) -> Any:
        """Return the value of an expression, by JSON."""
        outputs = self.run(f"import json; print('answer', json.dumps({expression}))")
        text = "".join(output["text"] for output in outputs if output["type"] == "stream")
        return json.loads(text.partition("answer ")[2])

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def end(self) -> None:
        self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Kernel]]:
    """Starts a kernel on the store of a name; whatever kernels are left end with the tests of the file."""
    folder = tmp_path_factory.mktemp("kernel")
    started: list[Kernel] = []

    def make(store: str) -> Kernel:
        kernel = Kernel(folder, f"kernel-{len(started)}")
        started.append(kernel)
        kernel.run(SET_UP.format(folder=str(folder / store)))
        kernel.run("%xmode Minimal")  # a full traceback takes IPython seconds, the first time
        kernel.outputs.clear()
        return kernel

    yield make
    for kernel in started:
        kernel.end()


def gone(pid: int, seconds: float) -> bool:
    """Tell whether a process ends within a time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False
