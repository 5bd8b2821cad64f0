"""What is said of a whole sheet: codes with arguments, and the sentences made of them.

To the student in the remarks, to the teacher in notes of their own (docs/formats.md). Nothing
here accuses anybody: the same sheet may come of an honest slip.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from templates.feedback.verdict_words import Arguments, Said


def remark(said: Said) -> str:
    """What the student is told, in whole sentences."""
    return REMARKS[said.code](said.arguments)


def for_teacher(said: Said) -> str:
    """What the teacher is told, in whole sentences."""
    return NOTES[said.code](said.arguments)


def _steps(count: int) -> str:
    return f"{count} step{'' if count == 1 else 's'}"


def _undetermined(about: Arguments) -> str:
    unpaid, paid = int(about["unpaid"]), int(about["paid"])
    one = unpaid + paid == 1
    start = (
        f"{_steps(unpaid + paid)} follow{'s' if one else ''} from your own numbers where every "
        "method gives the same, or nearly"
    )
    if one:
        return f"{start}: it {_counts(1)}." if paid else f"{start}: it {_shows(1)}."
    if not unpaid:
        return f"{start}: they {_counts(paid)}."
    if not paid:
        return f"{start}: they {_shows(unpaid)}."
    return f"{start}: {paid} {_counts(paid)}; {unpaid} {_shows(unpaid)}."


def _counts(count: int) -> str:
    verb, whose = ("counts", "its") if count == 1 else ("count", "their")
    return f"{verb}, because you have shown {whose} rule elsewhere"


def _shows(count: int) -> str:
    verb, whose = ("shows", "its") if count == 1 else ("show", "their")
    return f"{verb} nothing, because your other steps do not show {whose} rule often enough"


def _off_by_power(about: Arguments) -> str:
    power = int(about["power"])
    size = f"{10 ** abs(power):,} times too {'large' if power > 0 else 'small'}"
    return (
        f"All answers are {size}: perhaps a spreadsheet took a decimal comma for a thousands "
        "separator."
    )


def _share(about: Arguments) -> str:
    undetermined = int(about["unpaid"]) + int(about["paid"])
    count = int(about["paid"])
    paid = f"{count or 'none'} of them count{'' if count > 1 else 's'}"
    return f"{undetermined} of {_steps(int(about['answered']))} answered are undetermined; {paid}"


def _many(about: Arguments) -> str:
    return (
        f"{_share(about)}. At this student's own values these numbers can hardly be told from "
        "such as take no work, so they show little either way; please look at the sheet."
    )


def _closed(about: Arguments) -> str:
    return (
        f"{_share(about)}. The network is closed at this student's own values, or nearly: what "
        "comes after is the same by any method. One honest slip can do that; please look at the "
        "sheet."
    )


def _unfounded(about: Arguments) -> str:
    count = int(about["unfounded"])
    one = count == 1
    return (
        f"{count} of {_steps(int(about['answered']))} answered follow{'s' if one else ''} from "
        f"numbers that nothing on the sheet explains, and do{'es' if one else ''} not count. "
        "They may be another exercise's, or one misreading may run through the sheet; please "
        "look at it."
    )


Sentence = Callable[[Arguments], str]
REMARKS: Mapping[str, Sentence] = MappingProxyType(
    {
        "other_sign": lambda about: (
            "Your deltas have the opposite sign throughout and your gradients and updates come "
            "out right: you use the other sign convention of the literature, which is accepted."
        ),
        "off_by_power": _off_by_power,
        "undetermined": _undetermined,
    }
)
"""Code -> sentences for the student."""
NOTES: Mapping[str, Sentence] = MappingProxyType(
    {
        "off_by_power": _off_by_power,
        "many_undetermined": _many,
        "closed": _closed,
        "unfounded": _unfounded,
    }
)
"""Code -> sentences for the teacher."""
