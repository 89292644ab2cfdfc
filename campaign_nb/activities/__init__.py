"""The activities, one file each; the catalogue collects them."""

from campaign_nb.activities.alert import Alert
from campaign_nb.activities.and_join import AndJoin
from campaign_nb.activities.build_audience import BuildAudience
from campaign_nb.activities.change_dimension import ChangeDimension
from campaign_nb.activities.combine import Combine
from campaign_nb.activities.deduplicate import Deduplicate
from campaign_nb.activities.email import Email
from campaign_nb.activities.end import End
from campaign_nb.activities.enrich import Enrich, Lookup
from campaign_nb.activities.extract_file import ExtractFile, TextFormat
from campaign_nb.activities.filter import FilterRows
from campaign_nb.activities.fork import Fork
from campaign_nb.activities.incremental_query import IncrementalQuery
from campaign_nb.activities.load_file import FileTable, LoadFile
from campaign_nb.activities.python import PythonCode
from campaign_nb.activities.read_audience import ReadAudience
from campaign_nb.activities.reconcile import Reconcile
from campaign_nb.activities.save_audience import SaveAudience
from campaign_nb.activities.split import Control, Share, Split, Subset
from campaign_nb.activities.test import ConditionTest
from campaign_nb.activities.update_data import UpdateData
from campaign_nb.activities.wait import Wait

__all__ = [
    "Alert",
    "AndJoin",
    "BuildAudience",
    "ChangeDimension",
    "Combine",
    "ConditionTest",
    "Control",
    "Deduplicate",
    "Email",
    "End",
    "Enrich",
    "ExtractFile",
    "FileTable",
    "FilterRows",
    "Fork",
    "IncrementalQuery",
    "LoadFile",
    "Lookup",
    "PythonCode",
    "ReadAudience",
    "Reconcile",
    "SaveAudience",
    "Share",
    "Split",
    "Subset",
    "TextFormat",
    "UpdateData",
    "Wait",
]
