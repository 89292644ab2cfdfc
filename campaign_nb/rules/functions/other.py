"""Choices between values."""

from campaign_nb.rules.functions.signature import ANY, INTEGER, define, same
from campaign_nb.rules.tree import Type

define("coalesce", "other", "The first value that is not null.", [("value", ANY)], same, variadic=True, phrase="first known of {all}")
define("first_of", "other", "The only column of the first collected row.", [("rows", ANY)], Type.UNKNOWN, phrase="first of {0}")
define(
    "item_of",
    "other",
    "The only column of one of the collected rows, counted from 1.",
    [("rows", ANY), ("place", INTEGER)],
    Type.UNKNOWN,
    phrase="row {1} of {0}",
)
