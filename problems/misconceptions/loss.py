"""Slips at the loss and its derivative."""

from __future__ import annotations

from problems.computation.kinds import OUT, Role, T
from problems.misconceptions.catalogue import Site, Wrong, role_of, slip
from problems.rules.expression import (
    Constant,
    Function,
    Negative,
    Product,
    Quotient,
    Square,
    Sum,
    replaced,
)
from problems.rules.losses import LOSSES

# loss and error ----------------------------------------------------------------------------


@slip(
    "error-sign",
    (Role.ERROR, Role.DELTA),
    "sign of the error",
    "The derivative of the error is output minus target.",
    "Target minus output was used without the minus in front.",
)
def _error_sign(at: Site) -> Wrong:
    if at.id.role is Role.ERROR or at.last:
        yield Negative(at.step.rule)


@slip(
    "error-squared",
    (Role.ERROR, Role.DELTA),
    "error squared",
    "The square belongs to the loss, not to its derivative.",
    "The squared error was used where its derivative is wanted.",
)
def _error_squared(at: Site) -> Wrong:
    if at.id.role is Role.ERROR:
        yield Square(at.step.rule)
    elif at.last:
        yield replaced(at.step.rule, lambda n: Square(n) if role_of(n) is Role.ERROR else None)


@slip(
    "half-left-out",
    (Role.LOSS, Role.SHARE),
    "factor 1/2 left out",
    "Look at the factor in front of the sum.",
    "The factor 1/2 of the loss is missing.",
)
def _half_left_out(at: Site) -> Wrong:
    if at.graph.plan.network.loss == "half_squares":
        yield Product((Constant("2"), at.step.rule))


@slip(
    "half-added",
    (Role.LOSS, Role.SHARE),
    "factor 1/2 added",
    "Look at the factor in front of the sum.",
    "The loss has no factor 1/2 in this text.",
)
def _half_added(at: Site) -> Wrong:
    if at.graph.plan.network.loss == "squares":
        yield Product((Constant("1/2"), at.step.rule))


@slip(
    "two-left-out",
    Role.ERROR,
    "factor 2 left out",
    "The derivative of a square brings down a factor 2.",
    "The factor 2 of the derivative is missing.",
)
def _two_left_out(at: Site) -> Wrong:
    if at.graph.plan.network.loss == "squares":
        yield Product((Constant("1/2"), at.step.rule))


@slip(
    "two-added",
    Role.ERROR,
    "factor 2 too many",
    "The factor 1/2 cancels the 2 of the derivative.",
    "The factor 2 was kept although the loss has a factor 1/2.",
)
def _two_added(at: Site) -> Wrong:
    if at.graph.plan.network.loss == "half_squares":
        yield Product((Constant("2"), at.step.rule))


@slip(
    "delta-two-left-out",
    Role.DELTA,
    "factor 2 left out of delta",
    "The derivative of a square brings down a factor 2.",
    "The factor 2 of the derivative is missing in the delta of the output layer.",
    since=2,
)
def _delta_two_left_out(at: Site) -> Wrong:
    if at.last and at.graph.plan.network.loss == "squares":
        yield Product((Constant("1/2"), at.step.rule))


@slip(
    "delta-two-added",
    Role.DELTA,
    "factor 2 too many in delta",
    "The factor 1/2 cancels the 2 of the derivative.",
    "The factor 2 was kept in the delta although the loss has a factor 1/2.",
    since=2,
)
def _delta_two_added(at: Site) -> Wrong:
    if at.last and at.graph.plan.network.loss == "half_squares":
        yield Product((Constant("2"), at.step.rule))


@slip(
    "half-left-in",
    (Role.ERROR, Role.DELTA),
    "factor 1/2 left in the derivative",
    "The factor 1/2 cancels against the 2 of the derivative.",
    "The factor 1/2 of the loss was kept in its derivative, where it cancels.",
    since=2,
)
def _half_left_in(at: Site) -> Wrong:
    own = at.id.role is Role.ERROR or at.last
    if own and at.graph.plan.network.loss == "half_squares":
        yield Product((Constant("1/2"), at.step.rule))


@slip(
    "loss-for-derivative",
    Role.ERROR,
    "the loss instead of its derivative",
    "Asked is how the loss changes with the output, not the loss itself.",
    "The output's share of the loss was written for its derivative.",
    since=2,
)
def _loss_for_derivative(at: Site) -> Wrong:
    net, k = at.graph.plan.network, at.id.indices[0]
    yield LOSSES[net.loss].share(at.ref(OUT, net.depth, k), at.ref(T, k))


@slip(
    "error-over-outputs",
    (Role.ERROR, Role.OUTPUT_GRADIENT),
    "divided by the number of outputs",
    "The loss is a sum over the outputs: each output's derivative stands by itself.",
    "The derivative was divided by the number of outputs.",
    since=2,
)
def _error_over_outputs(at: Site) -> Wrong:
    outputs = at.graph.plan.network.outputs
    if outputs > 1:
        yield Product((Constant(f"1/{outputs}"), at.step.rule))


@slip(
    "mean-for-sum",
    Role.LOSS,
    "mean instead of sum",
    "Is the loss a sum or a mean over the outputs?",
    "The sum over the outputs was divided by their number.",
)
def _mean_for_sum(at: Site) -> Wrong:
    outputs = at.graph.plan.network.outputs
    if outputs > 1 and not at.average:
        yield Product((Constant(f"1/{outputs}"), at.step.rule))


@slip(
    "square-forgotten",
    (Role.LOSS, Role.SHARE),
    "square forgotten",
    "The errors are squared before they are added.",
    "The errors were summed without being squared.",
)
def _square_forgotten(at: Site) -> Wrong:
    yield replaced(at.step.rule, lambda n: n.of if isinstance(n, Square) else None)


@slip(
    "first-output-only",
    Role.LOSS,
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
    (Role.LOSS, Role.SHARE),
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
    (Role.LOSS, Role.SHARE),
    "logarithm to base 10",
    "The logarithm is the natural one (ln).",
    "log10 was used instead of ln.",
    "Calculator key log instead of ln",
)
def _log_base_ten(at: Site) -> Wrong:
    ten = Constant("2.302585092994046")
    yield replaced(at.step.rule, lambda n: Quotient(n, ten) if isinstance(n, Function) else None)
