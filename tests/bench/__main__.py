"""python -m tests.bench --rows 1e6 --rounds 5 --audience narrow --data DIR [--report FILE]: time the sides and print the table."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.bench import hand_written, make_data, measure, report


def main(arguments: list[str] | None = None) -> None:
    """Make the data where they are missing, measure every side, print the report and keep it where asked."""
    options = _parser().parse_args(arguments)
    if options.alone:
        measure.run_alone(options.alone, options.data, options.audience)
        return
    people = int(options.rows)
    make_data.ensure(options.data, people)
    contenders = [side for side in measure.sides() if not options.sides or side.name in (*options.sides, measure.YARDSTICK)]
    tiers = hand_written.TIERS[options.audience]
    timings, counts = measure.interleaved(contenders, options.data, tiers, options.rounds)
    for name, timing in timings.items():
        timing.peak = measure.peak_alone(name, options.data, options.audience)
    written = report.text(timings, counts, people=people, audience=options.audience)
    print(written)
    if options.report:
        options.report.parent.mkdir(parents=True, exist_ok=True)
        with options.report.open("a", encoding="utf-8") as file:
            file.write(written + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rows", type=float, default=1e6, help="people in the data, for example 1e6")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that are kept, beside the first")
    parser.add_argument("--audience", choices=sorted(hand_written.TIERS), default="narrow")
    parser.add_argument("--data", type=Path, required=True, help="folder of the made data; filled where it is empty")
    parser.add_argument("--report", type=Path, help="file to which the report is added")
    parser.add_argument("--sides", nargs="*", metavar="NAME", help="only these sides, beside the plan written by hand")
    parser.add_argument("--alone", metavar="SIDE", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    main()
