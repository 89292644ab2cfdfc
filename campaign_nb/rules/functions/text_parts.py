"""Text made from text: lines, padding, digests, codes of characters."""

from campaign_nb.rules.functions.signature import INTEGER, TEXT, define
from campaign_nb.rules.functions.verify import one_character
from campaign_nb.rules.tree import Type

define(
    "ascii",
    "string",
    "The Unicode code of the first character; 0 of an empty text.",
    [("text", TEXT)],
    Type.INTEGER,
    phrase="code of the first character of {0}",
)
define("char", "string", "The character of a Unicode code.", [("code", INTEGER)], Type.TEXT, phrase="character {0}")
define("data_length", "string", "The number of bytes in UTF-8.", [("text", TEXT)], Type.INTEGER, phrase="length of {0} in bytes")
define(
    "get_line",
    "string",
    "The line of a number in a text of several, the first unless given.",
    [("text", TEXT), ("n", INTEGER)],
    Type.TEXT,
    optional=1,
    phrase="line of {0}|, number {1}",
)
define(
    "line", "string", "The line of a number in a text of several.", [("text", TEXT), ("n", INTEGER)], Type.TEXT, phrase="line {1} of {0}"
)
define(
    "juxt_words",
    "string",
    "Two texts with a space between them where both have something.",
    [("a", TEXT), ("b", TEXT)],
    Type.TEXT,
    phrase="{all} side by side",
)
define(
    "juxt_words3",
    "string",
    "Three texts with a space between those that have something.",
    [("a", TEXT), ("b", TEXT), ("c", TEXT)],
    Type.TEXT,
    phrase="{all} side by side",
)
define(
    "lpad",
    "string",
    "The text filled up on the left to n characters; a longer one is cut to n.",
    [("text", TEXT), ("n", INTEGER), ("filling", TEXT)],
    Type.TEXT,
    literal=(2,),
    verify=one_character,
    phrase="{0} filled up on the left to {1} characters with {2}",
)
define(
    "rpad",
    "string",
    "The text filled up on the right to n characters; a longer one is cut to n.",
    [("text", TEXT), ("n", INTEGER), ("filling", TEXT)],
    Type.TEXT,
    literal=(2,),
    verify=one_character,
    phrase="{0} filled up on the right to {1} characters with {2}",
)
define(
    "ltrim", "string", "The text without white space at its start.", [("text", TEXT)], Type.TEXT, phrase="{0} without white space before it"
)
define(
    "rtrim", "string", "The text without white space at its end.", [("text", TEXT)], Type.TEXT, phrase="{0} without white space after it"
)
define(
    "md5_digest", "string", "The MD5 digest of the text, in hexadecimal digits.", [("text", TEXT)], Type.TEXT, phrase="MD5 digest of {0}"
)
define(
    "sha256_digest",
    "string",
    "The SHA-256 digest of the text, in hexadecimal digits.",
    [("text", TEXT)],
    Type.TEXT,
    phrase="SHA-256 digest of {0}",
)
define(
    "sha512_digest",
    "string",
    "The SHA-512 digest of the text, in hexadecimal digits.",
    [("text", TEXT)],
    Type.TEXT,
    phrase="SHA-512 digest of {0}",
)
define(
    "get_email_domain",
    "other",
    "The part of an address after the @; null when there is no @.",
    [("address", TEXT)],
    Type.TEXT,
    phrase="domain of {0}",
)
