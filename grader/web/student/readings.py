"""How an entry is read: value and digits, or why it cannot be read; never whether it is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from grader.read.answer import read_answer
from grader.read.number import Unreadable, Written
from grader.web.student.sheet import Form
from problems.exercise import Exercise
from templates.feedback.page import printable

Tone = Literal["", "read", "refused", "right", "partly", "wrong"]
LONGEST_SHOWN = 160


@dataclass(frozen=True)
class Beside:
    """What is said beside a field."""

    tone: Tone = ""
    words: str = ""
    sign: str = ""
    """A verdict in a word, where there is one."""

    def as_json(self) -> dict[str, str]:
        """For the script of the page."""
        return asdict(self)


NOTHING = Beside()


def readings(form: Form, answers: Mapping[str, str]) -> dict[str, Beside]:
    """Field -> how what stands in it is read; question -> text comes in."""
    fields = form.questions
    return {
        fields[question].name: reading(form.exercise, question, text)
        for question, text in answers.items()
        if question in fields
    }


def reading(exercise: Exercise, question: str, text: str) -> Beside:
    """How one entry is read."""
    found = read_answer(exercise, question, text)
    if found is None:
        return NOTHING
    if isinstance(found, Unreadable):
        return Beside("refused", f"cannot be read: {_cut(found.message)}")
    if isinstance(found, Written):
        return Beside("read", _number(exercise, question, found))
    return Beside("read", f"read as {_cut(_formula(found))}")


def _cut(words: str) -> str:
    shown = printable(words)
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[: LONGEST_SHOWN - 1]}…"


def _number(exercise: Exercise, question: str, found: Written) -> str:
    value = f"{found.value!r}".removesuffix(".0").replace("-", "\u2212")
    if found.computed:
        return f"read as {value} (worked out)"
    precision = exercise.precision
    relative = precision.significant is not None
    written = found.significant if relative else found.decimals
    asked = precision.places(exercise.parse(question).kind)
    what = "figure" if relative else "decimal"
    count = f"{written} {what}{'' if written == 1 else 's'}"
    return f"read as {value} ({count}{f' of {asked}' if written < asked else ''})"


def _formula(found: object) -> str:
    from grader.read.formula.tree import Node, written

    tree = getattr(found, "tree", None)
    return written(tree) if isinstance(tree, Node) else ""
