"""The catalogue of misconceptions: each is one rule of the graph replaced by a wrong one.

A slip knows the kinds of step it can happen at and makes the wrong rule from the right one.
The quality gate refuses an exercise in which a wrong rule gives an acceptable number; the
checker tries the same rules on a wrong answer to name what went wrong. Sources: design page
GRADING section 5; the documents' own warnings and misprints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from problems import ids
from problems.activations import SOFTMAX, activation
from problems.expression import (
    NUMBERS,
    ONE,
    Constant,
    Expression,
    Function,
    Negative,
    Product,
    Quotient,
    Ref,
    Slope,
    Square,
    Sum,
    difference,
    product,
    replaced,
    total,
)
from problems.graph import Graph, Step, units
from problems.ids import StepId
from problems.network import Layer

Wrong = Iterator[Expression]


@dataclass(frozen=True, slots=True)
class Site:
    """A step at which a slip may happen, with its surroundings."""

    graph: Graph
    step: Step
    id: StepId

    @property
    def layer(self) -> Layer:
        """The step's layer."""
        return self.graph.plan.network.layers[self.id.layer - 1]

    @property
    def last(self) -> bool:
        """Whether the step belongs to the output layer."""
        return self.id.layer == self.graph.plan.network.depth

    @property
    def straight(self) -> bool:
        """Whether the layer's activation is made of straight pieces (ReLU, identity)."""
        name = self.layer.activation
        return name != SOFTMAX and activation(name).straight

    def ref(self, core: str) -> Ref:
        """A step or given of the same example and iteration."""
        name = ids.at(core, self.id.example, self.id.iteration)
        return Ref(name if name in self.graph.steps else ids.at(core, self.id.example))

    def has(self, ref: Ref) -> bool:
        """Whether the graph knows the id."""
        return ref.id in self.graph.steps or ref.id in self.graph.givens


@dataclass(frozen=True, slots=True)
class Slip:
    """One misconception."""

    name: str
    kinds: tuple[str, ...]
    title: str
    student: str
    """What to look at again; never the right value."""
    teacher: str
    source: str
    rules: Callable[[Site], Wrong]


@dataclass(frozen=True, slots=True)
class WrongRule:
    """A slip at a step: the rule that makes its number."""

    slip: str
    rule: Expression


CATALOGUE: dict[str, Slip] = {}


def slip(
    name: str, kinds: str, title: str, student: str, teacher: str, source: str = "GRADING 5"
) -> Callable[[Callable[[Site], Wrong]], Callable[[Site], Wrong]]:
    """Enter a wrong rule into the catalogue."""

    def enter(rules: Callable[[Site], Wrong]) -> Callable[[Site], Wrong]:
        CATALOGUE[name] = Slip(name, tuple(kinds.split()), title, student, teacher, source, rules)
        return rules

    return enter


def kind_of(part: Expression) -> str:
    """Kind of the id a bare reference points to, else ''."""
    return ids.parse(part.id).kind if isinstance(part, Ref) else ""


def is_weight(part: Expression) -> bool:
    """Whether a factor is a weight, at whatever iteration."""
    return kind_of(part) in ("w", "new.w")


def is_bias(part: Expression) -> bool:
    """Whether a term is a bias, at whatever iteration."""
    return kind_of(part) in ("b", "new.b")


def without(parts: tuple[Expression, ...], out: Callable[[Expression], bool]) -> Expression | None:
    """The sum or product's other parts; None if nothing or everything stays."""
    kept = [part for part in parts if not out(part)]
    return total(kept) if kept and len(kept) < len(parts) else None


def mapped_refs(rule: Expression, change: Callable[[str], str | None]) -> Expression:
    """The rule reading other ids where `change` names one."""

    def swap(node: Expression) -> Expression | None:
        new = change(node.id) if isinstance(node, Ref) else None
        return Ref(new) if new else None

    return replaced(rule, swap)


# net input ---------------------------------------------------------------------------------


@slip(
    "bias-left-out",
    "net",
    "bias left out",
    "Did you add the bias?",
    "The bias term is missing from the net input.",
)
def _bias_left_out(at: Site) -> Wrong:
    if isinstance(at.step.rule, Sum):
        rest = without(at.step.rule.terms, is_bias)
        if rest:
            yield rest


@slip(
    "bias-times-input",
    "net",
    "bias multiplied by an input",
    "The bias is added as it is; no input multiplies it.",
    "The bias was multiplied by an input of the unit.",
)
def _bias_times_input(at: Site) -> Wrong:
    inputs = [part.factors[1] for part in at.step.rule.parts() if isinstance(part, Product)]
    for x in inputs:
        yield replaced(at.step.rule, lambda n, x=x: Product((n, x)) if is_bias(n) else None)  # type: ignore[misc]


@slip(
    "bias-sign",
    "net",
    "bias subtracted",
    "Look at the sign of the bias.",
    "The bias was subtracted instead of added.",
)
def _bias_sign(at: Site) -> Wrong:
    yield replaced(at.step.rule, lambda n: Negative(n) if is_bias(n) else None)


@slip(
    "transposed-weights",
    "net dout path",
    "transposed weights",
    "Check the order of the weight's indices: to which unit, from which unit.",
    "w_ij was used for w_ji.",
)
def _transposed(at: Site) -> Wrong:
    def turned(name: str) -> str | None:
        kind, of = ids.parse(name), ids.core(name)
        if kind.kind not in ("w", "new.w"):
            return None
        layer, j, i = kind.indices
        other = name.replace(of, f"{kind.kind}.{layer}.{i}.{j}")
        return other if at.has(Ref(other)) else None

    yield mapped_refs(at.step.rule, turned)


@slip(
    "weights-left-out",
    "net dout path",
    "weights left out",
    "Every term needs its weight.",
    "The terms were summed without their weights.",
)
def _weights_left_out(at: Site) -> Wrong:
    def bare(node: Expression) -> Expression | None:
        if not isinstance(node, Product):
            return None
        rest = tuple(f for f in node.factors if not is_weight(f))
        return (rest[0] if len(rest) == 1 else Product(rest)) if rest else None

    yield replaced(at.step.rule, bare)


# output ------------------------------------------------------------------------------------


@slip(
    "no-activation",
    "out",
    "activation left out",
    "The output is the activation function of the net input, not the net input itself.",
    "The net input was written as the output.",
)
def _no_activation(at: Site) -> Wrong:
    if not at.straight:
        yield at.ref(f"net.{at.id.layer}.{at.id.indices[1]}")


@slip(
    "exponent-sign",
    "out",
    "e to the plus instead of e to the minus",
    "Look at the sign in the exponent.",
    "The exponential was taken of +v instead of -v (the slides print this slip themselves).",
    "GRADING 5; slides, out_o1",
)
def _exponent_sign(at: Site) -> Wrong:
    if isinstance(at.step.rule, Function) and at.layer.activation in ("logistic", "softplus"):
        yield Function(at.step.rule.name, Negative(at.step.rule.of))


@slip(
    "other-activation",
    "out",
    "another activation function",
    "Which activation function does this layer have?",
    "tanh was used for the logistic function, or the other way round.",
)
def _other_activation(at: Site) -> Wrong:
    other = {"logistic": "tanh", "tanh": "logistic", "softplus": "logistic"}
    if isinstance(at.step.rule, Function) and at.step.rule.name in other:
        yield Function(other[at.step.rule.name], at.step.rule.of)


@slip(
    "softmax-not-shared",
    "out",
    "softmax without its denominator",
    "Softmax divides by the sum over all outputs.",
    "The logistic function of one net input was written instead of the softmax of the layer.",
    "Common confusion of the two output layers",
)
def _softmax_not_shared(at: Site) -> Wrong:
    if at.layer.activation == SOFTMAX:
        yield Function("logistic", at.ref(f"net.{at.id.layer}.{at.id.indices[1]}"))


# loss and error ----------------------------------------------------------------------------


@slip(
    "error-sign",
    "error delta",
    "sign of the error",
    "The derivative of the error is output minus target.",
    "Target minus output was used without the minus in front.",
)
def _error_sign(at: Site) -> Wrong:
    if at.id.kind == "error" or at.last:
        yield Negative(at.step.rule)


@slip(
    "error-squared",
    "error delta",
    "error squared",
    "The square belongs to the loss, not to its derivative.",
    "The squared error was used where its derivative is wanted.",
)
def _error_squared(at: Site) -> Wrong:
    if at.id.kind == "error":
        yield Square(at.step.rule)
    elif at.last:
        yield replaced(at.step.rule, lambda n: Square(n) if kind_of(n) == "error" else None)


@slip(
    "half-left-out",
    "loss share",
    "factor 1/2 left out",
    "Look at the factor in front of the sum.",
    "The factor 1/2 of the loss is missing.",
)
def _half_left_out(at: Site) -> Wrong:
    if at.graph.plan.network.loss == "half_squares":
        yield Product((Constant("2"), at.step.rule))


@slip(
    "half-added",
    "loss share",
    "factor 1/2 added",
    "Look at the factor in front of the sum.",
    "The loss has no factor 1/2 in this text.",
)
def _half_added(at: Site) -> Wrong:
    if at.graph.plan.network.loss == "squares":
        yield Product((Constant("1/2"), at.step.rule))


@slip(
    "two-left-out",
    "error",
    "factor 2 left out",
    "The derivative of a square brings down a factor 2.",
    "The factor 2 of the derivative is missing.",
)
def _two_left_out(at: Site) -> Wrong:
    if at.graph.plan.network.loss == "squares":
        yield Product((Constant("1/2"), at.step.rule))


@slip(
    "two-added",
    "error",
    "factor 2 too many",
    "The factor 1/2 cancels the 2 of the derivative.",
    "The factor 2 was kept although the loss has a factor 1/2.",
)
def _two_added(at: Site) -> Wrong:
    if at.graph.plan.network.loss == "half_squares":
        yield Product((Constant("2"), at.step.rule))


@slip(
    "mean-for-sum",
    "loss",
    "mean instead of sum",
    "Is the loss a sum or a mean over the outputs?",
    "The sum over the outputs was divided by their number.",
)
def _mean_for_sum(at: Site) -> Wrong:
    outputs = at.graph.plan.network.outputs
    if outputs > 1 and not _is_average(at):
        yield Product((Constant(f"1/{outputs}"), at.step.rule))


@slip(
    "square-forgotten",
    "loss share",
    "square forgotten",
    "The errors are squared before they are added.",
    "The errors were summed without being squared.",
)
def _square_forgotten(at: Site) -> Wrong:
    yield replaced(at.step.rule, lambda n: n.of if isinstance(n, Square) else None)


@slip(
    "first-output-only",
    "loss",
    "one output only",
    "The total error adds the shares of all outputs.",
    "Only the first output's share was written as the total.",
)
def _first_output_only(at: Site) -> Wrong:
    yield replaced(at.step.rule, lambda n: n.terms[0] if isinstance(n, Sum) and _adds(n) else None)


def _adds(node: Sum) -> bool:
    return not any(isinstance(term, Negative) for term in node.terms)


@slip(
    "log-sign",
    "loss share",
    "minus of the logarithm left out",
    "Cross-entropy has a minus in front.",
    "The minus in front of the sum of logarithms is missing.",
    "Common slip with cross-entropy",
)
def _log_sign(at: Site) -> Wrong:
    if isinstance(at.step.rule, Negative):
        yield at.step.rule.of


@slip(
    "log-base-ten",
    "loss share",
    "logarithm to base 10",
    "The logarithm is the natural one (ln).",
    "log10 was used instead of ln.",
    "Calculator key log instead of ln",
)
def _log_base_ten(at: Site) -> Wrong:
    ten = Constant("2.302585092994046")
    yield replaced(at.step.rule, lambda n: Quotient(n, ten) if isinstance(n, Function) else None)


# slopes ------------------------------------------------------------------------------------


def _own(at: Site, kind: str) -> Ref:
    return at.ref(f"{kind}.{at.id.layer}.{at.id.indices[1]}")


@slip(
    "slope-of-net",
    "slope",
    "slope formula applied to the net input",
    "y(1 - y) wants the output y, not the net input.",
    "The formula in the output was evaluated at the net input: v(1 - v).",
)
def _slope_of_net(at: Site) -> Wrong:
    if activation(at.layer.activation).slope_at == "out":
        yield Slope(at.layer.activation, _own(at, "net"))


@slip(
    "slope-at-output",
    "slope",
    "activation applied again before the slope",
    "The output has been through the activation already; do not apply it again.",
    "sigma'(y) was taken instead of sigma'(v).",
)
def _slope_at_output(at: Site) -> Wrong:
    name = at.layer.activation
    if activation(name).slope_at == "out":
        yield Slope(name, Function(name, _own(at, "out")))
    elif not at.straight:
        yield Slope(name, _own(at, "out"))


@slip(
    "other-slope",
    "slope",
    "slope of another activation",
    "Which activation function does this layer have, and what is its derivative?",
    "The slope of tanh was used for the logistic function, or the other way round.",
)
def _other_slope(at: Site) -> Wrong:
    other = {"logistic": "tanh", "tanh": "logistic", "softplus": "logistic"}
    if at.layer.activation in other:
        yield Slope(other[at.layer.activation], _own(at, "out"))


@slip(
    "slope-half-done",
    "slope",
    "only part of the slope",
    "The slope is a product or difference of two parts.",
    "Only y, 1 - y, y^2 or the like was written for the slope.",
)
def _slope_half_done(at: Site) -> Wrong:
    y = _own(at, "out")
    if at.layer.activation == "logistic":
        yield from (y, difference(ONE, y), Square(y))
    elif at.layer.activation == "tanh":
        yield from (difference(ONE, y), Square(y))


# backward ----------------------------------------------------------------------------------


@slip(
    "slope-left-out",
    "delta dw db dout path",
    "slope of the activation left out",
    "The error must pass the activation: multiply by its slope.",
    "delta was taken as the error, without the activation's slope.",
)
def _slope_left_out(at: Site) -> Wrong:
    def bare(node: Expression) -> Expression | None:
        if not isinstance(node, Product):
            return None
        rest = tuple(f for f in node.factors if kind_of(f) != "slope")
        return (rest[0] if len(rest) == 1 else Product(rest)) if rest else None

    if at.id.kind == "delta" and at.straight:
        return
    yield replaced(at.step.rule, bare)


@slip(
    "slope-though-cancelled",
    "delta",
    "slope multiplied in although it cancels",
    "With this loss the slope cancels: delta is output minus target.",
    "The logistic slope was multiplied in a second time.",
    "Common slip with cross-entropy",
)
def _slope_though_cancelled(at: Site) -> Wrong:
    if at.last and isinstance(at.step.rule, Sum):
        yield Product((at.step.rule, Slope("logistic", _own(at, "out"))))


@slip(
    "sum-for-product",
    "delta dw",
    "added instead of multiplied",
    "The factors of the chain rule are multiplied.",
    "The factors were added.",
)
def _sum_for_product(at: Site) -> Wrong:
    if isinstance(at.step.rule, Product):
        yield Sum(at.step.rule.factors)


@slip(
    "one-path-only",
    "dout db loss",
    "one path only",
    "Every path to the outputs counts: add all of them.",
    "Only one path was followed where the sum over all paths is wanted "
    "(Musilek prints this slip at dE/db1).",
    "GRADING 5; Musilek NN-4, Step (4)",
)
def _one_path_only(at: Site) -> Wrong:
    rule = at.step.rule
    if at.id.kind == "loss" or not isinstance(rule, Sum):
        return
    if at.id.kind == "dout":
        yield from rule.terms
    else:
        yield from rule.terms
        yield from _paired_paths(at)


def _paired_paths(at: Site) -> Wrong:
    """Unit j of a layer with the path through unit j of the next one, and no other."""
    layer, net = at.id.layer, at.graph.plan.network
    if at.last:
        return
    terms: list[Expression] = []
    for j in units(min(at.layer.units, net.layers[layer].units)):
        dout = at.graph.steps.get(at.ref(f"dout.{layer}.{j}").id)
        if dout is None or not isinstance(dout.rule, Sum):
            return
        terms.append(product(dout.rule.terms[j - 1], at.ref(f"slope.{layer}.{j}")))
    yield total(terms)


@slip(
    "updated-weights-used",
    "dout path",
    "updated weights used in the hidden layer",
    "Use the weights from before the update.",
    "The already updated output weights were used to go back to the hidden layer.",
    "GRADING 5; Mazur warns of it",
)
def _updated_weights(at: Site) -> Wrong:
    sequential = at.graph.plan.task.mode == "sequential"

    def updated(name: str) -> str | None:
        kind = ids.parse(name)
        if kind.kind not in ("w", "new.w"):
            return None
        core = "new.w." + ".".join(map(str, kind.indices))
        new = ids.at(core, at.id.example if sequential else None, at.id.iteration)
        return new if new in at.graph.steps else None

    yield mapped_refs(at.step.rule, updated)


# gradients ---------------------------------------------------------------------------------


@slip(
    "input-left-out",
    "dw",
    "input left out of the gradient",
    "The gradient of a weight is delta times what flows through that weight.",
    "The gradient was taken as delta alone.",
)
def _input_left_out(at: Site) -> Wrong:
    if isinstance(at.step.rule, Product) and not _is_average(at):
        rest = at.step.rule.factors[:-1]
        yield rest[0] if len(rest) == 1 else Product(rest)


@slip(
    "own-output-for-input",
    "dw",
    "own output instead of the input",
    "Which value flows into this weight: what comes from below, not the unit's own output.",
    "The unit's own output was used where the output of the unit below is wanted.",
)
def _own_output(at: Site) -> Wrong:
    if isinstance(at.step.rule, Product) and not _is_average(at):
        yield product(*at.step.rule.factors[:-1], _own(at, "out"))


@slip(
    "wrong-input",
    "dw",
    "input of another weight",
    "Check which input belongs to this weight.",
    "The input of a neighbouring weight was used.",
)
def _wrong_input(at: Site) -> Wrong:
    if not isinstance(at.step.rule, Product) or _is_average(at):
        return
    below = at.graph.plan.network.below(at.id.layer)
    kind = "x" if at.id.layer == 1 else f"out.{at.id.layer - 1}"
    for i in units(below):
        if i != at.id.indices[2]:
            yield product(*at.step.rule.factors[:-1], at.ref(f"{kind}.{i}"))


@slip(
    "bias-gradient-times-input",
    "db",
    "bias gradient multiplied by an input",
    "A bias has the input 1.",
    "The bias gradient was multiplied by an input.",
)
def _bias_gradient_times_input(at: Site) -> Wrong:
    if not _is_average(at):
        kind = "x" if at.id.layer == 1 else f"out.{at.id.layer - 1}"
        for i in units(at.graph.plan.network.below(at.id.layer)):
            yield Product((at.step.rule, at.ref(f"{kind}.{i}")))


# updates -----------------------------------------------------------------------------------


def _update_parts(rule: Expression) -> tuple[Expression, Expression, Expression]:
    """Old value, rate and gradient of an update rule."""
    old, minus = rule.parts()
    rate, gradient = minus.parts()[0].parts()
    return old, rate, gradient


@slip(
    "unchanged",
    "new.w new.b",
    "not updated",
    "This is the old value: the update is missing.",
    "The old value was written as the new one.",
)
def _unchanged(at: Site) -> Wrong:
    yield _update_parts(at.step.rule)[0]


@slip(
    "plus-for-minus",
    "new.w new.b",
    "gradient added instead of subtracted",
    "Gradient descent goes against the gradient.",
    "The step was added instead of subtracted.",
)
def _plus_for_minus(at: Site) -> Wrong:
    old, rate, gradient = _update_parts(at.step.rule)
    yield Sum((old, Product((rate, gradient))))


@slip(
    "rate-left-out",
    "new.w new.b",
    "learning rate left out",
    "Multiply the gradient by the learning rate.",
    "The full gradient was subtracted.",
)
def _rate_left_out(at: Site) -> Wrong:
    old, _, gradient = _update_parts(at.step.rule)
    yield difference(old, gradient)


@slip(
    "rate-twice",
    "new.w new.b",
    "learning rate applied twice",
    "The learning rate is applied once.",
    "The gradient was multiplied by the learning rate twice.",
)
def _rate_twice(at: Site) -> Wrong:
    old, rate, gradient = _update_parts(at.step.rule)
    yield difference(old, Product((rate, rate, gradient)))


@slip(
    "gradient-for-weight",
    "new.w new.b",
    "gradient written for the new value",
    "The new value is the old one minus the step.",
    "The gradient, or the step, was written as the new value.",
)
def _gradient_for_weight(at: Site) -> Wrong:
    _, rate, gradient = _update_parts(at.step.rule)
    yield gradient
    yield Product((rate, gradient))


# several examples, numerical approach ------------------------------------------------------


def _is_average(at: Site) -> bool:
    return at.id.example is None and at.graph.plan.task.examples > 1


@slip(
    "mean-forgotten",
    "loss dw db",
    "not divided by N",
    "The batch gradient is the mean over the examples.",
    "The sum over the examples was not divided by their number.",
)
def _mean_forgotten(at: Site) -> Wrong:
    if _is_average(at) and isinstance(at.step.rule, Product):
        yield at.step.rule.factors[1]


@slip(
    "last-example-only",
    "loss dw db",
    "one example only",
    "The mean takes in every example.",
    "One example's value was written as the mean.",
)
def _last_example_only(at: Site) -> Wrong:
    if _is_average(at) and isinstance(at.step.rule, Product):
        yield from at.step.rule.factors[1].parts()


@slip(
    "two-shift-forgotten",
    "num.dw num.db",
    "divided by the shift instead of twice the shift",
    "The two points are two shifts apart.",
    "The central difference was divided by Delta instead of 2 Delta.",
    "GRADING 5; LFD lecture 21, Numerical Approach",
)
def _two_shift_forgotten(at: Site) -> Wrong:
    yield Product((Constant("2"), at.step.rule))


# the catalogue at a step -------------------------------------------------------------------


def _functionally_new(step: Step, wrong: Expression) -> bool:
    """Whether the wrong rule differs from the right ones as a function of what it reads."""
    names = sorted({*wrong.refs(), *step.parents})
    # Irrational multiples spread over (0.1, 0.9): fixed, and no coincidences among them.
    points = {
        name: 0.1 + 0.8 * ((np.arange(1, 4) * (n + 1) * 0.6180339887498949) % 1.0)
        for n, name in enumerate(names)
    }
    with np.errstate(all="ignore"):
        right = step.rule.evaluate(points, NUMBERS)
        value = wrong.evaluate(points, NUMBERS)
    return not bool(np.allclose(right, value, rtol=1e-9, atol=0.0))


@lru_cache(maxsize=65536)
def wrong_rules(graph: Graph, id: str) -> tuple[WrongRule, ...]:
    """Every catalogued wrong rule that applies to a step.

    >>> from problems.graph import build
    >>> from problems.network import Layer, Network, Plan
    >>> graph = build(Plan(Network(2, (Layer(1),))))
    >>> sorted({wrong.slip for wrong in wrong_rules(graph, "net.1.1")})
    ['bias-left-out', 'bias-sign', 'bias-times-input', 'weights-left-out']
    """
    step = graph.steps[id]
    parsed = ids.parse(id)
    site = Site(graph, step, parsed)
    found: dict[Expression, WrongRule] = {}
    for entry in CATALOGUE.values():
        if parsed.kind in entry.kinds:
            for rule in entry.rules(site):
                if rule not in found and _functionally_new(step, rule):
                    found[rule] = WrongRule(entry.name, rule)
    return tuple(found.values())
