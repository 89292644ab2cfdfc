"""Tests with a real Jupyter kernel: busy cells, interrupts, deaths, and what is left when it ends."""
