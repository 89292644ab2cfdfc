"""What campaigns achieved: counts, rates and the funnel of their messages, from frames to frames."""
