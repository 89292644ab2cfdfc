"""Places on the globe."""

from __future__ import annotations

from campaign_nb.rules.build import col as col  # for the examples
from campaign_nb.rules.value import Value, call


def distance(longitude_a: object, latitude_a: object, longitude_b: object, latitude_b: object) -> Value:
    """The distance between two points of the globe, in kilometres.

    Units: degrees in, kilometres out: the great circle on a sphere of 6371.0088 km.
    Nulls: null where an argument is null.

    >>> print(distance(col.lon, col.lat, 2.3522, 48.8566))
    distance(lon, lat, 2.3522, 48.8566)
    """
    return call("distance", longitude_a, latitude_a, longitude_b, latitude_b)
