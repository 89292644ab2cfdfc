"""Tests of schedules: value objects on the clocks of time zones."""
