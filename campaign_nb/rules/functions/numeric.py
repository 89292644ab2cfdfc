"""Numbers."""

from campaign_nb.rules.functions.signature import CONVERTIBLE, INTEGER, NUMERIC, define, widest
from campaign_nb.rules.tree import Type

define("abs", "numeric", "The value without its sign.", [("n", NUMERIC)], widest, phrase="{0} without its sign")
define("ceil", "numeric", "The smallest whole number that is not below.", [("n", NUMERIC)], widest, phrase="{0} rounded up")
define("floor", "numeric", "The largest whole number that is not above.", [("n", NUMERIC)], widest, phrase="{0} rounded down")
define(
    "round",
    "numeric",
    "The number rounded to decimals, halves away from zero.",
    [("n", NUMERIC), ("decimals", INTEGER)],
    widest,
    optional=1,
    literal=(1,),
    phrase="{0} rounded| to {1} decimals",
)
define(
    "greatest", "numeric", "The larger; null when either is null.", [("a", NUMERIC), ("b", NUMERIC)], widest, phrase="larger of {0} and {1}"
)
define(
    "least", "numeric", "The smaller; null when either is null.", [("a", NUMERIC), ("b", NUMERIC)], widest, phrase="smaller of {0} and {1}"
)
define("sign", "numeric", "-1, 0 or 1.", [("n", NUMERIC)], Type.INTEGER, phrase="sign of {0}")
define(
    "percent",
    "numeric",
    "The first as a percentage of the second; null when the second is 0.",
    [("a", NUMERIC), ("b", NUMERIC)],
    Type.NUMBER,
    phrase="{0} as a percentage of {1}",
)
define("to_double", "numeric", "The value as a number with a fraction.", [("value", CONVERTIBLE)], Type.NUMBER, phrase="{0} as a number")
define(
    "to_int64",
    "numeric",
    "The value as a whole number of 64 bits, its fraction cut off.",
    [("value", CONVERTIBLE)],
    Type.INTEGER,
    phrase="{0} as a whole number",
)
define(
    "to_integer",
    "numeric",
    "The value as a whole number of 32 bits, its fraction cut off.",
    [("value", CONVERTIBLE)],
    Type.INTEGER,
    phrase="{0} as a whole number",
)
define(
    "trunc",
    "numeric",
    "The number cut off after some decimals, none unless given.",
    [("n", NUMERIC), ("decimals", INTEGER)],
    widest,
    optional=1,
    literal=(1,),
    phrase="{0} cut off| after {1} decimals",
)
