"""Figures, funnels and reports."""
