"""Recipes: lines of formulas become steps in order, with derivatives, or are refused in place."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from problems.computation.graph import build
from problems.computation.kinds import Role
from problems.computation.solve import values
from problems.errors import SpecError
from problems.recipes.recipe import Recipe

RNN = """
h[t] for t in T = tanh(u*x[t] + w*h[t-1] + b)
y[t] for t in T = v*h[t]
E[t] for t in T = (y[t] - d[t])**2/2
L = sum(E[t] for t in T)
grad L of u, w, v, b
"""
RNN_GIVENS = ("x.1", "x.2", "x.3", "d.1", "d.2", "d.3", "h.0", "u", "w", "v", "b")
ROUNDS = """
w[k] for k in S = w[k-1] - rate*dw[k-1]
h[k] for k in S = sigmoid(w[k-1]*x)
L[k] for k in S = (h[k] - y)**2/2
grad L[k] of w[k-1] for k in S
"""


def recipe(text: str, *givens: str, paths: bool = False, **sizes: int) -> Recipe:
    return Recipe(text, tuple(sizes.items()), givens, paths)


def numbers(of: Recipe) -> Mapping[str, float]:
    """Some values at which nothing is 0 and nothing repeats."""
    return {id: 0.9 - 0.13 * n for n, id in enumerate(of.givens)}


def steepness(of: Recipe, loss: str, by: str) -> float:
    """The derivative by central differences."""
    step, graph, at = 1e-5, build(of), numbers(of)
    ends = [values(graph, {**at, by: at[by] + way})[loss] for way in (step, -step)]
    return float(ends[0] - ends[1]) / (2 * step)


@pytest.mark.parametrize("paths", [False, True])
def test_adjoints_of_a_recurrent_net_are_its_derivatives(paths: bool) -> None:
    of = recipe(RNN, *RNN_GIVENS, T=3, paths=paths)
    found = values(build(of), numbers(of))
    for name in ("u", "w", "v", "b"):
        assert found[f"d{name}"] == pytest.approx(steepness(of, "L", name), rel=1e-7)
    parts = [value for id, value in found.items() if id.startswith("dh.2<")]
    assert len(parts) == (2 if paths else 0)
    assert not paths or sum(parts) == pytest.approx(found["dh.2"])


def test_ids_and_roles_come_from_the_recipes_own_table() -> None:
    """`h.2` is no layered id, and `w` is no weight of one."""
    of = recipe(RNN, *RNN_GIVENS, T=3, paths=True)
    part = of.parse("dh.2<y.2")
    assert (part.kind, part.role, part.indices, part.reader) == ("dh<y", Role.PATH, (2,), "y.2")
    assert str(part) == "dh.2<y.2"
    assert {of.parse(id).role for id in ("u", "x.1")} == {Role.GIVEN}
    assert of.parse("h.2").role is Role.QUANTITY
    assert of.parse("dw").role is Role.ADJOINT
    assert all(str(of.parse(id)) == id for id in (*build(of).steps, *of.givens))
    with pytest.raises(ValueError, match="net"):
        of.parse("net.1.1")


def test_rounds_of_training_are_lines_like_any_other() -> None:
    """Lines stand in any order, and each round is computed before the next."""
    of = recipe(ROUNDS, "x", "y", "rate", "w.0", S=2)
    order = "h.1 L.1 dh.1 dw.0 w.1 h.2 L.2 dh.2 dw.1 w.2"
    assert list(build(of).steps) == order.split()
    assert [ids for _, ids in of.runs()][2] == ("dh.1", "dw.0")


def test_what_no_quantity_can_change_is_no_step() -> None:
    """dL/dE is 1 whatever E is; where it is asked for it is a step all the same."""
    text = "E = 1/2*(w - t)**2\nL = 3*E\ngrad L of w"
    assert list(build(recipe(text, "w", "t")).steps) == ["E", "L", "dw"]
    assert "dE" in build(recipe(text + ", E", "w", "t")).steps


def test_an_intermediate_quantity_and_what_is_before_it_may_both_be_asked_for() -> None:
    of = recipe("h = tanh(w)\nL = h*h*c\ngrad L of h, w", "w", "c")
    found = values(build(of), numbers(of))
    assert found["dw"] == pytest.approx(steepness(of, "L", "w"), rel=1e-7)
    assert found["dh"] == pytest.approx(2 * found["h"] * 0.77)


def test_formulas_mean_what_they_say() -> None:
    text = """
    a[i] for i in 3 = (i == 2)*w + i/4
    b = -w**2 + w^3 - 2**(-1)
    c = mean(a[i]*i for i in 0+1..3)
    e[j] for j in 2..3 = softmax(a[k] for k in 3, j)
    f = sum(w for k in 1..0) + a[1] - (a[2] - a[3])
    g = leaky_relu(-w, 0.1) + 1.5e-1*w/2/5
    """
    found = values(build(recipe(text, "w")), {"w": 0.5})
    assert [found[f"a.{i}"] for i in (1, 2, 3)] == [0.25, 1.0, 0.75]
    assert found["b"] == -0.25 + 0.125 - 0.5
    assert found["c"] == pytest.approx((0.25 + 2.0 + 2.25) / 3)
    assert found["e.2"] == pytest.approx(found["e.3"] * 2.718281828459045**0.25)
    assert found["f"] == pytest.approx(0.25 - 1.0 + 0.75)
    assert found["g"] == pytest.approx(-0.05 + 0.15 * 0.5 / 10)


REFUSED = {
    "y = 2w": ("steps, line 1, column 6", "allowed are + or -"),
    "y = (w": ("steps, line 1, column 7", "ends too soon"),
    "y = w; x = 2": ("steps, line 1, column 6", "';' means nothing"),
    "y = η*w": ("steps, line 1, column 5", "eta prints as η"),
    "y = __import__(w)": ("steps, line 1, column 5", "'_' means nothing"),
    "y = w.real": ("steps, line 1, column 6", "'.' means nothing"),
    "y = exec(w)": ("steps, line 1, column 5", "no function 'exec'"),
    "y = w\ny = w": ("steps, line 2, column 1", "defined already"),
    "w = 2": ("steps, line 1, column 1", "given already"),
    "a = b*w\nb = a": ("steps, line 1, column 1", "a, which reads b, which reads a"),
    "y = w*z": ("steps, line 1, column 7", "nothing is called 'z' (y reads it)"),
    "y = w[1]": ("steps, line 1, column 5", "there is no w[1] (y reads it); there is w"),
    "h[t] for t in 2 = w*h[t-1]": ("steps, line 1, column 21", "there is h[1] … h[2]"),
    "h[t] for t in 2 = w*h[t-2]": ("steps, line 1, column 21", "below 0"),
    "h[t] for t in w = 1": ("steps, line 1, column 15", "an index is made of whole numbers"),
    "h[t/2] for t in 2 = w": ("steps, line 1, column 3", "an index is made of"),
    "h[1.5] = w": ("steps, line 1, column 3", "an index is made of"),
    "h[t] for t in 99999 = w": ("steps, line 1, column 15", "beyond 10,000"),
    "h[t] for t in 9999*9999 = w": ("steps, line 1, column 15", "beyond 10,000"),
    "h[i,j] for i in 100 for j in 100 = w": ("steps, line 1, column 21", "more than 2,000"),
    "h[t] for t in 1..0 = w": ("steps, line 1, column 1", "empty"),
    "h[w] for w in 2 = 1": ("steps, line 1, column 6", "'w' is a quantity"),
    "y = sum(w*w for w in 2)": ("steps, line 1, column 13", "'w' is a quantity"),
    "y = w**0.5": ("steps, line 1, column 8", "whole number; there are exp(x) and sqrt"),
    "y = w**99": ("steps, line 1, column 8", "up to 12"),
    "y = sum(w*k for k in 400)": ("steps, line 1, column 1", "more than 600 parts"),
    "y = sum(sum(sum(w for a in 99) for b in 99) for c in 99)": ("steps, line 1, c", "50,000"),
    "y = w/0": ("steps, line 1, column 7", "divides by 0"),
    "y = (w == 1)": ("steps, line 1, column 6", "only indices can be equal"),
    "y = tanh(w, w)": ("steps, line 1, column 5", "takes one value"),
    "y = tanh(w for k in 2)": ("steps, line 1, column 5", "loops are for sum"),
    "y = sum(w)": ("steps, line 1, column 5", "write sum(... for k in N)"),
    "y = mean(w for k in 1..0)": ("steps, line 1, column 5", "mean of nothing"),
    "y = softmax(w for k in 2, 3)": ("steps, line 1, column 27", "does not take the value 3"),
    "y = 1e99*w": ("steps, line 1, column 5", "too far from 1"),
    "y_by_z = w": ("steps, line 1, column 1", "_by_ names the parts of gradients"),
    "sum = w": ("steps, line 1, column 1", "a word of the language"),
    "y = w\ngrad z of w": ("steps, line 2, column 6", "nothing is called 'z'"),
    "y = w\ngrad y of q": ("steps, line 2, column 6", "nothing is called 'q'"),
    "y = w\nz = y\nv = 2\ngrad v of w": ("steps, line 4, column 6", "v does not depend on w"),
    "dw = w\ngrad dw of w": ("steps, line 2, column 6", "but is a quantity"),
    "a = w*w\nb = 2*w*w\ngrad a of w\ngrad b of w": ("steps, line 4", "is the derivative of a"),
    "y = " + "(" * 40 + "w" + ")" * 40: ("steps, line 1, column 1", "more than 30 times"),
    "y = " + "-" * 40 + "w": ("steps, line 1, column 1", "more than 30 times"),
    "y = " + "+".join(["w"] * 400): ("steps, line 1, column 1", "at most 500"),
    "# nothing": ("steps", "no line"),
    "y = 2": ("given.w", "no line reads w"),
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:40])
def test_what_is_wrong_is_said_where_it_stands(text: str) -> None:
    where, what = REFUSED[text]
    with pytest.raises(SpecError) as refused:
        build(recipe(text, "w"))
    complaint = next(c for c in refused.value.complaints if where in c.where)
    assert what in complaint.what


def test_every_line_is_complained_of() -> None:
    with pytest.raises(SpecError) as refused:
        build(recipe("y = 2w\nz = (w\n\nx = w w", "w"))
    assert [c.where for c in refused.value.complaints] == [
        "steps, line 1, column 6", "steps, line 2, column 7", "steps, line 4, column 7",
    ]  # fmt: skip


def test_a_gradient_does_not_reach_through_an_update() -> None:
    """That would need derivatives of derivatives; what is meant is one round."""
    text = ROUNDS.replace("of w[k-1]", "of w")
    with pytest.raises(SpecError, match=r"through w\[1\], which reads derivatives itself"):
        build(recipe(text, "x", "y", "rate", "w.0", S=2))


@pytest.mark.parametrize("deep", [2_000, 10_000])
def test_long_texts_and_long_chains_are_bounded(deep: int) -> None:
    """A chain as long as allowed is no deep recursion; what is longer is refused."""
    chain = recipe("h[t] for t in T = h[t-1]*w\ngrad h[999] of w", "w", "h.0", T=999)
    assert len(build(chain).steps) == 999 + 998 + 1
    with pytest.raises(SpecError, match="at most"):
        build(recipe("y = w\n" * deep, "w"))
