"""Events of messages, recorded and simulated."""
