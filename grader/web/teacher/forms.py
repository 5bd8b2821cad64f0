"""Forms as they come: texts in, values out, every complaint at its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from problems.errors import Complaint
from problems.texts import REPLACED, cleaned, shown_line

LONGEST_NUMBER = 9
"""Digits of a number that is typed in a form."""
FILE = 262_144
"""Bytes of a family or policy file."""


class Form:
    """Typed texts and what is wrong with them."""

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self.values: dict[str, str] = {k: str(v) for k, v in (values or {}).items()}
        self.errors: dict[str, list[str]] = {}

    @staticmethod
    def of(request: HttpRequest, ticks: Sequence[str] = ()) -> Form:
        """What was sent; a tick that is not set is empty."""
        return Form(dict.fromkeys(ticks, "") | request.POST.dict())

    def complain(self, name: str, what: str) -> None:
        """Something is wrong with a field."""
        self.errors.setdefault(name, []).append(what)

    def complain_all(
        self, complaints: Iterable[Complaint], fields: Sequence[str], other: str
    ) -> None:
        """Complaints at the fields that they name; the rest at another one."""
        for complaint in complaints:
            if complaint.where in fields:
                self.complain(complaint.where, complaint.what)
            else:
                self.complain(other, str(complaint))

    def text(self, name: str, longest: int, needed: bool = True) -> str:
        """A short text on one line."""
        found = " ".join(self.values.get(name, "").split())
        if REPLACED in shown_line(found):
            self.complain(name, "There is a character in it that cannot be shown.")
        elif len(found) > longest:
            self.complain(name, f"At most {longest} characters.")
        elif needed and not found:
            self.complain(name, "This is needed.")
        return found[:longest]

    def choice(self, name: str, allowed: Sequence[str]) -> str:
        """One of a few words; the first where nothing is said."""
        found = self.values.get(name) or allowed[0]
        if found not in allowed:
            self.complain(name, f"Choose one of {', '.join(allowed)}.")
            return allowed[0]
        return found

    def whole(self, name: str, low: int, high: int) -> int | None:
        """A whole number; None where nothing is written."""
        typed = self.values.get(name, "").strip()
        if not typed:
            return None
        digits = typed.lstrip("0") or typed[-1]
        small = digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER
        if not small or not low <= int(digits) <= high:
            self.complain(name, f"A whole number from {low} to {high}.")
            return None
        return int(digits)

    def time(self, name: str) -> datetime | None:
        """A time of the field `datetime-local`, in the server's time zone."""
        typed = self.values.get(name, "").strip()
        if not typed:
            return None
        try:
            found = datetime.fromisoformat(typed)
            return timezone.make_aware(found) if timezone.is_naive(found) else found
        except (ValueError, OverflowError):
            self.complain(name, "A day and a time, such as 2026-03-01T17:05.")
            return None

    def tick(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.values.get(name))


def uploaded(request: HttpRequest, name: str, most: int) -> bytes | None:
    """A file that was sent along; None if there is none.

    Raises:
        ValueError: it is larger than `most` bytes.
    """
    file = request.FILES.get(name)
    if file is None or not file.name:
        return None
    if (file.size or 0) > most:
        raise ValueError(f"The file has more than {most // 1024} KB.")
    return bytes(file.read())


def uploaded_text(request: HttpRequest, form: Form, file: str, field: str) -> None:
    """Put a file's text into the field that it stands for."""
    try:
        data = uploaded(request, file, FILE)
        if data is not None:
            form.values[field] = cleaned(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        form.complain(field, "The file is not a text in UTF-8.")
    except ValueError as error:
        form.complain(field, str(error))
    if len(form.values.get(field, "").encode("utf-8", "replace")) > FILE:
        form.complain(field, f"At most {FILE // 1024} KB.")
        form.values[field] = ""
