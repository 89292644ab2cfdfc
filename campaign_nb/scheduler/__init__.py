"""The scheduler: turns schedules into launches, each once, and goes on with runs while cells are busy or kernels come and go."""

from campaign_nb.scheduler.launcher import Launcher, Scheduled
from campaign_nb.scheduler.scheduler import NextLaunch, Scheduler

__all__ = ["Launcher", "NextLaunch", "Scheduled", "Scheduler"]
