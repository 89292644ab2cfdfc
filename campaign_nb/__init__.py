"""Orchestrated marketing campaigns in Jupyter."""
