"""What an answer shows, apart from what it agrees with; coarse numbers; unwritten steps."""

from __future__ import annotations

import numpy as np
import pytest
from issued_exercises import exercises
from rounded_work import lost, marked, slip_at, step, worked

from grader.marking.batch import VERDICTS, Batch
from grader.marking.mark import batch_of
from grader.marking.sign_conventions import judge
from grader.read.number import read_number
from problems.computation import ids
from problems.drawing import family
from problems.drawing.candidates import key
from problems.drawing.draw import draw
from problems.exercise import Exercise, issued
from problems.misconceptions.slips import wrong_rules
from problems.rules.expression import NUMBERS, Expression


@pytest.fixture
def mazur() -> Exercise:
    return exercises("mazur")[0]


@pytest.fixture
def musilek() -> Exercise:
    return exercises("musilek")[0]


# nothing for zeros ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["musilek", "mazur", "lfd", "valchanov", "deep", "two-rounds"])
def test_zeros_behind_a_tiny_error_earn_nothing(name: str) -> None:
    """An honest forward pass, the smallest number for what comes first, zeros, old weights."""
    exercise = exercises(name)[0]
    forward = ("net", "out", "loss", "share")
    honest = worked(exercise)
    paper = {}
    for id in exercise.asked:
        parsed = ids.parse(id)
        if parsed.kind in forward and parsed.iteration == 1:
            paper[id] = honest[id]
        elif parsed.kind == "error" or parsed.kind == "delta":
            paper[id] = "0." + "0" * (exercise.precision.places("error") - 1) + "1"
        elif parsed.kind.startswith("new"):
            paper[id] = exercise.givens.get(ids.core(id).removeprefix("new."), "0")
        else:
            paper[id] = "0"
    report = marked(exercise, paper)
    after = [s for s in report.steps if ids.parse(s.id).kind not in forward]
    assert [s.id for s in after if s.credit > 0 and s.verdict != "correct"] == []
    assert all(s.verdict == "undetermined" for s in after if s.code == "undetermined")


def test_what_every_method_gives_counts_where_the_rule_was_shown(mazur: Exercise) -> None:
    """One unit saturated by a slip of the pen: its slope is 0, and so is what follows."""
    shifted = 100.0 * float(mazur.solution["net.2.1"].m)
    report = marked(mazur, worked(mazur, {"net.2.1": shifted}))
    assert lost(report) == ["net.2.1"]
    silent = step(report, "slope.2.1")
    assert (silent.verdict, silent.code) == ("carried", "follows_vouched")
    assert "you have shown this rule elsewhere" in silent.message


def test_what_follows_from_an_own_zero_cannot_be_told(mazur: Exercise) -> None:
    """And is given no misconception of its own."""
    report = marked(mazur, worked(mazur, {"delta.2.1": 0.0}))
    after = step(report, "dout.1.1<1")
    assert (after.verdict, after.slip, after.code) == ("undetermined", None, "not_followable")
    assert "hides what comes after" in after.message


def test_a_sheet_that_shows_little_is_brought_to_a_persons_notice(mazur: Exercise) -> None:
    """Every output 1.0000."""
    nets = {f"net.2.{k}": 100.0 * float(mazur.solution[f"net.2.{k}"].m) for k in (1, 2)}
    report = marked(mazur, worked(mazur, nets))
    assert [note.code for note in report.teacher] == ["closed"]


# coarse numbers ------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [0.8, 0.9, 1.1, 1.2])
def test_a_coarse_cell_explains_only_what_follows_from_it(mazur: Exercise, factor: float) -> None:
    """An output with one decimal, and a share of the loss that somebody guessed."""
    coarse = f"{float(mazur.solution['out.2.1'].m):.1f}"
    right = 0.5 * (float(mazur.givens["t.1"]) - float(coarse)) ** 2
    paper = worked(mazur) | {"out.2.1": coarse, "loss.1": f"{right:.4f}"}
    assert step(marked(mazur, paper), "loss.1").verdict in ("carried", "correct")
    guessed = marked(mazur, paper | {"loss.1": f"{factor * right + 0.003:.4f}"})
    assert step(guessed, "loss.1").credit == 0


@pytest.mark.parametrize("digits", ["{:.2f}", "{:.4f}"])
def test_the_old_weight_is_the_old_weight_however_it_is_written(
    mazur: Exercise, digits: str
) -> None:
    """Rounded to two decimals many a new weight is the old one: that earns nothing."""
    honest = worked(mazur)
    new = [id for id in mazur.asked if id.startswith("new.w")]
    old = {id: digits.format(float(mazur.givens[id.removeprefix("new.")])) for id in new}
    report = marked(mazur, honest | old)
    assert {step(report, id).slip for id in new} == {"unchanged"}
    assert [id for id in new if step(report, id).credit > 0] == []


def test_too_few_digits_to_tell_has_a_sentence_of_its_own(mazur: Exercise) -> None:
    """One decimal of a new weight whose old value rounds to the same."""
    pairs = [
        (id, float(mazur.solution[id].m), float(mazur.givens[id.removeprefix("new.")]))
        for id in mazur.asked
        if id.startswith("new.w")
    ]
    id, value = next(
        (id, value)
        for id, value, old in pairs
        if f"{value:.1f}" == f"{old:.1f}" and abs(old - round(old, 1)) > 1e-9
    )
    report = marked(mazur, worked(mazur) | {id: f"{value:.1f}"})
    assert step(report, id).credit == 0
    assert "too few digits to tell" in step(report, id).message


# unwritten steps and repeated slips -------------------------------------------------------------


@pytest.mark.parametrize("name", ["slope-left-out", "error-squared"])
def test_a_slip_where_nothing_is_asked_costs_one_step(musilek: Exercise, name: str) -> None:
    """The text writes the chain rule out: one output's delta stands nowhere."""
    from grader.marking.unwritten import with_deltas

    graph = with_deltas(musilek.graph)
    delta = "delta.2.1"
    wrong = slip_of(graph, delta, name)
    carried: dict[str, float] = dict(musilek.numbers)
    paper: dict[str, str] = {}
    for one in graph.steps.values():
        ways = (one.rule, *one.others)
        rule = next((way for way in ways if delta in way.refs()), one.rule)
        value = float((wrong if one.id == delta else rule).evaluate(carried, NUMBERS))
        text = musilek.precision.shown(one.kind, value)
        carried[one.id] = float(text)
        if one.id in musilek.asked:
            paper[one.id] = text
    report = marked(musilek, paper)
    assert len(lost(report)) == 1
    assert step(report, lost(report)[0]).slip == name


def slip_of(graph: object, id: str, name: str) -> Expression:
    return next(w.rule for w in wrong_rules(graph, id) if w.slip == name)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["exponent-sign", "other-activation"])
def test_a_blank_cell_with_a_slip_behind_it_costs_itself(mazur: Exercise, name: str) -> None:
    """Net inputs and gradients above agree on what the hidden output must have been."""
    paper = worked(mazur, {"out.1.1": slip_at(mazur, "out.1.1", name)})
    report = marked(mazur, paper | {"out.1.1": ""})
    assert lost(report) == ["out.1.1"]


def test_one_misconception_is_charged_once(mazur: Exercise) -> None:
    """The learning rate left out of every update; what it costs again is the policy's."""
    new = [id for id in mazur.asked if id.startswith("new.w.2")]
    paper = worked(mazur, {id: slip_at(mazur, id, "rate-left-out") for id in new})
    report = marked(mazur, paper)
    assert [step(report, id).verdict for id in new] == ["slip", *["repeated"] * (len(new) - 1)]
    assert lost(report) == new[:1]
    assert "the same slip again" in step(report, new[1]).message
    assert lost(marked(mazur, paper, "strict")) == new
    assert marked(mazur, paper, "exam").score == report.max - 1 - 0.5 * (len(new) - 1)


def test_copying_is_charged_each_time(mazur: Exercise) -> None:
    """Otherwise one would write down one old weight after the other."""
    new = [id for id in mazur.asked if id.startswith("new.w")]
    paper = worked(mazur, {id: slip_at(mazur, id, "unchanged") for id in new})
    assert lost(marked(mazur, paper)) == sorted(new, key=mazur.asked.index)


# whole sheets ---------------------------------------------------------------------------------


def test_a_spreadsheets_thousands_are_recognised(mazur: Exercise) -> None:
    """0,7775 became 7775; the answers count as they stand."""
    paper = {id: f"{1e4 * float(text):.0f}" for id, text in worked(mazur).items()}
    report = marked(mazur, paper)
    assert "off_by_power" in {note.code for note in report.teacher}
    assert report.score < 0.25 * report.max
    plain = marked(mazur, worked(mazur))
    assert plain.teacher == ()


@pytest.mark.parametrize("name", ["mazur", "lfd", "musilek"])
def test_blank_cells_of_significant_figures_are_blank(name: str) -> None:
    """No number has no last place; the others are marked all the same."""
    design = family.load(name).design(significant=4)
    exercise = issued(design, draw(design, [key("s", "s", name)])[0], "x-1", "x")
    paper = worked(exercise)
    gone = list(exercise.asked)[::7]
    report = marked(exercise, paper | dict.fromkeys(gone, ""))
    assert lost(report) == gone


@pytest.mark.parametrize("name", ["mazur", "lfd", "relu-softmax"])
def test_a_sheet_is_judged_alike_alone_and_beside_others(name: str) -> None:
    """Whoever sits in the next row: nothing but zeros, beside honest work and beside slips."""
    exercise = exercises(name)[0]
    first = next(iter(exercise.asked))
    papers = [
        dict.fromkeys(exercise.asked, "0"),
        dict.fromkeys(exercise.asked, "0.5"),
        worked(exercise),
        worked(exercise, {first: 3.0 * float(exercise.solution[first].m)}),
        worked(exercise) | {first: ""},
    ]
    alone = [marked(exercise, paper) for paper in papers]
    together = judge(batch_of_several(exercise, papers))
    for n, report in enumerate(alone):
        verdicts = [VERDICTS[together.standing.verdicts[id][n]] for id in exercise.asked]
        assert verdicts == [one.verdict for one in report.steps[: len(verdicts)]]
        told = {note.code for note in report.teacher} & {"closed", "unfounded"}
        assert told or not together.closed[n]


def batch_of_several(exercise: Exercise, papers: list[dict[str, str]]) -> Batch:
    """Submissions of one exercise as columns."""
    alone = [
        batch_of(exercise, {id: read_number(text) for id, text in paper.items() if text})
        for paper in papers
    ]
    values, units, unreadable = (
        {id: np.concatenate([getattr(one, part)[id] for one in alone]) for id in exercise.asked}
        for part in ("values", "units", "unreadable")
    )
    graph, precision = exercise.graph, exercise.precision
    true = exercise.solution
    return Batch(graph, precision, true, values, units, unreadable, len(papers))
