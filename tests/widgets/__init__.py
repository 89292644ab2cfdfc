"""Tests of the live views, without a front end."""
