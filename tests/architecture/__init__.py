"""The rules of the house, each with a planted violation that turns it red."""
