"""`cn.fn`: every function of the rule language as a Python function, with its types checked when it is called."""

from typing import NoReturn

from campaign_nb.errors import Problem, did_you_mean, nearest
from campaign_nb.rules.functions.calls.aggregates import avg, count, count_all, max, min, std_dev, sum
from campaign_nb.rules.functions.calls.arithmetic import add, divide, mod, multiply, negate, subtract
from campaign_nb.rules.functions.calls.choices import (
    case,
    clear_bit,
    coalesce,
    decode,
    first_of,
    if_equals,
    iif,
    is_bit_set,
    is_empty_string,
    item_of,
    no_null,
    set_bit,
    to_boolean,
)
from campaign_nb.rules.functions.calls.date import (
    day,
    day_of_year,
    days_ago,
    days_ago_int,
    days_ahead,
    days_old,
    hour,
    minute,
    month,
    months_ago,
    months_old,
    now,
    quarter,
    second,
    today,
    week_day,
    year,
    year_and_month,
    years_ago,
    years_old,
)
from campaign_nb.rules.functions.calls.date_cuts import trunc_date, trunc_date_tz, trunc_quarter, trunc_time, trunc_week, trunc_year
from campaign_nb.rules.functions.calls.date_moves import (
    add_days,
    add_hours,
    add_minutes,
    add_months,
    add_seconds,
    add_years,
    convert_ntz,
    date_cmp,
    date_only,
    days_diff,
    hours_diff,
    minutes_diff,
    months_diff,
    oldest,
    seconds_diff,
    sub_days,
    sub_hours,
    sub_minutes,
    sub_months,
    sub_seconds,
    sub_years,
    to_date,
    to_date_time,
    to_time_zone,
    to_timestamp,
    years_diff,
)
from campaign_nb.rules.functions.calls.geo import distance
from campaign_nb.rules.functions.calls.message import escape_html, header_text, is_email, money
from campaign_nb.rules.functions.calls.numeric import (
    abs,
    ceil,
    floor,
    greatest,
    least,
    percent,
    round,
    sign,
    to_double,
    to_int64,
    to_integer,
    trunc,
)
from campaign_nb.rules.functions.calls.refused import (
    aes_encrypt,
    count_distinct,
    get_mirror_url,
    node_value,
    string_agg,
    virtual_link,
    virtual_link_str,
)
from campaign_nb.rules.functions.calls.text import (
    charindex,
    concat,
    left,
    length,
    lower,
    replace,
    right,
    smart,
    substring,
    to_string,
    trim,
    upper,
)
from campaign_nb.rules.functions.calls.text_parts import (
    ascii,
    char,
    data_length,
    get_email_domain,
    get_line,
    juxt_words,
    juxt_words3,
    line,
    lpad,
    ltrim,
    md5_digest,
    rpad,
    rtrim,
    sha256_digest,
    sha512_digest,
)
from campaign_nb.rules.functions.calls.text_tests import all_non_null2, all_non_null3, is_memo_null, memo_contains
from campaign_nb.rules.functions.calls.window import desc, new_uuid, order_by, over, partition_by, random, row_id, row_num
from campaign_nb.rules.handle import UnknownName

# fmt: off
__all__ = [
    "abs", "add", "add_days", "add_hours", "add_minutes", "add_months", "add_seconds", "add_years", "aes_encrypt", "all_non_null2",
    "all_non_null3", "ascii", "avg", "case", "ceil", "char", "charindex", "clear_bit", "coalesce", "concat", "convert_ntz", "count",
    "count_all", "count_distinct", "data_length", "date_cmp", "date_only", "day", "day_of_year", "days_ago", "days_ago_int",
    "days_ahead", "days_diff", "days_old", "decode", "desc", "distance", "divide", "escape_html", "first_of", "floor",
    "get_email_domain", "get_line", "get_mirror_url", "greatest", "header_text", "hour", "hours_diff", "if_equals", "iif",
    "is_bit_set", "is_email", "is_empty_string", "is_memo_null", "item_of", "juxt_words", "juxt_words3", "least", "left", "length", "line",
    "lower", "lpad", "ltrim", "max", "md5_digest", "memo_contains", "min", "minute", "minutes_diff", "mod", "money", "month",
    "months_ago", "months_diff", "months_old", "multiply", "negate", "new_uuid", "no_null", "node_value", "now", "oldest", "order_by",
    "over", "partition_by", "percent", "quarter", "random", "replace", "right", "round", "row_id", "row_num", "rpad", "rtrim",
    "second", "seconds_diff", "set_bit", "sha256_digest", "sha512_digest", "sign", "smart", "std_dev", "string_agg", "sub_days",
    "sub_hours", "sub_minutes", "sub_months", "sub_seconds", "sub_years", "substring", "subtract", "sum", "to_boolean", "to_date",
    "to_date_time", "to_double", "to_int64", "to_integer", "to_string", "to_time_zone", "to_timestamp", "today", "trim", "trunc",
    "trunc_date", "trunc_date_tz", "trunc_quarter", "trunc_time", "trunc_week", "trunc_year", "upper", "virtual_link",
    "virtual_link_str", "week_day", "year", "year_and_month", "years_ago", "years_diff", "years_old",
]
# fmt: on


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> NoReturn:
    if name.startswith("_"):
        raise AttributeError(name)
    near = nearest(name, __all__) or "lower"
    raise UnknownName(Problem("cn.fn", f"no function {name!r}", did_you_mean(name, __all__), f"cn.fn.{near}(…)"))
