"""Tests of what is installed: the wheel, the browser's part in it, and what both sides must agree on."""
