"""A gradebook and an archive of submissions with the bytes that Canvas gives them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

COLUMN = "Homework 1 (1234)"


@dataclass
class User:
    """One student, as Canvas knows it."""

    id: int
    name: str
    """Sortable: last name first."""
    sis: str = ""
    login: str = ""
    score: str = ""
    section: str = "BP 101"


TEST = User(999, "Student, Test", "", "a1b2c3d4e5f6")


@dataclass
class Book:
    """A gradebook: what the course and the teacher's settings make of it."""

    users: Sequence[User]
    possible: str = "10.00"
    sis: bool = True
    first_last: bool = False
    delimiter: str = ","
    bom: bool = False
    posting: bool = True

    def data(self) -> bytes:
        """The bytes: header, manual posting, points possible, students, the test student."""
        who = ["LastName", "FirstName"] if self.first_last else ["Student"]
        ids = ["SIS User ID"] if self.sis else []
        header = [*who, "ID", *ids, "SIS Login ID", "Section", "Quiz, first (1233)", COLUMN]
        header += ["Assignments Current Score", "Current Score", "Final Grade"]
        blank = [""] * (len(who) + len(ids) + 3)
        rows = [header]
        if self.posting:
            rows.append([*blank, "", "Manual Posting", "", "", ""])
        only = "(read only)"
        rows.append(["    Points Possible", *blank[1:], "5.00", self.possible, only, only, only])
        for user in [*self.users, TEST]:
            last, _, first = user.name.partition(", ")
            name = [last, first] if self.first_last else [user.name]
            own = [user.sis] if self.sis else []
            rest = [user.section, "4.00", user.score, "80.00", "80.00", "B"]
            rows.append([*name, str(user.id), *own, user.login, *rest])
        stream = io.StringIO(newline="")
        csv.writer(stream, delimiter=self.delimiter, lineterminator="\n").writerows(rows)
        return ("\ufeff" if self.bom else "").encode() + stream.getvalue().encode()


def entry(user: User, file: str, attachment: int = 67890, late: bool = False) -> str:
    """The name of an attachment: name, LATE, user, attachment, the file's own name."""
    name = user.name.replace(", ", "").lower()
    parts = [name, *(["LATE"] if late else []), str(user.id)]
    who = re.sub(r"[^\w]", "", "_".join(parts))
    return f"{who}_{attachment}_{file}"


def typed(user: User, html: str) -> tuple[str, bytes]:
    """The name and bytes of a text entry."""
    name = re.sub(r"[^\w]", "", user.name.replace(", ", "").lower())
    page = (
        "<!DOCTYPE html><html><head><title>Homework 1: Ann 4</title></head><body>"
        f"<h1>Homework 1: Ann 4</h1>{html}</body></html>"
    )
    return f"{name}_{user.id}_text.html", page.encode()
