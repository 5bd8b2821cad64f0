"""What a teacher should know first, in words: the findings at the head of a class report."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import fmean, median, quantiles
from typing import NamedTuple

from problems.formulas.formula import Formula
from problems.misconceptions.catalogue import CATALOGUE, Slip
from problems.misconceptions.slips import OF_THE_PEN, TRIED
from templates.class_report.step_names import step_symbol
from templates.class_report.survey import Group, SlipStatistics, StepStatistics, Survey, Variant
from templates.formulas.plain import plain
from templates.pages.page import Badge, Code, Emphasis, Inline, Inlines, Math, Strong, Text

COMMON = 0.05
"""A slip that a smaller share of a group makes is not for the whole class."""

MOST_TAUGHT = 3
HARD = 0.7
"""A step is called hard only below this facility."""

WEAK = 0.2
"""A step that discriminates less says little about who knows more: R. L. Ebel, Measuring
Educational Achievement, 1965, calls less than 0.2 poor."""

TELLING = (0.05, 0.95)
"""Outside these facilities nearly everybody has the same, and nothing can discriminate."""

MOST_NAMED = 4
FEW = 20
"""Submissions below which a discrimination is a matter of two or three students."""


class Finding(NamedTuple):
    """One sentence or two."""

    kind: str
    """`scores`, `reteach`, `hard`, `first`, `draw`, `weak`, `foreign`, `agreement`, `look`,
    `attempts`."""
    parts: Inlines


def findings(survey: Survey) -> list[Finding]:
    """The most important ones, the ones to act on first."""
    several = len(survey.groups) > 1
    found = [Finding("scores", _scores(survey))]
    for group in survey.groups:
        where = f" (exercise {group.number}, {group.topology})" if several else ""
        found += [Finding("reteach", parts) for parts in reteach(group, where)]
        found += [Finding("hard", parts) for parts in _hard(group, where)]
        found += [Finding("first", parts) for parts in _first(group, where)]
        found += [Finding("draw", parts) for parts in _draws(group, where)]
        found += [Finding("weak", parts) for parts in _weak(group, where)]
    if survey.foreign:
        found.append(Finding("foreign", _foreign(survey)))
    found.append(Finding("agreement", _agreement(survey)))
    if survey.looks:
        found.append(Finding("look", _looks(len(survey.looks))))
    return [Finding(kind, tuple(map(_together, parts))) for kind, parts in found]


def _together(part: Inline) -> Inline:
    """Numbers and their percent signs stay on one line."""
    return Text(part.text.replace(" %", "\u00a0%")) if isinstance(part, Text) else part


def words(parts: Inlines) -> str:
    """The parts as plain text, for a terminal."""
    said = []
    for part in parts:
        match part:
            case Math(formula):
                said.append(plain(formula))
            case Text(text) | Strong(text) | Emphasis(text) | Code(text) | Badge(text):
                said.append(text)
    return "".join(said)


def percent(share: float) -> str:
    """A share in whole percent; a little is not nothing.

    >>> percent(0.314), percent(0.002), percent(0.0)
    ('31 %', 'less than 1 %', '0 %')
    """
    if 0 < share < 0.005:
        return "less than 1 %"
    return f"{100 * share:.0f} %"


def symbol(group: Group, id: str) -> Formula:
    """What the text writes for a step."""
    return step_symbol(group.exercise, id)


def entry(slip: str) -> Slip | None:
    """What the catalogue says of a slip."""
    assert TRIED  # importing the entries fills the catalogue
    return CATALOGUE.get(slip)


def title_of(slip: str) -> str:
    """The title in the catalogue; the name itself for one that is not in it any more."""
    known = entry(slip)
    return known.title if known else slip


# sentences ---------------------------------------------------------------------------------


def _scores(survey: Survey) -> Inlines:
    percents = [score.percent for score in survey.scores]
    head = Strong("Scores: ")
    count = f"{len(percents):,} submissions of {survey.students:,} students"
    said = f"{count}, mean {fmean(percents):.1f} %"
    if len(percents) < 4:
        return head, Text(f"{said}.")
    low, _, high = quantiles(percents, n=4)
    middle = f"the middle half between {low:.0f} and {high:.0f} %"
    return head, Text(f"{said}, median {median(percents):.1f} %, {middle}.")


def reteach(group: Group, where: str = "") -> Iterator[Inlines]:
    """What to teach again: the slips that many make, with what the teacher should know."""
    common = [s for s in group.slips if s.share >= COMMON and s.submissions > 1]
    for slip in common[:MOST_TAUGHT]:
        yield (
            Strong("Remind of: " if slip.slip in OF_THE_PEN else "Reteach: "),
            Text(f"{title_of(slip.slip)}, {percent(slip.share)} of the submissions{where}, "),
            *_places(group, slip),
            Text(_advice(slip.slip)),
        )


def _places(group: Group, slip: SlipStatistics) -> Inlines:
    (id, _, _), *rest = slip.steps
    if not rest:
        return Text("at "), Math(symbol(group, id)), Text(". ")
    more = f" and {len(rest)} other step{'s' if len(rest) > 1 else ''}. "
    return Text("most often at "), Math(symbol(group, id)), Text(more)


def _advice(slip: str) -> str:
    known = entry(slip)
    return f"{known.teacher} {known.student}" if known else ""


def hardest(group: Group, most: int = 3) -> list[StepStatistics]:
    """Steps that went worst, the worst first."""
    hard = [step for step in group.steps if step.facility < HARD]
    return sorted(hard, key=lambda step: step.facility)[:most]


def _hard(group: Group, where: str) -> Iterator[Inlines]:
    steps = hardest(group)
    if not steps:
        yield (
            Strong("Hardest: "),
            Text(f"no step lies below a facility of {percent(HARD)}{where}."),
        )
        return
    said: list[Text | Math | Strong] = [Strong("Hardest: ")]
    for n, step in enumerate(steps):
        said += [Text(", ")] if n else []
        said += [Math(symbol(group, step.id)), Text(f" (facility {percent(step.facility)})")]
    yield (*said, Text(f"{where}."))


def _first(group: Group, where: str) -> Iterator[Inlines]:
    if not group.deviations:
        yield Strong("First deviations: "), Text(f"nobody deviates{where}.")
        return
    most = max(group.deviations, key=lambda one: one.first)
    share = most.first / group.submissions
    also = f" ({percent(most.hazard)} of those who were right so far)"
    yield (
        Strong("Where work first goes wrong: "),
        Text("most often at "),
        Math(symbol(group, most.id)),
        Text(
            f", in {percent(share)} of the submissions{also}{where}; "
            f"{percent(group.faultless / group.submissions)} never go wrong."
        ),
    )


def _draws(group: Group, where: str) -> Iterator[Inlines]:
    clear = [one for one in group.variants.features if one.clear]
    head = Strong("Fairness of the draws: ")
    if not group.variants.features:
        yield head, Text(f"too few submissions to tell{where}.")
        return
    if not clear:
        yield head, Text(f"no drawn number goes clearly with the score{where}.")
        return
    one = clear[0]
    harder = "large" if one.correlation < 0 else "small"
    low, high = one.terciles[0].mean, one.terciles[-1].mean
    step = f"; it shows most at {one.step}" if one.step else ""
    said = (
        f" makes it harder{where}: the third with the smallest values has {low:.1f} %, "
        f"the third with the largest {high:.1f} % (r = {signed(one.correlation)}){step}."
    )
    yield head, Text(f"a {harder} "), _feature(group, one), Text(said)


def signed(value: float | None) -> str:
    """Two decimals with a real minus sign; a dash for none.

    >>> signed(-0.291), signed(None)
    ('−0.29', '–')
    """
    return "–" if value is None else f"{value:.2f}".replace("-", "−")


def _feature(group: Group, one: Variant) -> Math | Text:
    if one.feature in group.exercise.givens:
        return Math(group.exercise.naming.symbol(one.feature))
    return Text(one.name)


def weak_steps(group: Group) -> list[StepStatistics]:
    """Steps that do not tell students apart though not everybody has the same there."""
    if group.submissions < FEW:
        return []
    low, high = TELLING
    weak = [
        step
        for step in group.steps
        if step.discrimination is not None
        and low <= step.facility <= high
        and step.discrimination < WEAK
    ]
    return sorted(weak, key=lambda step: step.discrimination or 0.0)


def _weak(group: Group, where: str) -> Iterator[Inlines]:
    steps = [step for step in weak_steps(group) if surely_weak(step)]
    if not steps:
        return
    said: list[Text | Math | Strong] = [Strong("Tells students apart least: ")]
    for n, step in enumerate(steps[:MOST_NAMED]):
        said += [Text(", ")] if n else []
        said += [Math(symbol(group, step.id)), Text(f" ({signed(step.discrimination)})")]
    more = f" and {len(steps) - MOST_NAMED} more" if len(steps) > MOST_NAMED else ""
    yield (*said, Text(f"{more}{where}: who knows more does hardly better there."))


def surely_weak(step: StepStatistics) -> bool:
    """Whether a discrimination lies below `WEAK` by more than chance: one standard error."""
    if step.discrimination is None or step.total < 4:
        return False
    return step.discrimination + 1 / math.sqrt(step.total - 3) < WEAK


def _foreign(survey: Survey) -> Inlines:
    count = len(survey.foreign)
    has = "1 submission has" if count == 1 else f"{count} submissions have"
    return Strong("Other exercises: "), Text(
        f"{has} the numbers of another student's exercise: worth a question, no more than that."
    )


def _agreement(survey: Survey) -> Inlines:
    pairs: Sequence[object] = survey.agreement.pairs
    head = Strong("Agreement: ")
    if not pairs:
        return head, Text("no two students share more wrong answers than chance gives.")
    count = "1 pair" if len(pairs) == 1 else f"{len(pairs)} pairs"
    return head, Text(
        f"{count} of students with different numbers share more wrong answers than chance gives: "
        "worth a look, no more than that."
    )


def _looks(count: int) -> Inlines:
    which = "1 sheet" if count == 1 else f"{count:,} sheets"
    return Strong("To look at: "), Text(
        f"{which}, of which the numbers alone do not show what was done; the reasons stand below, "
        "and one honest slip can be one."
    )
