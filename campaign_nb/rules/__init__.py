"""The rule language: a closed tree, the ways to write it and the ways to print it."""
