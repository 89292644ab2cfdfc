"""Worlds by the hundred: each copied from an orderly moment, killed, started again, and compared with one that was left alone."""

from __future__ import annotations

import shutil
import threading
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.everything import ADDRESS
from tests.faults.zygote import WORLDS, Zygote


@dataclass(frozen=True)
class Kill:
    """A death in a step at the n-th passing of a site, and perhaps a second one at the n-th fault point of the recovery."""

    step: int
    site: str
    number: int
    second: int = 0
    through: bool = False
    """Whether the world goes on to its end before it is compared."""


@dataclass
class Tally:
    """What came of kills."""

    kills: int = 0
    pairs: int = 0
    sites: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0


class Mill:
    """Runs copies of one world in one folder, by one zygote; the stores of some are elsewhere."""

    def __init__(self, folder: Path, world: str = "everything") -> None:
        self.place, self._images, self._world = folder / "world", folder / "images", world
        self.last = len(WORLDS[world].STEPS) - 1
        self.broken: str | None = None
        """The fault to make in the product when worlds are killed and started again."""
        self.place.mkdir(parents=True)
        self.zygote = Zygote(self.place)
        self.seen: list[dict[str, Any]] = []
        self.sites: list[Counter[str]] = []

    def reference(self) -> None:
        """Live through a world that nobody kills; keep how it is after each step, and count the fault points."""
        self._lay()
        for step in range(self.last + 1):
            answer = self._live(step, modules=True)
            assert answer["status"] == 0 and "error" not in answer, answer
            assert answer["threads"] == ["python"], answer["threads"]
            self.sites.append(Counter(answer["sites"]))
            self._keep(step)
            answer = self._live(step, see=True)
            assert answer["seen"] == answer["again"], differences(answer["seen"], answer["again"])
            self.seen.append(answer["seen"])

    def points(self) -> list[Kill]:
        """Every passing of every site."""
        return [
            Kill(step, site, number)
            for step, counted in enumerate(self.sites)
            for site, total in sorted(counted.items())
            for number in range(1, total + 1)
        ]

    def kill(self, kill: Kill, tally: Tally) -> None:
        """Kill once or twice, start again, and compare."""
        self._bring(kill.step)
        died = self._live(kill.step, tally, kill=[kill.site, kill.number])
        if died["status"] != -9:
            tally.wrong.append(f"{kill}: was not reached: {died.get('error', died['status'])}")
            return
        tally.kills += 1
        tally.sites.add(kill.site)
        if kill.second:
            died = self._live(kill.step, tally, kill=["*", kill.second])
            tally.kills += died["status"] == -9
            tally.pairs += died["status"] == -9
        until = self.last if kill.through else kill.step
        answer = self._live(until, tally, see=True)
        if answer["status"] != 0 or "error" in answer:
            tally.wrong.append(f"{kill}: {answer.get('error', answer['status'])}")
            return
        found = differences(self.seen[until], {**answer["seen"], "unknown files": []})
        found += [f"again: {text}" for text in differences(self.seen[until], answer["again"])]
        if found:
            tally.wrong.append(f"{kill}: " + "; ".join(found))

    def close(self) -> None:
        """End the zygote."""
        self.zygote.close()

    def _lay(self) -> None:
        """Make a new world."""
        WORLDS[self._world].lay(self.place)

    def _keep(self, step: int) -> None:
        """Keep how the world is after a step."""
        shutil.copytree(self.place, self._images / str(step))

    def _bring(self, step: int) -> None:
        """Bring back how the world was before a step."""
        shutil.rmtree(self.place, ignore_errors=True)
        if step:
            shutil.copytree(self._images / str(step - 1), self.place)
        else:
            self.place.mkdir()
            self._lay()

    def _live(self, until: int, tally: Tally | None = None, **order: Any) -> dict[str, Any]:
        answer = self.zygote.do(world=self._world, until=until, broken=self.broken, **order)
        if tally is not None:
            tally.seconds += answer["seconds"]
            tally.cpu += answer["cpu"]
        return answer


class ServerMill(Mill):
    """A mill whose worlds have their stores on a server of PostgreSQL, in a database that is copied with their folder."""

    def __init__(self, folder: Path, server: str, world: str = "everything") -> None:
        super().__init__(folder, world)
        self._server, self._name = server, f"kills_{uuid.uuid4().hex[:8]}"

    def _lay(self) -> None:
        super()._lay()
        self._copy("template1", self._name)
        port = psycopg.conninfo.conninfo_to_dict(self._server)["port"]
        (self.place / ADDRESS).write_text(f"postgresql://tester@127.0.0.1:{port}/{self._name}")

    def _keep(self, step: int) -> None:
        super()._keep(step)
        self._copy(self._name, f"{self._name}_{step}")

    def _bring(self, step: int) -> None:
        super()._bring(step)
        if step:
            self._copy(f"{self._name}_{step - 1}", self._name)

    def _copy(self, template: str, name: str) -> None:
        """Make a database as another one is, in the place of any of that name; whoever died in it may still be leaving."""
        with psycopg.connect(self._server, autocommit=True) as own:
            own.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            own.execute(f"CREATE DATABASE {name} TEMPLATE {template}")


def differences(wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """What differs between two worlds, in a few words each."""
    texts: list[str] = []
    for key, value in wanted.items():
        other = found[key]
        if other == value:
            continue
        if isinstance(value, list) and isinstance(other, list):
            gone, new = [item for item in value if item not in other], [item for item in other if item not in value]
            texts.append(f"{key} lacks {gone[:3]}, has {new[:3]}" if gone or new else f"{key}: {len(value)} items are {len(other)}")
        elif isinstance(value, dict) and isinstance(other, dict):
            texts.append(f"{key}: {[name for name in {**value, **other} if value.get(name) != other.get(name)][:4]}")
        else:
            texts.append(f"{key}: {value!r} is {other!r}")
    return texts


def grind(mills: Sequence[Mill], kills: Iterable[Kill]) -> Tally:
    """Share kills between mills, each in a thread of its own."""
    queue, tally, lock = iter(kills), Tally(), threading.Lock()
    failures: list[BaseException] = []

    def work(mill: Mill) -> None:
        try:
            while not failures:
                with lock:
                    kill = next(queue, None)
                if kill is None:
                    return
                mill.kill(kill, tally)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(mill,)) for mill in mills]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return tally
