"""Tests of the scheduler: clocks are moved by hand, launches are read from the store."""
