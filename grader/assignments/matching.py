"""Whose work it is, where a file does not say: by folder, by file name, by the class list.

Names are compared without accents, case and order of their parts, umlauts also as platforms
without them write them (`ae` for `ä`); two students whom a name fits are never told apart by a
guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from grader.assignments.roster import Student
from grader.read.download_names import Sender, senders
from grader.read.folding import folded
from grader.read.identity import number_of
from problems.patterns import pattern
from problems.reasons import Reason, because

_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_AFFIX = pattern(
    r"[ _.-]*(answers?|worksheet|submission|solution|hw|homework|abgabe|\(\d+\))[ _.-]*",
    re.IGNORECASE,
)


def _parts(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", folded(text))


def _spelled_out(text: str) -> list[str]:
    """The parts of a name, its umlauts written as two letters."""
    plain = unicodedata.normalize("NFC", text).casefold()
    return _parts(plain.translate(_SPELLED_OUT))


class _Index:
    """Students by a key made of the parts of their names, as written and with `ae` for `ä`."""

    def __init__(self, key: Callable[[Sequence[str]], str]) -> None:
        self.key = key
        self._plain: dict[str, set[str]] = {}
        self._spelled: dict[str, set[str]] = {}

    def add(self, name: str, turn: int, student: str) -> None:
        """One more student, whose name's parts are turned by so many places."""
        for index, parts in ((self._plain, _parts(name)), (self._spelled, _spelled_out(name))):
            if parts:
                key = self.key(parts[turn:] + parts[:turn])
                index.setdefault(key, set()).add(student)

    def find(self, text: str) -> set[str]:
        """Who is called so; those who write themselves otherwise only if nobody is."""
        plain, spelled = self.key(_parts(text)), self.key(_spelled_out(text))
        found = self._plain.get(plain) or self._spelled.get(plain) or self._plain.get(spelled)
        return found or set()

    def may_be(self, text: str) -> set[str]:
        """Who may be called so where umlauts were not to be had."""
        plain = self.key(_parts(text))
        return self._plain.get(plain, set()) | self._spelled.get(plain, set())


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose place it is."""

    student: str = ""
    """The id; '' where it is nobody's in particular."""
    by: str = ""
    """What says so, for messages."""
    sure: bool = False
    """Whether it counts more than a guess: work that says otherwise is refused."""
    doubt: Reason | None = None
    """Why nobody was chosen, if somebody nearly was."""


class People:
    """The students of a class, to be found by anything that names them."""

    def __init__(self, students: Iterable[Student]) -> None:
        self.ids: set[str] = set()
        self._exact: dict[str, set[str]] = {}
        self._names = _Index(lambda parts: " ".join(sorted(parts)))
        self._joined = _Index("".join)
        self._numbers: dict[str, set[str]] = {}
        for one in students:
            self.ids.add(one.student)
            if one.student.isdecimal():
                self._numbers.setdefault(number_of(one.student), set()).add(one.student)
            for text in (one.student, one.folder, one.email):
                if text:
                    self._exact.setdefault(folded(text), set()).add(one.student)
            self._names.add(one.name, 0, one.student)
            for turn in range(len(_parts(one.name))):
                self._joined.add(one.name, turn, one.student)

    def named(self, text: str) -> Owner:
        """The student whose id, folder, e-mail address or name this is, in this order."""
        if text in self.ids:
            return Owner(text, text)
        return self._only(self._exact.get(folded(text)) or self._names.find(text), text)

    def typed(self, text: str) -> Owner:
        """The same for a cell of a table, whose program may have lost the zeros of an id."""
        found = self.named(text)
        number = number_of(text)
        if found.student or found.doubt or number not in self._numbers:
            return found
        return self._only(self._numbers[number], text)

    def joined(self, text: str) -> Owner:
        """The student whose name without gaps, family name first or last, this is."""
        return self._only(self._joined.find(text), text)

    def sent_by(self, by: Sender, name: str) -> Owner:
        """The student who handed in what a platform has given this name.

        Args:
            by: what the name says.
            name: the name itself, for messages.
        """
        if by.joined:
            return self.joined(by.joined)
        if by.logins:
            return self._only(set().union(*map(self._of_login, by.logins)), name)
        if by.cuts:
            return self._of_cuts(by.cuts, name)
        known = [found for text in by.names if (found := self._of_any(text))]
        common = set.intersection(*known) if known else set()
        if known and not common:
            return Owner(doubt=because("names_two_students", name=name[:80]))
        return self._only(common, name)

    def _of_cuts(self, cuts: Sequence[tuple[str, str]], text: str) -> Owner:
        """Whose login and name these are, or whose name if the class list knows no such login.

        A login alone says nothing: many folders are called like `hw_12_2026`.
        """
        names: set[str] = set()
        logins: set[str] = set()
        both: set[str] = set()
        for name, login in cuts:
            named, logged_in = self._names.may_be(name), self._of_login(login)
            names, logins = names | named, logins | logged_in
            both |= logged_in & named
        if logins and not both:
            whose = sorted(logins)[:5]
            return Owner(doubt=because("login_of_another", name=text[:80], students=whose))
        return self._only(both or names, text)

    def _of_any(self, text: str) -> set[str]:
        return self._of_login(text) or self._names.find(text)

    def _of_login(self, text: str) -> set[str]:
        return {text} if text in self.ids else self._exact.get(folded(text), set())

    def _only(self, found: set[str], text: str) -> Owner:
        if len(found) < 2:
            return Owner(next(iter(found), ""), text if found else "")
        ids, count = sorted(found)[:5], len(found)
        reason = because("fits_several_students", text=text[:60], count=count, students=ids)
        return Owner(doubt=reason)


def owner_of(parts: Sequence[str], people: People) -> Owner:
    """Whose work lies at a place.

    Args:
        parts: names of the folders from the outermost, last the file.
        people: the class.
    """
    doubt: Reason | None = None
    *folders, file = parts
    said = [  # no student chooses what platforms write
        (name, agreed(people.sent_by(by, name) for by in made))
        for name in parts
        if (made := senders(name))
    ]
    said += [(name, people.named(name)) for name in reversed(folders) if not senders(name)]
    for name, found in said:
        if found.student:
            return Owner(found.student, name, sure=True)
        doubt = doubt or found.doubt
    found = _of_file(file, people)
    if found.student:
        return Owner(found.student, file)
    return Owner(doubt=doubt or found.doubt)


def agreed(owners: Iterable[Owner]) -> Owner:
    """Whose work it is where a place can be read in several ways; not a guess between two."""
    found = list(owners)
    known = {one.student: one for one in reversed(found) if one.student}
    if len(known) == 1:
        return next(iter(known.values()))
    if known:
        return Owner(doubt=because("name_read_several_ways", students=sorted(known)[:5]))
    return next((one for one in found if one.doubt), Owner())


def with_name(owner: Owner, called: str, people: People) -> Owner:
    """The same, where the sender's name is known beside their login: both must fit.

    Args:
        owner: whose login it is, if anybody's.
        called: the name.
        people: the class.
    """
    named = people.named(called)
    if not owner.student:
        return replace(named, sure=True) if named.student else owner if owner.doubt else named
    if named.student and named.student != owner.student:
        reason = because("login_and_name_differ", student=owner.student, name=called[:60])
        return Owner(doubt=reason)
    return owner


def _of_file(file: str, people: People) -> Owner:
    """The student in a file's own name, such as `ada.csv` or `answers-ada (2).csv`."""
    stem = file.rsplit(".", 1)[0] if "." in file else file
    bare = _AFFIX.sub(" ", stem).strip()
    for text in (stem, bare, bare.replace("_", " ")):
        found = people.named(text) if text else Owner()
        if found.student or found.doubt:
            return found
    return Owner()
