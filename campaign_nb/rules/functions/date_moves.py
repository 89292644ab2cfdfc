"""Dates moved, cut, compared and converted: *now* is the run's `as_of`, the zone the value's own or the campaign's."""

from campaign_nb.rules.functions.signature import INTEGER, TEMPORAL, TEXT, TIMED, define, first, merged
from campaign_nb.rules.functions.verify import known_zone
from campaign_nb.rules.tree import Type

define(
    "days_diff",
    "date",
    "Days from the second date to the first, times of day left out; negative when the first is earlier.",
    [("end", TEMPORAL), ("start", TEMPORAL)],
    Type.INTEGER,
    phrase="number of days from {1} to {0}",
)
define(
    "add_days",
    "date",
    "The date n days later; the time of day stays.",
    [("date", TEMPORAL), ("n", INTEGER)],
    first,
    zone="first",
    phrase="{0} plus {1} days",
)
define(
    "add_months",
    "date",
    "The date n months later; a missing day is the month's last.",
    [("date", TEMPORAL), ("n", INTEGER)],
    first,
    zone="first",
    phrase="{0} plus {1} months",
)
define("date_only", "date", "The date without its time.", [("date", TEMPORAL)], Type.DATE, phrase="date of {0}")
define(
    "add_years",
    "date",
    "The date n years later; 29 February becomes the 28th.",
    [("date", TEMPORAL), ("n", INTEGER)],
    first,
    zone="first",
    phrase="{0} plus {1} years",
)
define(
    "add_hours",
    "date",
    "The date-time n hours later.",
    [("date", TEMPORAL), ("n", INTEGER)],
    Type.DATETIME,
    zone="first",
    phrase="{0} plus {1} hours",
)
define(
    "add_minutes",
    "date",
    "The date-time n minutes later.",
    [("date", TEMPORAL), ("n", INTEGER)],
    Type.DATETIME,
    zone="first",
    phrase="{0} plus {1} minutes",
)
define(
    "add_seconds",
    "date",
    "The date-time n seconds later.",
    [("date", TEMPORAL), ("n", INTEGER)],
    Type.DATETIME,
    zone="first",
    phrase="{0} plus {1} seconds",
)
define(
    "sub_years",
    "date",
    "The date n years earlier; 29 February becomes the 28th.",
    [("date", TEMPORAL), ("n", INTEGER)],
    first,
    zone="first",
    phrase="{0} minus {1} years",
)
define(
    "sub_months",
    "date",
    "The date n months earlier; a missing day is the month's last.",
    [("date", TEMPORAL), ("n", INTEGER)],
    first,
    zone="first",
    phrase="{0} minus {1} months",
)
define(
    "sub_days",
    "date",
    "The date n days earlier; the time of day stays.",
    [("date", TEMPORAL), ("n", INTEGER)],
    first,
    zone="first",
    phrase="{0} minus {1} days",
)
define(
    "sub_hours",
    "date",
    "The date-time n hours earlier.",
    [("date", TEMPORAL), ("n", INTEGER)],
    Type.DATETIME,
    zone="first",
    phrase="{0} minus {1} hours",
)
define(
    "sub_minutes",
    "date",
    "The date-time n minutes earlier.",
    [("date", TEMPORAL), ("n", INTEGER)],
    Type.DATETIME,
    zone="first",
    phrase="{0} minus {1} minutes",
)
define(
    "sub_seconds",
    "date",
    "The date-time n seconds earlier.",
    [("date", TEMPORAL), ("n", INTEGER)],
    Type.DATETIME,
    zone="first",
    phrase="{0} minus {1} seconds",
)
define(
    "convert_ntz",
    "date",
    "The instant at which the campaign's clock shows a date-time.",
    [("date", TEMPORAL)],
    Type.DATETIME,
    zone="first",
    phrase="{0} on the campaign's clock",
)
define(
    "date_cmp",
    "date",
    "-1, 0 or 1: whether the first date is earlier, the same or later.",
    [("a", TEMPORAL), ("b", TEMPORAL)],
    Type.INTEGER,
    phrase="order of {0} and {1}",
)
define(
    "hours_diff",
    "date",
    "Whole hours from the second date to the first.",
    [("end", TEMPORAL), ("start", TEMPORAL)],
    Type.INTEGER,
    phrase="number of hours from {1} to {0}",
)
define(
    "minutes_diff",
    "date",
    "Whole minutes from the second date to the first.",
    [("end", TEMPORAL), ("start", TEMPORAL)],
    Type.INTEGER,
    phrase="number of minutes from {1} to {0}",
)
define(
    "seconds_diff",
    "date",
    "Whole seconds from the second date to the first.",
    [("end", TEMPORAL), ("start", TEMPORAL)],
    Type.INTEGER,
    phrase="number of seconds from {1} to {0}",
)
define(
    "months_diff",
    "date",
    "Whole months from the second date to the first, times of day left out.",
    [("end", TEMPORAL), ("start", TEMPORAL)],
    Type.INTEGER,
    phrase="number of months from {1} to {0}",
)
define(
    "years_diff",
    "date",
    "Whole years from the second date to the first, times of day left out.",
    [("end", TEMPORAL), ("start", TEMPORAL)],
    Type.INTEGER,
    phrase="number of years from {1} to {0}",
)
define("oldest", "date", "The earlier of two dates.", [("a", TEMPORAL), ("b", TEMPORAL)], merged, phrase="earlier of {0} and {1}")
define("to_date", "date", "The date of a date-time.", [("date", TEMPORAL)], Type.DATE, phrase="{0} as a date")
define(
    "to_date_time",
    "date",
    "The date-time that an ISO text says, on the campaign's clock.",
    [("text", TEXT)],
    Type.DATETIME,
    phrase="{0} as a date-time",
)
define("to_timestamp", "date", "The instant that an ISO text says.", [("text", TEXT)], Type.DATETIME, phrase="{0} as an instant")
define(
    "to_time_zone",
    "date",
    "The same instant on another zone's clock.",
    [("date", TEMPORAL), ("zone", TEXT)],
    Type.DATETIME,
    literal=(1,),
    verify=known_zone,
    zone="last",
    phrase="{0} in the zone {1}",
)
define(
    "trunc_date",
    "date",
    "The date-time cut down to a multiple of seconds.",
    [("date", TEMPORAL), ("seconds", INTEGER)],
    Type.DATETIME,
    zone="first",
    phrase="{0} cut to {1} seconds",
)
define(
    "trunc_date_tz",
    "date",
    "The date-time cut down to a multiple of seconds on a zone's clock.",
    [("date", TEMPORAL), ("seconds", INTEGER), ("zone", TEXT)],
    Type.DATETIME,
    literal=(2,),
    verify=known_zone,
    zone="last",
    phrase="{0} cut to {1} seconds in the zone {2}",
)
define(
    "trunc_time",
    "date",
    "The time of day cut down to a multiple of seconds.",
    [("time", TIMED), ("seconds", INTEGER)],
    Type.TIME,
    phrase="time of {0} cut to {1} seconds",
)
define(
    "trunc_quarter",
    "date",
    "The first day of the date's quarter; a date-time's first instant in it.",
    [("date", TEMPORAL)],
    first,
    zone="first",
    phrase="start of the quarter of {0}",
)
define(
    "trunc_week",
    "date",
    "The first day of the date's week, a Monday; a date-time's first instant in it.",
    [("date", TEMPORAL)],
    first,
    zone="first",
    phrase="start of the week of {0}",
)
define(
    "trunc_year",
    "date",
    "The first day of the date's year; a date-time's first instant in it.",
    [("date", TEMPORAL)],
    first,
    zone="first",
    phrase="start of the year of {0}",
)
