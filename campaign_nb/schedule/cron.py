"""The kind of schedule that is written as cron text."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from campaign_nb.schedule.crontext import CronText, CronTextError, read_cron
from campaign_nb.schedule.days import DAYS, MONTHS
from campaign_nb.schedule.plan import Plan, WallTimes
from campaign_nb.schedule.reading import Reading, shown
from campaign_nb.schedule.schedule import Schedule
from campaign_nb.schedule.sentence import day_list, joined, month_list

_FEW = 4  # times that a sentence names one by one
_WEEK = 7


@dataclass(frozen=True, repr=False)
class Cron(Schedule):
    """By cron text: minute, hour, day of the month, month, day of the week.

    Then seconds and year, if given.

    Time: 0 and 7 are Sunday; a day of the month with a day of the week means either. A text whose minute and hour
    have neither `*` nor `/` names fixed times, launched once also where the clock skips or repeats them; others follow
    elapsed time. `L` is the last day of the month, `L5` the last Friday, `2#2` the second Tuesday, `15W` the weekday
    nearest to the 15th.
    Errors: `H` and `R`, which draw a time by lot.

    >>> [str(at) for at in Cron("30 2 * * *", time_zone="Europe/Paris").launches(2, after="2026-03-28 12:00")]
    ['2026-03-29 03:00:00+02:00', '2026-03-30 02:30:00+02:00']
    """

    text: str

    kind = "cron"

    def _read(self, reading: Reading) -> None:
        text = " ".join(self.text.split()) if isinstance(self.text, str) else ""  # pyright: ignore[reportUnnecessaryIsInstance] # from files
        self._keep(text=text or self.text)
        try:
            read_cron(text)
        except CronTextError as error:
            expected = 'minute, hour, day of the month, month and day of the week, such as "0 9 * * 1" or "0 9 * * L5"'
            reading.refuse(
                "", f"{shown(self.text)} can't be used: {error}", expected, 'Cron("0 9 * * 1"), or Monthly(…, day="last friday")'
            )

    def _plan(self, where: ZoneInfo) -> Plan:
        cron = read_cron(self.text)
        return WallTimes(cron.dates, cron.seconds, where, repeats=not cron.fixed, passes_over=cron.hourly and not cron.fixed)

    def _sentence(self) -> str:
        cron = read_cron(self.text)
        times = [_clock(second) for second in cron.seconds]
        span = joined(times) if len(times) <= _FEW else f"{len(times)} times from {times[0]} to {times[-1]}"
        return f'by the cron text "{self.text}", {_dates(cron)} {"at " if len(times) <= _FEW else ""}{span}'


def _dates(cron: CronText) -> str:
    """Say on which dates, as far as the fields are few plain numbers."""
    days, months, weekdays = cron.numbers
    if days is None or months is None or weekdays is None or max(map(len, (days, months, weekdays))) > _WEEK or cron.fields[6:]:
        return "on its dates"
    names = tuple(day for number, day in enumerate(DAYS, 1) if number % _WEEK in weekdays)
    parts = [f"on day {joined([str(day) for day in sorted(days)])} of the month"] if days else []
    parts += ["from Monday to Friday" if names == DAYS[:5] else f"on {day_list(names)}"] if names else []
    text = " or ".join(parts) or "every day"
    return text + (" in " + month_list([MONTHS[month - 1] for month in sorted(months)]) if months else "")


def _clock(second: int) -> str:
    return f"{second // 3_600:02}:{second % 3_600 // 60:02}" + (f":{second % 60:02}" if second % 60 else "")
