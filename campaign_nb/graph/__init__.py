"""The pure campaign: activities and transitions, their checks, and their forms as document, code, difference and view."""
