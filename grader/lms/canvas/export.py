"""A class's exercises as quizzes for Canvas: a QTI 1.2 package with Canvas's own description.

Canvas judges numbers in one kind of question only, `numerical_question`: one number with a
margin, right or wrong. So each step is a question of its own and each student has a quiz of
their own; the text of the exercise is the quiz's description, for questions of mere text are
reported to be lost on the way into New Quizzes. Canvas gives every listed number of such a
question full points, so nothing but the right one is listed.

Source: IMS QTI 1.2 ASI; Canvas's own importer for what it makes of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from grader.assignments.folder import Order
from grader.assignments.worksheets import sheet
from grader.export.classes import NOBODY, Owned
from grader.export.fields import Field, fields
from grader.export.number_format import plain
from grader.export.package import Package, identifier
from grader.export.tally import Tally
from grader.export.xml import HEAD, tame, text
from grader.marking.policy import Policy
from problems.exercise import Exercise
from templates.drawings.svg import svg
from templates.pages.page import Figure, Heading, Item, Items
from templates.pages.portable import Medium, fragment, tex, unicode
from templates.sheets.sheets import Sheet, question_fields, question_opening

XSI = "http://www.w3.org/2001/XMLSchema-instance"
QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
CC = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
META = "http://canvas.instructure.com/xsd/cccv1p0"
LEARNING = "associatedcontent/imscc_xmlv1p1/learning-application-resource"
KEPT_DECIMALS = 4
"""Classic quizzes round what a student types to so many."""


def package(
    order: Order, people: Iterator[Owned], policy: Policy, formulas: bool, tally: Tally
) -> tuple[bytes, int]:
    """The archive, and how many fields need more decimals than classic quizzes keep.

    Args:
        order: the assignment.
        people: the class, or some of it.
        policy: weights, and the credit of what is right.
        formulas: as TeX; else as plain text.
        tally: counts what is carried.
    """
    made, resources, finer = Package(), [], 0
    for number, one in enumerate(people, 1):
        tally.students += 1
        quiz = _Quiz(order, one, number, formulas)
        for exercise in one.exercises:
            tally.formulas += len(exercise.questions) - len(exercise.asked)
            if exercise.asked:
                found = fields(exercise, policy, slips=False)
                tally.add(found)
                finer += sum(needs_more_decimals(field) for field in found)
                quiz.add(exercise, found)
        resources += quiz.put_into(made)
    made.add("imsmanifest.xml", manifest(order, resources))
    return made.finished(), finer


def needs_more_decimals(field: Field) -> bool:
    """Whether the right value is wrong when it is rounded as classic quizzes do."""
    rounded = round(float(field.value), KEPT_DECIMALS)
    return abs(rounded - float(field.value)) > float(field.tolerance)


class _Quiz:
    """One student's quiz."""

    def __init__(self, order: Order, one: Owned, number: int, formulas: bool) -> None:
        self.order, self.one = order, one
        self.id = f"bpgrade-{number}"
        self.set = tex if formulas else unicode
        self.items: list[str] = []
        self.words: list[str] = []
        self.pictures: dict[str, str] = {}
        self.points = 0.0

    def add(self, exercise: Exercise, found: Sequence[Field]) -> None:
        """An exercise: its text, its drawing and a question a step."""
        page = sheet(self.order, NOBODY, exercise)
        opening = question_opening(page)
        figure = next(block for block in opening if isinstance(block, Figure))
        path = f"images/{exercise.id}.svg"
        self.pictures[path] = svg(figure.drawing)
        medium = Medium(self.set, lambda item: "", f"%24IMS-CC-FILEBASE%24/{path}")
        several = len(self.one.exercises) > 1
        heading = f"<h2>Exercise {exercise.number}</h2>" if several else ""
        self.words.append(heading + fragment(opening, medium))
        steps = {field.step: field for field in found}
        for n, (section, item) in enumerate(_steps(page), 1):
            where = f"Exercise {exercise.number}, {section}" if several else section
            stem = f"<p>{text(where)}: {self.set(item.prompt)}</p>"
            ident = f"{identifier('q', exercise.id)}-{n}"
            self.items.append(numerical_item(ident, steps[item.step], stem))
        self.points += sum(field.weight for field in found)

    def put_into(self, made: Package) -> list[str]:
        """Write the files; the entries of the manifest, none for a quiz without questions."""
        if not self.items:
            return []
        made.add(f"{self.id}/{self.id}.xml", assessment(self.id, self.title, self.items))
        meta = assessment_meta(self.id, self.title, "\n".join(self.words), self.points)
        made.add(f"{self.id}/assessment_meta.xml", meta)
        entries = [
            f'<resource identifier="{self.id}" type="imsqti_xmlv1p2">'
            f'<file href="{self.id}/{self.id}.xml"/><dependency identifierref="{self.id}-meta"/>'
            f'</resource>\n<resource identifier="{self.id}-meta" type="{LEARNING}" '
            f'href="{self.id}/assessment_meta.xml">'
            f'<file href="{self.id}/assessment_meta.xml"/></resource>'
        ]
        for name, picture in self.pictures.items():
            made.add(name, picture)
            entries.append(
                f'<resource identifier="{identifier("picture", name)}" type="webcontent" '
                f'href="{text(name)}"><file href="{text(name)}"/></resource>'
            )
        return entries

    @property
    def title(self) -> str:
        """What the teacher tells the quizzes apart by."""
        return tame(f"{self.order.name}: {self.one.who}")


def _steps(page: Sheet) -> Iterator[tuple[str, Item]]:
    """Every field with the title of its section."""
    section = ""
    for block in question_fields(page):
        if isinstance(block, Heading):
            section = block.text
        elif isinstance(block, Items):
            yield from ((section, item) for item in block.items if isinstance(item, Item))


def numerical_item(ident: str, field: Field, stem: str) -> str:
    """A question with the right number and its margin."""
    value, margin = Decimal(field.value), Decimal(field.tolerance)
    metadata = "".join(
        f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{entry}</fieldentry>"
        "</qtimetadatafield>"
        for label, entry in (
            ("question_type", "numerical_question"),
            ("points_possible", plain(field.weight)),
            ("assessment_question_identifierref", f"{ident}-bank"),
        )
    )
    return (
        f'<item ident="{ident}" title="{text(field.label)}"><itemmetadata><qtimetadata>{metadata}'
        "</qtimetadata></itemmetadata>\n"
        f'<presentation><material><mattext texttype="text/html">{text(stem)}</mattext></material>'
        '<response_str ident="response1" rcardinality="Single"><render_fib fibtype="Decimal">'
        '<response_label ident="answer1"/></render_fib></response_str></presentation>\n'
        '<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" '
        'vartype="Decimal"/></outcomes><respcondition continue="No"><conditionvar><or>'
        f'<varequal respident="response1">{plain(value)}</varequal><and>'
        f'<vargte respident="response1">{plain(value - margin)}</vargte>'
        f'<varlte respident="response1">{plain(value + margin)}</varlte></and></or>'
        '</conditionvar><setvar action="Set" varname="SCORE">100</setvar></respcondition>'
        "</resprocessing></item>"
    )


def assessment(ident: str, title: str, items: Sequence[str]) -> str:
    """The questions of one quiz."""
    listed = "\n".join(items)
    return (
        f'{HEAD}<questestinterop xmlns="{QTI}" xmlns:xsi="{XSI}" xsi:schemaLocation="{QTI} '
        'http://www.imsglobal.org/xsd/ims_qtiasiv1p2p1.xsd">\n'
        f'<assessment ident="{ident}" title="{text(title)}"><qtimetadata><qtimetadatafield>'
        "<fieldlabel>cc_maxattempts</fieldlabel><fieldentry>1</fieldentry></qtimetadatafield>"
        f'</qtimetadata>\n<section ident="root_section">\n{listed}\n</section>\n</assessment>\n'
        "</questestinterop>\n"
    )


def assessment_meta(ident: str, title: str, words: str, points: float) -> str:
    """What Canvas itself wants to know: unpublished, seen by nobody until it is assigned."""
    return (
        f'{HEAD}<quiz xmlns="{META}" xmlns:xsi="{XSI}" xsi:schemaLocation="{META} '
        f'https://canvas.instructure.com/xsd/cccv1p0.xsd" identifier="{ident}">\n'
        f"<title>{text(title)}</title>\n<description>{text(words)}</description>\n"
        "<shuffle_answers>false</shuffle_answers><scoring_policy>keep_highest</scoring_policy>"
        "<hide_results></hide_results><quiz_type>assignment</quiz_type>"
        f"<points_possible>{plain(round(points, 9))}</points_possible>"
        "<show_correct_answers>false</show_correct_answers>"
        "<anonymous_submissions>false</anonymous_submissions><allowed_attempts>1</allowed_attempts>"
        "<one_question_at_a_time>false</one_question_at_a_time><cant_go_back>false</cant_go_back>"
        "<available>false</available><only_visible_to_overrides>true</only_visible_to_overrides>"
        "\n</quiz>\n"
    )


def manifest(order: Order, resources: Sequence[str]) -> str:
    """What is in the package."""
    # Not "bpgrade-": an assignment named "1" would be called as the first quiz is, and an
    # identifier may occur only once. The schema is the one that Canvas names in its own exports:
    # that of cartridges forbids "IMS Content" and this kind of quiz.
    listed = "\n".join(resources)
    return (
        f'{HEAD}<manifest xmlns="{CC}" xmlns:xsi="{XSI}" xsi:schemaLocation="{CC} '
        'http://www.imsglobal.org/xsd/imscp_v1p1.xsd" '
        f'identifier="{identifier("manifest", order.name)}">\n'
        "<metadata><schema>IMS Content</schema><schemaversion>1.1.3</schemaversion></metadata>\n"
        f"<organizations/>\n<resources>\n{listed}\n</resources>\n</manifest>\n"
    )
