"""Tests of the functions of rules."""
