"""Schedules: value objects that say when a campaign launches, on the clock of a time zone."""

from campaign_nb.schedule.cron import Cron
from campaign_nb.schedule.duration import duration, duration_text
from campaign_nb.schedule.rules import Asap, Daily, Monthly, Once, SeveralTimesADay, Weekly
from campaign_nb.schedule.schedule import KINDS, Schedule
from campaign_nb.schedule.signal import OnSignal, Parameter
from campaign_nb.schedule.slot import Missed, Slot
from campaign_nb.schedule.zone import tzdata_version

__all__ = [
    "KINDS",
    "Asap",
    "Cron",
    "Daily",
    "Missed",
    "Monthly",
    "OnSignal",
    "Once",
    "Parameter",
    "Schedule",
    "SeveralTimesADay",
    "Slot",
    "Weekly",
    "duration",
    "duration_text",
    "tzdata_version",
]
