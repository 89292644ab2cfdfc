"""The live runs of a campaign: a listing whose index gives the run itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaign_nb.campaign.live_run import LiveRun
from campaign_nb.errors import Problem, RunError

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

    def __len__(self) -> int:
        return len(self._published.run_ids())

    def __getitem__(self, which: int) -> LiveRun:
        ids = self._published.run_ids()
        if not -len(ids) <= which < len(ids):
            raise RunError(Problem("runs", f"no run {which}", f"0 to {len(ids) - 1}" if ids else "there is none yet", "campaign.launch()"))
        return self._published.run(ids[which])

    def __repr__(self) -> str:
        return repr(self._published.runs())

    def _repr_html_(self) -> str:
        return self._published.runs()._repr_html_()  # pyright: ignore[reportPrivateUsage] # IPython's protocol
