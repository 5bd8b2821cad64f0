"""Questions at the terminal, one after the other: with defaults, help, and a way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

BACK = "<"
"""What goes back to the question before."""

Answers = dict[str, str]


def anything(text: str) -> str:
    """Accept every answer."""
    return ""


@dataclass(frozen=True)
class Question:
    """One question; the answer is kept as it was typed."""

    key: str
    text: str
    default: str = ""
    help: str = ""
    """A line above it: what may be typed."""
    wrong: Callable[[str], str] = anything
    """What is wrong with an answer, and what is allowed; '' if nothing is."""


Asking = Callable[[Answers], Sequence[Question]]
"""Which questions there are, as far as the answers so far tell."""


class Dialogue:
    """Takes the answers to questions that depend on each other.

    Args:
        asking: the questions.
        known: answers that were given beforehand, and are not asked for.
        silent: whether defaults stand for all others.
    """

    def __init__(self, asking: Asking, known: Answers, silent: bool) -> None:
        self._asking = asking
        self._known = known
        self._silent = silent
        self._asked: list[str] = []
        self._before: Answers = {}
        """What was answered before somebody went back: the default then."""
        self.answers: Answers = {}

    def complete(self) -> Answers:
        """Ask until there is nothing left to ask.

        Raises:
            click.UsageError: an answer given beforehand is wrong.
            click.Abort: somebody has had enough.
        """
        while question := self._next():
            if question.key in self._known or self._silent:
                self._take(question)
            elif not self._ask(question):
                self.back()
        return self.answers

    def back(self) -> bool:
        """Forget the last answer that was typed, and all after it."""
        if not self._asked:
            click.echo("  This is the first question.")
            return False
        last = self._asked.pop()
        kept = list(self.answers)
        dropped = kept[kept.index(last) :]
        self._before |= {key: self.answers.pop(key) for key in dropped}
        return True

    def _next(self) -> Question | None:
        every = self._asking(self.answers)
        return next((one for one in every if one.key not in self.answers), None)

    def _take(self, question: Question) -> None:
        answer = self._known.get(question.key, question.default)
        if wrong := question.wrong(answer):
            raise click.UsageError(f"{question.key}: {wrong}")
        self.answers[question.key] = answer

    def _ask(self, question: Question) -> bool:
        """Whether it was answered; else somebody wants to go back."""
        if question.help:
            click.echo(click.style(f"  {question.help}", dim=True))
        default = self._before.get(question.key, question.default)
        while True:
            typed = click.prompt(question.text, default=default, show_default=bool(default))
            answer = str(typed).strip()
            if answer == BACK:
                return False
            wrong = question.wrong(answer)
            if not wrong:
                break
            click.echo(f"  {wrong}")
        self.answers[question.key] = answer
        self._asked.append(question.key)
        return True
