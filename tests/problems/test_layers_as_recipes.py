"""Back-propagation written down twice: by layers, and as reverse mode over a recipe's rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from issued_exercises import exercises

from problems.computation import ids
from problems.computation.graph import build
from problems.computation.solve import values
from problems.exercise import Exercise
from problems.recipes.recipe import Recipe

Numbers = Mapping[str, float]

MAZUR = """
z[j] for j in 2 = sum(w[j,i]*x[i] for i in 2) + b
h[j] for j in 2 = sigmoid(z[j])
s[k] for k in 2 = sum(v[k,j]*h[j] for j in 2) + c
y[k] for k in 2 = sigmoid(s[k])
E[k] for k in 2 = (t[k] - y[k])**2/2
L = sum(E[k] for k in 2)
grad L of w, v
nw[j,i] for j in 2 for i in 2 = w[j,i] - rate*dw[j,i]
nv[k,j] for k in 2 for j in 2 = v[k,j] - rate*dv[k,j]
"""
LFD = """
s[n,j] for n in N for j in 2 = sum(w[j,i]*x[n,i] for i in 2) + b[j]
h[n,j] for n in N for j in 2 = tanh(s[n,j])
r[n] for n in N = sum(v[1,j]*h[n,j] for j in 2) + c[1]
y[n] for n in N = tanh(r[n])
e[n] for n in N = (y[n] - t[n])**2
E = mean(e[n] for n in N)
grad E of w, v, b, c
nw[j,i] for j in 2 for i in 2 = w[j,i] - rate*dw[j,i]
nb[j] for j in 2 = b[j] - rate*db[j]
nv[1,j] for j in 2 = v[1,j] - rate*dv[1,j]
nc[1] = c[1] - rate*dc[1]
"""
NEW = {"w": "nw", "v": "nv", "b": "nb", "c": "nc"}


def mazur(id: ids.StepId) -> str | None:
    """The recipe's id of what the layered family calls so."""
    match id.kind, id.indices:
        case ("x" | "t") as name, (n,):
            return f"{name}.{n}"
        case "rate", ():
            return "rate"
        case "b", (layer,):
            return "bc"[layer - 1]
        case ("w" | "dw" | "new.w") as kind, (layer, j, i):
            return of_parameter(kind, "wv"[layer - 1], f"{j}.{i}")
        case "net", (layer, j):
            return f"{'zs'[layer - 1]}.{j}"
        case "out", (layer, j):
            return f"{'hy'[layer - 1]}.{j}"
        case "share", (k,):
            return f"E.{k}"
        case "loss", ():
            return "L"
        case "error", (k,):
            return f"dy.{k}"
        case "dout", (_, j):
            return f"dh.{j}"
        case "path", (_, j):
            return f"dh.{j}<s.{id.path}"
        case "delta", (layer, j):
            return f"d{'zs'[layer - 1]}.{j}"
    return None


def lfd(id: ids.StepId) -> str | None:
    """The same for two data points: what belongs to one has no gradient of the mean."""
    n = id.example
    match id.kind, id.indices:
        case "x", (i,):
            return f"x.{n}.{i}"
        case "t", (_,):
            return f"t.{n}"
        case "rate", ():
            return "rate"
        case ("b" | "db" | "new.b") as kind, (layer, j) if n is None:
            return of_parameter(kind, "bc"[layer - 1], f"{j}")
        case ("w" | "dw" | "new.w") as kind, (layer, j, i) if n is None:
            return of_parameter(kind, "wv"[layer - 1], f"{j}.{i}")
        case "net", (layer, j):
            return f"s.{n}.{j}" if layer == 1 else f"r.{n}"
        case "out", (layer, j):
            return f"h.{n}.{j}" if layer == 1 else f"y.{n}"
        case "loss", ():
            return f"e.{n}" if n else "E"
    return None


def of_parameter(kind: str, name: str, at: str) -> str:
    prefix = {"d": f"d{name}", "n": NEW[name]}.get(kind[0] if len(kind) > 1 else "", name)
    return f"{prefix}.{at}"


def compared(one: Exercise, text: str, called: Callable[[ids.StepId], str | None]) -> list[str]:
    """Ids of the steps that both have; they have one value."""
    names = {id: called(ids.parse(id)) for id in (*one.graph.givens, *one.graph.steps)}
    givens = {name: one.numbers[id] for id in one.graph.givens if (name := names[id])}
    examples = one.plan.task.examples
    recipe = Recipe(text, (("N", examples),), tuple(givens), paths=True)
    found, right = values(build(recipe), givens), values(one.graph, one.numbers)
    same = [id for id in one.graph.steps if names[id] in found]
    for id in same:
        assert found[names[id] or ""] == pytest.approx(right[id], rel=1e-12, abs=1e-15), id
    return same


@pytest.mark.parametrize(
    ("name", "text", "called", "left"),
    [("mazur", MAZUR, mazur, {"slope"}), ("lfd", LFD, lfd, {"slope", "delta", "dout", "error"})],
)
def test_a_recipe_has_the_numbers_of_the_family(
    name: str, text: str, called: Callable[[ids.StepId], str | None], left: set[str]
) -> None:
    """All that the family asks for, but what only layers have, and sums of single points."""
    for one in exercises(name):
        same = compared(one, text, called)
        assert len(same) >= 20
        rest = {ids.parse(id).kind for id in one.asked if id not in same and not of_point(id)}
        assert rest <= left


def of_point(id: str) -> bool:
    """A gradient of one data point alone."""
    parsed = ids.parse(id)
    return bool(parsed.example) and parsed.kind in ("dw", "db")
