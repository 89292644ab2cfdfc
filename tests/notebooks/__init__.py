"""Notebooks as tests."""
