"""The frame libraries that plans are lowered to, one package each."""
