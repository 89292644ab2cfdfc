"""A process that has imported everything and used nothing: its forks live in worlds, and die at fault points.

`python -m tests.faults.zygote PLACE`: one order per line of its input, as JSON; one answer per line of its output.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

from campaign_nb.store.faultpoint import arm
from tests.faults import breaking, everything, failing

ROOT = Path(__file__).parents[2]
WORLDS: dict[str, Any] = {"everything": everything, **failing.WORLDS}
"""What there is to live in, by its name: each can `lay`, `go`, tell what is `seen`, and let it be `later`."""
PATIENCE = 60.0
"""Seconds after which a child hangs."""
IDLE = ("jemalloc_bg_thd", "polars-ooc-clea")
"""Threads that the import of Polars starts; they hold nothing that a fork needs."""
_PASSING_ON = ("store/database.py", "store/files.py", "store/place.py", "store/leases.py", "delivery/replacing.py", "engine/kept.py")


def site_of(name: str, frame: FrameType | None) -> str:
    """A fault point by its name and the function of the product that got there, beyond what only passes on."""
    while frame is not None:
        path = frame.f_code.co_filename
        if "/campaign_nb/" in path and not path.endswith(_PASSING_ON):
            module = Path(path).stem
            return f"{name} · {module}.{frame.f_code.co_qualname.replace('.<locals>', '')}"
        frame = frame.f_back
    return f"{name} · test"


class Passing:
    """Counts the fault points that a process passes by their sites, and lets it die at one."""

    def __init__(self, site: str | None, number: int) -> None:
        self.seen: Counter[str] = Counter()
        self.site, self.number = site, number

    def __call__(self, name: str) -> None:
        site = site_of(name, sys._getframe(2))
        self.seen[site] += 1
        if (self.site == site or self.site == "*") and self.number == (self.seen.total() if self.site == "*" else self.seen[site]):
            os.kill(os.getpid(), signal.SIGKILL)


def obey(place: Path, order: dict[str, Any]) -> dict[str, Any]:
    """Live in a world as ordered; return what is asked for."""
    breaking.break_product(order.get("broken"))
    world = WORLDS[order["world"]]
    passing = Passing(*(order.get("kill") or (None, 0)))
    end = arm(passing)
    world.go(place, order["until"])
    end()
    answer: dict[str, Any] = {"sites": passing.seen, "modules": sorted(sys.modules) if order.get("modules") else []}
    if order.get("see"):
        answer["seen"] = world.seen(place)
        everything.later(place)
        world.go(place, order["until"])
        answer["again"] = world.seen(place)
    return answer


def child(place: Path, order: dict[str, Any], out: int) -> None:
    """Do it in a fork, and end without what Python does at its end."""
    try:
        os.chdir(place)
        answer = obey(place, order)
    except BaseException:
        answer = {"error": traceback.format_exc()}
    with os.fdopen(out, "w") as pipe:
        pipe.write(json.dumps(answer))
    os._exit(0)


def answer_to(place: Path, order: dict[str, Any]) -> dict[str, Any]:
    """Fork, and return what became of the child: its answer, or that it was killed."""
    begun = time.monotonic()
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        signal.alarm(int(PATIENCE))
        child(place, order, write)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    _, status, used = os.wait4(pid, 0)
    found = json.loads(text) if text else {}
    own = used.ru_utime + used.ru_stime
    return {**found, "status": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - begun, "cpu": own}


def threads() -> list[str]:
    """The names of the threads of this process, but for those that hold nothing."""
    found = [Path(f"/proc/self/task/{task}/comm").read_text().strip() for task in os.listdir("/proc/self/task")]
    return sorted(name for name in found if name not in IDLE)


def main(place: Path) -> None:
    """Answer orders until the input ends."""
    gc.freeze()
    print(json.dumps({"threads": threads()}), flush=True)
    for line in sys.stdin:
        answer = answer_to(place, json.loads(line))
        for name in answer.get("modules", ()):
            if name not in sys.modules:
                importlib.import_module(name)
        print(json.dumps({**answer, "threads": threads()}), flush=True)


class Zygote:
    """A zygote as the tests hold it."""

    def __init__(self, place: Path) -> None:
        command = [sys.executable, "-m", "tests.faults.zygote", str(place)]
        own = {**os.environ, "POLARS_MAX_THREADS": "1", "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(command, cwd=ROOT, env=own, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.threads: list[str] = self._answer()["threads"]

    def do(self, **order: Any) -> dict[str, Any]:
        """Give an order and return the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End it."""
        self._process.communicate(timeout=PATIENCE)

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
