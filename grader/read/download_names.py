"""Names that learning platforms give to what is downloaded: who handed it in, and when.

    Moodle       Ada Example_3_assignsubmission_file/answers.csv
    Canvas       exampleada_LATE_12345_67890_answers.csv
    Blackboard   Homework 1_ada_attempt_2026-11-20-10-11-12_answers.csv, and a receipt `.txt`
    Brightspace  12345-67890 - Ada Example - Nov 20, 2026 1011 AM/answers.csv, or all in the
                 file's name; `index.html` lists them
    ILIAS        Example_Ada_ada_1234/answers.csv, in `Team 5` where teams hand in

Source: Moodle and Canvas as in `grader.lms`. ILIAS: its code, components/ILIAS/Exercise/
Submission/SubmissionManager.php, `getDirectoryNameFromUserData`. Blackboard and Brightspace
publish no such page; the shapes are those that public programs for sorting their downloads
expect: kwurst/bb-file-cleanup and vangef/BBGradebookOrganiser (ANYTHING_STUDENTNUMBER_attempt_
DATETIME_FILENAME), and for Brightspace patterns of scripts that take folders and files apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from problems.patterns import pattern

_MOODLE = pattern(r"(.*?)_(\d+)_assignsubmission_(\w+?)(?:_|$).*")
_CANVAS = pattern(
    r"([^\W_]+?)(?:_LATE)?_(?:[a-z]+_)?\d+_(?:\d+_.+|(?:text|link)\.html?)", re.IGNORECASE
)
_BLACKBOARD = pattern(r"(.+?)_attempt_(\d{4}(?:-\d\d){5})(?:_.+|\.txt)", re.IGNORECASE)
_RECEIPT = pattern(r"(?:(?!_attempt_\d{4}-).)+_attempt_\d{4}(?:-\d\d){5}\.txt", re.IGNORECASE)
_BRIGHTSPACE = pattern(r"\d+-\d+ ?- ?(.+?) ?- ([^-]*\b\d{4}\b[^-]*?)(?: - .+)?")
_ILIAS = pattern(r"([^\W\d_][^_]*_.+)_\d+")
_TEXT_FIELD = pattern(
    r".*_assignsubmission_onlinetext_?[/_][^/]+\.html?|(?:.*/)?(?:[^/]*_)?\d+_text\.html?",
    re.IGNORECASE,
)
_CONTENTS = pattern(r"index\.html?", re.IGNORECASE)
_DAY = pattern(r"([A-Za-z]{3})[a-z]* (\d{1,2}), (\d{4}) (\d{1,2}):?(\d\d) ([AP]M)", re.IGNORECASE)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


@dataclass(frozen=True, slots=True)
class Sender:
    """What a name says about who handed something in."""

    names: tuple[str, ...] = ()
    """Names or ids; each that is known means the same person."""
    logins: tuple[str, ...] = ()
    """Of these one is the login; the others are pieces of it or more than it."""
    cuts: tuple[tuple[str, str], ...] = ()
    """Name and login, in every way in which they can be told apart."""
    joined: str = ""
    """The name without gaps."""
    when: str = ""
    """When it was handed in, such that later is greater; '' where that is not said."""


def senders(name: str) -> tuple[Sender, ...]:
    """Who handed in what has this name, by every platform that may have made it.

    Behind what a platform writes stands what a student wrote; the first fit counts, so that
    nobody can put another one's name there.

    >>> [found] = senders("Homework 1_ada_attempt_2026-11-20-10-11-12_answers.csv")
    >>> found.logins
    ('ada',)
    >>> [found] = senders("12345-67890 - Ada Example - Nov 20, 2026 1011 AM")
    >>> found.names, found.when
    (('Ada Example',), '2026-11-20-10-11-00')
    >>> senders("Example_Ada_ada_1234")[0].cuts
    (('Example Ada', 'ada'), ('Example', 'Ada_ada'))
    """
    if match := _MOODLE.fullmatch(name):
        return (Sender(names=(match[1].replace("_", " "),)),)
    found = []
    if match := _CANVAS.fullmatch(name):
        found.append(Sender(joined=match[1]))
    if match := _BLACKBOARD.fullmatch(name):
        found.append(Sender(logins=_ends(match[1]), when=match[2]))
    if match := _BRIGHTSPACE.fullmatch(name):
        names = tuple(part.strip() for part in match[1].split(" - "))
        found.append(Sender(names=names, when=_moment(match[2])))
    if match := _ILIAS.fullmatch(name):
        parts = match[1].split("_")
        places = range(len(parts) - 1, 0, -1)
        cuts = tuple((" ".join(parts[:n]), "_".join(parts[n:])) for n in places)
        found.append(Sender(cuts=cuts))
    return tuple(found)


def of_platform(name: str) -> bool:
    """Whether a learning platform has made this name for one student's work.

    >>> of_platform("Ada Example_3_assignsubmission_file"), of_platform("exampleada_12_34_a.csv")
    (True, True)
    """
    return bool(senders(name))


def of_brightspace(name: str) -> bool:
    """Whether Brightspace has made this name."""
    return bool(_BRIGHTSPACE.fullmatch(name))


def is_text_field(file: str) -> bool:
    """Whether a file is what somebody typed into a text field of Moodle or Canvas.

    >>> is_text_field("Ada Example_3_assignsubmission_onlinetext/onlinetext.html")
    True
    >>> is_text_field("a.zip/exampleada_LATE_123_text.html"), is_text_field("worksheet.html")
    (True, False)
    """
    return bool(_TEXT_FIELD.fullmatch(file))


def is_receipt(file: str) -> bool:
    """Whether a file is the text that Blackboard puts beside each submission."""
    return bool(_RECEIPT.fullmatch(file.rsplit("/", 1)[-1]))


def receipt_of(name: str) -> str:
    """The name of the receipt that Blackboard puts beside a file; '' for other names.

    >>> receipt_of("Homework 1_ada_attempt_2026-11-20-10-11-12_answers.csv")
    'Homework 1_ada_attempt_2026-11-20-10-11-12.txt'
    """
    match = _BLACKBOARD.fullmatch(name)
    return f"{match[1]}_attempt_{match[2]}.txt" if match else ""


def is_contents(file: str) -> bool:
    """Whether a file may be the list that Brightspace puts beside all submissions."""
    return bool(_CONTENTS.fullmatch(file.rsplit("/", 1)[-1]))


def handed_in_at(parts: tuple[str, ...]) -> str:
    """When something was handed in, by the outermost name that a platform has made.

    >>> handed_in_at(("Ada Example_3_assignsubmission_file", "x_attempt_2026-11-20-10-11-12.txt"))
    ''
    """
    made = next((found for part in parts if (found := _not_of_ilias(part))), ())
    return made[0].when if len(made) == 1 else ""


def _not_of_ilias(name: str) -> tuple[Sender, ...]:
    """Without ILIAS, which tells no time, and whose shape other folders have as well."""
    return tuple(found for found in senders(name) if not found.cuts)


def _ends(text: str) -> tuple[str, ...]:
    """What can be the login behind an assignment's name; both may hold underscores."""
    parts = text.split("_")
    return tuple("_".join(parts[n:]) for n in range(1, len(parts)))


def _moment(text: str) -> str:
    """A day and time in English, as `YYYY-MM-DD-hh-mm-ss`; '' in other languages."""
    match = _DAY.fullmatch(" ".join(text.split()))
    if not match or match[1].casefold() not in _MONTHS:
        return ""
    hour = int(match[4]) % 12 + (12 if match[6].casefold() == "pm" else 0)
    month = _MONTHS.index(match[1].casefold()) + 1
    try:
        found = datetime(int(match[3]), month, int(match[2]), hour, int(match[5]))
    except ValueError:
        return ""
    return found.strftime("%Y-%m-%d-%H-%M-%S")
