"""Choices between values, and flags in numbers."""

from campaign_nb.rules.functions.signature import ANY, INTEGER, TEXT, TRUTHY, chosen, chosen_of_two, define
from campaign_nb.rules.functions.verify import alike, alike_results
from campaign_nb.rules.tree import Type

define(
    "if_equals",
    "string",
    "The third value where the first two are equal, else the fourth.",
    [("a", ANY), ("b", ANY), ("then", ANY), ("otherwise", ANY)],
    chosen,
    verify=alike,
    phrase="({2} if {0} is {1}, otherwise {3})",
)
define(
    "clear_bit",
    "other",
    "The number without the bits of a flag.",
    [("id", INTEGER), ("flag", INTEGER)],
    Type.INTEGER,
    phrase="{0} without the flag {1}",
)
define(
    "set_bit",
    "other",
    "The number with the bits of a flag.",
    [("id", INTEGER), ("flag", INTEGER)],
    Type.INTEGER,
    phrase="{0} with the flag {1}",
)
define(
    "is_bit_set",
    "other",
    "Whether the number has all bits of a flag.",
    [("id", INTEGER), ("flag", INTEGER)],
    Type.BOOLEAN,
    phrase="{0} is a number with the flag {1}",
)
define(
    "decode",
    "other",
    "The third value where the first two are the same, else the fourth.",
    [("a", ANY), ("b", ANY), ("then", ANY), ("otherwise", ANY)],
    chosen,
    verify=alike,
    phrase="({2} if {0} is the same as {1}, otherwise {3})",
)
define(
    "is_empty_string",
    "other",
    "The second value where the first is empty, else the third.",
    [("text", TEXT), ("then", ANY), ("otherwise", ANY)],
    chosen_of_two,
    verify=alike_results,
    phrase="({1} if {0} is empty, otherwise {2})",
)
define("no_null", "other", "The text, the empty text where it is null.", [("text", TEXT)], Type.TEXT, phrase="{0}, empty where unknown")
define("to_boolean", "other", "Whether the number is not 0.", [("n", TRUTHY)], Type.BOOLEAN, phrase="{0} is other than 0")
