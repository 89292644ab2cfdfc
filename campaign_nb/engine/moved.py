"""Whether the audience of a message moved too far since the run before."""

from __future__ import annotations

from collections.abc import Mapping

from campaign_nb.graph.definition import Ref


def moved(before: Mapping[Ref, int], now: Mapping[Ref, int], share: float) -> list[str]:
    """Return a sentence for each transition whose number of people moved by more than a share of the run before.

    Nulls: a transition that the run before did not have has not moved.

    >>> moved({Ref("Offer"): 100}, {Ref("Offer"): 151}, 0.5)
    ["'Offer' has 151 people, 51 % more than the 100 of the run before"]
    >>> moved({Ref("Offer"): 100}, {Ref("Offer"): 150}, 0.5)
    []
    """
    return [
        _told(ref, before[ref], count) for ref, count in now.items() if ref in before and abs(count - before[ref]) > share * before[ref]
    ]


def quoted(ref: Ref) -> str:
    """Return a transition as people read it, its activity in quotes.

    >>> quoted(Ref("Offer")), quoted(Ref("Offer", "A"))
    ("'Offer'", "A of 'Offer'")
    """
    return repr(ref.label) if ref.port == "out" else f"{ref.port} of {ref.label!r}"


def _told(ref: Ref, before: int, now: int) -> str:
    name = quoted(ref)
    if not before:
        return f"{name} has {now:,} people, the run before had none"
    change = f"{abs(now - before) / before:.0%}".replace("%", " %")
    return f"{name} has {now:,} people, {change} {'more' if now > before else 'fewer'} than the {before:,} of the run before"
