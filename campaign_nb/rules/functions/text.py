"""Text: positions count from 1, a character is a Unicode code point, and a null gives null."""

from campaign_nb.rules.functions.signature import ANY, INTEGER, TEXT, define
from campaign_nb.rules.functions.verify import decimals_of_a_number
from campaign_nb.rules.tree import Type

define("lower", "string", "The text in lower case.", [("text", TEXT)], Type.TEXT, phrase="{0} in lower case")
define("upper", "string", "The text in upper case.", [("text", TEXT)], Type.TEXT, phrase="{0} in upper case")
define(
    "smart",
    "string",
    "The text with a capital at the start of each word, the rest in lower case.",
    [("text", TEXT)],
    Type.TEXT,
    phrase="{0} with capitals",
)
define(
    "trim", "string", "The text without white space at both ends.", [("text", TEXT)], Type.TEXT, phrase="{0} without white space around it"
)
define("length", "string", "The number of characters.", [("text", TEXT)], Type.INTEGER, phrase="length of {0}")
define("left", "string", "The first n characters.", [("text", TEXT), ("n", INTEGER)], Type.TEXT, phrase="first {1} characters of {0}")
define(
    "right",
    "string",
    "The last n characters, one unless given.",
    [("text", TEXT), ("n", INTEGER)],
    Type.TEXT,
    optional=1,
    phrase="end of {0}|, {1} characters long",
)
define(
    "substring",
    "string",
    "The part that starts at a position, counted from 1; to the end when no length is given.",
    [("text", TEXT), ("start", INTEGER), ("length", INTEGER)],
    Type.TEXT,
    optional=1,
    phrase="part of {0} from character {1}|, {2} long",
)
define(
    "charindex",
    "string",
    "The position of a part, counted from 1; 0 when the text does not contain it.",
    [("text", TEXT), ("part", TEXT)],
    Type.INTEGER,
    phrase="position of {1} in {0}",
)
define(
    "replace",
    "string",
    "The text with every occurrence of a part replaced.",
    [("text", TEXT), ("part", TEXT), ("by", TEXT)],
    Type.TEXT,
    phrase="{0} with {1} replaced by {2}",
)
define(
    "concat",
    "string",
    "The values joined as one text; null when any is null.",
    [("value", ANY)],
    Type.TEXT,
    variadic=True,
    phrase="{all} joined",
)
define(
    "to_string",
    "string",
    "The value as text; a number with n decimals where they are given.",
    [("value", ANY), ("n", INTEGER)],
    Type.TEXT,
    optional=1,
    literal=(1,),
    verify=decimals_of_a_number,
    phrase="{0} as text| with {1} decimals",
)
