"""The engine: plans from steps, the runner that alone computes rows, the backends that know a frame library."""
