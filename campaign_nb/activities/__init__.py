"""The activities, one file each; the catalogue collects them."""

from campaign_nb.activities.build_audience import BuildAudience
from campaign_nb.activities.combine import Combine
from campaign_nb.activities.deduplicate import Deduplicate
from campaign_nb.activities.email import Email
from campaign_nb.activities.end import End
from campaign_nb.activities.enrich import Enrich
from campaign_nb.activities.filter import FilterRows
from campaign_nb.activities.python import PythonCode
from campaign_nb.activities.read_audience import ReadAudience
from campaign_nb.activities.save_audience import SaveAudience
from campaign_nb.activities.split import Control, Share, Split, Subset
from campaign_nb.activities.wait import Wait

__all__ = [
    "BuildAudience",
    "Combine",
    "Control",
    "Deduplicate",
    "Email",
    "End",
    "Enrich",
    "FilterRows",
    "PythonCode",
    "ReadAudience",
    "SaveAudience",
    "Share",
    "Split",
    "Subset",
    "Wait",
]
