"""Dates moved, cut, compared and converted, in SQL; the database's session stands for the campaign's zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from campaign_nb.rules.sql.functions import Build, Call, months_and_days, per, signed
from campaign_nb.rules.sql.nodes import Node, case, cast, fn, group, number, operator, part, quotient, text, try_cast
from campaign_nb.rules.tree import Type

_EPOCH = "1970-01-01"


def _stamp(node: Node, kind: Type) -> Node:
    return cast(node, "TIMESTAMP") if kind is Type.DATE else node


def _calendar(unit: str, sign: int) -> Build:
    """Move by days, months or years."""

    def build(call: Call) -> Node:
        date, n = call.args
        n = operator(exp.Mul, n, number(12)) if unit == "years" else n
        move = call.flavour.add_days if unit == "days" else call.flavour.add_months
        return move(date, signed(n, sign), call.kinds[0])

    return build


def _passing(unit: str, sign: int) -> Build:
    """Move by hours, minutes or seconds."""
    name, place = unit.upper(), ("DAY", "HOUR", "MINUTE", "SECOND").index(unit.upper())

    def move(write: Callable[[Node, Node], Node]) -> Build:
        return lambda call: write(_stamp(call.args[0], call.kinds[0]), signed(call.args[1], sign))

    return per(
        duckdb=move(lambda date, n: operator(exp.Add, date, fn(f"TO_{name}S", cast(n, "INT" if unit != "second" else "BIGINT")))),
        postgres=move(lambda date, n: operator(exp.Add, date, operator(exp.Mul, n, exp.Interval(this=text("1"), unit=exp.var(name))))),
        spark=move(lambda date, n: operator(exp.Add, date, fn("MAKE_DT_INTERVAL", *(number(0) for _ in range(place)), n))),
        snowflake=move(lambda date, n: fn("DATEADD", exp.var(name), n, date)),
        bigquery=move(lambda date, n: fn("DATETIME_ADD", date, exp.Interval(this=group(n), unit=exp.var(name)))),
    )


def _ends(call: Call) -> tuple[Node, Node]:
    end, start = (_stamp(arg, kind) for arg, kind in zip(call.args, call.kinds, strict=True))
    return end, start


def _shown(date: Node) -> Node:
    """What Spark's session shows of a date-time: the wall, which has no zone."""
    return cast(date, "TIMESTAMP_NTZ")


_MICROSECONDS = per(
    duckdb=lambda call: operator(exp.Sub, *(fn("EPOCH_US", node) for node in _ends(call))),
    postgres=lambda call: operator(exp.Mul, part("EPOCH", operator(exp.Sub, *_ends(call))), number(1_000_000)),
    spark=lambda call: operator(exp.Sub, *(fn("UNIX_MICROS", node if call.instants else _shown(node)) for node in _ends(call))),
    snowflake=lambda call: fn("DATEDIFF", exp.var("MICROSECOND"), *reversed(_ends(call))),
    bigquery=lambda call: fn("DATETIME_DIFF", *_ends(call), exp.var("MICROSECOND")),
)
"""What passes between two dates."""


def _elapsed(seconds: int) -> Build:
    return lambda call: cast(call.flavour.whole_quotient(_MICROSECONDS(call), number(seconds * 1_000_000)), "BIGINT")


def _apart(step: int) -> Build:
    def build(call: Call) -> Node:
        gone = operator(exp.Sub, *(months_and_days(cast(arg, "DATE")) for arg in call.args))
        return cast(call.flavour.whole_quotient(gone, number(step)), "BIGINT")

    return build


def _compared(call: Call) -> Node:
    a, b = _ends(call) if set(call.kinds) != {Type.DATE} else call.args
    signs = ((exp.LT, -1), (exp.GT, 1), (exp.EQ, 0))
    return case([(operator(kind, a, b), number(sign)) for kind, sign in signs])


def _oldest(call: Call) -> Node:
    a, b = _ends(call) if set(call.kinds) != {Type.DATE} else call.args
    return case([(operator(exp.LTE, a, b), a), (operator(exp.GT, a, b), b)])


def _parsed(kind: str, stamp: str) -> Build:
    """Read ISO text; a dialect that can't try is told what to try.

    The cast is outside of the choice: a literal inside would be read before anything is chosen.
    """

    def chosen(call: Call) -> Node:
        value = call.args[0]
        return cast(case([(exp.RegexpLike(this=group(value), expression=text(stamp)), value)]), kind)

    return per(lambda call: try_cast(call.args[0], kind), postgres=chosen)


_PLAIN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?)?"


def _in_zone(call: Call, date: Node, zone: Node) -> Node:
    """Return what a zone's clock shows at an instant."""
    instant = cast(date, "TIMESTAMPTZ")
    match call.flavour.name:
        case "spark":
            return fn("CONVERT_TIMEZONE", zone, date)
        case "snowflake":
            return fn("CONVERT_TIMEZONE", zone, instant)
        case "bigquery":
            return fn("DATETIME", instant, zone)
        case _:
            return fn("TIMEZONE", zone, instant)


def _cut(call: Call, date: Node, seconds: Node) -> Node:
    """Cut a date-time down to a multiple of seconds; nothing below one second is one."""
    step = case([(operator(exp.GTE, seconds, number(1)), seconds)])
    epoch = cast(text(_EPOCH), "TIMESTAMP")
    match call.flavour.name:
        case "duckdb":
            return fn("TIME_BUCKET", fn("TO_SECONDS", step), date, epoch)
        case "postgres":
            return fn("DATE_BIN", operator(exp.Mul, step, exp.Interval(this=text("1"), unit=exp.var("SECOND"))), date, epoch)
        case "spark":
            over = fn("PMOD", fn("UNIX_MICROS", _shown(date)), operator(exp.Mul, cast(step, "BIGINT"), number(1_000_000)))
            return fn("TIMESTAMPADD", exp.var("MICROSECOND"), exp.Neg(this=over), _shown(date))
        case "snowflake":
            return fn("DATEADD", exp.var("SECOND"), _floored(fn("DATE_PART", exp.var("EPOCH_SECOND"), date), step), epoch)
        case _:
            gone = _floored(fn("DATETIME_DIFF", date, epoch, exp.var("SECOND")), step)
            return fn("DATETIME_ADD", epoch, exp.Interval(this=group(cast(gone, "BIGINT")), unit=exp.var("SECOND")))


def _floored(value: Node, step: Node) -> Node:
    return operator(exp.Mul, fn("FLOOR", quotient(value, step)), step)


def _time(call: Call) -> Node:
    """Cut the time of day, put on the first day of the epoch."""
    shown = call.args[0] if call.kinds[0] is Type.TIME else cast(call.args[0], "TIMESTAMP")
    clock, day = cast(shown, "TIME"), cast(text(_EPOCH), "DATE")
    match call.flavour.name:
        case "snowflake":
            stamp = fn("TIMESTAMP_FROM_PARTS", day, clock)
        case "bigquery":
            stamp = fn("DATETIME", day, clock)
        case _:
            stamp = operator(exp.Add, day, clock)
    return cast(_cut(call, stamp, call.args[1]), "TIME")


def _start(unit: str) -> Build:
    def truncated(call: Call) -> Node:
        found = fn("DATE_TRUNC", text(unit), call.args[0])
        return cast(found, "DATE") if call.kinds[0] is Type.DATE else found

    def bigquery(call: Call) -> Node:
        name = "DATE_TRUNC" if call.kinds[0] is Type.DATE else "DATETIME_TRUNC"
        return fn(name, call.args[0], exp.var("ISOWEEK" if unit == "week" else unit.upper()))

    return per(truncated, bigquery=bigquery)


def _number_of_day(call: Call) -> Node:
    day = call.flavour.add_days(call.today, signed(call.args[0], -1), Type.DATE)
    months = operator(exp.Add, operator(exp.Mul, part("YEAR", day), number(10_000)), operator(exp.Mul, part("MONTH", day), number(100)))
    return operator(exp.Add, months, part("DAY", day))


FORMS: Mapping[str, Build] = {
    **{f"add_{unit}": _calendar(unit, 1) for unit in ("days", "months", "years")},
    **{f"sub_{unit}": _calendar(unit, -1) for unit in ("days", "months", "years")},
    **{f"add_{unit}s": _passing(unit, 1) for unit in ("hour", "minute", "second")},
    **{f"sub_{unit}s": _passing(unit, -1) for unit in ("hour", "minute", "second")},
    "second": lambda call: cast(fn("FLOOR", part("SECOND", _stamp(call.args[0], call.kinds[0]))), "BIGINT"),
    "year_and_month": lambda call: operator(
        exp.Add, operator(exp.Mul, part("YEAR", call.args[0]), number(100)), part("MONTH", call.args[0])
    ),
    "days_ago_int": _number_of_day,
    "date_only": lambda call: cast(call.args[0], "DATE"),
    "to_date": lambda call: cast(call.args[0], "DATE"),
    "to_date_time": _parsed("TIMESTAMP", f"{_PLAIN}$"),
    "to_timestamp": _parsed("TIMESTAMPTZ", f"{_PLAIN}(Z|[-+][0-9]{{2}}:?[0-9]{{2}})?$"),
    "to_time_zone": lambda call: _in_zone(call, *call.args),
    "convert_ntz": lambda call: cast(call.args[0], "TIMESTAMPTZ"),
    "date_cmp": _compared,
    "oldest": _oldest,
    "days_diff": lambda call: call.flavour.days_between(*(cast(arg, "DATE") for arg in call.args)),
    "months_diff": _apart(32),
    "years_diff": _apart(12 * 32),
    "hours_diff": _elapsed(3_600),
    "minutes_diff": _elapsed(60),
    "seconds_diff": _elapsed(1),
    "trunc_date": lambda call: _cut(call, _stamp(call.args[0], call.kinds[0]), call.args[1]),
    "trunc_date_tz": lambda call: _cut(call, _in_zone(call, call.args[0], call.args[2]), call.args[1]),
    "trunc_time": per(_time, spark=None),
    "trunc_week": _start("week"),
    "trunc_quarter": _start("quarter"),
    "trunc_year": _start("year"),
}
"""How the functions of dates are written that are not of one form everywhere."""
