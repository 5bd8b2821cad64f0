"""The class report as a page: findings in words, then pictures, then every number in tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import fmean, median
from types import MappingProxyType

from problems.formulas.formula import Formula
from templates.class_report.charts.axes import chunks
from templates.class_report.charts.bars import deviation_chart, slip_chart
from templates.class_report.charts.scores import histogram, score_chart
from templates.class_report.charts.steps import step_chart
from templates.class_report.charts.timeline import time_chart
from templates.class_report.charts.variants import variant_chart
from templates.class_report.findings import entry, findings, percent, signed, title_of
from templates.class_report.network import network_picture
from templates.class_report.reading import reading
from templates.class_report.step_names import step_symbol
from templates.class_report.survey import Group, Survey, Timeline
from templates.feedback.report import Verdict
from templates.pages.page import (
    Align,
    Block,
    Bullets,
    Code,
    Figure,
    Header,
    Heading,
    Inlines,
    Math,
    Note,
    Page,
    PageBreak,
    Paragraph,
    Table,
    text,
)
from templates.sheets.sheets import LANGUAGE

MOST_LISTED = 100
"""Rows of a table of pairs or periods; all of them are in the CSV files."""

MOST_FEATURES = 20

SEEN: Mapping[Verdict, str] = MappingProxyType(
    {
        "correct": "Right",
        "carried": "Carried",
        "undetermined": "Open",
        "imprecise": "Digits",
        "slip": "Slip",
        "repeated": "Again",
        "wrong": "Wrong",
        "unreadable": "Unread",
        "blank": "Blank",
    }
)
"""Verdict -> heading of its column."""


def class_report(survey: Survey) -> Page:
    """The page."""
    several = len(survey.groups) > 1
    blocks: list[Block] = [Heading(1, f"Class report: {survey.title}"), *_summary(survey)]
    blocks += _scores(survey)
    for group in survey.groups:
        blocks += _pictures(group, _suffix(group, several))
    blocks += _foreign(survey)
    blocks += _agreement(survey)
    blocks += _looks(survey)
    blocks += _course(survey.timeline)
    blocks.append(PageBreak())
    blocks.append(Heading(2, "The numbers"))
    blocks += _score_table(survey)
    for group in survey.groups:
        blocks += _tables(group, _suffix(group, several))
    blocks += _course_tables(survey.timeline)
    blocks += reading()
    name = f"{survey.students:,} student{'s' if survey.students != 1 else ''}"
    return Page(f"Class report: {survey.title}", LANGUAGE, Header(name, ()), tuple(blocks))


def _suffix(group: Group, several: bool) -> str:
    return f", exercise {group.number} ({group.topology})" if several else ""


def _summary(survey: Survey) -> Iterator[Block]:
    yield Bullets(tuple(found.parts for found in findings(survey)))
    if survey.notes:
        yield Note(text("Left out: " + "; ".join(survey.notes) + "."))


def symbols(group: Group) -> Mapping[str, Formula]:
    """Id of each step -> how the text writes it."""
    return {step.id: step_symbol(group.exercise, step.id) for step in group.steps}


# pictures ----------------------------------------------------------------------------------


def _scores(survey: Survey) -> Iterator[Block]:
    percents = [score.percent for score in survey.scores]
    yield Heading(2, "Scores")
    yield Figure(score_chart(percents, fmean(percents), median(percents)))


def _pictures(group: Group, suffix: str) -> Iterator[Block]:
    yield from network_picture(group.exercise, group.steps, f"Where the class fails{suffix}")
    yield Heading(2, f"Every step{suffix}")
    yield from _step_charts(group)
    yield from _slip_pictures(group, suffix)
    yield from _deviation_charts(group, suffix)
    yield from _variant_pictures(group, suffix)


def _step_charts(group: Group) -> Iterator[Block]:
    parts = chunks(group.steps)
    for n, part in enumerate(parts, 1):
        of = f" ({n} of {len(parts)})" if len(parts) > 1 else ""
        caption = text(
            "What became of each step, and its discrimination: right of the dashed line it tells "
            f"apart who knows more; an open diamond lies below it{of}."
        )
        yield Figure(step_chart(part, symbols(group), of), caption)


def _slip_pictures(group: Group, suffix: str) -> Iterator[Block]:
    yield Heading(2, f"Common slips{suffix}")
    if not group.slips:
        yield Paragraph(text("No slip of the catalogue was found."))
        return
    yield Figure(slip_chart(group.slips), text("The number behind a bar: submissions."))


def _deviation_charts(group: Group, suffix: str) -> Iterator[Block]:
    yield Heading(2, f"Where work first goes wrong{suffix}")
    never = f"{group.faultless:,} of {group.submissions:,} submissions never go wrong."
    if not group.deviations:
        yield Paragraph(text(never))
        return
    parts = chunks(group.deviations)
    for n, part in enumerate(parts, 1):
        of = f" ({n} of {len(parts)})" if len(parts) > 1 else ""
        drawing = deviation_chart(part, group.submissions, symbols(group), of)
        yield Figure(drawing, text(f"In the order of the work{of}. {never}"))


def _variant_pictures(group: Group, suffix: str) -> Iterator[Block]:
    found = group.variants
    yield Heading(2, f"Is one draw harder than another?{suffix}")
    if not found.features:
        yield Paragraph(text("There are too few submissions, or the draws do not differ."))
        return
    given = {
        one.feature: one.name for one in found.features if one.feature in group.exercise.givens
    }
    names = {name: group.exercise.naming.symbol(id) for id, name in given.items()}
    caption = text(
        "Mean score of the third of the class with the smallest values, the middle one and the "
        "one with the largest, each with its 95 % interval; the strongest first."
    )
    yield Figure(variant_chart(found.features, names), caption)
    if found.explained is not None:
        said = f"All drawn numbers together explain {percent(found.explained)} of the variance"
        yield Paragraph(text(f"{said} of the scores (adjusted for their number)."))


def _foreign(survey: Survey) -> Iterator[Block]:
    if not survey.foreign:
        return
    yield Heading(2, "Numbers of another exercise")
    yield Paragraph(
        text(
            "These submissions miss their own exercise and fit another one of the assignment, "
            "beyond chance. They are graded as their own."
        )
    )
    yield Note(
        text(
            "Worth a question, no accusation: a wrong file or a sheet that was mixed up gives the "
            "same picture as copying."
        )
    )
    rows = tuple(
        (
            text(one.student),
            text(f"{one.exercise} of {one.owner}" if one.exercise else one.owner),
            text(f"{one.answers} of {one.of}"),
        )
        for one in survey.foreign[:MOST_LISTED]
    )
    header = ("Student", "Whose numbers", "Answers that are not the own ones")
    yield _table(header, rows, "Submissions with another exercise's numbers", "llr")


def _agreement(survey: Survey) -> Iterator[Block]:
    found = survey.agreement
    yield Heading(2, "Agreement between students")
    yield Paragraph(
        text(
            "Everybody has other numbers, so an answer that is wrong for one student and stands "
            "at the same step of another is a coincidence, or was passed on. "
            f"Among {found.compared:,} submissions there are {found.seen:,} rare coincidences; "
            f"about {found.expected:,.0f} are expected by chance."
        )
    )
    if not found.pairs:
        yield Paragraph(text("No pair shares more of them than chance gives."))
        return
    yield Note(
        text(
            "Worth a look, no accusation: students who work side by side, or a number read out "
            "in class, give the same picture."
        )
    )
    header = ("Students", "Shared wrong answers", "Expected", "Pairs by chance", "Steps")
    rows = tuple(
        (
            text(f"{pair.first}, {pair.second}"),
            text(str(pair.shared)),
            text(f"{pair.expected:.2g}"),
            text(_tiny(pair.by_chance)),
            text(_few(pair.steps)),
        )
        for pair in found.pairs[:MOST_LISTED]
    )
    yield _table(header, rows, "Pairs worth a look", "lrrrl")


def _tiny(value: float) -> str:
    return "< 0.000001" if value < 1e-6 else f"{value:.2g}"


def _few(labels: tuple[str, ...], most: int = 6) -> str:
    more = f" and {len(labels) - most} more" if len(labels) > most else ""
    return ", ".join(labels[:most]) + more


def _looks(survey: Survey) -> Iterator[Block]:
    if not survey.looks:
        return
    yield Heading(2, "Sheets to look at")
    yield Note(
        text(
            "No accusation: what is said here can come of one honest slip. It only means that "
            "the numbers alone do not show what the student can do."
        )
    )
    rows = tuple(
        (text(look.student), text(look.exercise), text(look.why))
        for look in survey.looks[:MOST_LISTED]
    )
    yield _table(("Student", "Exercise", "What is there"), rows, "Sheets to look at", "lll")


def _course(course: Timeline | None) -> Iterator[Block]:
    if course is None or not course.periods:
        return
    yield Heading(2, "When it was handed in")
    yield Figure(time_chart(course))


# tables ------------------------------------------------------------------------------------

_SIDES: dict[str, Align] = {"l": "left", "r": "right", "c": "center"}


def _table(
    header: tuple[str, ...], rows: tuple[tuple[Inlines, ...], ...], caption: str, sides: str
) -> Table:
    return Table(tuple(map(text, header)), rows, caption, tuple(_SIDES[s] for s in sides))


def _score_table(survey: Survey) -> Iterator[Block]:
    bars = histogram([score.percent for score in survey.scores])
    rows = tuple((text(f"{low} to {high} %"), text(f"{count:,}")) for low, high, count in bars)
    yield _table(("Score", "Submissions"), rows, "Scores", "lr")


def _tables(group: Group, suffix: str) -> Iterator[Block]:
    yield Heading(3, f"Steps{suffix}")
    yield Paragraph(text(_reliability(group)))
    yield _step_table(group)
    if group.slips:
        yield Heading(3, f"Slips and what to say{suffix}")
        yield _slip_table(group)
    if group.deviations:
        yield Heading(3, f"First deviations{suffix}")
        yield _deviation_table(group)
    if group.variants.features:
        yield Heading(3, f"Draws{suffix}")
        yield _variant_table(group)
        if group.variants.left_out:
            same = ", ".join(group.variants.left_out)
            yield Paragraph(text(f"The same for everybody: {same}."))


def _reliability(group: Group) -> str:
    count = f"{group.submissions:,} submissions, mean {group.mean:.1f} %"
    if group.alpha is None:
        return f"{count}; Cronbach's alpha has no value here."
    return f"{count}; Cronbach's alpha {group.alpha:.2f} over {len(group.steps)} steps.".replace(
        "alpha -", "alpha −"
    )


def _step_table(group: Group) -> Table:
    named = symbols(group)
    header = ("Step", "Facility", "Discr.", *SEEN.values())
    rows = tuple(
        (
            (Math(named[step.id]),),
            text(percent(step.facility)),
            text(signed(step.discrimination)),
            *(text(str(step.counts.get(verdict, 0))) for verdict in SEEN),
        )
        for step in group.steps
    )
    return _table(header, rows, "Facility, discrimination, verdicts", "lrr" + "r" * len(SEEN))


def _slip_table(group: Group) -> Table:
    rows = tuple(
        (
            text(title_of(slip.slip)),
            text(f"{slip.submissions:,}"),
            text(percent(slip.share)),
            text(", ".join(f"{label} ({count})" for _, label, count in slip.steps[:4])),
            text(_advice(slip.slip)),
        )
        for slip in group.slips
    )
    header = ("Slip", "Submissions", "Share", "Where", "What to say")
    return _table(header, rows, "Slips by the number of submissions", "lrrll")


def _advice(slip: str) -> str:
    known = entry(slip)
    return known.student if known else "–"


def _deviation_table(group: Group) -> Table:
    named = symbols(group)
    rows = tuple(
        (
            (Math(named[one.id]),),
            text(f"{one.first:,}"),
            text(percent(one.first / group.submissions)),
            text(f"{one.reached:,}"),
            text(percent(one.hazard)),
            text(percent(one.consistent / one.first)),
        )
        for one in group.deviations
    )
    header = ("Step", "First here", "Of all", "Right so far", "Of these", "Consistent after")
    return _table(header, rows, "First deviations, in the order of the work", "lrrrrr")


def _variant_table(group: Group) -> Table:
    rows = tuple(
        (
            (Code(one.name),),
            text(signed(one.correlation)),
            text("< 0.001" if one.probability < 0.001 else f"{one.probability:.3f}"),
            text(" / ".join(f"{third.mean:.1f}" for third in one.terciles)),
            text("yes" if one.clear else "no"),
        )
        for one in group.variants.features[:MOST_FEATURES]
    )
    header = ("Given", "r", "p (all allowed for)", "Mean % of the thirds", "Clear")
    return _table(header, rows, "Scores by what was drawn, the strongest first", "lrrrl")


def _course_tables(course: Timeline | None) -> Iterator[Block]:
    if course is None:
        return
    yield Heading(3, "Handing in")
    forms = {"hour": "%Y-%m-%d %H:00", "day": "%Y-%m-%d", "week": "%Y-%m-%d"}
    came = [p for p in course.periods if p.submissions][:MOST_LISTED]
    if came:
        rows = tuple(
            (
                text(p.start.strftime(forms[course.unit])),
                text(f"{p.submissions:,}"),
                text("–" if p.mean is None else f"{p.mean:.1f}"),
            )
            for p in came
        )
        header = (course.unit.capitalize(), "Submissions", "Mean %")
        yield _table(header, rows, f"Submissions by the {course.unit}", "lrr")
    if len(course.attempts) > 1:
        rows = tuple(
            (text(str(a.number)), text(f"{a.submissions:,}"), text(f"{a.mean:.1f}"))
            for a in course.attempts[:MOST_LISTED]
        )
        yield _table(("Attempt", "Submissions", "Mean %"), rows, "Attempts", "lrr")
    if course.unread:
        yield Paragraph(text(f"{course.unread:,} times could not be read."))
