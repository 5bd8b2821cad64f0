"""A class's exercises as a QTI 2.1 package: an item for each exercise, a test for each student.

Source: IMS Question and Test Interoperability, Assessment Test, Section, and Item Information
Model, version 2.1 final (2012): textEntryInteraction, responseDeclaration, response processing;
IMS Content Packaging 1.1.4 for the manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from grader.assignments.folder import Order
from grader.assignments.worksheets import sheet
from grader.export.classes import NOBODY, Owned
from grader.export.fields import Alternative, Field, fields
from grader.export.number_format import WIDE, plain
from grader.export.package import Package, identifier
from grader.export.tally import Tally
from grader.export.xml import HEAD, allowed, tame, text
from grader.marking.policy import Policy
from problems.exercise import Exercise
from templates.drawings.svg import svg
from templates.pages.page import Figure, Item
from templates.pages.portable import Medium, fragment, presentation, words
from templates.sheets.sheets import Sheet, question

XSI = "http://www.w3.org/2001/XMLSchema-instance"
QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
CP = "http://www.imsglobal.org/xsd/imscp_v1p1"
PLACES = {
    QTI: "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
    CP: "http://www.imsglobal.org/xsd/qti/qtiv2p1/qtiv2p1_imscpv1p2_v1p0.xsd",
}
FEW = "too-few-digits"
"""Identifier of the feedback that goes with no slip."""


def package(
    order: Order, people: Iterator[Owned], policy: Policy, slips: bool, tally: Tally
) -> bytes:
    """The archive.

    Args:
        order: the assignment.
        people: the class, or some of it.
        policy: weights, credits, what students are told.
        slips: whether misconceptions and missing digits are carried.
        tally: counts what is.
    """
    made, resources = Package(), []
    for number, one in enumerate(people, 1):
        items = []
        for exercise in one.exercises:
            tally.formulas += len(exercise.questions) - len(exercise.asked)
            if exercise.asked:
                items.append(exercise)
                resources.append(_add_item(made, order, exercise, policy, slips, tally))
        tally.students += 1
        if items:
            name = f"tests/{one.student.folder}.xml"
            made.add(name, test(order, one, number, items))
            resources.append(_test_resource(number, name, items))
    made.add("imsmanifest.xml", manifest(order, resources))
    return made.finished()


def _add_item(
    made: Package, order: Order, exercise: Exercise, policy: Policy, slips: bool, tally: Tally
) -> str:
    """Put item and drawing into the archive; the entry of the manifest."""
    page = sheet(order, NOBODY, exercise)
    found = fields(exercise, policy, slips)
    tally.add(found)
    blocks = question(page)
    figure = next(block for block in blocks if isinstance(block, Figure))
    item, picture = f"items/{exercise.id}.xml", f"images/{exercise.id}.svg"
    at = {field.step: n for n, field in enumerate(found, 1)}
    medium = Medium(
        presentation,
        lambda asked: _interaction(at[asked.step], asked, found[at[asked.step] - 1]),
        f"../{picture}",
    )
    made.add(item, assessment_item(page, found, fragment(blocks, medium)))
    made.add(picture, svg(figure.drawing))
    return (
        f'<resource identifier="{identifier("item", exercise.id)}" type="imsqti_item_xmlv2p1" '
        f'href="{text(item)}"><file href="{text(item)}"/><file href="{text(picture)}"/></resource>'
    )


def assessment_item(page: Sheet, found: Sequence[Field], body: str) -> str:
    """One item."""
    exercise = page.exercise
    most = round(sum(field.weight for field in found), 9)
    lines = [
        f'{HEAD}<assessmentItem xmlns="{QTI}" xmlns:xsi="{XSI}" '
        f'xsi:schemaLocation="{QTI} {PLACES[QTI]}" '
        f'identifier="{identifier("item", exercise.id)}" '
        f'title="{text(tame(f"{page.title}: {exercise.id}"))}" adaptive="false" '
        'timeDependent="false" toolName="bpgrade">',
        *(_response(n, field) for n, field in enumerate(found, 1)),
        _number_outcome("SCORE", 0.0, most),
        _number_outcome("MAXSCORE", most),
        *(
            f'<outcomeDeclaration identifier="F{n}" cardinality="single" baseType="identifier"/>'
            for n, field in enumerate(found, 1)
            if any(other.said for other in field.alternatives)
        ),
        f"<itemBody>\n{allowed(body)}\n</itemBody>",
        "<responseProcessing>",
        *(_condition(n, field) for n, field in enumerate(found, 1)),
        "</responseProcessing>",
        "</assessmentItem>\n",
    ]
    return "\n".join(lines)


def _response(n: int, field: Field) -> str:
    return (
        f'<responseDeclaration identifier="R{n}" cardinality="single" baseType="float">'
        f"<correctResponse><value>{field.value}</value></correctResponse></responseDeclaration>"
    )


def _number_outcome(name: str, start: float, most: float | None = None) -> str:
    limit = "" if most is None else f' normalMaximum="{plain(most)}"'
    return (
        f'<outcomeDeclaration identifier="{name}" cardinality="single" baseType="float"{limit}>'
        f"<defaultValue><value>{plain(start)}</value></defaultValue></outcomeDeclaration>"
    )


def _interaction(n: int, item: Item, field: Field) -> str:
    """The box, and behind it what may be said of its content."""
    box = f'<textEntryInteraction responseIdentifier="R{n}" expectedLength="{WIDE}"/>'
    return box + "".join(
        f' <feedbackInline outcomeIdentifier="F{n}" showHide="show" identifier="{name}">'
        f"{words(said)}</feedbackInline>"
        for name, said in dict.fromkeys(
            (other.slip or FEW, other.said) for other in field.alternatives if other.said
        )
    )


def _condition(n: int, field: Field) -> str:
    """The right value, else the first other number that fits.

    Bounds are compared, not an `equal` with a tolerance, which not every player knows. Nothing
    typed comes first: a comparison with it is no match by the specification, but some players
    take it for 0.
    """
    blank = f'<isNull><variable identifier="R{n}"/></isNull>{_points(0.0)}'
    right = _within(n, field.value, field.tolerance) + _points(field.weight)
    others = "".join(_otherwise(n, field, other) for other in field.alternatives)
    return (
        f"<responseCondition><responseIf>{blank}</responseIf>"
        f"<responseElseIf>{right}</responseElseIf>{others}</responseCondition>"
    )


def _otherwise(n: int, field: Field, other: Alternative) -> str:
    done = _points(round(field.weight * other.share, 9)) if other.share else ""
    if other.said:
        done += (
            f'<setOutcomeValue identifier="F{n}"><baseValue baseType="identifier">'
            f"{other.slip or FEW}</baseValue></setOutcomeValue>"
        )
    return f"<responseElseIf>{_within(n, other.value, other.tolerance)}{done}</responseElseIf>"


def _within(n: int, value: str, tolerance: str) -> str:
    """Whether a response is a value, its bounds included; worked out in decimals."""
    low, high = Decimal(value) - Decimal(tolerance), Decimal(value) + Decimal(tolerance)
    return "<and>" + "".join(
        f'<{than}><variable identifier="R{n}"/>'
        f'<baseValue baseType="float">{bound:f}</baseValue></{than}>'
        for than, bound in (("gte", low), ("lte", high))
    ) + "</and>"  # fmt: skip


def _points(points: float) -> str:
    return (
        '<setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/>'
        f'<baseValue baseType="float">{plain(points)}</baseValue></sum></setOutcomeValue>'
    )


def test(order: Order, one: Owned, number: int, items: Sequence[Exercise]) -> str:
    """The test of one student: their exercises, in any order, handed in one by one."""
    name = tame(f"{order.name}: {one.who}")
    refs = "".join(
        f'<assessmentItemRef identifier="ref-{n}" href="{text(f"../items/{item.id}.xml")}"/>'
        for n, item in enumerate(items, 1)
    )
    return (
        f'{HEAD}<assessmentTest xmlns="{QTI}" xmlns:xsi="{XSI}" '
        f'xsi:schemaLocation="{QTI} {PLACES[QTI]}" identifier="test-{number}" '
        f'title="{text(name)}" toolName="bpgrade">\n{_number_outcome("SCORE", 0.0)}\n'
        '<testPart identifier="part" navigationMode="nonlinear" submissionMode="individual">'
        f'<assessmentSection identifier="section" title="{text(tame(order.made_by.title))}" '
        f'visible="true">{refs}</assessmentSection></testPart>\n'
        '<outcomeProcessing><setOutcomeValue identifier="SCORE"><sum>'
        '<testVariables variableIdentifier="SCORE"/></sum></setOutcomeValue>'
        "</outcomeProcessing>\n</assessmentTest>\n"
    )


def _test_resource(number: int, name: str, items: Sequence[Exercise]) -> str:
    needs = "".join(f'<dependency identifierref="{identifier("item", i.id)}"/>' for i in items)
    return (
        f'<resource identifier="test-{number}" type="imsqti_test_xmlv2p1" href="{text(name)}">'
        f'<file href="{text(name)}"/>{needs}</resource>'
    )


def manifest(order: Order, resources: Sequence[str]) -> str:
    """What is in the package."""
    listed = "\n".join(resources)
    return (
        f'{HEAD}<manifest xmlns="{CP}" xmlns:xsi="{XSI}" xsi:schemaLocation="{CP} {PLACES[CP]}" '
        f'identifier="{identifier("bpgrade", order.name)}">\n'
        "<metadata><schema>QTIv2.1 Package</schema><schemaversion>1.0.0</schemaversion>"
        f"</metadata>\n<organizations/>\n<resources>\n{listed}\n</resources>\n</manifest>\n"
    )
