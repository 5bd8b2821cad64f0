"""Whoever writes numbers on the way to a step, to the precision asked for, is never wrong."""

from __future__ import annotations

import numpy as np
import pytest
from random_rules import random_rule
from subresults_by_hand import Hand, transcript

from problems.arithmetic.ball import Ball, within
from problems.arithmetic.precision import Precision
from problems.computation.solve import rule_ball, solve
from problems.drawing import family
from problems.drawing.candidates import Candidates, key
from problems.rules.differentiation import partial
from problems.rules.expression import (
    ONE,
    Constant,
    Expression,
    Function,
    Negative,
    Power,
    Product,
    Quotient,
    Ref,
    Slope,
    Softmax,
    Square,
    Sum,
    difference,
    replaced,
)
from problems.rules.extrema import Max, Winner
from problems.rules.functions import FUNCTIONS
from problems.rules.shorthand import mean

COUNT = 4_000
"""Students of each family, twice."""


def many(design, count: int) -> dict[str, np.ndarray]:
    """Ungated draws of a family: the claim holds without the gate as well."""
    candidates = Candidates(design)
    blocks = [candidates.block(key("worked", "t", "s"), n) for n in range(count // 64 + 1)]
    return {id: v[:count] for id, v in candidates.values(np.concatenate(blocks)).items()}


def worst(design, precision: Precision, count: int, cut: bool) -> dict[str, float]:
    """Step -> the farthest that an honest student is off, in radii."""
    givens = many(design, count)
    balls = solve(design.graph, givens, precision)
    paper = transcript(design.graph, givens, precision, np.random.default_rng(3), cut)
    found = {}
    for id, answers in paper.items():
        m, r = np.asarray(balls[id].m), np.asarray(balls[id].r)
        off = np.abs(answers - m) / (r + 1e-12 * np.maximum(np.abs(m), 1))
        found[id] = float(np.max(off, where=np.isfinite(off), initial=0.0))
    return found


@pytest.mark.parametrize("name", family.names())
@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("significant", [None, 4])
def test_no_honest_subresult_leads_out_of_a_ball(
    name: str, cut: bool, significant: int | None
) -> None:
    """Whatever is rounded, cut or kept inside the rules, in any grouping, at any depth."""
    design = family.load(name).design()
    precision = design.precision
    if significant is not None:
        precision = Precision(None, significant, subresults=True)
    off = worst(design, precision, COUNT if significant is None else 500, cut)
    assert max(off.values()) <= 1.0, {id: share for id, share in off.items() if share > 1.0}


@pytest.mark.parametrize("name", ["musilek", "lfd", "valchanov"])
def test_the_balls_are_not_much_too_wide(name: str) -> None:
    """Half of them would fail honest students at most steps."""
    design = family.load(name).design()
    off = worst(design, design.precision, COUNT, cut=True)
    assert sum(share > 0.5 for share in off.values()) > len(off) / 2


def test_without_it_honest_students_lose_steps() -> None:
    """Test the tester: the balls of rules that are worked in one go are too narrow."""
    design = family.load("musilek").design(version=1)
    off = worst(design, design.precision, COUNT, cut=True)
    assert sum(share > 1.0 for share in off.values()) > 10


POSITIVE = ("log", "sqrt")
W, X, B, Y, T, D = (Ref(f"{id}.1.1") for id in ("w", "x", "b", "out", "t", "delta"))
RULES = {
    "three factors": Product((D, Y, X)),
    "a sum of products": Sum((Product((W, X)), Product((D, Y)), B)),
    "an update": difference(W, Product((B, D))),
    "half a sum of squares": Product(
        (Constant("1/2"), Sum((Square(difference(Y, T)), Square(difference(D, T)))))
    ),
    "a third": Product((Constant("1/3"), Sum((D, Y)))),
    "a log-likelihood": Negative(Sum((Product((T, Function("log", Y))), D))),
    "a quotient": Quotient(difference(Y, T), Product((Y, difference(Constant("1"), Y)))),
    "softmax": Softmax((D, Y, B), 1),
    **{f"power {n}": Power(difference(Y, Product((W, D))), n) for n in (3, 4, 5)},
    "max": Max((Product((W, D)), Y, Product((T, Y)))),
    "a winner": Product((D, Winner((Product((W, D)), Y), 1))),
    "a mean": mean((D, Product((Y, W)), Product((D, T)))),
    "a root": Quotient(Y, Function("sqrt", Sum((Square(D), ONE)))),
    **{name: Function(name, D) for name in ("logistic", "tanh", "softplus", "relu", "bipolar")},
    **{name: Function(name, Product((D, W))) for name in FUNCTIONS if name not in POSITIVE},
    **{f"{name} of": Function(name, Sum((Square(D), Product((Y, Y))))) for name in POSITIVE},
    **{f"slope of {name}": Slope(name, Y) for name in ("logistic", "tanh", "softplus", "bipolar")},
}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize(
    "precision",
    [Precision(places, subresults=True) for places in (1, 2, 4)]
    + [Precision(None, figures, subresults=True) for figures in (2, 3)],
    ids=str,
)
def test_each_rule_holds_what_is_worked_by_hand(rule: Expression, precision: Precision) -> None:
    """Each kind of rule by itself, at coarse precision where a wrong bound would show."""
    assert worked_by_hand(rule, precision, np.random.default_rng(7), 20_000) > 0.5


def test_trees_and_derivatives_at_random_hold_it_too() -> None:
    """Every node inside every other; an own number enters where an output does."""
    rng, bounded = np.random.default_rng(13), []
    ids = {"a": W, "b": X, "c": D}
    precisions = [Precision(2, subresults=True), Precision(None, 3, subresults=True)]
    for n in range(60):
        tree = random_rule(rng, 2)
        for rule in (tree, *(partial(tree, id) for id in ids)):
            if rule is not None and not has_many_factors(rule):
                named = replaced(rule, lambda r: ids.get(r.id) if isinstance(r, Ref) else None)
                bounded.append(worked_by_hand(named, precisions[n % 2], rng, 1_000))
    assert len(bounded) > 100
    assert np.mean(bounded) > 0.9


def has_many_factors(rule: Expression) -> bool:
    """Products of more than three are not worked by hand here."""
    many = isinstance(rule, Product) and len(rule.factors) > 3
    return many or any(map(has_many_factors, rule.parts()))


def worked_by_hand(
    rule: Expression, precision: Precision, rng: np.random.Generator, count: int
) -> float:
    """Students work a rule, and all are right; the share of them for whom that says something."""
    exactly = {ref.id: np.round(rng.uniform(-2, 2, count), 1) for ref in (W, X, B, T)}
    exactly |= {"out.1.1": rng.uniform(0.2, 0.98, count), "delta.1.1": rng.uniform(-3, 3, count)}
    balls = {id: Ball(m, np.zeros(count)) for id, m in exactly.items()}
    for id in ("out.1.1", "delta.1.1"):
        balls[id] = balls[id].widened(precision.unit(id.split(".")[0], balls[id]))
    kind = "dw"
    ball = rule_ball(kind, rule, balls, precision)
    shares = []
    for cut in (False, True):
        hand = Hand(precision, kind, rng, cut)
        entered = dict(exactly)
        for id in ("out.1.1", "delta.1.1"):  # as carried, or as written
            entered[id] = Hand(precision, id.split(".")[0], rng, cut).jot(exactly[id])
        answers = hand.jot(hand.work(rule, entered), always=True)
        sure = np.isfinite(answers) & (np.asarray(ball.r) < 1e100)
        inside = np.asarray(within(answers, ball)) | ~sure
        assert inside.all(), (rule, np.flatnonzero(~inside)[:5])
        shares.append(sure.mean())
    return float(min(shares))


def test_a_column_of_exercises_gets_what_one_exercise_gets() -> None:
    """Bit for bit, as all ball arithmetic."""
    for name in ("musilek", "lfd", "relu-softmax", "binary", "lfd-numeric"):
        design = family.load(name).design()
        precision = design.precision
        givens = many(design, 20)
        column = solve(design.graph, givens, precision)
        for n in range(20):
            alone = solve(design.graph, {id: float(v[n]) for id, v in givens.items()}, precision)
            for id, ball in alone.items():
                m, r = np.broadcast_arrays(column[id].m, column[id].r, np.zeros(20))[:2]
                assert (float(ball.m), float(ball.r)) == (m[n], r[n]), (name, id)


def test_what_needs_no_subresult_costs_nothing() -> None:
    """A product of two, a delta taken over and a sum of steps are written once, as before."""
    balls = {"x.1": Ball(0.5), "delta.1.1": Ball(0.25, 1e-4), "delta.1.2": Ball(0.5, 2e-4)}
    plain, worked = Precision(4), Precision(4, subresults=True)
    for kind, rule in (
        ("dw", Product((Ref("delta.1.1"), Ref("x.1")))),
        ("db", Ref("delta.1.1")),
        ("db", Sum((Ref("delta.1.1"), Ref("delta.1.2")))),
    ):
        one, other = (rule_ball(kind, rule, balls, p) for p in (plain, worked))
        assert (one.m, one.r) == (other.m, other.r)
