"""Notebooks as files that are handed on."""
