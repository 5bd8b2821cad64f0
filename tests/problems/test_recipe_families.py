"""Family files with a recipe: numbers given or drawn, what is asked, files written and read."""

from __future__ import annotations

import json

import pytest
from issued_exercises import drawn
from recipe_exercises import NAMES, design, exercises

from problems.computation.solve import solve
from problems.drawing import family
from problems.drawing.design import Design
from problems.drawing.draw import Draw, must_pass
from problems.drawing.reasons import FINE, beside
from problems.errors import FamilyError, FormatError, SpecError
from problems.exercise import Exercise, as_json, dumps, from_json
from problems.exercise_lines import Lines

PLAIN = """
title = "A product"
steps = '''
y = w*x
L = (y - t)**2/2
grad L of w
'''
[given]
w = {given}
x = "0.5"
t = "1"
"""


def plain(given: str, more: str = "") -> Design:
    text = PLAIN.replace("{given}", given) + more
    return family.read(text, "plain", "plain.toml").design()


# numbers -----------------------------------------------------------------------------------


def test_the_neuron_of_a_lecture_has_its_numbers() -> None:
    """CS231n, backprop, the circuit of a neuron: 0.73, gradients 0.20, -0.39, -0.59, 0.20."""
    (one, *_) = exercises("circuit", 1)
    shown = {id: round(float(ball.m), 2) for id, ball in one.solution.items()}
    assert (shown["q"] + -3, shown["f"]) == (1.0, 0.73)
    assert [shown[f"d{id}"] for id in ("s", "e", "n", "r")] == [-0.53, -0.53, -0.2, 0.2]
    assert [shown[f"dw.{n}"] for n in (1, 2, 3)] == [-0.2, -0.39, 0.2]
    assert [shown[f"dx.{n}"] for n in (1, 2)] == [0.39, -0.59]


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        ('"0.50"', ("0.50",)),
        ("0.5", ("0.5",)),
        ("2", ("2",)),
        ('{ is = "-0.1" }', ("-0.1",)),
        ("{ is = 1.50 }", ("1.50",)),
        ('["0", "1"]', ("0", "1")),
        ("[0, 1]", ("0", "1")),
        ("{ choices = [0, 0.5] }", ("0", "0.5")),
        ('{ from = 0.1, to = "0.3", step = "0.1", not = [0.2] }', ("0.1", "0.3")),
    ],
)
def test_numbers_are_given_or_drawn(given: str, texts: tuple[str, ...]) -> None:
    """A number without quotes keeps its digits."""
    assert plain(given).grids["w"].texts == texts


def test_arrays_have_a_shape_and_single_entries_of_their_own() -> None:
    text = """
title = "Arrays"
steps = "y = sum(w[i,j]*x[j]*h[k] for i in 2 for j in N for k in 0..N)"
[sizes]
N = 3
[given]
w = { is = [[1, 2, 3], [4, 5, "6.0"]] }
x = { shape = ["N"], choices = ["0", "1"] }
h = { shape = ["0..N"], from = "0.1", to = "0.9", step = "0.1" }
"h.0" = 0
"""
    found = family.read(text, "arrays", "arrays.toml").design().grids
    assert [found[f"w.{i}.{j}"].texts for i in (1, 2) for j in (1, 2, 3)] == [
        ("1",), ("2",), ("3",), ("4",), ("5",), ("6.0",),
    ]  # fmt: skip
    assert [id for id in found if id[0] == "h"] == ["h.0", "h.1", "h.2", "h.3"]
    assert (found["h.0"].texts, len(found["h.1"].texts)) == (("0",), 9)
    assert found["x.3"].texts == ("0", "1")


REFUSED = {
    "{ from = 0, to = 1 }": "given.w",
    "{ is = [1, 2] }": "there is no w (y reads it); there is w[1] … w[2]",
    "{ is = [[1, 2], [3]] }": "does not have the shape",
    "{ shape = [2], is = [1, 2, 3] }": "does not have the shape [2]",
    "{ shape = [2], is = [[1], [2]] }": "more brackets",
    "{ shape = ['M'], is = [1, 2] }": "known are: none here",
    "{ shape = ['0..'], is = [1, 2] }": "is no range",
    "{ shape = [9999], is = 1 }": "more than 2,000",
    "{ shape = 3, is = 1 }": "shape is a list",
    "[2, -3, -3]": "no number stands in it twice",
    '"half"': "not a decimal",
    "true": "write",
    "{ form = 1 }": "write",
}


@pytest.mark.parametrize("given", REFUSED)
def test_numbers_that_mean_nothing_are_refused(given: str) -> None:
    with pytest.raises(FamilyError, match=r"plain\.toml: (given|steps)") as refused:
        plain(given)
    assert REFUSED[given] in str(refused.value)


def test_keys_that_mean_nothing_are_refused() -> None:
    for more, where in (
        ('"w.2" = 3', "given.w.2"), ('"q r" = 3', "given.q r"), ("sum = 3", "given.sum"),
        ("[method]\npath = true", "method.path"), ("[ask]\nsteps = ['dq']", "ask.steps"),
        ("[precision]\nkinds = { q = 3 }", "precision.kinds.q"), ("[sizes]\nN = 1.5", "sizes.N"),
    ):  # fmt: skip
        with pytest.raises(FamilyError) as refused:
            plain("2", more)
        assert any(where in c.where for c in refused.value.complaints), more


def test_complaints_of_the_text_name_file_line_and_column() -> None:
    with pytest.raises(FamilyError) as refused:
        family.read(PLAIN.replace("w*x", "w x").replace("{given}", "2"), "p", "p.toml")
    assert refused.value.complaints[0].where == "p.toml: steps, line 1, column 7"


# what is asked -----------------------------------------------------------------------------


def test_only_what_is_asked_for_is_asked() -> None:
    asked = plain("2", "[ask]\nsteps = ['dw', 'y']").asked
    assert asked == ("y", "dw")
    assert plain("2").asked == ("y", "L", "dy", "dw")


def test_difficulties_have_sizes_and_numbers_of_their_own() -> None:
    more = '[easy.given]\nw = ["1"]\n[hard.given]\nw = { from = 1, to = 2, step = 0.5 }'
    made = family.read(PLAIN.replace("{given}", "2") + more, "p", "p.toml")
    assert made.difficulties == ("easy", "standard", "hard")
    assert made.design(difficulty="hard").grids["w"].texts == ("1.0", "1.5", "2.0")
    with pytest.raises(SpecError, match="has no layers"):
        made.design(layers="2-2-1")


# files -------------------------------------------------------------------------------------


def same(a: Exercise, b: Exercise) -> bool:
    return dumps(as_json(a)) == dumps(as_json(b))


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_is_the_same_from_its_line(name: str) -> None:
    for one in exercises(name):
        again = from_json(json.loads(dumps(as_json(one))))
        assert again.plan == one.plan
        assert same(again, one)
        assert again.graph is one.graph


@pytest.mark.parametrize("name", NAMES)
def test_lines_of_many_are_those_of_each(name: str) -> None:
    made, found = design(name), exercises(name)
    draws = [Draw(dict(one.givens), 0, one.known) for one in found]
    written = Lines(made).write(
        draws, [one.id for one in found], [(one.student, 1) for one in found]
    )
    assert written == [dumps(as_json(one)) + "\n" for one in found]


def test_lines_that_are_no_exercise_are_refused() -> None:
    doc = as_json(exercises("rnn")[0])
    bad = [
        doc | {"givens": {**doc["givens"], "x.1": "a"}},
        doc | {"givens": {k: v for k, v in doc["givens"].items() if k != "u"}},
        doc | {"givens": {**doc["givens"], "x.1@2": "1"}},
        doc | {"recipe": doc["recipe"] | {"steps": "h = __import__('os')"}},
        doc | {"recipe": doc["recipe"] | {"sizes": {"T": 10**9}}},
        doc | {"recipe": doc["recipe"] | {"adjoints": "x"}},
        doc | {"recipe": {}},
        doc | {"steps": [{"id": "net.1.1", "asked": True}]},
    ]
    for one in bad:
        with pytest.raises(FormatError):
            from_json(json.loads(dumps(one)))


# the gate ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in NAMES if name != "circuit"])
def test_issued_exercises_can_be_told_from_their_slips(name: str) -> None:
    """All that is not the same for a reason is visibly two, at the digits asked for."""
    made = design(name)
    for one in exercises(name):
        close = solve(one.graph, beside(one.numbers), FINE)
        assert not [c for c in must_pass(made) if bool(c.refuses(one.solution, close))]
        assert one.gated


def test_what_is_the_same_for_a_reason_is_no_reason_to_refuse() -> None:
    """h[0] = 0 makes the first path to w vanish whatever is drawn."""
    one = exercises("rnn")[0]
    assert one.solution["dw<h.1"].m == 0
    checks = [c for c in must_pass(design("rnn")) if c.step == "dw<h.1"]
    assert {c.name for c in checks if not bool(c.passes(one.solution))} >= {"zero", "slip"}


def test_what_is_the_same_by_chance_is_refused() -> None:
    """w = 1.5 makes w*w and w + w/2*... differ; w = 2 makes w*w the same as w + w."""
    text = "title = 'Chance'\nsteps = 'y = v*w'\n[given]\nv = '2'\nw = ['2', '3', '1.5']"
    made = family.read(text, "chance", "chance.toml").design()
    assert {one.givens["w"] for one in drawn(made, 12)} == {"3", "1.5"}


def test_numbers_given_exactly_are_issued_whatever_they_tell() -> None:
    """Nothing can be drawn in their place; what they do not tell is said."""
    text = "title = 'Own'\nsteps = 'y = v*w'\n[given]\nv = '2'\nw = '2'"
    (one,) = drawn(family.read(text, "own", "own.toml").design(), 1)
    assert not one.gated
    assert {(f.name, f.other) for f in one.doubts["y"]} == {("slip", "added-for-multiplied")}
