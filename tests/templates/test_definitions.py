"""Every sheet, in each of its forms, says what is marked: loss, derivatives, update, order."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from issued_exercises import exercises, ungated
from papers import texts
from sheets_of import FAMILIES, pages, sheet

from grader.marking.formulas import agree, sample
from grader.read.formula.formula import Formula, read_formula
from problems.computation import ids
from problems.exercise import Exercise
from problems.formulas.notation import names
from templates.formulas.latex import latex
from templates.formulas.mathml import mathml
from templates.formulas.plain import plain
from templates.pages.html import html
from templates.pages.markdown import escaped, markdown
from templates.pages.page import Inlines, Math, Table, Text
from templates.pdf.document import pdf
from templates.sheets.definitions import definitions
from templates.sheets.definitions import in_words as words

WIDE = [("musilek", "5-4-4"), ("mazur", "4-4-4"), ("lfd", "4-5-3"), ("relu-softmax", "8-8-4")]


def stated(exercise: Exercise) -> dict[str, Inlines]:
    """What the table says of each thing."""
    found = {}
    for what, said in definitions(exercise).rows:
        (name,) = what
        assert isinstance(name, Text)
        found[name.text] = said
    return found


def first(exercise: Exercise) -> int | None:
    """The data point that the table speaks of."""
    return 1 if exercise.plan.task.examples > 1 else None


def typed(exercise: Exercise, right: str) -> str:
    """A printed right-hand side with the names that are typed for the symbols."""
    naming, example = exercise.naming, first(exercise)
    graph = exercise.graph
    known = [
        id
        for id in (*graph.givens, *graph.steps)
        if "/" not in id and ids.parse(id).example in (None, example) and "@" not in id
    ]
    labels = {plain(naming.symbol(id)): naming.label(id) for id in reversed(known)}
    longest = sorted(labels, key=len, reverse=True)
    pattern = "|".join(map(re.escape, longest))
    return re.sub(pattern, lambda found: f"({labels[found[0]]})", right)


def is_right(exercise: Exercise, step: str, parts: Inlines) -> bool:
    """Whether a formula of a row, typed as an answer, is what the checker takes for the step."""
    id = ids.at(step, first(exercise))
    points = sample(exercise)
    for part in parts:
        if isinstance(part, Math):
            right = re.split(" = | := | ← ", plain(part.formula))[-1]
            read = read_formula(exercise, id, typed(exercise, right))
            if isinstance(read, Formula) and agree(read, id, points):
                return True
    return False


def loss_step(exercise: Exercise) -> str:
    """One output's share where the text adds shares, else the whole."""
    return "loss.1" if exercise.plan.method.shares else "loss"


def first_delta(exercise: Exercise) -> str:
    return f"delta.{exercise.plan.network.depth}.1"


@pytest.mark.parametrize("name", FAMILIES)
def test_every_sheet_says_what_decides_its_numbers(name: str) -> None:
    """Loss, derivative, activation, update, whether biases change, and which weights count."""
    (exercise,) = exercises(name, 1)
    said = {what: words(parts) for what, parts in stated(exercise).items()}
    task = exercise.plan.task
    assert {"Net input", "Loss", "Derivatives", "Update"} <= set(said)
    assert any(what.startswith("Activation") for what in said)
    assert ("Order" in said) == task.update
    assert ("bias" in said["Update"]) == task.update
    if task.update:
        assert ("not changed" in said["Update"]) != task.update_biases
        assert "weights" in said["Order"]
        assert "new ones" in said["Order"]
    delta = any(ids.parse(id).kind == "delta" for id in exercise.named)
    assert ("not its negative" in said["Derivatives"]) == delta
    assert ("Mean" in said) == (task.examples > 1 and task.mode == "batch")
    if "squares" in exercise.plan.network.loss:
        assert "factor 1/2" in said["Loss"]
    else:
        assert "natural logarithm" in said["Loss"]


@pytest.mark.parametrize("name", FAMILIES)
def test_a_student_who_takes_the_sheet_at_its_word_is_right(name: str) -> None:
    """Each printed formula, typed as an answer to its step, is the checker's own."""
    (exercise,) = exercises(name, 1)
    said = stated(exercise)
    assert is_right(exercise, loss_step(exercise), said["Loss"]), words(said["Loss"])
    assert is_right(exercise, "net.1.1", said["Net input"])
    secret = {ids.parse(id).kind for id in exercise.formulas}
    shown = words(said["Derivatives"])
    if not secret:
        error = "error.1" if "error.1" in _cores(exercise) else first_delta(exercise)
        assert is_right(exercise, error, said["Derivatives"]), shown
    if exercise.plan.task.update and "new.w" not in secret and first(exercise) is None:
        assert is_right(exercise, "new.w.1.1.1", said["Update"]), words(said["Update"])


def _cores(exercise: Exercise) -> set[str]:
    return {ids.core(id) for id in exercise.graph.steps}


@pytest.mark.parametrize("name", FAMILIES)
def test_no_sheet_gives_away_a_formula_that_it_asks_for(name: str) -> None:
    """Where the rule is the question, it is defined in words."""
    (exercise,) = exercises(name, 1)
    said = stated(exercise)
    for id in exercise.formulas:
        if ids.parse(id).kind == "dnet":
            continue  # what flows through a weight: the output, which every sheet defines
        found = [what for what, parts in said.items() if is_right(exercise, ids.core(id), parts)]
        assert found == [], id


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("what", ["sheet", "key"])
def test_all_three_forms_say_the_same(name: str, what: str) -> None:
    """HTML, Markdown and PDF carry every row, on worksheet and key."""
    (exercise,) = exercises(name, 1)
    page = pages(name)[what == "key"]
    assert definitions(exercise) in page.blocks
    web, mark, printed = html(page), markdown(page), " ".join(texts(pdf(page)))
    flat = " ".join(printed.split())
    for parts in stated(exercise).values():
        for part in parts:
            if isinstance(part, Math):
                assert mathml(part.formula) in web
                assert f"${latex(part.formula)}$" in mark
            else:
                assert part.text.strip() in web  # type: ignore[union-attr]
                assert escaped(part.text).strip() in mark  # type: ignore[union-attr]
                assert part.text.strip("; ,.()") in flat  # type: ignore[union-attr]


def test_the_text_does_what_its_loss_is() -> None:
    """No section calls half a square a squared error."""
    for name in FAMILIES:
        (exercise,) = exercises(name, 1)
        for section in sheet(exercise).sections:
            assert not re.match("squared error", section.text, re.IGNORECASE), name


@pytest.mark.parametrize("notation", names())
def test_definitions_can_be_written_in_every_notation(notation: str) -> None:
    """Whatever letters a teacher chooses."""
    for name in FAMILIES:
        (exercise,) = exercises(name, 1)
        other = replace(exercise, notation=notation)
        if first(other):  # names with a data point are typed in matrices' notation alone
            assert stated(other)["Loss"]
            continue
        assert is_right(other, loss_step(other), stated(other)["Loss"]), name


@pytest.mark.parametrize(("name", "layers"), WIDE)
def test_wide_networks_have_short_definitions(name: str, layers: str) -> None:
    """Of many terms the first and the last, or one of each kind."""
    exercise = ungated(name, layers=layers, decimals=6)
    said = {what: words(parts) for what, parts in stated(exercise).items()}
    assert all(len(line) < 170 for line in said.values()), said
    assert "1" in said["Loss"]


def test_definitions_stand_before_the_first_field() -> None:
    """Nobody works a section before reading what holds."""
    for name in FAMILIES:
        blocks = pages(name)[0].blocks
        tables = [n for n, block in enumerate(blocks) if isinstance(block, Table)]
        items = [n for n, block in enumerate(blocks) if type(block).__name__ == "Items"]
        assert min(items) > max(tables)
