"""Whose work it is, where a file does not say: by folder, by file name, by the class list.

Names are compared without accents, case and order of their parts; two students whom a name
fits are never told apart by a guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.read.identity import APOSTROPHES, UNSEEN, number_of
from grader.roster import Student
from problems.patterns import pattern

_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_MOODLE = pattern(r"(.*?)_(\d+)_assignsubmission_(\w+?)(?:_|$)")
_CANVAS = pattern(r"([^\W_]+?)(?:_late)?_(?:[a-z]+_)?\d+_\d+_.+", re.IGNORECASE)
_AFFIX = pattern(
    r"[ _.-]*(answers?|worksheet|submission|solution|hw|homework|abgabe|\(\d+\))[ _.-]*",
    re.IGNORECASE,
)


_LEFT_OUT = frozenset(APOSTROPHES + UNSEEN)


def folded(text: str) -> str:
    """A text without accents, case, apostrophes and what cannot be seen.

    >>> folded("Zoë O’Brien"), folded("ŁUKASZ Groß")
    ('zoe obrien', 'lukasz gross')
    """
    text = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(
        char for char in text if not unicodedata.combining(char) and char not in _LEFT_OUT
    ).strip()


def _parts(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", folded(text))


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose place it is."""

    student: str = ""
    """The id; '' where it is nobody's in particular."""
    by: str = ""
    """What says so, for messages."""
    sure: bool = False
    """Whether it counts more than a guess: work that says otherwise is refused."""
    doubt: str = ""
    """Why nobody was chosen, if somebody nearly was."""


class People:
    """The students of a class, to be found by anything that names them."""

    def __init__(self, students: Iterable[Student]) -> None:
        self.ids: set[str] = set()
        self._exact: dict[str, set[str]] = {}
        self._names: dict[str, set[str]] = {}
        self._joined: dict[str, set[str]] = {}
        self._numbers: dict[str, set[str]] = {}
        for one in students:
            self.ids.add(one.student)
            if one.student.isdecimal():
                self._numbers.setdefault(number_of(one.student), set()).add(one.student)
            for text in (one.student, one.folder, one.email):
                if text:
                    self._exact.setdefault(folded(text), set()).add(one.student)
            parts = _parts(one.name)
            if parts:
                self._names.setdefault(" ".join(sorted(parts)), set()).add(one.student)
            for n in range(len(parts)):
                joined = "".join(parts[n:] + parts[:n])
                self._joined.setdefault(joined, set()).add(one.student)

    def named(self, text: str) -> Owner:
        """The student whose id, folder, e-mail address or name this is, in this order."""
        if text in self.ids:
            return Owner(text, text)
        parts = _parts(text)
        key = " ".join(sorted(parts))
        for index, name in ((self._exact, folded(text)), (self._names, key)):
            if name and name in index:
                return self._only(index[name], text)
        return Owner()

    def typed(self, text: str) -> Owner:
        """The same for a cell of a table, whose program may have lost the zeros of an id."""
        found = self.named(text)
        number = number_of(text)
        if found.student or found.doubt or number not in self._numbers:
            return found
        return self._only(self._numbers[number], text)

    def joined(self, text: str) -> Owner:
        """The student whose name without gaps, family name first or last, this is."""
        key = "".join(_parts(text))
        return self._only(self._joined[key], text) if key in self._joined else Owner()

    def _only(self, found: set[str], text: str) -> Owner:
        if len(found) == 1:
            return Owner(next(iter(found)), text)
        ids = ", ".join(sorted(found)[:5])
        return Owner(doubt=f"{text[:60]!r} fits {len(found)} students ({ids})")


def owner_of(parts: Sequence[str], people: People) -> Owner:
    """Whose work lies at a place.

    Args:
        parts: names of the folders from the outermost, last the file.
        people: the class.
    """
    doubt = ""
    *folders, file = parts
    for name in (*reversed(folders), file):
        found = _of_platform(name, people)
        if found is None and name is not file:
            found = people.named(name)
        if found is None:
            continue
        if found.student:
            return Owner(found.student, name, sure=True)
        doubt = doubt or found.doubt
    found = _of_file(file, people)
    if found.student:
        return Owner(found.student, file)
    return Owner(doubt=doubt or found.doubt)


def of_platform(name: str) -> bool:
    """Whether a learning platform has made this name for one student's work.

    >>> of_platform("Ada Example_3_assignsubmission_file"), of_platform("exampleada_12_34_a.csv")
    (True, True)
    """
    return bool(_MOODLE.match(name) or _CANVAS.fullmatch(name))


def _of_platform(name: str, people: People) -> Owner | None:
    """The student in a name that Moodle or Canvas has made; None if it is no such name."""
    moodle = _MOODLE.match(name)
    if moodle:
        return people.named(moodle[1].replace("_", " "))
    canvas = _CANVAS.fullmatch(name)
    if canvas:
        return people.joined(canvas[1])
    return None


def _of_file(file: str, people: People) -> Owner:
    """The student in a file's own name, such as `ada.csv` or `answers-ada (2).csv`."""
    stem = file.rsplit(".", 1)[0] if "." in file else file
    bare = _AFFIX.sub(" ", stem).strip()
    for text in (stem, bare, bare.replace("_", " ")):
        found = people.named(text) if text else Owner()
        if found.student or found.doubt:
            return found
    return Owner()
