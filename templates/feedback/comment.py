"""Feedback in a few sentences, for the comment field of a learning platform.

Platforms clean what is put there: only paragraphs, lists, bold and code are used, and steps are
called by their labels, so that nothing is lost and the plain text says the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from templates.feedback.page import FINE, Checked, is_telling, shortened, without_slips
from templates.feedback.report import Report, StepReport
from templates.feedback.show import Show
from templates.feedback.verdict_words import counted, explained, judged, sentence

MOST = 12
"""Steps that are told one by one; the feedback page has all."""


@dataclass(frozen=True, slots=True)
class Line:
    """A step that needs another look."""

    label: str
    said: str


@dataclass(frozen=True, slots=True)
class Comment:
    """What is said of one exercise."""

    title: str
    """'' where there is only one."""
    lines: tuple[str, ...]
    steps: tuple[Line, ...]
    more: int
    """Steps that are left out."""


def comments(parts: Sequence[Checked], show: Show) -> list[Comment]:
    """What a student is told, as much as the policy shows."""
    return comments_on([part.report for part in parts], show)


def comments_on(reports: Sequence[Report], show: Show) -> list[Comment]:
    """The same from reports alone: the exercises need not be read."""
    several = len(reports) > 1
    return [_comment(report, show, n if several else 0) for n, report in enumerate(reports, 1)]


def _comment(report: Report, show: Show, number: int) -> Comment:
    report = report if show.slips else without_slips(report)
    steps = list(_steps(report, show)) if show.verdicts else []
    title = f"Exercise {number} ({report.exercise})" if number else ""
    return Comment(title, tuple(_lines(report, show)), tuple(steps[:MOST]), len(steps[MOST:]))


def _lines(report: Report, show: Show) -> Iterator[str]:
    if show.score:
        yield f"You have {report.score:g} of {report.max:g} points ({report.percent:g} %)."
    if show.verdicts:
        yield from filter(None, [counted(report.counts())])
        yield report.deviation or "No step that is written deviates."
    if show.verdicts and show.messages:
        yield from map(sentence, report.remarks)


def _steps(report: Report, show: Show) -> Iterator[Line]:
    for step in report.steps:
        if step.verdict not in FINE:
            yield Line(step.label, " ".join(_said(step, show)))


def _said(step: StepReport, show: Show) -> Iterator[str]:
    yield judged(step.verdict, shortened(step.answer))
    if show.messages and step.message and is_telling(step.verdict, step.code):
        yield explained(step.code, step.message)
    if show.hints and step.hint:
        yield sentence(step.hint)


def as_text(found: Sequence[Comment]) -> str:
    """Plain text, a line each."""
    return "\n\n".join("\n".join(_text(one)) for one in found)


def _text(one: Comment) -> Iterator[str]:
    if one.title:
        yield one.title
    yield from one.lines
    yield from (f"- {line.label}: {line.said}" for line in one.steps)
    if one.more:
        yield f"- {_more(one.more)}"


def as_html(found: Sequence[Comment]) -> str:
    """A fragment of HTML; everything a student wrote is escaped."""
    return "".join("".join(_html(one)) for one in found)


def _html(one: Comment) -> Iterator[str]:
    if one.title:
        yield f"<p><strong>{escape(one.title)}</strong></p>"
    yield f"<p>{'<br>'.join(map(escape, one.lines))}</p>" if one.lines else ""
    items = [
        f"<li><code>{escape(line.label)}</code> {escape(line.said)}</li>" for line in one.steps
    ]
    if one.more:
        items.append(f"<li>{_more(one.more)}</li>")
    yield f"<ul>{''.join(items)}</ul>" if items else ""


def _more(count: int) -> str:
    return f"{count} more {'step needs' if count == 1 else 'steps need'} another look."
