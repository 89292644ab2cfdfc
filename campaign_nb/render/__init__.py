"""Pure drawings of campaigns: plain data in, text out; no widgets, no kernel, no frames."""
