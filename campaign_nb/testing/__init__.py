"""What users test their own activities with: the promises of all, one on a frame, and real data to try things on."""

from campaign_nb.testing.conformance import conformance
from campaign_nb.testing.run import counted, run
from campaign_nb.testing.samples import Cdnow, cdnow

__all__ = ["Cdnow", "cdnow", "conformance", "counted", "run"]
