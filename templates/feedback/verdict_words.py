"""What is said of a step: a code with arguments, and the one place that makes a sentence of it.

Reports carry the code and its arguments beside the sentence (docs/formats.md), so that a
program can tell what happened without reading English, and another language needs this module
alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from problems.misconceptions.catalogue import CATALOGUE
from problems.misconceptions.slips import TRIED

Arguments = Mapping[str, Any]
"""Entries as JSON holds them: texts, numbers, flags, lists and objects of these."""

NONE: Arguments = MappingProxyType({})
LONGEST = 3
"""Own values that a sentence names; of more it names one fewer and counts the rest."""


@dataclass(frozen=True, slots=True)
class Said:
    """A code of the closed list `SENTENCES`, and what belongs to it."""

    code: str
    arguments: Arguments = field(default_factory=lambda: NONE)

    @property
    def sentence(self) -> str:
        """In English, without a capital letter or a full stop.

        >>> Said("too_few_digits", {"asked": 4, "unit": "decimals"}).sentence
        'right, but too few digits: 4 decimals are asked for'
        """
        return SENTENCES[self.code](self.arguments)


# parts of sentences ------------------------------------------------------------------------


def digits(about: Arguments) -> str:
    """How many digits are asked for.

    >>> digits({"asked": 4, "unit": "decimals"}), digits({"asked": 1, "unit": "decimals"})
    ('4 decimals', '1 decimal')
    """
    unit = str(about["unit"])
    return f"{about['asked']} {unit.removesuffix('s') if about['asked'] == 1 else unit}"


def _are_asked_for(about: Arguments) -> str:
    return f"{digits(about)} {'is' if about['asked'] == 1 else 'are'} asked for"


def named(sources: Sequence[Sequence[str]]) -> str:
    """Own values by symbol and number, the first few of many.

    >>> named([["y_4", "0.9"], ["y_5", "0.8"]])
    'y_4 = 0.9, y_5 = 0.8'
    >>> named([["a", "1"], ["b", "2"], ["c", "3"], ["d", "4"]])
    'a = 1, b = 2 and 2 more'
    """
    kept = sources if len(sources) <= LONGEST else sources[: LONGEST - 1]
    more = f" and {len(sources) - len(kept)} more" if len(sources) > len(kept) else ""
    return ", ".join(f"{name} = {text}" for name, text in kept) + more


def _own(about: Arguments) -> str:
    sources = about.get("sources", ())
    return f"your own {named(sources)}" if sources else "your own earlier values"


def _advice(about: Arguments) -> str:
    """What to look at again; a slip that is in no catalogue any more keeps its name."""
    name, part = str(about.get("slip", "")), about.get("part")
    if part and name in CATALOGUE and CATALOGUE[name].about:
        return CATALOGUE[name].about.format(part=part)
    return _student(name)


def _student(name: str) -> str:
    assert TRIED  # importing the entries fills the catalogue
    return CATALOGUE[name].student if name in CATALOGUE else name


def _both(about: Arguments) -> str:
    """Two slips in one cell, each with what to look at."""
    return " ".join(["two slips in one number:", *map(_student, about.get("slips", ()))])


# sentences ---------------------------------------------------------------------------------


def _too_few_digits(about: Arguments) -> str:
    start = f"follows from {_own(about)}" if about.get("sources") is not None else "right"
    return f"{start}, but too few digits: {_are_asked_for(about)}"


def _too_few_to_tell(about: Arguments) -> str:
    start = f"too few digits to tell: {_are_asked_for(about)}"
    if about.get("slip") not in CATALOGUE:
        return start
    return f"{start}, and a number so short may also be this slip: {_title(about)}"


def _title(about: Arguments) -> str:
    title = CATALOGUE[str(about["slip"])].title
    return title[:1].lower() + title[1:]


def _behind_blank(about: Arguments) -> str:
    name = str(about["slip"])
    slip = _title(about) if name in CATALOGUE else name
    return f"nothing written, but what you wrote after it shows a slip here: {slip}"


def _in_doubt(about: Arguments) -> str:
    return f"right; at {digits(about)} it cannot be told from {_other(about)}"


def _other(about: Arguments) -> str:
    match about["from"]:
        case "zero":
            return "0"
        case "old":
            return "the unchanged value"
        case "slip":
            return f"the slip '{CATALOGUE[str(about['slip'])].title}'"
    return str(about["name"])


NEAR = "so near to 0, to the old value or to another number on the sheet"


def _vouched(about: Arguments) -> str:
    start = f"right from {_own(about)}"
    if "any" in about:
        start += f"; any method gives {about['any']} there"
    else:
        start += f"; it is {NEAR} that it shows little"
    return f"{start}, but you have shown this rule elsewhere"


def _undetermined(about: Arguments) -> str:
    sources = about.get("sources", ())
    rests = f" ({named(sources)})" if sources else ""
    start = f"follows from your own numbers{rests}, but "
    if "any" in about:
        start += f"there every method gives {about['any']}"
    else:
        start += f"is {NEAR} that it shows nothing"
    if about.get("paid"):
        return f"{start}, and your other steps do not show this rule often enough"
    return f"{start}: no points, because your other steps do not show this rule often enough"


def _unfounded(about: Arguments) -> str:
    sources = about.get("sources", ())
    rests = f" ({named(sources)})" if sources else ""
    return (
        f"follows from your own numbers{rests}, but so many numbers of this sheet cannot be "
        "explained that what follows from them does not count"
    )


def _not_followable(about: Arguments) -> str:
    return f"cannot be followed: a 0 at {about['zero']} hides what comes after"


def _follows_formula(about: Arguments) -> str:
    own = ", ".join(about.get("sources", ()))
    return f"right from your own formula for {own}" if own else "right from your own"


def _undetermined_formula(about: Arguments) -> str:
    own = ", ".join(about.get("sources", ()))
    rests = f" for {own}" if own else ""
    return f"follows from your own formula{rests}, but there every method gives the same"


Sentence = Callable[[Arguments], str]


def _always(words: str) -> Sentence:
    return lambda about: words


SENTENCES: Mapping[str, Sentence] = MappingProxyType(
    {
        "right": _always("right"),
        "right_in_doubt": _in_doubt,
        "follows": lambda about: f"right from {_own(about)}",
        "follows_vouched": _vouched,
        "undetermined": _undetermined,
        "unfounded": _unfounded,
        "too_few_digits": _too_few_digits,
        "too_few_to_tell": _too_few_to_tell,
        "slip": _advice,
        "two_slips": _both,
        "repeated": lambda about: f"the same slip again: {_advice(about)}",
        "wrong": _always("neither the value of this step nor what follows from your own values"),
        "not_followable": _not_followable,
        "not_the_value": _always("not the value of this step"),
        "blank": _always("nothing written"),
        "blank_slip": _behind_blank,
        "unreadable": lambda about: str(about.get("message", "")),
        "follows_formula": _follows_formula,
        "undetermined_formula": _undetermined_formula,
        "other_formula": _always(
            "another function of the network's quantities than the right one"
        ),
        "formula_times": lambda about: f"it is {about['factor']} times the right one",
        "factor_missing": lambda about: f"the factor {about['name']} is missing",
        "factor_too_many": lambda about: f"the factor {about['name']} does not belong there",
        "no_value": _always("it has no value where the network's numbers are ordinary ones"),
    }
)
"""Code -> what makes its sentence; the arguments of each stand in docs/formats.md."""


# whole sentences ---------------------------------------------------------------------------

_HOLDS: Mapping[str, str] = MappingProxyType(
    {
        "correct": "is right",
        "carried": "follows from your own numbers",
        "imprecise": "has too few digits",
        "undetermined": "shows too little to tell",
        "unreadable": "cannot be read",
    }
)
"""Verdict -> what holds of a step after the one that went wrong."""

_COUNTED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "correct": ("is correct", "are correct"),
        "imprecise": ("has too few digits", "have too few digits"),
        "carried": ("follows from your own numbers", "follow from your own numbers"),
        "undetermined": ("is undetermined", "are undetermined"),
        "slip": ("has a slip", "have slips"),
        "repeated": ("repeats a slip", "repeat a slip"),
        "wrong": ("is wrong", "are wrong"),
        "blank": ("is blank", "are blank"),
        "unreadable": ("cannot be read", "cannot be read"),
    }
)
"""Verdict -> what one step is, and several are."""

_SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "undetermined": "it ",
        "unfounded": "it ",
        "too_few_to_tell": "there are ",
        "two_slips": "there are ",
        "repeated": "it is ",
        "wrong": "it is ",
        "not_followable": "it ",
        "not_the_value": "it is ",
        "undetermined_formula": "it ",
        "other_formula": "it is ",
    }
)
"""Code -> what makes a whole sentence of its words, where they are none."""


def aftermath(verdicts: Sequence[str]) -> str:
    """What holds of the steps after one that went wrong; '' if nothing is written there.

    Steps after it may be right although it is wrong, worked out from the true value: so it is
    not said that they follow from it.

    Args:
        verdicts: of the steps after it, none of them lost at the step itself.

    >>> aftermath(["carried", "correct", "carried"])
    'every step after it is right or follows from your own numbers'
    >>> aftermath(["correct", "blank"])
    'every step that is written after it is right'
    """
    written = [verdict for verdict in verdicts if verdict != "blank"]
    kinds = [words for verdict, words in _HOLDS.items() if verdict in written]
    if not kinds:
        return ""
    all_of_them = len(written) == len(verdicts)
    every = "every step after it" if all_of_them else "every step that is written after it"
    return f"{every} {_listed(kinds, 'or')}"


def counted(counts: Mapping[str, int]) -> str:
    """How many steps got which verdict, as a sentence.

    >>> counted({"correct": 38, "wrong": 1, "blank": 2})
    '38 steps are correct, 1 is wrong and 2 are blank.'
    """
    parts = [f"{n} {_COUNTED[verdict][n != 1]}" for verdict, n in counts.items()]
    if not parts:
        return ""
    number, rest = parts[0].split(" ", 1)
    parts[0] = f"{number} {'step' if number == '1' else 'steps'} {rest}"
    return f"{_listed(parts, 'and')}."


def judged(verdict: str, answer: str) -> str:
    """What a verdict says of an answer, as a sentence.

    >>> judged("wrong", "9.9"), judged("blank", "")
    ('Your answer 9.9 is wrong.', 'Nothing is written here.')
    """
    if verdict == "blank" or not answer:
        return "Nothing is written here."
    return f"Your answer {answer} {_COUNTED[verdict][0]}."


def explained(code: str, message: str) -> str:
    """The words of a code as a whole sentence.

    >>> explained("not_the_value", "not the value of this step")
    'It is not the value of this step.'
    >>> explained("too_few_digits", "right, but too few digits: 4 decimals are asked for")
    'It is right, but 4 decimals are asked for.'
    """
    if code == "too_few_digits":
        subject = "it is " if message.startswith("right") else "it "
        return sentence(subject + message.replace("but too few digits: ", "but ", 1))
    if code == "blank_slip":  # that nothing is written is said already
        return sentence(message.removeprefix("nothing written, but "))
    return sentence(_SUBJECTS.get(code, "") + message)


def sentence(words: str) -> str:
    """With a capital letter, unless it begins with a symbol, and a full stop.

    >>> sentence("right from your own y_4 = 0.9"), sentence("Done.")
    ('Right from your own y_4 = 0.9.', 'Done.')
    """
    end = "" if words[-1:] in (".", "?", "!") else "."
    first = words.split(" ", 1)[0]
    return (words[0].upper() + words[1:] if first.isalpha() and first.islower() else words) + end


def _listed(parts: Sequence[str], last: str) -> str:
    """`a, b and c`."""
    return f" {last} ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
