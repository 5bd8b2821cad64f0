"""Slips on the way forward: net inputs and outputs."""

from __future__ import annotations

from dataclasses import replace

from problems.computation import ids
from problems.computation.kinds import NET, Role, X
from problems.misconceptions.catalogue import (
    Site,
    Wrong,
    is_bias,
    is_weight,
    mapped_refs,
    slip,
    without,
)
from problems.rules.activations import SOFTMAX
from problems.rules.expression import (
    Expression,
    Function,
    Negative,
    Product,
    Quotient,
    Ref,
    Sum,
    replaced,
)

# net input ---------------------------------------------------------------------------------


@slip(
    "bias-left-out",
    Role.NET,
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
    Role.NET,
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
    Role.NET,
    "bias subtracted",
    "Look at the sign of the bias.",
    "The bias was subtracted instead of added.",
)
def _bias_sign(at: Site) -> Wrong:
    yield replaced(at.step.rule, lambda n: Negative(n) if is_bias(n) else None)


@slip(
    "transposed-weights",
    (Role.NET, Role.OUTPUT_GRADIENT, Role.PATH),
    "transposed weights",
    "Check the order of the weight's indices: to which unit, from which unit.",
    "w_ij was used for w_ji.",
)
def _transposed(at: Site) -> Wrong:
    def turned(name: str) -> str | None:
        read = ids.parse(name)
        if not read.is_weight:
            return None
        layer, j, i = read.indices
        other = str(replace(read, indices=(layer, i, j)))
        return other if at.has(Ref(other)) else None

    yield mapped_refs(at.step.rule, turned)


@slip(
    "weights-left-out",
    (Role.NET, Role.OUTPUT_GRADIENT, Role.PATH),
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


@slip(
    "raw-input",
    Role.NET,
    "inputs of the network used in the second layer",
    "What feeds this unit: the outputs of the layer below, not the inputs of the network.",
    "The net input of the second layer was taken from x instead of the hidden outputs.",
    since=2,
)
def _raw_input(at: Site) -> Wrong:
    net = at.graph.plan.network
    if at.id.layer == 2 and not at.id.inner and net.below(2) <= net.inputs:

        def raw(name: str) -> str | None:
            parsed = ids.parse(name)
            return at.ref(X, parsed.unit).id if parsed.role is Role.OUTPUT else None

        yield mapped_refs(at.step.rule, raw)


# output ------------------------------------------------------------------------------------


@slip(
    "no-activation",
    Role.OUTPUT,
    "activation left out",
    "The output is the activation function of the net input, not the net input itself.",
    "The net input was written as the output.",
)
def _no_activation(at: Site) -> Wrong:
    if not at.straight:
        yield at.own(NET)


@slip(
    "exponent-sign",
    Role.OUTPUT,
    "e to the plus instead of e to the minus",
    "Look at the sign in the exponent.",
    "The exponential was taken of +v instead of -v (the slides print this slip themselves).",
    "Slides after Mazur, Forward Pass, out_o1",
)
def _exponent_sign(at: Site) -> Wrong:
    if isinstance(at.step.rule, Function) and at.layer.activation in ("logistic", "softplus"):
        yield Function(at.step.rule.name, Negative(at.step.rule.of))


@slip(
    "other-activation",
    Role.OUTPUT,
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
    Role.OUTPUT,
    "softmax without its denominator",
    "Softmax divides by the sum over all outputs.",
    "The logistic function of one net input was written instead of the softmax of the layer.",
    "Common confusion of the two output layers",
)
def _softmax_not_shared(at: Site) -> Wrong:
    if at.layer.activation == SOFTMAX:
        yield Function("logistic", at.own(NET))


@slip(
    "softmax-not-normalised",
    Role.OUTPUT,
    "softmax not normalised",
    "Softmax divides by the sum over all outputs.",
    "e^v was written without dividing by the sum.",
    "Common slip with softmax",
    since=2,
)
def _softmax_not_normalised(at: Site) -> Wrong:
    if at.layer.activation == SOFTMAX:
        net = at.own(NET)
        # e^v by the activations there are
        yield Quotient(Function("logistic", net), Function("logistic", Negative(net)))
