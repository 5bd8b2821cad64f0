"""One slip costs one step: follow-through from the computation itself, and its guards."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from issued_exercises import exercises
from plans import PLANS, random_givens
from typed_rules import key_answers

from grader.marking.mark import mark
from grader.marking.mixtures import MOST_COMBINATIONS, choices
from grader.marking.policy import DEFAULT, Policy
from grader.read.number import read_number
from problems.arithmetic.precision import Precision
from problems.computation.graph import build
from problems.drawing import family
from problems.drawing.candidates import Candidates, key
from problems.drawing.draw import Draw
from problems.exercise import Exercise, issued
from problems.formulas import notation
from problems.misconceptions.catalogue import CATALOGUE
from problems.misconceptions.slips import wrong_rules
from problems.rules.expression import NUMBERS
from templates.feedback.page import first_deviation


def worked(exercise: Exercise, wrong: dict[str, object] | None = None) -> dict[str, str]:
    """What a rounding student writes: right rules, but for some steps a wrong rule or a number."""
    carried: dict[str, float] = dict(exercise.numbers)
    paper: dict[str, str] = {}
    for step in exercise.graph.steps.values():
        chosen = (wrong or {}).get(step.id, step.rule)
        value = chosen if isinstance(chosen, float) else float(chosen.evaluate(carried, NUMBERS))
        text = exercise.precision.shown(step.kind, value)
        carried[step.id] = float(text)
        if step.id in exercise.asked:
            paper[step.id] = text
    return paper


def marked(exercise: Exercise, paper: dict[str, str], policy: Policy = DEFAULT):
    return mark(exercise, {id: read_number(text) for id, text in paper.items() if text}, policy)


def verdicts(report) -> dict[str, str]:
    return {step.id: step.verdict for step in report.steps}


@pytest.fixture
def mazur() -> Exercise:
    return exercises("mazur")[0]


def test_a_forgotten_bias_costs_one_step_and_is_named(mazur: Exercise) -> None:
    """No peer derives this; there it costs 55 to 87 % of the exercise."""
    slip = next(w for w in wrong_rules(mazur.graph, "net.1.1") if w.slip == "bias-left-out")
    report = marked(mazur, worked(mazur, {"net.1.1": slip.rule}))
    found = verdicts(report)
    assert found["net.1.1"] == "slip"
    assert {v for id, v in found.items() if id != "net.1.1"} == {"correct", "carried"}
    assert report.score == report.max - 1
    by_id = {step.id: step for step in report.steps}
    assert by_id["net.1.1"].slip == "bias-left-out"
    assert by_id["net.1.1"].message == CATALOGUE["bias-left-out"].student
    assert "net_h1 = " in by_id["out.1.1"].message
    assert by_id["out.1.1"].used == ("net.1.1",)
    assert report.first_deviation == "net.1.1"
    after = "every step after it is right or follows from your own numbers."
    assert report.deviation.endswith(f"net_h1; {after}")


def test_what_follows_from_the_true_values_is_not_called_consistent(mazur: Exercise) -> None:
    """One step is wrong, and all others are the printed key's, a blank one aside."""
    texts = {id: mazur.printed[id] for id in mazur.asked} | {"net.1.1": "9.9"}
    report = marked(mazur, texts)
    assert set(verdicts(report).values()) == {"correct", "wrong"}
    assert report.deviation.endswith("net_h1; every step after it is right.")
    assert "Every step after it is right." in str(first_deviation(report, mazur))
    report = marked(mazur, texts | {"out.1.2": ""})
    assert report.deviation.endswith("net_h1; every step that is written after it is right.")
    alone = marked(mazur, {"net.1.1": "9.9"})
    assert alone.deviation.endswith("is net_h1.")


def test_hints_and_messages_never_hold_the_right_value(mazur: Exercise) -> None:
    """Feedback says where to look, not what to write."""
    paper = worked(mazur, {"net.1.1": 5.4321, "error.1": 0.9876, "delta.2.2": 0.4444})
    for step in marked(mazur, paper).steps:
        if step.verdict in ("slip", "wrong"):
            shown = mazur.printed[step.id].lstrip("-")
            assert shown not in step.message + step.hint


def test_an_unknown_wrong_number_costs_one_step_too(mazur: Exercise) -> None:
    """Whatever it is, what follows from it keeps its credit."""
    report = marked(mazur, worked(mazur, {"net.1.1": 5.4321}))
    assert verdicts(report)["net.1.1"] == "wrong"
    assert report.score == report.max - 1


def test_two_independent_slips_cost_exactly_two_steps() -> None:
    """Shared layer bias of the output and a copied gradient of the other layer."""
    for exercise in exercises("musilek", 3):
        a = next(w for w in wrong_rules(exercise.graph, "net.2.1") if w.slip == "bias-sign")
        b = next(w for w in wrong_rules(exercise.graph, "net.2.2") if w.slip == "bias-left-out")
        report = marked(exercise, worked(exercise, {"net.2.1": a.rule, "net.2.2": b.rule}))
        assert report.score == report.max - 2
        assert "look at" in report.deviation


def test_zeros_for_the_deltas_earn_nothing(mazur: Exercise) -> None:
    """A peer pays 14 of 16 for zeros and old weights."""
    wrong: dict[str, object] = {id: 0.0 for id in mazur.asked if id.startswith("error")}
    report = marked(mazur, worked(mazur, wrong))
    after = [s for s in report.steps if s.id.startswith(("error", "delta", "dw", "dout", "new"))]
    paid = [s.id for s in after if s.credit > 0]
    assert paid == []


def test_one_number_everywhere_earns_nothing() -> None:
    """Even where a rule only repeats its parent (a bias gradient is its delta)."""
    for name in family.names():
        exercise = exercises(name)[0]
        for text in ("0", "0.5", "1", "0.1", "-1"):
            report = marked(exercise, dict.fromkeys(exercise.asked, text))
            paid = [s for s in report.steps if s.credit > 0 and s.verdict != "correct"]
            assert paid == [], (name, text)


def test_a_blank_cell_does_not_break_the_chain(mazur: Exercise) -> None:
    """The best peer credits 10 of 16 here."""
    paper = worked(mazur, {"net.1.1": 5.4321})
    del paper["out.1.1"]
    report = marked(mazur, paper)
    assert report.score == report.max - 2
    assert verdicts(report)["out.1.1"] == "blank"


def test_an_unreadable_cell_does_not_break_the_chain(mazur: Exercise) -> None:
    """It is recomputed from what stands before it."""
    paper = worked(mazur, {"net.1.1": 5.4321}) | {"out.1.1": "o.85"}
    report = marked(mazur, paper)
    assert report.score == report.max - 2
    assert verdicts(report)["out.1.1"] == "unreadable"


def test_own_and_true_values_may_be_mixed(mazur: Exercise) -> None:
    """Who takes one parent from the key and one from the own paper is right from both."""
    paper = worked(mazur, {"net.1.1": 2.4321, "net.1.2": 1.1111})
    values = {id: float(t) for id, t in paper.items()} | mazur.numbers
    values["out.1.2"] = float(mazur.solution["out.1.2"].m)
    rule = mazur.graph.steps["net.2.1"].rule
    paper["net.2.1"] = f"{float(rule.evaluate(values, NUMBERS)):.4f}"
    assert verdicts(marked(mazur, paper))["net.2.1"] == "carried"


def test_a_miscopied_value_costs_only_itself(mazur: Exercise) -> None:
    """Written down wrongly, carried on rightly on the calculator."""
    paper = worked(mazur, {"net.1.1": 2.4321})
    paper["out.1.1"] = f"{float(paper['out.1.1']) + 0.03:.4f}"
    assert marked(mazur, paper).score == mark(mazur, {}).max - 2


def test_the_other_sign_convention_is_accepted_and_said(mazur: Exercise) -> None:
    """All deltas negative of ours, gradients and updates right."""
    for exercise in (*exercises("mazur-delta"), *exercises("valchanov")):
        paper = worked(exercise)
        for id in exercise.asked:
            if exercise.graph.steps[id].kind == "delta":
                paper[id] = paper[id][1:] if paper[id].startswith("-") else f"-{paper[id]}"
        report = marked(exercise, paper)
        assert report.score == report.max
        assert "sign convention" in report.remarks[0]


@pytest.mark.parametrize("name", ["mazur-delta", "binary", "deep"])
def test_a_lost_sign_is_not_a_convention(name: str) -> None:
    """With wrong gradients after it the sign is a slip: one step for each output.

    The second output's is the same slip again, which a policy may charge once.
    """
    each_time = replace(DEFAULT, credits={**DEFAULT.credits, "repeated": 0.0})
    for exercise in exercises(name):
        last = f"delta.{exercise.plan.network.depth}."
        wrong = {
            id: next(w.rule for w in wrong_rules(exercise.graph, id) if w.slip == "error-sign")
            for id in exercise.asked
            if id.startswith(last)
        }
        report = marked(exercise, worked(exercise, wrong), each_time)
        assert report.score == report.max - len(wrong)
        assert marked(exercise, worked(exercise, wrong)).score == report.max - 1
        assert not any("convention" in remark for remark in report.remarks)


def test_musileks_own_error_is_named_as_what_it_is() -> None:
    """dE/db1 = 0.0008: one path only."""
    from grader.assignments.example import document_exercise
    from problems.documents import documents

    exercise = document_exercise("musilek")
    report = marked(exercise, documents.transcript("musilek"))
    (slip,) = [s for s in report.steps if s.verdict not in ("correct",)]
    assert (slip.id, slip.slip) == ("db.1", "one-path-only")


def test_what_cannot_be_told_on_ungated_numbers_is_said() -> None:
    """Mazur's own numbers at four decimals: w1 hardly moves."""
    from grader.assignments.example import document_exercise

    exercise = replace(document_exercise("mazur"), precision=Precision(4))
    paper = worked(exercise)
    report = marked(exercise, paper | {"new.w.1.1.1": "0.1499"})
    (step,) = [s for s in report.steps if s.id == "new.w.1.1.1"]
    assert step.verdict == "correct"
    assert "at 4 decimals it cannot be told from" in step.message
    issued = marked(exercises("mazur")[0], worked(exercises("mazur")[0]))
    assert {s.message for s in issued.steps} == {"right"}


@settings(max_examples=40)
@given(
    st.sampled_from(sorted(PLANS)),
    st.sampled_from(notation.names()),
    st.one_of(
        st.builds(Precision, st.integers(2, 8)),
        st.builds(Precision, st.none(), st.integers(3, 6)),
    ),
    st.integers(0, 1000),
)
def test_the_printed_key_scores_everything(plan: str, written: str, precision, seed: int) -> None:
    """Any plan, notation and precision, gated or not: the key is never rejected."""
    graph = build(PLANS[plan])
    numbers = {id: f"{float(v[0]):.2f}" for id, v in random_givens(graph, 1, seed).items()}
    if PLANS[plan].network.layers[-1].activation == "softmax":
        targets = [id for id in numbers if id.startswith("t.")]
        numbers |= {id: "1" if n == 0 else "0" for n, id in enumerate(targets)}
    exercise = Exercise(
        "any-1",
        "ada",
        "any",
        written,
        PLANS[plan],
        numbers,
        precision,
        tuple(graph.steps),
        gated=True,
    )
    paper = {id: exercise.printed[id] for id in exercise.asked}
    report = marked(exercise, paper)
    assert {s.verdict for s in report.steps} == {"correct"}


KEYS = [{"decimals": n} for n in range(2, 9)] + [{"significant": n} for n in range(3, 7)]


@pytest.mark.parametrize("name", family.names())
@pytest.mark.parametrize("choice", KEYS, ids=str)
def test_the_printed_key_of_every_family_scores_everything(name: str, choice: dict) -> None:
    """Numbers that never saw the gate as well: the first five candidates of the draw."""
    design = family.load(name).design(**choice)
    candidates = Candidates(design)
    for indices in candidates.block(key("key", name, str(choice)), 0)[:5]:
        drawn = Draw(candidates.texts(indices), 0)
        exercise = replace(issued(design, drawn, "any-1", "ada"), gated=True)
        report = mark(exercise, key_answers(exercise))
        assert {s.verdict for s in report.steps} == {"correct"}


def test_the_order_of_the_rows_plays_no_part() -> None:
    """A pure function of what stands in the cells."""
    exercise = exercises("musilek")[0]
    paper = worked(exercise, {"net.1.1": 3.3333, "dw.2.1.1": 0.7})
    in_order, rows = marked(exercise, paper), list(paper.items())
    for seed in range(60):
        random.Random(seed).shuffle(rows)
        assert marked(exercise, dict(rows)) == in_order, rows


def test_mixtures_are_bounded_and_start_with_all_own() -> None:
    """Eight outputs with three ways each would be 6,561 mixtures."""
    for width in (1, 3, 8, 20):
        listed = list(choices([(0, 1, 2)] * width, width))
        assert listed[0] == (0,) * width
        assert len(listed) <= MOST_COMBINATIONS
        assert (1,) * width not in listed
        assert len(set(listed)) == len(listed)


def test_a_copied_iteration_proves_nothing() -> None:
    """Writing the first round's numbers again as the second round is no follow-through."""
    exercise = exercises("two-rounds")[0]
    paper = worked(exercise)
    again = {
        id: paper[id.removesuffix("@2")] if id.endswith("@2") else text
        for id, text in paper.items()
    }
    report = marked(exercise, again)
    second = [s for s in report.steps if s.id.endswith("@2")]
    assert [s.id for s in second if s.verdict == "carried"] == []
