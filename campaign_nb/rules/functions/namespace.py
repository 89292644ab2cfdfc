"""`cn.fn`: every function of the rule language as a Python function, with its types checked when it is called."""

from __future__ import annotations

from campaign_nb.rules.build import col as col
from campaign_nb.rules.value import Value, as_rule, call, choose


def if_else(condition: object, then: object, otherwise: object = None) -> Value:
    """One value where a condition is true, another where it is false or unknown.

    >>> print(if_else(col.age >= 18, "adult", "minor"))
    case when age >= 18 then 'adult' else 'minor' end
    """
    return case((condition, then), otherwise=otherwise)


def case(*whens: tuple[object, object], otherwise: object = None) -> Value:
    """The value of the first condition that is true, else `otherwise`.

    >>> print(case((col.points > 100, "gold"), (col.points > 10, "silver"), otherwise="none"))
    case when points > 100 then 'gold' when points > 10 then 'silver' else 'none' end
    """
    return choose([(as_rule(test), value) for test, value in whens], otherwise)


def _optional(name: str, *args: object) -> Value:
    return call(name, *(arg for arg in args if arg is not None))


# --------------------------------------------------------------------------------------------------------- arithmetic


def add(a: object, b: object) -> Value:
    """The sum of two numbers."""
    return call("add", a, b)


def subtract(a: object, b: object) -> Value:
    """The first number less the second."""
    return call("subtract", a, b)


def multiply(a: object, b: object) -> Value:
    """The product of two numbers."""
    return call("multiply", a, b)


def divide(a: object, b: object) -> Value:
    """The quotient; of two integers truncated toward zero.

    Null when the divisor is 0.
    """
    return call("divide", a, b)


def modulo(a: object, b: object) -> Value:
    """The remainder, with the sign of the dividend; null when the divisor is 0."""
    return call("modulo", a, b)


def negate(a: object) -> Value:
    """The number with the other sign."""
    return call("negate", a)


# --------------------------------------------------------------------------------------------------------------- date


def now() -> Value:
    """The instant of the run."""
    return call("now")


def today() -> Value:
    """The date of the run in the campaign's zone."""
    return call("today")


def days_ago(n: object) -> Value:
    """The date n days before today."""
    return call("days_ago", n)


def days_ahead(n: object) -> Value:
    """The date n days after today."""
    return call("days_ahead", n)


def months_ago(n: object) -> Value:
    """The date n months before today; a missing day is the month's last."""
    return call("months_ago", n)


def years_ago(n: object) -> Value:
    """The date n years before today; 29 February becomes the 28th."""
    return call("years_ago", n)


def year(date: object) -> Value:
    """The year."""
    return call("year", date)


def quarter(date: object) -> Value:
    """The quarter of the year, 1 to 4."""
    return call("quarter", date)


def month(date: object) -> Value:
    """The month, 1 to 12."""
    return call("month", date)


def day(date: object) -> Value:
    """The day of the month."""
    return call("day", date)


def day_of_year(date: object) -> Value:
    """The day of the year, 1 to 366."""
    return call("day_of_year", date)


def week_day(date: object) -> Value:
    """The day of the week, 0 = Monday to 6 = Sunday."""
    return call("week_day", date)


def hour(date: object) -> Value:
    """The hour, 0 to 23; 0 for a date without a time."""
    return call("hour", date)


def minute(date: object) -> Value:
    """The minute, 0 to 59; 0 for a date without a time."""
    return call("minute", date)


def days_old(date: object) -> Value:
    """Whole days from the date until today."""
    return call("days_old", date)


def months_old(date: object) -> Value:
    """Whole months from the date until today; negative for a date to come."""
    return call("months_old", date)


def years_old(date: object) -> Value:
    """Whole years from the date until today; an age from a date of birth.

    >>> print(years_old(col.born) >= 18)
    years_old(born) >= 18
    """
    return call("years_old", date)


def days_between(end: object, start: object) -> Value:
    """Days from the second date to the first, times of day left out.

    Negative when the first is earlier.
    """
    return call("days_between", end, start)


def add_days(date: object, n: object) -> Value:
    """The date n days later; the time of day stays.

    >>> print(add_days(col.joined, 30))
    add_days(joined, 30)
    """
    return call("add_days", date, n)


def add_months(date: object, n: object) -> Value:
    """The date n months later; a missing day is the month's last."""
    return call("add_months", date, n)


def date_only(date: object) -> Value:
    """The date without its time."""
    return call("date_only", date)


# ------------------------------------------------------------------------------------------------------------ numeric


def abs(n: object) -> Value:
    """The value without its sign."""
    return call("abs", n)


def ceil(n: object) -> Value:
    """The smallest whole number that is not below."""
    return call("ceil", n)


def floor(n: object) -> Value:
    """The largest whole number that is not above."""
    return call("floor", n)


def round(n: object, decimals: object = None) -> Value:
    """The number rounded to decimals, halves away from zero.

    >>> print(round(col.spend, 2))
    round(spend, 2)
    """
    return _optional("round", n, decimals)


def greatest(a: object, b: object) -> Value:
    """The larger; null when either is null."""
    return call("greatest", a, b)


def least(a: object, b: object) -> Value:
    """The smaller; null when either is null."""
    return call("least", a, b)


def sign(n: object) -> Value:
    """-1, 0 or 1."""
    return call("sign", n)


def percent(a: object, b: object) -> Value:
    """The first as a percentage of the second; null when the second is 0.

    >>> print(percent(col.used, col.total))
    percent(used, total)
    """
    return call("percent", a, b)


# -------------------------------------------------------------------------------------------------------------- other


def coalesce(*values: object) -> Value:
    """The first value that is not null.

    >>> print(coalesce(col.nick_name, col.name))
    coalesce(nick_name, name)
    """
    return call("coalesce", *values)


def first_of(rows: object) -> Value:
    """The only column of the first collected row."""
    return call("first_of", rows)


# ------------------------------------------------------------------------------------------------------------- string


def lower(text: object) -> Value:
    """The text in lower case.

    >>> print(lower(col.country))
    lower(country)
    """
    return call("lower", text)


def upper(text: object) -> Value:
    """The text in upper case."""
    return call("upper", text)


def smart(text: object) -> Value:
    """The text with a capital at the start of each word, the rest in lower case."""
    return call("smart", text)


def trim(text: object) -> Value:
    """The text without white space at both ends."""
    return call("trim", text)


def length(text: object) -> Value:
    """The number of characters."""
    return call("length", text)


def left(text: object, n: object) -> Value:
    """The first n characters."""
    return call("left", text, n)


def right(text: object, n: object) -> Value:
    """The last n characters."""
    return call("right", text, n)


def substring(text: object, start: object, length: object = None) -> Value:
    """The part that starts at a position, counted from 1.

    To the end when no length is given.
    """
    return _optional("substring", text, start, length)


def char_index(text: object, part: object) -> Value:
    """The position of a part, counted from 1; 0 when the text does not contain it."""
    return call("char_index", text, part)


def replace(text: object, part: object, by: object) -> Value:
    """The text with every occurrence of a part replaced."""
    return call("replace", text, part, by)


def concat(*values: object) -> Value:
    """The values joined as one text; null when any is null."""
    return call("concat", *values)


def to_string(value: object) -> Value:
    """The value as text."""
    return call("to_string", value)


def email_domain(address: object) -> Value:
    """The part of an address after the @; null when there is no @.

    >>> print(email_domain(col.email))
    email_domain(email)
    """
    return call("email_domain", address)


# ------------------------------------------------------------------------------------------------------------ message


def escape_html(text: object) -> Value:
    """The text with & < > and quotes as HTML entities."""
    return call("escape_html", text)


def header_text(text: object) -> Value:
    """The text on one line, without control characters."""
    return call("header_text", text)


def money(amount: object) -> Value:
    """The number with two decimals, halves away from zero."""
    return call("money", amount)


def is_email(text: object) -> Value:
    """Whether the text is an address that can be written to."""
    return call("is_email", text)
