"""Test of the tester: every fault that the official schemas refuse, our restated ones refuse.

A fault is a replacement in a package that is valid. The schemas say in their comments which
official files and types they were compared with.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import pytest
from exported import ADA, BEN, issued_to, order_of
from lxml import etree
from qti_player import Package, parsed

from grader.export import qti
from grader.export.tally import Tally
from grader.lms.canvas import export
from grader.marking.policy import DEFAULT

SCHEMAS = Path(__file__).with_name("schemas")
CC = "{http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1}"
NAME = "mazur-delta"


@lru_cache(maxsize=8)
def schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / f"{name}.xsd"))


@lru_cache(maxsize=1)
def documents() -> dict[str, tuple[str, str]]:
    """Name -> schema and text of every kind of document."""
    people = (issued_to(NAME, ADA, 2), issued_to(NAME, BEN, 1))
    new = Package(qti.package(order_of(NAME), iter(people), DEFAULT, True, Tally()))
    data, _ = export.package(order_of(NAME), iter(people), DEFAULT, True, Tally())
    old = Package(data, CC)
    found = {
        "item": ("qti21", new.files[f"items/{NAME}-s001-1.xml"]),
        "test": ("qti21", next(iter(new.of("imsqti_test_xmlv2p1").values()))),
        "package": ("package21", new.files["imsmanifest.xml"]),
        "quiz": ("qti12", old.files["bpgrade-1/bpgrade-1.xml"]),
        "description": ("canvasmeta", old.files["bpgrade-1/assessment_meta.xml"]),
        "cartridge": ("packagecc", old.files["imsmanifest.xml"]),
    }
    return {name: (which, text.decode()) for name, (which, text) in found.items()}


FAULTS = (
    # QTI 2.1 items: attributes
    ("item", "a required attribute is missing", ' timeDependent="false"', ""),
    ("item", "no title", r' title="[^"]*"', ""),
    ("item", "an attribute of another age", "<itemBody>", '<itemBody style="x">'),
    ("item", "no truth value", 'adaptive="false"', 'adaptive="no"'),
    ("item", "a tool's name too long", 'toolName="bpgrade"', f'toolName="{"b" * 257}"'),
    # declarations
    ("item", "an identifier that is no name", 'identifier="R1"', 'identifier="1R"'),
    ("item", "an identifier twice", '<responseDeclaration identifier="R2"', None),
    ("item", "no such type", 'cardinality="single" baseType="float"', None),
    ("item", "no such cardinality", 'cardinality="single"', 'cardinality="one"'),
    ("item", "a key without a value", "<value>[^<]*</value></correctResponse>", None),
    (
        "item",
        "outcomes before responses",
        "(<responseDecl.*?)(<outcomeDecl.*?)(?=<itemB)",
        r"\2\1",
    ),
    ("item", "a maximum in words", 'normalMaximum="[0-9]+"', 'normalMaximum="many"'),
    # body
    ("item", "bare text in the body", "<itemBody>", "<itemBody>Compute"),
    ("item", "a box in the body", "<itemBody>", "<itemBody>{box}"),
    ("item", "an empty body", "<itemBody>.*</itemBody>", "<itemBody/>"),
    ("item", "a paragraph in a paragraph", "<p>", "<p><p>a</p>"),
    ("item", "a box in a list, not in its point", "<ul>", "<ul>{box}"),
    ("item", "a box for no response", 'responseIdentifier="R1"', 'responseIdentifier="R999"'),
    ("item", "a box for nothing", ' responseIdentifier="R1"', ""),
    ("item", "a box with content", "(<textEntryI[^>]*)/>", r"\1>5</textEntryInteraction>"),
    ("item", "a length in words", 'expectedLength="12"', 'expectedLength="wide"'),
    ("item", "a box in a feedback", "(<feedbackInline[^>]*>)", r"\1{box}"),
    ("item", "a feedback in a feedback", "(<feedbackInline [^>]*>)", r"\1\1a</feedbackInline>"),
    ("item", "a feedback on nothing", ' outcomeIdentifier="F1"', ""),
    ("item", "a feedback without a value", '(showHide="show") identifier="[^"]*"', r"\1"),
    ("item", "a feedback neither shown nor hidden", 'showHide="show"', 'showHide="true"'),
    ("item", "a picture without words for it", ' alt="[^"]*"', ""),
    ("item", "a picture from nowhere", '<img src="[^"]*"', "<img"),
    ("item", "a width with a unit", 'width="([0-9]+)"', r'width="\1px"'),
    ("item", "a row without cells", "<tbody>", "<tbody><tr></tr>"),
    ("item", "a table without a body", "<tbody>.*</tbody>", ""),
    ("item", "a head behind the body", "(<thead>.*</thead>)(<tbody>.*</tbody>)", r"\2\1"),
    ("item", "a cell that heads nothing known", 'scope="col"', 'scope="column"'),
    ("item", "text in a row", "<tr>", "<tr>a"),
    # formulas
    (
        "item",
        "a fraction of one part",
        "<msub>(<mi>.</mi>)<mn>.</mn></msub>",
        r"<mfrac>\1</mfrac>",
    ),
    ("item", "bare text in a formula", "(<math [^>]*>)", r"\1a"),
    ("item", "HTML in a formula", "(<math [^>]*>)", r"\1<p>a</p>"),
    ("item", "a sign of no known form", 'form="infix"', 'form="middle"'),
    ("item", "a space without a unit", 'lspace="0.2778em"', 'lspace="0.2778"'),
    # response processing
    ("item", "no condition", "<responseIf><isNull.*?</isNull>", "<responseIf>"),
    ("item", "else before if", "<responseCondition>", "<responseCondition><responseElse/>"),
    ("item", "three things compared", "</gte>", '<correct identifier="R1"/></gte>'),
    ("item", "no such comparison", "<gte>(.*?)</gte>", r"<near>\1</near>"),
    ("item", "a truth value in a sum", "<sum>.*?</sum>", "<sum>{gte}</sum>"),
    ("item", "an empty sum", "<sum>.*?</sum>", "<sum/>"),
    ("item", "two values for one outcome", "(<sum>.*?</sum>)", r"\1\1"),
    (
        "item",
        "an outcome without a name",
        '<setOutcomeValue identifier="SCORE"',
        "<setOutcomeValue",
    ),
    ("item", "a constant without a type", '<baseValue baseType="float"', "<baseValue"),
    (
        "item",
        "a test's variables in an item",
        "<sum>",
        '<sum><testVariables variableIdentifier="S"/>',
    ),
    ("item", "a body behind the processing", "</assessmentItem>", "<itemBody/></assessmentItem>"),
    # QTI 2.1 tests
    ("test", "no part", "<testPart.*</testPart>", ""),
    ("test", "no such navigation", 'navigationMode="nonlinear"', 'navigationMode="free"'),
    ("test", "no submission", ' submissionMode="individual"', ""),
    ("test", "a section neither seen nor unseen", ' visible="true"', ""),
    ("test", "a section without a title", r'(Section [^>]*) title="[^"]*"', r"\1"),
    ("test", "an item from nowhere", r'(<assessmentItemRef [^>]*) href="[^"]*"', r"\1"),
    ("test", "a section called as its part", 'identifier="section"', 'identifier="part"'),
    ("test", "a test called as its part", 'identifier="test-1"', 'identifier="part"'),
    ("test", "processing first", "(<testPart.*</testPart>\\s*)(<outcomePr.*Processing>)", r"\2\1"),
    ("test", "an item without a section", "(<testPart[^>]*>)", r'\1<assessmentItemRef href="a"/>'),
    ("test", "no variable", ' variableIdentifier="SCORE"', ""),
    # the package of QTI 2.1
    ("package", "no organizations", "<organizations/>", ""),
    ("package", "the wrong order", r"(<organizations/>)(.*)(</manifest>)", r"\2\1\3"),
    ("package", "a resource without a kind", ' type="imsqti_item_xmlv2p1"', ""),
    ("package", "a resource without a name", r'<resource identifier="[^"]*"', "<resource"),
    ("package", "a name twice", 'identifier="test-2"', 'identifier="test-1"'),
    ("package", "a name that is none", 'identifier="test-1"', 'identifier="1"'),
    ("package", "a file from nowhere", r'<file href="[^"]*"', "<file"),
    ("package", "files behind what they need", r"(<file [^>]*/>)(<dependency [^>]*/>)", r"\2\1"),
    ("package", "a need of nothing", r'<dependency identifierref="[^"]*"', "<dependency"),
    ("package", "text among the resources", "<resources>", "<resources>a"),
    # QTI 1.2 as the profile of cartridges has it
    ("quiz", "a quiz without a name", '<assessment ident="[^"]*"', "<assessment"),
    ("quiz", "a quiz without a title", r'(<assessment [^>]*) title="[^"]*"', r"\1"),
    ("quiz", "two sections", "(<section.*</section>)", r"\1\1"),
    ("quiz", "a section without a name", ' ident="root_section"', ""),
    ("quiz", "an empty section", "<item .*</item>", ""),
    ("quiz", "a question's name twice", 's001-1-2"', 's001-1-1"'),
    ("quiz", "a thousand attempts", "<fieldentry>1<", "<fieldentry>1000<"),
    (
        "quiz",
        "an entry before its label",
        "(<fieldlabel>.*?)(<fieldentry>.*?)(</qtimeta)",
        r"\2\1\3",
    ),
    ("quiz", "metadata of nothing", "<itemmetadata>.*?</itemmetadata>", "<itemmetadata/>"),
    ("quiz", "metadata behind the question", "(<itemmetadata>.*?)(<pres.*?)(<respro)", r"\2\1\3"),
    ("quiz", "text outside of mattext", "<material>", "<material>a"),
    ("quiz", "no such box", 'fibtype="Decimal"', 'fibtype="Number"'),
    ("quiz", "no such cardinality", 'rcardinality="Single"', 'rcardinality="One"'),
    ("quiz", "a label without a name", ' ident="answer1"', ""),
    ("quiz", "no outcomes", "<outcomes>.*?</outcomes>", ""),
    ("quiz", "two scores", "(<decvar[^>]*>)", r"\1\1"),
    ("quiz", "a score of another name", 'varname="SCORE" vartype', 'varname="POINTS" vartype'),
    ("quiz", "a score in words", 'vartype="Decimal"', 'vartype="String"'),
    ("quiz", "a score that adds up", 'action="Set"', 'action="Add"'),
    ("quiz", "points before the condition", "(<conditionv.*?var>)(<setvar.*?</setvar>)", r"\2\1"),
    ("quiz", "a condition on nothing", "<conditionvar>.*?</conditionvar>", "<conditionvar/>"),
    ("quiz", "a number for no box", ' respident="response1"', ""),
    ("quiz", "neither yes nor no", 'continue="No"', 'continue="Never"'),
    # Canvas's description of a quiz
    ("description", "a quiz without a title", "<title>.*?</title>", ""),
    ("description", "nothing to read", "<description>.*</description>", ""),
    ("description", "no such kind", ">assignment<", ">homework<"),
    ("description", "no such policy", ">keep_highest<", ">keep_best<"),
    ("description", "points in words", "<points_possible>[^<]*", "<points_possible>many"),
    ("description", "neither true nor false", "<available>false", "<available>no"),
    ("description", "said twice", "(<available>false</available>)", r"\1\1"),
    ("description", "a quiz without a name", ' identifier="bpgrade-1"', ""),
    # the package for Canvas
    ("cartridge", "no metadata", "<metadata>.*</metadata>", ""),
    ("cartridge", "no organizations", "<organizations/>", ""),
    ("cartridge", "no such kind", 'type="webcontent"', 'type="picture"'),
    ("cartridge", "a name twice", 'identifier="bpgrade-2"', 'identifier="bpgrade-1"'),
    (
        "cartridge",
        "the manifest's name again",
        'identifier="manifest-hw1"',
        'identifier="bpgrade-1"',
    ),
    ("cartridge", "a need that is not there", 'ref="bpgrade-1-meta"', 'ref="bpgrade-9-meta"'),
    ("cartridge", "a need twice", "(<dependency[^>]*/>)", r"\1\1"),
    ("cartridge", "a file twice", "(<file [^>]*/>)", r"\1\1"),
    (
        "cartridge",
        "an address that is no file",
        r'href="images/[^"]*"><',
        'href="images/no.svg"><',
    ),
    ("cartridge", "an attribute that the profile removed", "<manifest ", '<manifest version="1" '),
)
BOX = '<textEntryInteraction responseIdentifier="R1"/>'
GTE = '<gte><variable identifier="R1"/><correct identifier="R1"/></gte>'
WHOLE = {  # replacements that need more than a word
    "an identifier twice": '<responseDeclaration identifier="R1"',
    "no such type": 'cardinality="single" baseType="number"',
    "a key without a value": "</correctResponse>",
}


@pytest.mark.parametrize("name", ["item", "test", "package", "quiz", "description", "cartridge"])
def test_documents_are_valid_without_a_fault(name: str) -> None:
    """Else nothing below says anything."""
    which, text = documents()[name]
    schema(which).assertValid(parsed(text.encode()))


@pytest.mark.parametrize(
    ("name", "fault", "old", "new"), FAULTS, ids=[f"{name}: {fault}" for name, fault, *_ in FAULTS]
)
def test_every_fault_is_refused(name: str, fault: str, old: str, new: str | None) -> None:
    """The official schema refuses it, so must ours."""
    which, text = documents()[name]
    new = WHOLE[fault] if new is None else new.replace("{box}", BOX).replace("{gte}", GTE)
    broken = re.sub(old, new, text, count=1, flags=re.DOTALL)
    assert broken != text
    assert not schema(which).validate(parsed(broken.encode()))


def test_an_assignment_may_have_any_name() -> None:
    """An identifier occurs once in a manifest: the assignment's is no quiz's and no test's."""
    for called in ("1", "hw1", "item", "ü & <b>"):
        order, owned = order_of(NAME, called), issued_to(NAME)
        data, _ = export.package(order, iter([owned]), DEFAULT, True, Tally())
        schema("packagecc").assertValid(Package(data, CC).manifest)
        new = qti.package(order, iter([owned]), DEFAULT, True, Tally())
        schema("package21").assertValid(Package(new).manifest)
