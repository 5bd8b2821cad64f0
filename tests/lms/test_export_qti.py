"""QTI 2.1 packages: valid by our restated schema, judged by a player that knows the XML alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from exported import (
    ADA,
    BEN,
    NUMERIC,
    NUMERIC_NETWORKS,
    hostile_order,
    issued_to,
    order_of,
    outcome,
    slipped,
)
from handed_in import assignment
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from qti_player import QTI, Item, Package, parsed

from grader.assignments.roster import Student
from grader.cli import cli
from grader.export import qti
from grader.export.classes import Owned
from grader.export.fields import Field, fields
from grader.export.tally import Tally
from grader.marking.policy import DEFAULT, Policy
from problems.exercise import Exercise
from problems.misconceptions.slips import OF_THE_PEN

SCHEMAS = Path(__file__).with_name("schemas")


def schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / name))


@pytest.fixture(scope="module")
def items() -> etree.XMLSchema:
    return schema("qti21.xsd")


def packaged(name: str, *people: Owned, policy: Policy = DEFAULT) -> Package:
    owned = people or (issued_to(name),)
    return Package(qti.package(order_of(name), iter(owned), policy, True, Tally()))


def item_of(name: str, policy: Policy = DEFAULT) -> tuple[Exercise, Item]:
    (item,) = packaged(name, policy=policy).items().values()
    return issued_to(name).exercises[0], item


def typed(exercise: Exercise, **changed: str) -> dict[str, str]:
    """Response variable -> the printed key, with changes by number of the field."""
    key = {f"R{n}": exercise.printed[id] for n, id in enumerate(exercise.asked, 1)}
    return key | changed


@pytest.mark.parametrize("name", NUMERIC)
def test_packages_are_valid(name: str, items: etree.XMLSchema) -> None:
    """Manifest, items and tests; every file is in the manifest and every picture is there."""
    package = packaged(name, issued_to(name, ADA, 2), issued_to(name, BEN, 2))
    schema("package21.xsd").assertValid(package.manifest)
    assert len(package.items()) == 4
    for data in package.of("imsqti_item_xmlv2p1").values():
        items.assertValid(parsed(data))
    for data in package.of("imsqti_test_xmlv2p1").values():
        items.assertValid(parsed(data))
    for item in package.items().values():
        assert item.boxes == [f"R{n}" for n in range(1, len(item.boxes) + 1)]
        (picture,) = item.root.iter("{*}img")
        assert picture.get("src").removeprefix("../") in package.files


@pytest.mark.parametrize("name", NUMERIC)
def test_the_key_gets_everything_and_nonsense_nothing(name: str) -> None:
    """Printed numbers, the edges of their balls, numbers far off, nothing at all."""
    exercise, item = item_of(name)
    assert item.play(typed(exercise)).score == item.most == len(exercise.asked)
    for sign in (-1, 1):
        edges = {
            f"R{n}": f"{exercise.solution[id].m + sign * exercise.solution[id].r:.15f}"
            for n, id in enumerate(exercise.asked, 1)
        }
        assert item.play(edges).score == item.most
    assert item.play({}).score == 0
    assert item.play({}, careless=True).score == 0, "a blank box is no 0"
    assert item.play(dict.fromkeys(item.boxes, "12345678.9")).score == 0


def test_a_blank_box_is_no_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some players take what is not typed for 0 in a comparison, which may be right there."""

    def with_zeros(*asked: Any) -> tuple[Field, ...]:
        return tuple(
            replace(one, value="0.000000000", tolerance="0.0005") for one in fields(*asked)
        )

    monkeypatch.setattr(qti, "fields", with_zeros)
    _, item = item_of("mazur")
    assert item.play({}, careless=True).score == 0
    assert item.play(dict.fromkeys(item.boxes, "0")).score == item.most
    assert item.play(dict.fromkeys(item.boxes, "0.0006")).score < item.most


@pytest.mark.parametrize("name", NUMERIC)
def test_every_player_knows_what_a_condition_says(name: str) -> None:
    """Bounds alone: `equal` with a tolerance gives 0 for everything in one player."""
    _, item = item_of(name)
    conditions = item.root.iter("{*}responseIf", "{*}responseElseIf")
    assert {etree.QName(branch[0]).localname for branch in conditions} == {"isNull", "and"}
    used = {etree.QName(node).localname for node in item.root.iter(f"{QTI}*")}
    assert used & {"equal", "equalRounded", "customOperator"} == set()


@pytest.mark.parametrize("name", NUMERIC_NETWORKS)
def test_slips_are_what_the_checker_says(name: str) -> None:
    """Points and words for every slip that is carried."""
    policy = Policy(slips={"bias-left-out": 0.5})
    exercise, item = item_of(name, policy)
    lost = {f.step: set(f.lost) for f in fields(exercise, policy)}
    at = {id: f"R{n}" for n, id in enumerate(exercise.asked, 1)}
    for one in slipped(exercise):
        if {one.meant, one.slip} & lost[one.step] or one.verdict != "slip":
            continue
        found = item.play(typed(exercise, **{at[one.step]: one.typed}))
        share = found.score - (len(exercise.asked) - 1)
        fine = [outcome(one.slip, policy)]
        fine += [outcome(one.meant, policy)] if {one.meant, one.slip} <= OF_THE_PEN else []
        assert (float(share), found.feedback[at[one.step]]) in fine, one


def test_weights_are_points() -> None:
    """QTI takes any number."""
    policy = Policy(weights={"net": 0.5, "dw": 2.25})
    exercise, item = item_of("mazur", policy)
    most = sum(Decimal(str(policy.weight(id))) for id in exercise.asked)
    assert item.most == most
    assert item.play(typed(exercise)).score == most
    assert item.play(typed(exercise, R1="")).score == most - Decimal("0.5")


def test_each_student_has_a_test_of_their_own() -> None:
    """With the right items in it."""
    name = "mazur-delta"
    package = packaged(name, issued_to(name, ADA, 2), issued_to(name, BEN, 1))
    tests = package.tests()
    assert tests == {
        "hw1: s001 Ada Example": [f"items/{name}-s001-1.xml", f"items/{name}-s001-2.xml"],
        "hw1: s002 Ben Sample": [f"items/{name}-s002-1.xml"],
    }
    assert all(href in package.items() for hrefs in tests.values() for href in hrefs)


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@given(names)
@example("<b>&amp;</b>")
@example('" onclick="x')
@example("\ufffe")
def test_any_name_leaves_a_valid_test(name: str) -> None:
    """Only titles of tests hold names."""
    own = Owned(Student("s1", name, "", "f"), issued_to("mazur-delta").exercises)
    text = qti.test(order_of("mazur-delta"), own, 1, own.exercises)
    root = parsed(text.encode())
    _SCHEMA.assertValid(root)
    assert "<" not in root.get("title")


def test_words_of_a_family_cannot_break_out() -> None:
    """A teacher's own family may say anything."""
    data = qti.package(hostile_order(), iter([issued_to("mazur-delta")]), DEFAULT, True, Tally())
    package = Package(data)
    schema("package21.xsd").assertValid(package.manifest)
    for kind in ("item", "test"):
        (found,) = package.of(f"imsqti_{kind}_xmlv2p1").values()
        _SCHEMA.assertValid(parsed(found))


_SCHEMA = schema("qti21.xsd")


def test_formulas_are_left_out_and_counted() -> None:
    """An exercise of nothing else makes no item and no test."""
    tally = Tally()
    owned = (issued_to("mazur-formulas"), issued_to("mazur-mixed", BEN))
    package = Package(qti.package(order_of("mazur-mixed"), iter(owned), DEFAULT, True, tally))
    assert len(package.items()) == len(package.tests()) == 1
    assert tally.formulas == 20


def test_the_command(tmp_path: Path) -> None:
    """One package or one each; says what is lost; overwrites nothing unasked."""
    hw = assignment(tmp_path)
    runner = CliRunner()
    done = runner.invoke(cli, ["export", "qti", str(hw)])
    assert done.exit_code == 0, done.output
    assert "judged alone" in " ".join(done.output.split())
    assert len(Package((hw / "exports/qti.zip").read_bytes()).tests()) == 6
    assert runner.invoke(cli, ["export", "qti", str(hw)]).exit_code == 1
    done = runner.invoke(cli, ["export", "qti", str(hw), "--per-student"])
    assert done.exit_code == 0, done.output
    each = sorted((hw / "exports/qti").iterdir())
    assert [len(Package(file.read_bytes()).tests()) for file in each] == [1] * 6


def test_the_same_assignment_makes_the_same_bytes(tmp_path: Path) -> None:
    """No clock in an archive."""
    assert packaged("mazur").files == packaged("mazur").files
    owned = issued_to("mazur")
    made = [
        qti.package(order_of("mazur"), iter([owned]), DEFAULT, True, Tally()) for _ in range(2)
    ]
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("words", "instead"),
    [
        (["qti"], "bpgrade check"),
        (["qti", "--per-student"], "bpgrade check"),
        (["canvas"], "bpgrade canvas grade"),
    ],
)
@pytest.mark.parametrize("name", ["mazur-formulas", "lfd-formulas", "valchanov-formulas"])
def test_an_export_of_formulas_alone_is_refused(
    tmp_path: Path, name: str, words: list[str], instead: str
) -> None:
    """An empty package is no success: it says why, what to do, and writes nothing."""
    folder = assignment(tmp_path, name)
    done = CliRunner().invoke(cli, ["export", words[0], str(folder), *words[1:]])
    assert done.exit_code == 1, done.output
    said = " ".join(done.stderr.split())
    assert "formulas only" in said
    assert instead in said
    assert not any((folder / "exports").rglob("*"))
