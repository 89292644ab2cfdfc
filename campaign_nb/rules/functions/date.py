"""Dates: everything that says *now* means the run's `as_of`, and parts of a date with a time are local to its zone."""

from campaign_nb.rules.functions.signature import INTEGER, TEMPORAL, define
from campaign_nb.rules.tree import Type

define("now", "date", "The instant of the run.", [], Type.DATETIME, phrase="now")
define("today", "date", "The date of the run in the campaign's zone.", [], Type.DATE, phrase="today")
define("days_ago", "date", "The date n days before today.", [("n", INTEGER)], Type.DATE, phrase="{0} days ago")
define("days_ahead", "date", "The date n days after today.", [("n", INTEGER)], Type.DATE, phrase="{0} days from today")
define(
    "months_ago",
    "date",
    "The date n months before today; a missing day is the month's last.",
    [("n", INTEGER)],
    Type.DATE,
    phrase="{0} months ago",
)
define(
    "years_ago", "date", "The date n years before today; 29 February becomes the 28th.", [("n", INTEGER)], Type.DATE, phrase="{0} years ago"
)
define("year", "date", "The year.", [("date", TEMPORAL)], Type.INTEGER, phrase="year of {0}")
define("quarter", "date", "The quarter of the year, 1 to 4.", [("date", TEMPORAL)], Type.INTEGER, phrase="quarter of {0}")
define("month", "date", "The month, 1 to 12.", [("date", TEMPORAL)], Type.INTEGER, phrase="month of {0}")
define("day", "date", "The day of the month.", [("date", TEMPORAL)], Type.INTEGER, phrase="day of the month of {0}")
define("day_of_year", "date", "The day of the year, 1 to 366.", [("date", TEMPORAL)], Type.INTEGER, phrase="day of the year of {0}")
define(
    "week_day",
    "date",
    "The day of the week, 0 = Monday to 6 = Sunday.",
    [("date", TEMPORAL)],
    Type.INTEGER,
    phrase="day of the week of {0} (0 is Monday)",
)
define("hour", "date", "The hour, 0 to 23; 0 for a date without a time.", [("date", TEMPORAL)], Type.INTEGER, phrase="hour of {0}")
define("minute", "date", "The minute, 0 to 59; 0 for a date without a time.", [("date", TEMPORAL)], Type.INTEGER, phrase="minute of {0}")
define("days_old", "date", "Whole days from the date until today.", [("date", TEMPORAL)], Type.INTEGER, phrase="number of days since {0}")
define(
    "months_old",
    "date",
    "Whole months from the date until today; negative for a date to come.",
    [("date", TEMPORAL)],
    Type.INTEGER,
    phrase="number of months since {0}",
)
define(
    "years_old",
    "date",
    "Whole years from the date until today; an age from a date of birth.",
    [("date", TEMPORAL)],
    Type.INTEGER,
    phrase="number of years since {0}",
)
define("second", "date", "The second, 0 to 59; 0 for a date without a time.", [("date", TEMPORAL)], Type.INTEGER, phrase="second of {0}")
define(
    "year_and_month",
    "date",
    "The year and the month as one number, 202607 for July 2026.",
    [("date", TEMPORAL)],
    Type.INTEGER,
    phrase="year and month of {0}",
)
define(
    "days_ago_int",
    "date",
    "The date n days before today as a number, 20260701 for 1 July 2026.",
    [("n", INTEGER)],
    Type.INTEGER,
    phrase="{0} days ago as a number",
)
