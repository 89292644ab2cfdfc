"""Places on the globe: degrees in, kilometres out."""

from campaign_nb.rules.functions.signature import NUMERIC, define
from campaign_nb.rules.tree import Type

EARTH = 6371.0088
"""The mean radius of the globe, in kilometres."""

define(
    "distance",
    "geomarketing",
    "The distance between two points of the globe, in kilometres.",
    [("longitude_a", NUMERIC), ("latitude_a", NUMERIC), ("longitude_b", NUMERIC), ("latitude_b", NUMERIC)],
    Type.NUMBER,
    phrase="distance from ({0}, {1}) to ({2}, {3})",
)
