"""A class's exercises as Moodle's question XML: one cloze question an exercise.

A category for each student, and in it their exercises, none of which says whose it is: Moodle
does not clean what a question says, so nothing from the class list ever stands in one.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from grader.assignments.folder import Order
from grader.assignments.worksheets import sheet
from grader.export.classes import NOBODY, Owned
from grader.export.fields import Field, fields, whole_weights
from grader.export.number_format import plain
from grader.export.tally import Tally
from grader.export.xml import HEAD, cdata, tame, text
from grader.lms.moodle.export.cloze import cloze
from grader.marking.mark import step_of
from grader.marking.policy import Policy
from problems.exercise import Exercise
from templates.drawings.svg import svg
from templates.pages.page import Figure, Item
from templates.pages.portable import Medium, fragment, tex, unicode
from templates.sheets.sheets import Sheet, formulas_asked, question

PICTURE = "network.svg"
POINT = "<p><em>Type a decimal point, not a comma.</em></p>"
LONGEST_NAME = 200
"""Characters of a category's name; Moodle has room for 255."""


@dataclass(frozen=True, slots=True)
class Style:
    """What the site can show, and how much it is told."""

    formulas: bool = True
    """TeX for MathJax; plain text where the site has no way to load it."""
    slips: bool = True
    """Whether misconceptions and missing digits are carried."""


def quiz(
    order: Order, people: Iterator[Owned], policy: Policy, style: Style, tally: Tally
) -> Iterator[bytes]:
    """The whole file, piece by piece: categories and questions of some students."""
    yield f"{HEAD}<quiz>\n".encode()
    for one in people:
        yield category(order, one).encode()
        for exercise in one.exercises:
            yield from (part.encode() for part in questions(order, exercise, policy, style, tally))
        tally.students += 1
        own = sum(len(exercise.asked) for exercise in one.exercises)
        tally.most_fields = max(tally.most_fields, own)
    yield b"</quiz>\n"


def title(order: Order) -> str:
    """The category of an assignment, as Moodle shows it: title and name of the assignment."""
    return tame(f"{order.made_by.title} ({order.name})")[:LONGEST_NAME].strip()


def category(order: Order, one: Owned) -> str:
    """The category of a student's questions; those that follow belong to it."""
    path = f"$course$/top/{_name(title(order))}/{_name(one.who)}"
    number = text(f"bp-of-{one.exercises[0].id}")
    return (
        f'<question type="category"><category><text>{text(path)}</text></category>'
        f'<info format="html"><text></text></info><idnumber>{number}</idnumber></question>\n'
    )


def _name(words: str) -> str:
    """A category's name: a slash is doubled, angle brackets are no tags.

    >>> _name("A/B <b>")
    'A//B ‹b›'
    """
    return tame(words)[:LONGEST_NAME].strip().replace("/", "//")


def questions(
    order: Order, exercise: Exercise, policy: Policy, style: Style, tally: Tally
) -> Iterator[str]:
    """The cloze question of an exercise, and an essay for its formulas if it asks for any."""
    page = sheet(order, NOBODY, exercise)
    if exercise.asked:
        found = fields(exercise, policy, style.slips)
        tally.add(found)
        yield _cloze_question(page, found, style, tally)
    if len(exercise.questions) > len(exercise.asked):
        tally.formulas += len(exercise.questions) - len(exercise.asked)
        tally.essays += 1
        yield _essay(page, policy, style)


def _cloze_question(page: Sheet, found: tuple[Field, ...], style: Style, tally: Tally) -> str:
    weights, factor = whole_weights([field.weight for field in found])
    tally.factors[factor] += 1
    by_step = {f.step: cloze(f, weight) for f, weight in zip(found, weights, strict=True)}
    blocks = question(page)
    shown = fragment(blocks, medium(style, lambda item: by_step[item.step]))
    figure = next(block for block in blocks if isinstance(block, Figure))
    body = (
        _text("questiontext", POINT + shown, figure)
        + _text("generalfeedback", "")
        + "<penalty>0.3333333</penalty><hidden>0</hidden>"
    )
    return _question("cloze", page, "", body)


def _essay(page: Sheet, policy: Policy, style: Style) -> str:
    """Moodle has no algebra: formulas are handed in as text and read by a person."""
    from templates.formulas.plain import plain as one_line
    from templates.sheets.sheets import key_formula

    exercise = page.exercise
    asked = exercise.questions[len(exercise.asked) :]
    blocks = formulas_asked(page)
    figure = next(block for block in blocks if isinstance(block, Figure))
    points = sum(policy.weight(step_of(id)) * policy.credit("correct") for id in asked)
    key = "".join(f"<li>{text(one_line(key_formula(exercise, id)))}</li>" for id in asked)
    lines = "<p><em>Write one formula a line, as name = formula.</em></p>"
    body = (
        _text("questiontext", lines + fragment(blocks, medium(style, lambda item: "")), figure)
        + _text("generalfeedback", "")
        + f"<defaultgrade>{plain(points)}</defaultgrade><penalty>0</penalty><hidden>0</hidden>"
        "<responseformat>plain</responseformat><responserequired>1</responserequired>"
        f"<responsefieldlines>{min(40, len(asked) + 2)}</responsefieldlines>"
        "<attachments>0</attachments><attachmentsrequired>0</attachmentsrequired>"
        + _text("graderinfo", f"<ul>{key}</ul>")
        + _text("responsetemplate", "")
    )
    return _question("essay", page, "-formulas", body)


def medium(style: Style, field: Callable[[Item], str]) -> Medium:
    """How Moodle shows formulas and drawings.

    Args:
        style: of the site.
        field: makes the field of an item.
    """
    address = f"@@PLUGINFILE@@/{PICTURE}"
    return Medium(tex if style.formulas else unicode, field, address)


def _question(kind: str, page: Sheet, what: str, body: str) -> str:
    exercise = page.exercise
    name = f"{page.title}: {exercise.id}{what.replace('-', ' ')}"
    number = text(f"bp-{exercise.id}{what}")
    return (
        f'<question type="{kind}"><name><text>{text(name)}</text></name>\n{body}'
        f"<idnumber>{number}</idnumber></question>\n"
    )


def _text(tag: str, markup: str, figure: Figure | None = None) -> str:
    file = ""
    if figure is not None:
        data = b64encode(svg(figure.drawing).encode()).decode()
        file = f'\n<file name="{PICTURE}" path="/" encoding="base64">{data}</file>'
    return f'<{tag} format="html"><text>{cdata(markup)}</text>{file}</{tag}>\n'
