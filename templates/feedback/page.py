"""Feedback: a checked exercise as a page, with as much of it as the policy shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from problems.computation import ids
from problems.computation.network import Plan
from problems.computation.sections import Placed
from problems.exercise import Exercise
from problems.formulas.formula import Formula, Num
from problems.misconceptions.catalogue import CATALOGUE
from problems.misconceptions.names import slips_in
from problems.texts import seen_line
from templates.feedback.marked import TONES, marked_network
from templates.feedback.marked_graph import LEGEND as GRAPH_LEGEND
from templates.feedback.marked_graph import marked_graph
from templates.feedback.report import Report, StepReport, Verdict
from templates.feedback.show import Show
from templates.feedback.verdict_words import Said, aftermath, sentence
from templates.pages.page import (
    Badge,
    Block,
    Bullets,
    Code,
    Emphasis,
    Figure,
    Header,
    Heading,
    Inline,
    Inlines,
    Level,
    Math,
    Note,
    Page,
    PageBreak,
    Paragraph,
    Strong,
    Table,
    Text,
    Tone,
    text,
)
from templates.sheets.sheets import LANGUAGE, PLUS_MINUS, rounded_up

LONGEST = 32
"""Characters of an answer that are shown."""

SIGNS: Mapping[str, str] = {"right": "✓", "partly": "≈", "wrong": "✗", "neutral": "–"}
FINE = ("correct", "carried")
FOLLOWS = (*FINE, "undetermined")
"""Verdicts of what is consistent with the student's own work."""
MISSED = Said("not_the_value")
"""What is said instead of a slip where slips are not named."""
VEILED = ("slip", "repeated")
"""Verdicts that name a slip."""
NOTHING = Said("blank")
"""What is said of a blank cell, unless the steps after it show a slip there, ..."""
BEHIND = "blank_slip"
"""... which is this code."""

_FIRST: Mapping[str, str] = {
    "blank": "The first step without an answer is ",
    "unreadable": "The first answer that could not be read is ",
    "imprecise": "The first answer with too few digits is ",
}


@dataclass(frozen=True)
class Checked:
    """One submission of one exercise."""

    report: Report
    exercise: Exercise
    sections: tuple[Placed, ...] = ()
    """Headings of the worksheet; without them the steps stand in one table."""
    labelled: bool = False
    """Whether each step is called by its label too, as on the screen where it was typed."""


def feedback(
    report: Report,
    exercise: Exercise,
    show: Show,
    title: str,
    student: str,
    sections: Sequence[Placed] = (),
) -> Page:
    """The page for one exercise.

    Args:
        report: what was found.
        exercise: what was asked.
        show: which parts the student sees.
        title: of the exercise, as on the worksheet.
        student: the name as printed.
        sections: headings of the worksheet.
    """
    return feedback_of([Checked(report, exercise, tuple(sections))], show, title, student)


def feedback_of(parts: Sequence[Checked], show: Show, title: str, student: str) -> Page:
    """One page for all exercises of a student, in the order given."""
    blocks: list[Block] = [Heading(1, title)]
    for n, part in enumerate(parts, 1):
        if n > 1:
            blocks.append(PageBreak())
        if len(parts) > 1:
            blocks.append(Heading(2, f"Exercise {n} of {len(parts)}"))
        blocks += _part(part, show, student, 3 if len(parts) > 1 else 2)
    shown = tuple(part.exercise.id for part in parts)
    return Page(f"Feedback: {title} ({student})", LANGUAGE, Header(student, shown), tuple(blocks))


def _part(part: Checked, show: Show, student: str, level: Level) -> Iterator[Block]:
    report = part.report if show.slips else without_slips(part.report)
    exercise = part.exercise
    yield Paragraph((Text(f"Feedback for {student}, exercise "), Code(exercise.id), Text(".")))
    yield from summary(report, exercise, show)
    if show.verdicts and isinstance(exercise.plan, Plan):
        yield Figure(marked_network(exercise, report.steps), LEGEND)
    elif show.verdicts:
        yield Figure(marked_graph(exercise, report.steps), GRAPH_LEGEND)
    yield from _unused_rows(report, show)
    yield from _steps(report, part, show, level)


def without_slips(report: Report) -> Report:
    """The report as it is shown where slips are not named: they are plainly wrong."""

    def veiled(step: StepReport) -> StepReport:
        if step.code == BEHIND:
            return replace(step, message=NOTHING.sentence, code=NOTHING.code, arguments={})
        if step.verdict not in VEILED:
            return step
        words, code, about = MISSED.sentence, MISSED.code, MISSED.arguments
        plain = replace(step, verdict="wrong", slip=None, message=words, hint="")
        return replace(plain, code=code, arguments=about)

    return replace(report, steps=tuple(map(veiled, report.steps)))


# summary -----------------------------------------------------------------------------------


def summary(report: Report, exercise: Exercise, show: Show) -> Iterator[Block]:
    """Score, counts, where the work first deviates, what holds for the whole."""
    if show.score:
        points = f"{report.score:g} of {report.max:g} points"
        yield Paragraph((Strong(points), Text(f" ({report.percent:g} %)")))
    if not show.verdicts:
        return
    counts = [_badge(verdict, f"{n} ") for verdict, n in report.counts().items()]  # type: ignore[arg-type]
    yield Paragraph(_joined([(badge,) for badge in counts], " "))
    yield Paragraph(first_deviation(report, exercise))
    if show.messages:
        yield from (Note(text(remark)) for remark in report.remarks)


def first_deviation(report: Report, exercise: Exercise) -> Inlines:
    """Where to look first, and what holds of the steps after it."""
    first = next((s for s in report.steps if s.id == report.first_deviation), None)
    if first is None:
        right = all(step.verdict in FINE for step in report.steps)
        return text("Every step is right." if right else "No step that is written deviates.")
    opening = Text(_FIRST.get(first.verdict, "Your first deviation is ") + _what(first))
    symbol = _first_symbol(first.id, exercise)
    after = report.steps[report.steps.index(first) + 1 :]
    return opening, Math(symbol), Text(f". {_aftermath(after)}".rstrip())


def _what(step: StepReport) -> str:
    return "the formula for " if ids.asks_formula(step.id) else ""


def _first_symbol(question: str, exercise: Exercise) -> Formula:
    if ids.asks_general(question):
        return exercise.symbol(question)
    return exercise.naming.symbol(ids.step_asked(question), of_example=True)


def _aftermath(after: Sequence[StepReport]) -> str:
    if not after:
        return ""
    others = sum(step.verdict not in FOLLOWS for step in after)
    if not others:
        held = aftermath([step.verdict for step in after])
        return sentence(held) if held else ""
    need = "needs" if others == 1 else "need"
    return (
        f"Look there first; {others} of the {len(after)} steps after it {need} another look too."
    )


def _badge(verdict: Verdict, before: str = "") -> Badge:
    tone: Tone = "neutral" if verdict == "blank" else TONES[verdict]  # type: ignore[assignment]
    return Badge(f"{SIGNS[tone]} {before}{verdict}", tone)


LEGEND: Inlines = (
    Text("Each unit and each weight shows the worst of its own steps: "),
    Badge("✓ right", "right"),
    Text(" or right from your own numbers, "),
    Badge("≈ partly", "partly"),
    Text(" too few digits, undetermined or something left blank, "),
    Badge("✗ wrong", "wrong"),
    Text(" or unreadable. Without a sign: not asked, or nothing written."),
)


def _unused_rows(report: Report, show: Show) -> Iterator[Block]:
    """Rows of the file that belong to no step; unreadable numbers stand at their steps."""
    rows = [p for p in report.problems if p.code in ("unknown_step", "duplicate_row")]
    if rows and show.messages:
        yield Paragraph(text("These rows of your file could not be used:"))
        yield Bullets(tuple(text(_place(problem)) for problem in rows))


def _place(problem: Any) -> str:
    return f"row {problem.row}: {printable(problem.message)}"


# steps -------------------------------------------------------------------------------------


def _steps(report: Report, part: Checked, show: Show, level: Level) -> Iterator[Block]:
    """Tables in the order of the worksheet, each under its heading."""
    by_id = {step.id: step for step in report.steps}
    for title, listed in _sections(part, list(by_id)):
        yield Heading(level, title)
        yield table([by_id[id] for id in listed], part.exercise, show, part.labelled)


def _sections(part: Checked, asked: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    rest = dict.fromkeys(asked)
    for section in part.sections:
        listed = [id for id in section.questions if id in rest]
        for id in listed:
            del rest[id]
        if listed:
            yield section.title, listed
    if rest:
        yield "Other steps" if part.sections else "Step by step", list(rest)


def table(
    steps: Sequence[StepReport], exercise: Exercise, show: Show, labelled: bool = False
) -> Table:
    """Symbol, own answer, right value if shown, verdict with what there is to say."""
    header: list[Inlines] = [text("Step"), text("Your answer")]
    if show.expected or show.tolerance:
        header.append(text("Right value" if show.expected else "Tolerance"))
    if show.verdicts or show.messages or show.hints:
        header.append(text("Result"))
    rows = tuple(tuple(_cells(step, exercise, show, labelled)) for step in steps)
    numbers = len(header) - 1 - bool(show.verdicts or show.messages or show.hints)
    return Table(tuple(header), rows, "", ("left", *["right"] * numbers, "left"))  # type: ignore[arg-type]


def _cells(step: StepReport, exercise: Exercise, show: Show, labelled: bool) -> Iterator[Inlines]:
    symbol = Math(exercise.symbol(step.id))
    yield (symbol, Text(" "), Code(step.label)) if labelled else (symbol,)
    yield (Code(answer),) if (answer := shortened(step.answer)) else text("–")
    if show.expected or show.tolerance:
        yield _expected(step, exercise, show)
    if show.verdicts or show.messages or show.hints:
        yield _joined(list(_result(step, show)), " ")


def _expected(step: StepReport, exercise: Exercise, show: Show) -> Inlines:
    if step.formula:
        return (Code(step.formula),) if show.expected else ()
    shown = exercise.precision.shown(exercise.parse(step.id).kind, step.expected).replace("-", "−")
    value = (Math(Num(shown)),) if show.expected else ()
    within = Text(f" {PLUS_MINUS.text} {rounded_up(step.tolerance)}")
    return (*value, within) if show.tolerance else value


def _result(step: StepReport, show: Show) -> Iterator[Inlines]:
    if show.verdicts:
        yield (_badge(step.verdict),)
    titles = [CATALOGUE[name].title for name in slips_in(step.slip or "") if name in CATALOGUE]
    if show.slips and titles:
        yield (Strong(sentence(" and ".join(titles))),)
    if show.messages and step.message and is_telling(step.verdict, step.code):
        yield text(sentence(printable(step.message)))
    if show.hints and step.hint:
        yield (Emphasis(sentence(printable(step.hint))),)


def is_telling(verdict: str, code: str) -> bool:
    """Whether a step's sentence says more than its verdict."""
    return verdict != "correct" and (verdict != "blank" or code == BEHIND)


def _joined(parts: Sequence[Inlines], between: str) -> Inlines:
    found: list[Inline] = []
    for part in parts:
        found += [Text(between)] if found else []
        found += part
    return tuple(found)


def printable(typed: str) -> str:
    """What was typed, on one line, without characters that steer a terminal or a browser.

    >>> print(printable("0.5" + chr(0x202e) + chr(9) + "1"))
    0.5\\u202e 1
    """
    return seen_line(" ".join(typed.split()))


def shortened(typed: str) -> str:
    """An answer as it fits into a table."""
    words = printable(typed)
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
