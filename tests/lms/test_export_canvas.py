"""Quizzes for Canvas: valid by our restated schema of QTI 1.2, and what Canvas makes of them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from exported import ADA, BEN, NUMERIC, hostile_order, issued_to, order_of, slipped
from handed_in import assignment
from lxml import etree
from qti_player import OLD, Package, canvas_answers, parsed

from grader.assignments.roster import Student
from grader.cli import cli
from grader.export.classes import Owned
from grader.export.tally import Tally
from grader.lms.canvas import export
from grader.marking.policy import DEFAULT, Policy

CC = "{http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1}"
META = "{http://canvas.instructure.com/xsd/cccv1p0}"
SCHEMAS = Path(__file__).with_name("schemas")


def schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / name))


def packaged(name: str, *people: Owned, policy: Policy = DEFAULT, tex: bool = True) -> Package:
    owned = people or (issued_to(name),)
    data, _ = export.package(order_of(name), iter(owned), policy, tex, Tally())
    return Package(data, CC)


def items_of(package: Package, number: int = 1) -> list[etree._Element]:
    root = parsed(package.files[f"bpgrade-{number}/bpgrade-{number}.xml"])
    return list(root.iter(f"{OLD}item"))


def metadata(item: etree._Element) -> dict[str, str]:
    return {
        f.findtext(f"{OLD}fieldlabel"): f.findtext(f"{OLD}fieldentry")
        for f in item.iter(f"{OLD}qtimetadatafield")
    }


@pytest.mark.parametrize("name", NUMERIC)
def test_packages_are_valid(name: str) -> None:
    """Manifest, quizzes and descriptions, whose pictures are in the archive."""
    package = packaged(name, issued_to(name, ADA, 2), issued_to(name, BEN, 1))
    schema("packagecc.xsd").assertValid(package.manifest)
    quizzes = schema("qti12.xsd")
    for number, count in ((1, 2), (2, 1)):
        quizzes.assertValid(parsed(package.files[f"bpgrade-{number}/bpgrade-{number}.xml"]))
        meta = parsed(package.files[f"bpgrade-{number}/assessment_meta.xml"])
        schema("canvasmeta.xsd").assertValid(meta)
        assert meta.get("identifier") == f"bpgrade-{number}"
        description = meta.findtext(f"{META}description")
        tree = etree.fromstring(f"<div>{description}</div>")
        pictures = [img.get("src") for img in tree.iter("img")]
        assert len(pictures) == count
        for src in pictures:
            assert src.removeprefix("%24IMS-CC-FILEBASE%24/") in package.files


@pytest.mark.parametrize("name", NUMERIC)
def test_a_question_a_step_with_nothing_but_the_right_number(name: str) -> None:
    """Canvas gives every listed number full points, so a slip must never be listed."""
    exercise = issued_to(name).exercises[0]
    items = items_of(packaged(name))
    assert [item.get("title") for item in items] == list(exercise.labels.values())[: len(items)]
    ranges = {}
    for id, item in zip(exercise.asked, items, strict=True):
        assert metadata(item)["question_type"] == "numerical_question"
        ((exact, low, high),) = canvas_answers(item)
        assert low <= Decimal(exercise.printed[id]) <= high
        assert float(high - exact) == pytest.approx(float(exact - low))
        ball = exercise.solution[id]
        assert float(low) <= ball.m - ball.r < ball.m + ball.r <= float(high)
        assert float(high - low) < 2.005 * ball.r
        ranges[id] = (low, high)
    for one in slipped(exercise):
        if one.verdict == "slip":
            low, high = ranges[one.step]
            assert not low <= Decimal(one.typed) <= high, one


def test_points_are_the_policys() -> None:
    """Each question its own, the quiz their sum."""
    policy = Policy(weights={"net": 0.5})
    package = packaged("mazur", policy=policy)
    points = [Decimal(metadata(item)["points_possible"]) for item in items_of(package)]
    assert points[0] == Decimal("0.5")
    meta = parsed(package.files["bpgrade-1/assessment_meta.xml"])
    assert Decimal(meta.findtext(f"{META}points_possible")) == sum(points)


def test_quizzes_are_hidden_until_they_are_assigned() -> None:
    """Else every student sees everybody's quiz."""
    meta = parsed(packaged("mazur").files["bpgrade-1/assessment_meta.xml"])
    assert meta.findtext(f"{META}available") == "false"
    assert meta.findtext(f"{META}only_visible_to_overrides") == "true"
    assert meta.findtext(f"{META}show_correct_answers") == "false"


def test_names_are_escaped_and_only_in_titles() -> None:
    """A roster may hold anything."""
    own = Owned(
        Student("s1", "<img src=x onerror=alert(1)>", "", "f"), issued_to("mazur").exercises
    )
    package = packaged("mazur", own)
    schema("qti12.xsd").assertValid(parsed(package.files["bpgrade-1/bpgrade-1.xml"]))
    meta = parsed(package.files["bpgrade-1/assessment_meta.xml"])
    assert meta.findtext(f"{META}title") == "hw1: s1 ‹img src=x onerror=alert(1)›"
    assert "onerror" not in meta.findtext(f"{META}description")


def test_numbers_that_classic_quizzes_round_away_are_warned_of(tmp_path: Path) -> None:
    """They keep four decimals of what is typed: an answer of 0.00012 would be wrong."""
    runner = CliRunner()
    plain = assignment(tmp_path)
    done = runner.invoke(cli, ["export", "canvas", str(plain)])
    assert done.exit_code == 0, done.output
    assert "four decimals" not in done.output
    assert "gives every listed answer full points" in " ".join(done.output.split())
    (tmp_path / "x").mkdir()
    fine = assignment(tmp_path / "x", "mazur", "--decimals", "6")
    done = runner.invoke(cli, ["export", "canvas", str(fine)])
    assert "four decimals" in " ".join(done.output.split())


def test_words_of_a_family_cannot_break_out() -> None:
    """A teacher's own family may say anything."""
    owned = iter([issued_to("mazur-delta")])
    data, _ = export.package(hostile_order(), owned, DEFAULT, True, Tally())
    package = Package(data, CC)
    schema("packagecc.xsd").assertValid(package.manifest)
    schema("qti12.xsd").assertValid(parsed(package.files["bpgrade-1/bpgrade-1.xml"]))
    meta = parsed(package.files["bpgrade-1/assessment_meta.xml"])
    etree.fromstring(f"<div>{meta.findtext(f'{META}description')}</div>")
