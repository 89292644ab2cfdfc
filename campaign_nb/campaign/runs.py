"""The live runs of a campaign: a listing whose index gives the run itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from campaign_nb.campaign.live_run import LiveRun
from campaign_nb.errors import Problem, RunError
from campaign_nb.workspace import Listing

if TYPE_CHECKING:
    import polars as pl

    from campaign_nb.campaign.published import Published


class Runs:
    """The live runs of a campaign: `runs[0]` is the newest, `.frame()` all of them."""

    def __init__(self, published: Published) -> None:
        self._published = published

    def frame(self) -> pl.DataFrame:
        """Return all runs as a frame, newest first."""
        return self._published.runs().frame()

    def search(self, text: str) -> Listing:
        """Return the rows in which any text contains `text`, whatever its case."""
        return self._published.runs().search(text)

    def __len__(self) -> int:
        return len(self._published.run_ids())

    def __iter__(self) -> Iterator[LiveRun]:
        return (self._published.run(run_id) for run_id in self._published.run_ids())

    def __getitem__(self, which: int | str) -> LiveRun:
        """Return a run by its place, the newest first, or by its id or the beginning of it.

        Errors: no such run; a beginning that several have.
        """
        ids = self._published.run_ids()
        if isinstance(which, str):
            return self._published.run(_named(which, ids))
        if not -len(ids) <= which < len(ids):
            raise RunError(Problem("runs", f"no run {which}", f"0 to {len(ids) - 1}" if ids else "there is none yet", "campaign.launch()"))
        return self._published.run(ids[which])

    def __repr__(self) -> str:
        return repr(self._published.runs())

    def _repr_html_(self) -> str:
        return self._published.runs()._repr_html_()  # pyright: ignore[reportPrivateUsage] # IPython's protocol


def _named(which: str, ids: Sequence[str]) -> str:
    found = [run_id for run_id in ids if which and run_id.startswith(which)]
    if len(found) == 1:
        return found[0]
    what = f"{len(found)} runs whose ids begin with {which!r}" if found else f"no run {which!r}"
    known = ", ".join(run_id[:8] for run_id in ids[:5]) or "there is none yet"
    raise RunError(Problem("runs", what, f"the id of one run: {known}" if ids else known, "campaign.runs.frame()"))
