"""What the five documents print, judged by the engine, by sympy and by hand-made faults."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy

from problems.arithmetic.precision import Precision, rounded
from problems.computation import ids
from problems.computation.derivatives import derivative
from problems.computation.solve import solve
from problems.computation.steps import Graph
from problems.documents import claims, documents
from problems.documents.claims import Claim
from problems.documents.documents import FormulaRow, NumberRow
from problems.documents.statements import equations
from problems.errors import FormatError, SpecError

NUMBERS = [row for name in documents.names() for row in documents.numbers(name)]
FORMULAS = [row for name in documents.names() for row in documents.formulas(name)]
CLAIMS = [
    pytest.param(name, claim, id=f"{name}-{n}")
    for name in documents.names()
    for n, claim in enumerate(documents.load(name).formulas, 1)
]
MISPRINTS = [row for row in NUMBERS if row.agrees == "misprint"]


def printed(name: str, *wanted: str) -> list[float]:
    """The first printed number of each id."""
    texts = {row.id: row.printed for row in reversed(documents.numbers(name))}
    return [float(texts[id]) for id in wanted]


# numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("musilek", {"rounded": 168, "carried": 1, "misprint": 2}),
        ("mazur", {"rounded": 100, "carried": 2, "misprint": 4}),
        ("slides", {"rounded": 45, "cut": 33, "misprint": 6}),
        ("lfd", {}),
        ("valchanov", {}),
    ],
)
def test_every_printed_number_agrees_as_counted(name: str, classes: dict[str, int]) -> None:
    """A number that is lost, or changes its class, must not go unnoticed."""
    assert Counter(row.agrees for row in documents.numbers(name)) == classes


@pytest.mark.parametrize(
    ("name", "where", "count", "digest"),
    [
        ("musilek", "", 152, "bf762c26a6a0d9f4"),
        ("slides", "", 82, "fe08f70530142afc"),
        ("mazur", "text", 18, "7306b6fc0815794a"),
    ],
)
def test_the_decimals_are_those_of_the_text_files(
    name: str, where: str, count: int, digest: str
) -> None:
    """All of them, in print order: digests of `re.findall(r"\\d+\\.\\d+", text)`.

    Taken from the exercise of Musilek (without 'equation 3.27'), the whole of the slides,
    and Mazur without web addresses; the sentences that his text file lost are left out.
    """
    lost = "Calculating the Total Error, text"
    texts = [
        row.printed.lstrip("-")
        for row in documents.numbers(name)
        if "." in row.printed and where in row.place.split()[-1] and row.place != lost
    ]
    assert len(texts) == count
    assert hashlib.sha256(" ".join(texts).encode()).hexdigest()[:16] == digest


@pytest.mark.parametrize("name", documents.names())
def test_a_reason_stands_exactly_where_something_disagrees(name: str) -> None:
    """Nothing is waved through, and nothing right is called wrong."""
    rows: list[NumberRow | FormulaRow] = [*documents.numbers(name), *documents.formulas(name)]
    assert [row for row in rows if (row.agrees == "misprint") != bool(row.reason)] == []


@pytest.mark.parametrize("name", ["musilek", "mazur", "slides"])
def test_every_given_and_every_id_is_one_of_the_plan(name: str) -> None:
    """Ids are canonical and belong to the exercise, or to a later iteration of it."""
    document = documents.load(name)
    graph = document.graph
    assert tuple(sorted(document.givens)) == tuple(sorted(graph.givens))
    for number in document.numbers:
        if number.id != documents.ONE:
            assert ids.core(number.id) in {*graph.givens, *graph.steps}, number
            assert ids.parse(number.id)


@pytest.mark.parametrize("name", ["musilek", "mazur", "slides"])
def test_a_changed_last_digit_is_found_in_every_number(name: str) -> None:
    """The comparison can fail: each number in turn, its last digit off by five."""
    document = documents.load(name)
    for n, number in enumerate(document.numbers):
        off = number.printed[:-1] + str((int(number.printed[-1]) + 5) % 10)
        changed = replace(number, printed=off, reason="")
        numbers = (*document.numbers[:n], changed, *document.numbers[n + 1 :])
        row = documents.number_rows(replace(document, numbers=numbers))[n]
        assert row.agrees == "misprint", row


def test_a_given_is_no_rounded_result() -> None:
    """0.1 is 0.05 rounded to one place, but it is not the input 0.05."""
    document = documents.load("mazur")
    wrong = documents.Number("nowhere", "x.1", "0.1")
    row = documents.number_rows(replace(document, numbers=(wrong,)))[0]
    assert row.agrees == "misprint"


# why the misprints are what they are ------------------------------------------------------


@cache
def mazur_run(early: bool) -> list[tuple[float, float, float]]:
    """E_total, out_o1 and out_o2 before each of 10,101 updates, written down with numpy.

    Args:
        early: whether the hidden layer sees the output weights already updated.
    """
    x, t = np.array([0.05, 0.1]), np.array([0.01, 0.99])
    w = np.array([[0.15, 0.2], [0.25, 0.3]])
    u = np.array([[0.4, 0.45], [0.5, 0.55]])
    found = []
    for _ in range(10_101):
        h = 1 / (1 + np.exp(-(w @ x + 0.35)))
        y = 1 / (1 + np.exp(-(u @ h + 0.6)))
        found.append((float(((y - t) ** 2).sum() / 2), float(y[0]), float(y[1])))
        delta = (y - t) * y * (1 - y)
        new = u - 0.5 * np.outer(delta, h)
        back = (new if early else u).T @ delta
        w, u = w - 0.5 * np.outer(back * h * (1 - h), x), new
    return found


def early(updates: int, index: int) -> str:
    """A number of the run with updated output weights, to 9 places."""
    return rounded(mazur_run(True)[updates][index], 9)


def two_of_four_paths() -> float:
    """Musilek's ∂E/∂b_1 from the numbers that he puts in."""
    e6, e7, s6, s7 = printed("musilek", "error.1", "error.2", "slope.2.1", "slope.2.2")
    s4, s5 = printed("musilek", "slope.1.1", "slope.1.2")
    return e6 * s6 * 0.7 * s4 + e7 * s7 * 0.1 * s5


CAUSES: dict[tuple[str, str], Callable[[], str]] = {
    ("musilek", "db.1"): lambda: rounded(two_of_four_paths(), 4),
    ("mazur", "loss@2"): lambda: early(1, 0),
    ("mazur", "loss@10001"): lambda: early(10_000, 0),
    ("mazur", "out.2.1@10001"): lambda: early(10_000, 1),
    ("mazur", "out.2.2@10001"): lambda: early(10_000, 2),
    ("slides", "x.1"): lambda: "0.05".replace(".", ".0"),
    ("slides", "out.1.1"): lambda: "0.593269992".replace("999", "99"),
    ("slides", "loss@2"): lambda: early(1, 0),
    ("slides", "loss@10001"): lambda: rounded(mazur_run(False)[9_999][0], 10),
    ("slides", "out.2.1@10001"): lambda: early(10_000, 1),
    ("slides", "out.2.2@10001"): lambda: early(10_000, 2),
}
"""Every misprinted number made anew in the way that its reason states."""


@pytest.mark.parametrize("row", MISPRINTS, ids=lambda row: f"{row.document}-{row.id}")
def test_every_misprint_comes_out_as_its_reason_says(row: NumberRow) -> None:
    """A reason is a claim: doing what it says gives the printed digits, all of them."""
    assert CAUSES[row.document, row.id]() == row.printed


def test_every_cause_belongs_to_a_misprint() -> None:
    """The table of causes is complete and holds nothing else."""
    assert set(CAUSES) == {(row.document, row.id) for row in MISPRINTS}


@pytest.mark.parametrize(
    ("updates", "index", "places", "right"),
    [
        (1, 0, 9, "0.291027774"),
        (10_000, 0, 9, "0.000035102"),
        (10_000, 0, 10, "0.0000351019"),
        (10_000, 1, 9, "0.015913620"),
        (10_000, 2, 9, "0.984064274"),
    ],
)
def test_the_numbers_in_the_reasons_are_right(
    updates: int, index: int, places: int, right: str
) -> None:
    """Engine and numpy agree on what the run with the original weights gives."""
    assert rounded(mazur_run(False)[updates][index], places) == right
    id = (f"loss@{updates + 1}", "out.2.1@10001", "out.2.2@10001")[index]
    assert rounded(documents.computed(documents.load("mazur"), id), places) == right
    assert sum(right in row.reason for row in MISPRINTS) > 0


def test_no_other_number_of_updates_explains_the_outputs_of_mazur() -> None:
    """With the original weights no round up to 10,100 gives both; else 10,000 alone does."""
    both = (0.015912196, 0.984065734)

    def rounds(early: bool) -> list[int]:
        run = np.array(mazur_run(early))[:, 1:]
        return [int(n) for n in np.flatnonzero(np.all(abs(run - both) < 5e-10, axis=1))]

    assert rounds(early=False) == []
    assert rounds(early=True) == [10_000]


def test_the_paths_that_musilek_leaves_out_make_up_the_difference() -> None:
    """0.0008 and the paths y_6-y_5 and y_7-y_4 together are the right 0.0024."""
    e6, e7, s6, s7 = printed("musilek", "error.1", "error.2", "slope.2.1", "slope.2.2")
    s4, s5 = printed("musilek", "slope.1.1", "slope.1.2")
    left_out = e6 * s6 * 0.9 * s5 + e7 * s7 * 0.8 * s4
    assert rounded(two_of_four_paths() + left_out, 4) == "0.0024"
    assert rounded(documents.computed(documents.load("musilek"), "db.1"), 4) == "0.0024"


def test_the_slides_would_not_get_their_net_input_from_0_005() -> None:
    """So the misprint is in the number put in, not in the result."""
    assert rounded(0.15 * 0.005 + 0.2 * 0.1 + 0.35, 5) == "0.37075"
    assert rounded(0.15 * 0.05 + 0.2 * 0.1 + 0.35, 5) == "0.37750"


def test_the_slides_lost_minus_gives_the_number_in_the_reason() -> None:
    """1/(1 + e^1.1059) is 0.2486."""
    assert rounded(1 / (1 + math.exp(1.1059)), 4) == "0.2486"


# formulas --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("musilek", {"holds": 51, "misprint": 3}),
        ("mazur", {"holds": 39, "misprint": 1}),
        ("slides", {"holds": 34, "misprint": 6}),
        ("lfd", {"holds": 24}),
        ("valchanov", {"holds": 22, "misprint": 1}),
    ],
)
def test_every_formula_agrees_as_counted(name: str, classes: dict[str, int]) -> None:
    """A formula that is lost, or changes its verdict, must not go unnoticed."""
    assert Counter(row.agrees for row in documents.formulas(name)) == classes


@pytest.mark.parametrize(("name", "claim"), CLAIMS)
def test_a_corrected_formula_stands_exactly_beside_a_misprint_and_holds(
    name: str, claim: Claim
) -> None:
    """A correction is judged like a formula of the document."""
    assert bool(claim.corrected) == bool(claim.reason)
    if claim.corrected:
        assert claims.holds(claim.corrected, claim, documents.load(name).plan)


@pytest.mark.parametrize(("name", "claim"), CLAIMS)
def test_a_formula_with_a_factor_too_many_does_not_hold(name: str, claim: Claim) -> None:
    """The check can fail: twice the last side, on every formula."""
    body, loop, rest = claim.statement.partition(" for l in ")
    left, _, last = body.rpartition(" == ")
    assert not claims.holds(f"{left} == 2*({last}){loop}{rest}", claim, documents.load(name).plan)


FAULTS = [
    ("a bias too many", "net[l,j] == sum(w[l,j,i]*out[l-1,i] for i in units[l-1]) + 2*b[l,j]"),
    ("transposed weights", "net[1,j] == sum(w[1,i,j]*x[i] for i in units[0]) + b[1,j]"),
    ("slope of the net", "slope[l,j] == net[l,j]*(1 - net[l,j])"),
    ("sign of the error", "dw[L,j,i] == (t[j] - out[L,j])*slope[L,j]*out[L-1,i]"),
    ("one path", "dout[l,j] == delta[l+1,1]*w[l+1,1,j] for l in hidden"),
    ("no slope", "delta[l,j] == dout[l,j] for l in hidden"),
    ("updated weights", "dout[1,j] == sum(delta[2,k]*new.w[2,k,j] for k in units[2])"),
    ("plus the gradient", "new.w[l,j,i] == w[l,j,i] + rate*dw[l,j,i]"),
    ("own output", "dw[l,j,i] == delta[l,j]*out[l,j]"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "statement"), FAULTS)
def test_planted_faults_are_found(fault: str, statement: str) -> None:
    """Wrong formulas that students write; none may pass on square nets either."""
    del fault
    claim = Claim((), "", statement, ((2, 2, 2), (2, 2, 2, 2)))
    assert claims.verdict(claim, documents.load("valchanov").plan) == "misprint"


def test_a_one_sided_difference_is_no_central_one() -> None:
    """The check of limits asks for an error of second order."""
    claim = next(c for c in documents.load("lfd").formulas if c.limit)
    forward = "dw[l,j,i] == (plus.w[l,j,i] - loss)/shift"
    plan = documents.load("lfd").plan
    assert claims.holds(claim.statement, claim, plan)
    assert not claims.holds(forward, claim, plan)


@pytest.mark.parametrize(
    "text",
    [
        "dw[1,1,1]",
        "dw[1,1,1] < 2",
        "dw[1,1] == 2",
        "out[7,1] == 1",
        "net[l,j] == sum(out[l+1,k] for k in units[l+1])",
        "loss == nonsense",
        "loss == 'abc'",
        "loss == __import__('os')",
        "loss == d(1, loss)",
        "loss == loss % 2",
        "loss == (",
        "loss == sum(out[L,k] for k in everything)",
        "loss == psi[1](loss)",
    ],
)
def test_what_is_no_statement_is_refused(text: str) -> None:
    """Nothing is evaluated and nothing is guessed."""
    with pytest.raises(FormatError, match="statement"):
        equations(text, documents.load("valchanov").graph)


# proofs ----------------------------------------------------------------------------------


class logistic(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """1/(1 + e^-v), known by its slope."""

    def fdiff(self, argindex: int = 1) -> Any:
        return self * (1 - self)


class tanh(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """The hyperbolic tangent, known by its slope."""

    def fdiff(self, argindex: int = 1) -> Any:
        return 1 - self**2


class softplus(sympy.Function):  # type: ignore[misc]  # noqa: N801
    """log(1 + e^v), known by its slope."""

    def fdiff(self, argindex: int = 1) -> Any:
        return logistic(self.args[0])


V = sympy.Symbol("V", real=True)
DEFINITIONS = {
    logistic: 1 / (1 + sympy.exp(-V)),
    tanh: (sympy.exp(V) - sympy.exp(-V)) / (sympy.exp(V) + sympy.exp(-V)),
    softplus: sympy.log(1 + sympy.exp(V)),
}
CALLS = {"exp": sympy.exp, "identity": lambda x: x} | {f.__name__: f for f in DEFINITIONS}
MPMATH = {
    "logistic": lambda v: 1 / (1 + mpmath.exp(-v)),
    "softplus": lambda v: mpmath.log(1 + mpmath.exp(v)),
}
SLOPES: dict[str, Callable[[Any], Any]] = {
    "logistic": lambda y: y * (1 - y),
    "tanh": lambda y: 1 - y**2,
    "softplus": logistic,
    "identity": lambda _: sympy.Integer(1),
}


class Symbolic:
    """The arithmetic of `problems.rules.expression` on sympy expressions."""

    def constant(self, text: str) -> Any:
        return sympy.Rational(Fraction(text))

    def call(self, name: str, x: Any) -> Any:
        return CALLS[name](x)

    def slope(self, name: str, x: Any) -> Any:
        return SLOPES[name](x)

    def softmax(self, xs: Sequence[Any], index: int) -> Any:
        raise NotImplementedError

    def square(self, x: Any) -> Any:
        return x**2


@pytest.mark.parametrize("function", DEFINITIONS, ids=lambda f: f.__name__)
def test_the_slopes_that_the_proofs_use_are_derivatives(function: Any) -> None:
    """sympy differentiates the definitions themselves."""
    known = function(V).fdiff().replace(logistic, lambda v: DEFINITIONS[logistic].subs(V, v))
    defined = known.subs(function(V), DEFINITIONS[function])
    assert sympy.simplify(sympy.diff(DEFINITIONS[function], V) - defined) == 0


FORWARD = ("net", "out", "share", "loss", "plus", "minus")


@cache
def forward(graph: Graph, cut: str = "") -> dict[str, Any]:
    """The forward pass in symbols, with one step left as a symbol of its own."""
    found: dict[str, Any] = {id: sympy.Symbol(id) for id in (*graph.givens, cut)}
    for step in graph.steps.values():
        if step.kind in FORWARD and step.id != cut:
            found[step.id] = step.rule.evaluate(found, Symbolic())
    return found


@cache
def differentiated(graph: Graph, of: str, by: str) -> Any:
    """d(of)/d(by) by sympy.diff, back in the symbols of the givens."""
    if by in graph.givens:
        return sympy.diff(forward(graph)[of], sympy.Symbol(by))
    slope = sympy.diff(forward(graph, by)[of], sympy.Symbol(by))
    return slope.xreplace({sympy.Symbol(by): forward(graph)[by]})


class Meanings(dict[str, Any]):
    """What every quantity means, not how a graph computes it: all but the forward pass is
    a derivative of the loss."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(forward(graph))
        self.graph = graph

    def __missing__(self, id: str) -> Any:
        step, example = ids.parse(id), id.partition(":")[0] + ":" if ":" in id else ""
        self[id] = self.meaning(step, example, ids.core(id))
        return self[id]

    def meaning(self, step: ids.StepId, example: str, core: str) -> Any:
        of, layer = f"{example}loss", ".".join(map(str, step.indices))
        match step.kind:
            case "dw" | "db":
                return differentiated(self.graph, of, core[1:])
            case "delta":
                return differentiated(self.graph, of, f"{example}net.{layer}")
            case "dout":
                return differentiated(self.graph, of, f"{example}out.{layer}")
            case "path":
                return differentiated(self.graph, f"{of}.{step.path}", f"{example}out.{layer}")
            case "error":
                depth = self.graph.plan.network.depth
                return differentiated(self.graph, of, f"{example}out.{depth}.{layer}")
            case "slope":
                return differentiated(self.graph, f"{example}out.{layer}", f"{example}net.{layer}")
            case "new.w" | "new.b":
                old = core.removeprefix("new.")
                return self[old] - self["rate"] * differentiated(self.graph, of, old)
        raise KeyError(core)


def sigma(v: Any) -> Any:
    """The logistic function of v or of -v, whichever sympy writes without a minus."""
    return 1 - logistic(-v) if v.could_extract_minus_sign() else logistic(v)


def is_zero(difference: Any) -> bool:
    """Exactly: a fraction of polynomials in the symbols and in activations of any argument."""
    if difference.has(sympy.exp):
        powers = difference.replace(sympy.exp, lambda v: sigma(v) / (1 - sigma(v)))
        difference = powers.replace(logistic, sigma)
    atoms = {atom: sympy.Dummy() for atom in difference.atoms(*DEFINITIONS)}
    top, _ = sympy.fraction(sympy.together(difference.xreplace(atoms)))
    return bool(sympy.expand(top) == 0)


def are_small(differences: list[Any], graph: Graph) -> bool:
    """At random fractions, to 100 digits and more; for networks too big to expand.

    The shift is 10^-40: the two sides of a limit then differ by some 10^-80.
    """
    random = Random(len(graph.steps))
    names = sorted(set().union(*(d.free_symbols for d in differences)), key=str)
    function = sympy.lambdify(names, differences, [MPMATH, "mpmath"], cse=True)
    with mpmath.workdps(160):
        point = [mpmath.mpf(random.randint(-99, 99)) / 100 for _ in names]
        if "shift" in map(str, names):
            point[[*map(str, names)].index("shift")] = mpmath.mpf(10) ** -40
        return all(abs(value) < mpmath.mpf(10) ** -70 for value in function(*point))


def is_limit(left: Any, top: Any, bottom: Any) -> bool:
    """left = top/bottom up to the square of the shift, by the derivatives at shift 0."""
    shift = sympy.Symbol("shift")
    first, second = (sympy.diff(top, shift, n).subs(shift, 0) for n in (1, 2))
    return is_zero(left * sympy.diff(bottom, shift) - first) and is_zero(second)


def is_proved(statement: str, claim: Claim, graph: Graph) -> bool:
    """Whether sympy finds the two sides equal, for all values of the free indices."""
    meanings, using = Meanings(graph), Symbolic()
    pairs = equations(statement, graph)
    sides = [(a.evaluate(meanings, using), b.evaluate(meanings, using)) for a, b in pairs]
    if graph.plan.network.depth > 2 or graph.plan.task.examples > 1:
        return are_small([left - right for left, right in sides], graph)
    if claim.limit:
        ends = [[end.evaluate(meanings, using) for end in right.parts()] for _, right in pairs]
        return all(is_limit(a, *end) for (a, _), end in zip(sides, ends, strict=True))
    return all(is_zero(left - right) for left, right in sides)


def cases(statement: str, name: str, claim: Claim) -> list[Graph]:
    """The networks of the claim that sympy can carry; all are checked in numbers anyway."""
    graphs = claims.graphs(statement, claim, documents.load(name).plan)
    return [graph for graph in graphs if len(graph.plan.network.parameters()) <= 25]


@pytest.mark.parametrize(("name", "claim"), CLAIMS)
def test_sympy_proves_every_formula_that_holds(name: str, claim: Claim) -> None:
    """The loss is built by walking the graph forward and differentiated by sympy.

    A misprint is refuted on some network of its claim, its correction proved on all.
    """
    proofs = [is_proved(claim.statement, claim, g) for g in cases(claim.statement, name, claim)]
    assert all(proofs) == (not claim.reason)
    if claim.corrected:
        graphs = cases(claim.corrected, name, claim)
        assert all(is_proved(claim.corrected, claim, graph) for graph in graphs)


@pytest.mark.parametrize("name", documents.names())
def test_our_own_derivatives_are_those_of_sympy(name: str) -> None:
    """`d(a, b)` in a statement is put together from rules; sympy differentiates the whole."""
    claim = Claim((), "", "", ((2, 2, 2, 1),), mixed=True)
    for graph in cases("", name, claim):
        meanings = Meanings(graph)
        steps = [s.id for s in graph.steps.values() if s.kind in ("net", "out", "loss")]
        for of in steps:
            for by in (*graph.givens, *steps):
                ours = derivative(graph, of, by).evaluate(meanings, Symbolic())
                theirs = 1 if of == by else differentiated(graph, of, by)
                assert is_zero(sympy.sympify(ours - theirs)), (of, by)


# the command line's view -----------------------------------------------------------------


def test_the_names_and_an_unknown_name() -> None:
    """An unknown document is refused with the names there are."""
    assert documents.names() == ["musilek", "mazur", "slides", "lfd", "valchanov"]
    with pytest.raises(SpecError, match="'musilk' is none of musilek, mazur"):
        documents.load("musilk")


def test_json_has_the_promised_shape() -> None:
    """The contract of the page FORMATS."""
    found = documents.as_json(["musilek", "valchanov"])
    promised = {"document", "place", "id", "printed", "computed", "agrees", "reason"}
    assert {frozenset(row) for row in found["numbers"]} == {frozenset(promised)}
    assert {row["document"] for row in found["formulas"]} == {"musilek", "valchanov"}
    assert promised - {"id", "printed", "computed"} <= set(found["formulas"][0])
    row = next(r for r in found["numbers"] if r["printed"] == "0.0008")
    assert (row["id"], row["agrees"]) == ("db.1", "misprint")


@pytest.mark.parametrize(
    ("name", "id", "text"),
    [
        ("musilek", "out.1.1", "0.9866"),
        ("musilek", "error.2", "0.7504"),
        ("musilek", "slope.2.1", "0.0983"),
        ("musilek", "new.b.1", "0.5000"),
        ("mazur", "new.w.2.2.1", "0.511301270"),
        ("slides", "out.1.1", "0.59326992"),
        ("slides", "dw.1.1.1", "0.000438"),
        ("slides", "loss", "0.298371109"),
    ],
)
def test_a_transcript_has_the_number_that_the_document_goes_on_with(
    name: str, id: str, text: str
) -> None:
    """The text with the most digits counts, then the last result before a number put in."""
    assert documents.transcript(name)[id] == text


@pytest.mark.parametrize("name", documents.names())
def test_a_transcript_holds_steps_of_the_exercise_only(name: str) -> None:
    """Givens and numbers of later iterations are not handed in."""
    assert set(documents.transcript(name)) <= set(documents.load(name).graph.steps)


def test_musilek_prints_a_number_for_every_step_of_his_exercise() -> None:
    """His document is a complete submission."""
    assert set(documents.transcript("musilek")) == set(documents.load("musilek").graph.steps)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("musilek", {"db.1": "0.0008"}),
        (
            "mazur",
            {
                "new.w.1.1.2": "0.19956143",
                "new.w.1.2.1": "0.24975114",
                "new.w.1.2.2": "0.29950229",
            },
        ),
    ],
)
def test_a_transcript_lies_in_the_tolerances_but_for_slips_and_missing_digits(
    name: str, known: dict[str, str]
) -> None:
    """The documents are honest students: 0.0008 is wrong, the others have a digit too few."""
    document = documents.load(name)
    givens = {id: float(text) for id, text in document.givens.items()}
    balls = solve(document.graph, givens, Precision(document.decimals))
    outside = {
        id: text
        for id, text in documents.transcript(name).items()
        if abs(float(text) - balls[id].m) > balls[id].r
    }
    assert outside == known


def test_texts_are_numbers_and_places_are_named() -> None:
    """Printed texts are plain decimals, as the readers of answers expect them."""
    for row in NUMBERS:
        assert re.fullmatch(r"-?\d*\.?\d+", row.printed), row
        assert row.place.strip() == row.place != ""


def test_all_rows_are_named_tuples_that_json_can_hold() -> None:
    """Rows hold texts and floats, nothing else."""
    found = documents.as_json(documents.names())
    rows: list[Mapping[str, Any]] = [*found["numbers"], *found["formulas"]]
    assert {type(value) for row in rows for value in row.values()} == {str, float}
