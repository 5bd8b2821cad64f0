"""Fields of forms, with complaints in our words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from problems.texts import REPLACED, shown_line


class Line(forms.CharField):
    """A short text on one line.

    Args:
        longest: characters.
        needed: whether it has to be there.
    """

    def __init__(self, longest: int, needed: bool = True) -> None:
        said = {"required": "This is needed.", "max_length": f"At most {longest} characters."}
        super().__init__(max_length=longest, required=needed, error_messages=said)

    def to_python(self, value: Any) -> str:
        """Its words, one blank between them."""
        found = " ".join(str(value or "").split())
        if REPLACED in shown_line(found):
            raise forms.ValidationError("There is a character in it that cannot be shown.")
        return found


class Text(forms.CharField):
    """A text of any kind that may be missing, as it was typed."""

    def __init__(self) -> None:
        super().__init__(required=False, strip=False)


class Whole(forms.IntegerField):
    """A whole number in plain digits; None where nothing is written."""

    def __init__(self, low: int, high: int) -> None:
        said = f"A whole number from {low} to {high}."
        super().__init__(
            min_value=low,
            max_value=high,
            required=False,
            error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), said),
        )

    def to_python(self, value: Any) -> int | None:
        """The number."""
        typed = str(value or "").strip()
        if typed and not (typed.isascii() and typed.isdigit()):
            raise forms.ValidationError(self.error_messages["invalid"])
        return super().to_python(typed)


class Moment(forms.Field):
    """A time of the field `datetime-local`, in the server's time zone; None for none."""

    def __init__(self) -> None:
        super().__init__(required=False)

    def to_python(self, value: Any) -> datetime | None:
        """The time."""
        typed = str(value or "").strip()
        if not typed:
            return None
        try:
            found = datetime.fromisoformat(typed)
            return timezone.make_aware(found) if timezone.is_naive(found) else found
        except (ValueError, OverflowError):
            raise forms.ValidationError("A day and a time, such as 2026-03-01T17:05.") from None


class Choice(forms.ChoiceField):
    """One of a few words; the first where nothing is said.

    Args:
        allowed: gives the words when they are needed.
    """

    def __init__(self, allowed: Callable[[], Sequence[str]]) -> None:
        self.allowed = allowed
        super().__init__(choices=lambda: [(one, one) for one in allowed()], required=False)

    def clean(self, value: Any) -> str:
        """The word."""
        allowed = self.allowed()
        found = str(value or allowed[0])
        if found not in allowed:
            raise forms.ValidationError(f"Choose one of {', '.join(allowed)}.")
        return found


class Upload(forms.FileField):
    """A file that may be sent along: its bytes, None if there is none.

    Args:
        most: bytes.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(required=False, allow_empty_file=True)

    def to_python(self, data: Any) -> Any:
        """What is in the file."""
        file = super().to_python(data)
        if file is None:
            return None
        if (file.size or 0) > self.most:
            raise forms.ValidationError(f"The file has more than {self.most // 1024} KB.")
        return bytes(file.read())
