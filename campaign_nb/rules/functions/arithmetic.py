"""Arithmetic operators as functions: SQL's meaning for division and remainder of integers."""

from campaign_nb.rules.functions.signature import NUMERIC, define, widest

define("add", "arithmetic", "The sum of two numbers.", [("a", NUMERIC), ("b", NUMERIC)], widest, phrase="{0} plus {1}")
define("subtract", "arithmetic", "The first number less the second.", [("a", NUMERIC), ("b", NUMERIC)], widest, phrase="{0} minus {1}")
define("multiply", "arithmetic", "The product of two numbers.", [("a", NUMERIC), ("b", NUMERIC)], widest, phrase="{0} times {1}")
define(
    "divide",
    "arithmetic",
    "The quotient; of two integers truncated toward zero; null when the divisor is 0.",
    [("a", NUMERIC), ("b", NUMERIC)],
    widest,
    phrase="{0} divided by {1}",
)
define(
    "mod",
    "arithmetic",
    "The remainder, with the sign of the dividend; null when the divisor is 0.",
    [("a", NUMERIC), ("b", NUMERIC)],
    widest,
    phrase="remainder of {0} divided by {1}",
)
define("negate", "arithmetic", "The number with the other sign.", [("a", NUMERIC)], widest, phrase="minus {0}")
