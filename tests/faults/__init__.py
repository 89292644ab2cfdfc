"""Tests that break things on purpose: owners that stand still, stores that moved, disks that are full."""
