"""What is known of texts: whether they are there, and what they contain."""

from campaign_nb.rules.functions.signature import ANY, TEXT, define
from campaign_nb.rules.tree import Type

define(
    "all_non_null2",
    "string",
    "Whether both values are known.",
    [("a", ANY), ("b", ANY)],
    Type.BOOLEAN,
    phrase="{0} is known together with {1}",
)
define(
    "all_non_null3",
    "string",
    "Whether all three values are known.",
    [("a", ANY), ("b", ANY), ("c", ANY)],
    Type.BOOLEAN,
    phrase="{0} is known together with {1} and {2}",
)
define("is_memo_null", "string", "Whether a long text is missing.", [("memo", TEXT)], Type.BOOLEAN, phrase="{0} is missing")
define(
    "memo_contains",
    "string",
    "Whether a long text contains a part, literally and by case.",
    [("memo", TEXT), ("part", TEXT)],
    Type.BOOLEAN,
    phrase="{0} is a text that contains {1}",
)
