"""The functions of the rule language as Python functions, one file per kind."""
