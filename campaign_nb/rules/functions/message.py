"""What messages need of values: escaping, plain headers, money, and whether a text is an address."""

from campaign_nb.rules.functions.signature import ANY, NUMERIC, TEXT, define
from campaign_nb.rules.tree import Type

define("escape_html", "message", "The text with & < > and quotes as HTML entities.", [("text", ANY)], Type.TEXT, phrase="{0}, escaped")
define("header_text", "message", "The text on one line, without control characters.", [("text", ANY)], Type.TEXT, phrase="{0} on one line")
define("money", "message", "The number with two decimals, halves away from zero.", [("amount", NUMERIC)], Type.TEXT, phrase="{0} as money")
define(
    "is_email",
    "message",
    "Whether the text is an address that can be written to.",
    [("text", TEXT)],
    Type.BOOLEAN,
    phrase="{0} is an address",
)
