"""Properties of whole campaigns, against Python that looks at one row at a time."""
