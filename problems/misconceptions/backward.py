"""Slips on the way back: slopes, deltas, paths and gradients."""

from __future__ import annotations

from problems.computation import ids
from problems.computation.graph import units
from problems.computation.kinds import DB, DOUT, DW, NET, OUT, RATE, SLOPE, Role
from problems.misconceptions.catalogue import Site, Wrong, is_bias, mapped_refs, role_of, slip
from problems.rules.activations import activation
from problems.rules.expression import (
    ONE,
    Constant,
    Expression,
    Function,
    Negative,
    Product,
    Ref,
    Slope,
    Square,
    Sum,
    difference,
    product,
    replaced,
    total,
)

# slopes ------------------------------------------------------------------------------------


@slip(
    "slope-of-net",
    Role.SLOPE,
    "slope formula applied to the net input",
    "y(1 - y) wants the output y, not the net input.",
    "The formula in the output was evaluated at the net input: v(1 - v).",
)
def _slope_of_net(at: Site) -> Wrong:
    if activation(at.layer.activation).at_output:
        yield Slope(at.layer.activation, at.own(NET))


@slip(
    "slope-at-output",
    Role.SLOPE,
    "activation applied again before the slope",
    "The output has been through the activation already; do not apply it again.",
    "sigma'(y) was taken instead of sigma'(v).",
)
def _slope_at_output(at: Site) -> Wrong:
    name = at.layer.activation
    if activation(name).at_output:
        yield Slope(name, Function(name, at.own(OUT)))
    elif not at.straight:
        yield Slope(name, at.own(OUT))


@slip(
    "other-slope",
    Role.SLOPE,
    "slope of another activation",
    "Which activation function does this layer have, and what is its derivative?",
    "The slope of tanh was used for the logistic function, or the other way round.",
)
def _other_slope(at: Site) -> Wrong:
    other = {"logistic": "tanh", "tanh": "logistic", "softplus": "logistic"}
    if at.layer.activation in other:
        yield Slope(other[at.layer.activation], at.own(OUT))


@slip(
    "slope-half-done",
    Role.SLOPE,
    "only part of the slope",
    "The slope is a product or difference of two parts.",
    "Only y, 1 - y, y^2 or the like was written for the slope.",
)
def _slope_half_done(at: Site) -> Wrong:
    y = at.own(OUT)
    if at.layer.activation == "logistic":
        yield from (y, difference(ONE, y), Square(y))
    elif at.layer.activation == "tanh":
        yield from (difference(ONE, y), Square(y))


# backward ----------------------------------------------------------------------------------


@slip(
    "slope-left-out",
    (Role.DELTA, Role.GRADIENT, Role.OUTPUT_GRADIENT, Role.PATH),
    "slope of the activation left out",
    "The error must pass the activation: multiply by its slope.",
    "delta was taken as the error, without the activation's slope.",
)
def _slope_left_out(at: Site) -> Wrong:
    def bare(node: Expression) -> Expression | None:
        if not isinstance(node, Product):
            return None
        rest = tuple(f for f in node.factors if role_of(f) is not Role.SLOPE)
        return (rest[0] if len(rest) == 1 else Product(rest)) if rest else None

    if at.id.role is Role.DELTA and at.straight:
        return
    yield replaced(at.step.rule, bare)


@slip(
    "slope-though-cancelled",
    Role.DELTA,
    "slope multiplied in although it cancels",
    "With this loss the slope cancels: delta is output minus target.",
    "The logistic slope was multiplied in a second time.",
    "Common slip with cross-entropy",
)
def _slope_though_cancelled(at: Site) -> Wrong:
    if at.last and isinstance(at.step.rule, Sum):
        yield Product((at.step.rule, Slope("logistic", at.own(OUT))))


@slip(
    "sum-for-product",
    (Role.DELTA, DW),
    "added instead of multiplied",
    "The factors of the chain rule are multiplied.",
    "The factors were added.",
)
def _sum_for_product(at: Site) -> Wrong:
    if isinstance(at.step.rule, Product):
        yield Sum(at.step.rule.factors)


@slip(
    "one-path-only",
    (Role.OUTPUT_GRADIENT, DB, Role.LOSS),
    "one path only",
    "Every path to the outputs counts: add all of them.",
    "Only one path was followed where the sum over all paths is wanted "
    "(Musilek prints this slip at dE/db1).",
    "Musilek NN-4, Step (4), dE/db1",
)
def _one_path_only(at: Site) -> Wrong:
    rule = at.step.rule
    if at.id.role is Role.LOSS or not isinstance(rule, Sum):
        return
    if at.id.role is Role.OUTPUT_GRADIENT:
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
        dout = at.graph.steps.get(at.ref(DOUT, layer, j).id)
        if dout is None or not isinstance(dout.rule, Sum):
            return
        terms.append(product(dout.rule.terms[j - 1], at.ref(SLOPE, layer, j)))
    yield total(terms)


@slip(
    "updated-weights-used",
    (Role.OUTPUT_GRADIENT, Role.PATH),
    "updated weights used in the hidden layer",
    "Use the weights from before the update.",
    "The already updated output weights were used to go back to the hidden layer.",
    "Mazur warns of it, and his own figures contain it",
)
def _updated_weights(at: Site) -> Wrong:
    sequential = at.graph.plan.task.mode == "sequential"

    def updated(name: str) -> str | None:
        read = ids.parse(name)
        if not read.is_weight:
            return None
        new = ids.at(
            read.related(Role.UPDATE), at.id.example if sequential else None, at.id.iteration
        )
        return new if new in at.graph.steps else None

    yield mapped_refs(at.step.rule, updated)


def _slope_of_curve(at: Site, node: Expression) -> bool:
    """Whether a factor is a slope that is not 0 or 1 by its nature."""
    if not isinstance(node, Ref) or role_of(node) is not Role.SLOPE:
        return False
    layer = at.graph.plan.network.layers[ids.parse(node.id).layer - 1]
    return not activation(layer.activation).straight


@slip(
    "slope-twice",
    (Role.DELTA, Role.GRADIENT, Role.OUTPUT_GRADIENT, Role.PATH),
    "slope of the activation multiplied twice",
    "The slope of an activation is multiplied in once.",
    "The activation's slope was squared, or multiplied in a second time.",
    since=2,
)
def _slope_twice(at: Site) -> Wrong:
    yield replaced(at.step.rule, lambda n: Square(n) if _slope_of_curve(at, n) else None)


@slip(
    "gradient-on-path",
    (Role.OUTPUT_GRADIENT, Role.PATH),
    "gradient instead of delta times weight",
    "What goes back over a connection is delta times its weight, not the gradient of the weight.",
    "dE/dw was used where delta times w belongs in the backward sum.",
    "A published worked solution of the exercise",
    since=2,
)
def _gradient_on_path(at: Site) -> Wrong:
    layer, unit = at.id.layer, at.id.unit
    above = [at.id.path] if at.id.path else units(at.graph.plan.network.layers[layer].units)
    gradients: list[Expression] = [at.ref(DW, layer + 1, k, unit) for k in above]
    yield total(gradients)


@slip(
    "mean-over-paths",
    Role.OUTPUT_GRADIENT,
    "mean over the paths instead of their sum",
    "The paths to the outputs are added, not averaged.",
    "The sum over the paths was divided by their number.",
    since=2,
)
def _mean_over_paths(at: Site) -> Wrong:
    if isinstance(at.step.rule, Sum):
        yield Product((Constant(f"1/{len(at.step.rule.terms)}"), at.step.rule))


# gradients ---------------------------------------------------------------------------------


@slip(
    "input-left-out",
    DW,
    "input left out of the gradient",
    "The gradient of a weight is delta times what flows through that weight.",
    "The gradient was taken as delta alone.",
)
def _input_left_out(at: Site) -> Wrong:
    if isinstance(at.step.rule, Product) and not at.average:
        rest = at.step.rule.factors[:-1]
        yield rest[0] if len(rest) == 1 else Product(rest)


@slip(
    "own-output-for-input",
    DW,
    "own output instead of the input",
    "Which value flows into this weight: what comes from below, not the unit's own output.",
    "The unit's own output was used where the output of the unit below is wanted.",
)
def _own_output(at: Site) -> Wrong:
    if isinstance(at.step.rule, Product) and not at.average:
        yield product(*at.step.rule.factors[:-1], at.own(OUT))


@slip(
    "wrong-input",
    DW,
    "input of another weight",
    "Check which input belongs to this weight.",
    "The input of a neighbouring weight was used.",
)
def _wrong_input(at: Site) -> Wrong:
    if not isinstance(at.step.rule, Product) or at.average:
        return
    below = at.graph.plan.network.below(at.id.layer)
    for i in units(below):
        if i != at.id.below:
            yield product(*at.step.rule.factors[:-1], at.below(at.id.layer, i))


@slip(
    "bias-gradient-times-input",
    DB,
    "bias gradient multiplied by an input",
    "A bias has the input 1.",
    "The bias gradient was multiplied by an input.",
)
def _bias_gradient_times_input(at: Site) -> Wrong:
    if not at.average:
        for i in units(at.graph.plan.network.below(at.id.layer)):
            yield Product((at.step.rule, at.below(at.id.layer, i)))


@slip(
    "bias-gradient-times-bias",
    DB,
    "bias gradient multiplied by the bias",
    "A bias has the input 1: its own value plays no part in its gradient.",
    "The bias gradient was multiplied by the bias itself.",
    since=2,
)
def _bias_gradient_times_bias(at: Site) -> Wrong:
    unit = at.id.indices[1] if len(at.id.indices) > 1 else 1
    net = at.graph.steps.get(at.ref(NET, at.id.layer, unit).id)
    if net is not None and not at.average:
        yield from (Product((at.step.rule, term)) for term in net.rule.parts() if is_bias(term))


@slip(
    "bias-gradient-zero",
    DB,
    "bias gradient taken as zero",
    "A bias is a parameter like a weight: the loss changes with it.",
    "The bias was taken for a constant without a gradient.",
    since=2,
)
def _bias_gradient_zero(at: Site) -> Wrong:
    yield Product((Constant("0"), at.step.rule))


@slip(
    "rate-in-gradient",
    Role.GRADIENT,
    "learning rate inside the gradient",
    "The learning rate belongs to the update, not to the gradient.",
    "The gradient was multiplied by the learning rate already.",
    since=2,
)
def _rate_in_gradient(at: Site) -> Wrong:
    if ids.of(RATE) in at.graph.givens:
        yield Product((Ref(ids.of(RATE)), at.step.rule))


@slip(
    "step-for-gradient",
    Role.GRADIENT,
    "step written for the gradient",
    "The gradient is the derivative itself; the minus and the learning rate belong to the update.",
    "The step, -rate * gradient, was written where the gradient is asked for.",
    gated=False,
)
def _step_for_gradient(at: Site) -> Wrong:
    if ids.of(RATE) in at.graph.givens:
        yield Negative(Product((Ref(ids.of(RATE)), at.step.rule)))
