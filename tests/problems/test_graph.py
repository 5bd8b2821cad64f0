"""Nobody checks back-propagation by back-propagation: other programs judge the gradients."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy
from judges import Ag, Mp, Sy, loss_of
from plans import PLANS, random_givens

from problems.computation import ids
from problems.computation.graph import build
from problems.computation.kinds import LAYERED
from problems.computation.solve import values
from problems.computation.steps import Graph

GRADIENTS = ("dw", "db")


def gradients(graph: Graph) -> list[tuple[str, str, str, int]]:
    """(gradient, loss, the parameter as that pass reads it, iteration) for every gradient."""
    found = []
    for id in graph.steps:
        parsed = ids.parse(id)
        if parsed.kind in GRADIENTS:
            loss = ids.at("loss", parsed.example, parsed.iteration)
            core = ids.core(id)[1:]
            found.append((id, loss, parameter(graph, core, parsed), parsed.iteration))
    return found


def parameter(graph: Graph, core: str, of: ids.StepId) -> str:
    """The id under which a parameter is read in the pass of a gradient."""
    example = of.example or (1 if graph.plan.task.examples > 1 else None)
    for unit in range(1, graph.plan.network.layers[of.layer - 1].units + 1):
        net = ids.at(f"net.{of.layer}.{unit}", example, of.iteration)
        for ref in graph.steps[net].rule.refs():
            parsed = ids.parse(ref)
            if parsed.kind.startswith("new"):
                if f"{parsed.kind[4:]}." + ".".join(map(str, parsed.indices)) == core:
                    return ref
            elif ref == core:
                return ref
    raise AssertionError(f"{core} is not read by its layer")


def of_pass(values_: dict, graph: Graph, iteration: int) -> dict:
    """What a judge may know before a pass: givens, and the parameters that it starts from."""
    new = [i for i in graph.steps if ids.parse(i).kind in ("new.w", "new.b")]
    return {i: values_[i] for i in (*graph.givens, *new)}


@pytest.mark.parametrize("name", sorted(PLANS))
def test_gradients_are_finite_differences(name: str) -> None:
    """The definition of a derivative, in 60 digits, for every gradient of every plan."""
    graph = build(PLANS[name])
    ours = values(graph, {i: float(v[0]) for i, v in random_givens(graph, 1).items()})
    with mpmath.workdps(60):
        h = mpmath.mpf("1e-20")
        for id, loss, leaf, iteration in gradients(graph):
            base = {i: mpmath.mpf(v) for i, v in of_pass(ours, graph, iteration).items()}
            up = loss_of(graph, loss, base | {leaf: base[leaf] + h}, Mp(), iteration)
            down = loss_of(graph, loss, base | {leaf: base[leaf] - h}, Mp(), iteration)
            slope = float((up - down) / (2 * h))
            assert float(ours[id]) == pytest.approx(slope, rel=1e-12, abs=1e-15), id


@pytest.mark.parametrize(
    "name", ["mazur", "musilek", "lfd", "binary", "deep chain", "softmax squares"]
)
def test_gradients_are_sympy_derivatives(name: str) -> None:
    """Symbolic differentiation of the forward pass, compared at a rational point."""
    graph = build(PLANS[name])
    rng = np.random.default_rng(5)
    point = {i: sympy.Rational(int(rng.integers(1, 40)), 40) for i in graph.givens}
    ours = values(graph, {i: float(v) for i, v in point.items()})
    symbols = {i: sympy.Symbol(i.replace(".", "_").replace(":", "_")) for i in graph.givens}
    losses = {}
    for id, loss, leaf, iteration in gradients(graph)[::3]:
        if iteration > 1:
            continue
        if loss not in losses:
            losses[loss] = loss_of(graph, loss, symbols, Sy())
        slope = sympy.diff(losses[loss], symbols[leaf])
        exact = slope.evalf(30, subs={symbols[i]: point[i] for i in graph.givens})
        assert float(ours[id]) == pytest.approx(float(exact), rel=1e-12), id


def test_ten_thousand_random_exercises_agree_with_autograd() -> None:
    """Relative 1e-12 against automatic differentiation, for every plan's first iteration."""
    autograd = pytest.importorskip("autograd", reason="autograd, a test-only judge, is absent")
    each = 10_000 // len(PLANS) + 1
    compared = 0
    for name, plan in PLANS.items():
        graph = build(plan)
        numbers = random_givens(graph, each)
        ours = values(graph, numbers)
        for id, loss, leaf, iteration in gradients(graph):
            if iteration > 1 or leaf not in graph.givens:
                continue
            judge = Ag()

            def total(x, loss=loss, leaf=leaf, judge=judge, graph=graph, numbers=numbers):
                return judge.np.sum(loss_of(graph, loss, numbers | {leaf: x}, judge))

            slope = autograd.grad(total)(numbers[leaf])
            scale = np.maximum(np.abs(slope), 1e-3)
            worst = np.max(np.abs(np.broadcast_to(ours[id], slope.shape) - slope) / scale)
            assert worst < 1e-12, (name, id)
            compared += len(slope)
    assert compared > 100_000


def test_torch_agrees_where_it_is_installed() -> None:
    """A second automatic differentiation; skipped loudly where torch is absent."""
    torch = pytest.importorskip("torch", reason="torch is absent: pip install torch to run this")
    graph = build(PLANS["mazur"])
    numbers = {i: float(v[0]) for i, v in random_givens(graph, 1).items()}
    ours = values(graph, numbers)
    leaves = {
        i: torch.tensor(v, dtype=torch.float64, requires_grad=True) for i, v in numbers.items()
    }

    class Torch(Mp):
        def constant(self, text):
            top, _, bottom = text.partition("/")
            return float(top) / float(bottom or 1)

        def call(self, name, x):
            return torch.sigmoid(x)

    loss_of(graph, "loss", leaves, Torch()).backward()
    for id, _, leaf, _ in gradients(graph):
        assert float(ours[id]) == pytest.approx(float(leaves[leaf].grad), rel=1e-12)


@pytest.mark.parametrize("name", sorted(PLANS))
def test_all_ways_to_a_quantity_agree(name: str) -> None:
    """A step may be reached by the chain or by the delta; the number is the same."""
    graph = build(PLANS[name])
    ours = values(graph, random_givens(graph, 50))
    from problems.rules.expression import NUMBERS

    for step in graph.steps.values():
        for other in step.others:
            again = other.evaluate(ours, NUMBERS)
            assert np.allclose(again, ours[step.id], rtol=1e-12, atol=1e-15), step.id


def test_central_differences_approach_the_gradient() -> None:
    """LFD's numerical approach: the error falls with the square of the shift."""
    from problems.computation.network import Plan, Task

    plan = PLANS["lfd"]
    numeric = Plan(plan.network, Task(numeric=tuple(plan.network.parameters())), plan.method)
    graph = build(numeric)
    numbers = {i: float(v[0]) for i, v in random_givens(graph, 1).items()}
    errors = []
    for shift in (0.1, 0.01):
        ours = values(graph, numbers | {"shift": shift})
        pairs = [(i, ids.core(i).replace("num.", "")) for i in graph.steps if i.startswith("num")]
        errors.append(max(abs(float(ours[a]) - float(ours[b])) for a, b in pairs))
    assert errors[1] < errors[0] / 50
    assert errors[1] < 1e-3


def test_graphs_are_ordered_and_complete() -> None:
    """Every rule reads only what stands before it."""
    for plan in PLANS.values():
        graph = build(plan)
        known = set(graph.givens)
        for step in graph.steps.values():
            assert set(step.parents) <= known, step.id
            known.add(step.id)
            assert ids.parse(step.id).kind in LAYERED.steps


def test_training_reaches_the_documents_last_line() -> None:
    """Mazur: after 10,000 rounds 0.000035085 is printed; 9,999 updates give 0.0000351085."""
    from problems.computation.solve import train

    weights = [0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55]
    names = [f"w.{k}.{j}.{i}" for k in (1, 2) for j in (1, 2) for i in (1, 2)]
    known = dict(zip(names, weights, strict=True)) | {"b.1": 0.35, "b.2": 0.6, "rate": 0.5}
    known |= {"x.1": 0.05, "x.2": 0.1, "t.1": 0.01, "t.2": 0.99}
    losses, _ = train(PLANS["mazur"], known, 10_000)
    assert losses[0] == pytest.approx(0.298371109, abs=5e-10)
    assert losses[9_999] == pytest.approx(0.0000351085, abs=5e-11)
    assert losses[10_000] < losses[9_999]
