"""What a sheet has to define before anybody can work on it: loss, derivatives, updates.

Written from the rules of the exercise's own graph, so that a sheet says what is marked: where the
factor of the loss stands, by what a derivative is taken, which sign an update has, which weights
it reads and what a mean runs over. Where a rule is what is asked for, it is defined in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from problems.computation import ids
from problems.computation.kinds import (
    DB,
    DELTA,
    DW,
    ERROR,
    LOSS,
    NET,
    OUT,
    RATE,
    SHARE,
    SHIFT,
    SLOPE,
    B,
    Kind,
    Role,
    T,
    W,
)
from problems.computation.network import Layer
from problems.computation.steps import Step
from problems.exercise import Exercise
from problems.formulas.formula import EQUALS, PLUS, Formula, Num, Op, row
from problems.formulas.function_forms import written_out
from problems.formulas.notation import derivative
from problems.formulas.vectors import Vectors
from problems.formulas.writing import Writer
from problems.rules.activations import SOFTMAX, activation
from problems.rules.expression import Expression, Function, Ref, Square, Sum
from problems.rules.losses import LOSSES
from templates.formulas.plain import plain
from templates.pages.page import Inline, Inlines, Math, Table, Text, text

DOTS = Op("…", "binary")
MOST = 3
"""Outputs or inputs that are written one by one; of more the first ones and the last."""

MATRICES = "Row i belongs to input i of the layer, row 0 to its bias, column j to node j."
Row = tuple[str, Inlines]
"""What is defined, and how."""


def definitions(exercise: Exercise) -> Table:
    """What holds on the sheet of an exercise, in its notation.

    >>> from grader.assignments.example import document_exercise
    >>> [row[0][0].text for row in definitions(document_exercise("mazur")).rows][:3]
    ['Net input', 'Activation', 'Loss']
    """
    rows = tuple((text(what), parts) for what, parts in _Definitions(exercise).rows())
    return Table((text("Rule"), text("On this sheet")), rows)


def in_words(parts: Inlines) -> str:
    """A row's words and formulas in plain text, for a terminal."""
    return "".join(plain(p.formula) if isinstance(p, Math) else p.text for p in parts)


class _Definitions:
    """The rows of one exercise, in the order in which they are needed."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise
        self.plan = exercise.plan
        self.network = exercise.plan.network
        self.task = exercise.plan.task
        self.loss = LOSSES[exercise.plan.network.loss]
        self.steps = exercise.graph.steps
        self.naming = exercise.naming
        self.writer = Writer(exercise.naming, worked_out=True)
        self.example = 1 if self.task.examples > 1 else None
        self.asked = {ids.parse(id).row for id in exercise.named}
        self.derived = {ids.parse(id).role for id in exercise.formulas}
        """Roles of the steps whose formula is the question."""

    def rows(self) -> Iterator[Row]:
        if self.example or self.task.iterations > 1:
            yield self.places()
        yield self.net_input()
        if Vectors(self.naming).letters:
            yield "Matrices", text(MATRICES)
        yield from self.activations()
        yield "Loss", self.loss_rule()
        yield "Derivatives", (*self.loss_derivative(), *self.names())
        if DB in self.asked and self.network.layers[-1].bias == "layer":
            yield "Joint bias", self.joint_bias()
        if self.example and self.task.mode == "batch":
            yield "Mean", self.mean()
        if self.task.numeric:
            yield "Central difference", self.central()
        yield "Update", self.update()
        if self.task.update:
            yield "Order", text(self.order())

    # parts ----------------------------------------------------------------------------------

    def id(self, kind: Kind, *indices: int) -> str:
        """The step of the first data point and round."""
        return ids.at(ids.of(kind, *indices), self.example)

    def step(self, kind: Kind, *indices: int) -> Step | None:
        return self.steps.get(self.id(kind, *indices))

    def rule(self, step: Step) -> Formula:
        return row(self.writer.left(step), self.writer.relation(step), self.writer.symbolic(step))

    def by(self, below: str) -> Formula:
        """The derivative of the loss by something."""
        return derivative(self.naming.symbol(self.id(LOSS)), self.naming.symbol(below))

    # forward --------------------------------------------------------------------------------

    def places(self) -> Row:
        """To what a symbol belongs that does not say so itself."""
        of = [*(["data point"] if self.example else []), *self.rounds()]
        words = f"Those of a section belong to the {' and '.join(of)} that its heading names"
        vectors = Vectors(self.naming)
        if not self.example or not vectors.letters:
            return "Symbols", text(f"{words}.")
        point, target = Math(vectors.point(1)), Math(self.naming.symbol(ids.at(ids.of(T, 1), 1)))
        return "Symbols", (
            Text(f"{words}; data point 1 is "), point, Text(" with the target "), target,
            Text(", and so on."),
        )  # fmt: skip

    def rounds(self) -> list[str]:
        return ["iteration"] if self.task.iterations > 1 else []

    def net_input(self) -> Row:
        """Which weights meet which inputs, and the sign of the bias."""
        step = self.steps[self.id(NET, 1, 1)]
        terms = step.rule.terms if isinstance(step.rule, Sum) else (step.rule,)
        found = self.writer.symbolic(step)
        if len(terms) > MOST + 2:
            ends = (self.part(step, terms[:2]), PLUS, DOTS, PLUS, self.part(step, terms[-2:]))
            found = row(*ends)
        parts = (Math(row(self.naming.symbol(step.id), EQUALS, found)),)
        match self.network.layers[0].bias:
            case "none":
                return "Net input", parts
            case "augmented":
                bias = Math(self.naming.symbol(ids.of(B, 1, 1)))
                return "Net input", (*parts, Text("; "), bias, Text(" is the bias"))
        return "Net input", (*parts, Text("; the bias is added"))

    def part(self, step: Step, terms: Sequence[Expression]) -> Formula:
        rule = Sum(tuple(terms))
        return self.writer.symbolic(Step(step.id, rule, tuple(rule.refs())))

    def activations(self) -> Iterator[Row]:
        """Each activation, and its derivative where that is not asked for."""
        numbered = list(enumerate(self.network.layers, 1))
        groups = [list(g) for _, g in groupby(numbered, lambda one: one[1].activation)]
        for group in groups:
            hidden = group[-1][0] < self.network.depth
            of = "" if len(groups) == 1 else ", hidden" if hidden else ", output"
            yield f"Activation{of}", self.activated(*group[0])

    def activated(self, number: int, layer: Layer) -> Inlines:
        step = self.steps[self.id(OUT, number, 1)]
        found = self.rule(step)
        if layer.activation != SOFTMAX:
            net = self.naming.symbol(self.id(NET, number, 1))
            plain = written_out(layer.activation, net)
            found = found if plain == self.writer.symbolic(step) else row(found, EQUALS, plain)
        slope = self.step(SLOPE, number, 1)
        parts: Inlines = (Math(found),)
        if slope is None or self.derived & {Role.SLOPE, Role.DELTA}:
            return parts
        return (*parts, Text(", derivative "), *self.sloped(slope, layer))

    def sloped(self, slope: Step, layer: Layer) -> Inlines:
        found = activation(layer.activation)
        if not found.straight:
            return (Math(self.rule(slope)),)
        one = Math(row(self.writer.left(slope), EQUALS, Num("1")))
        if found.name == "identity":
            return (one,)
        net = Math(self.naming.symbol(slope.parents[0]))
        return (one, Text(" where "), net, Text(f" is positive, otherwise {found.parameter:g}"))

    # loss -----------------------------------------------------------------------------------

    def loss_rule(self) -> Inlines:
        """The loss of one data point through its outputs, and where its factor stands."""
        step = self.steps[self.id(LOSS)]
        symbol = self.naming.symbol(step.id)
        share = self.step(SHARE, 1)
        outputs = self.network.outputs
        parts: Inlines
        if share is not None:
            parts = (
                Math(self.summed(symbol, outputs)),
                Text(", each like "),
                Math(self.rule(share)),
            )
        elif outputs > MOST:
            one = self.loss.share(self.ref(OUT, self.network.depth, 1), self.ref(T, 1))
            term = self.writer.symbolic(Step(step.id, one, tuple(one.refs())))
            parts = (
                Math(symbol),
                Text(f" is the sum of {outputs} terms, one an output, such as "),
            )
            parts = (*parts, Math(term))
        else:
            parts = (Math(row(symbol, EQUALS, self.writer.symbolic(self.through_outputs(step)))),)
        return (*parts, Text(f" ({self.remark()})"))

    def ref(self, kind: Kind, *indices: int) -> Ref:
        return Ref(self.id(kind, *indices))

    def through_outputs(self, step: Step) -> Step:
        """The loss by its definition, however else the text computes it."""
        last = self.network.depth
        every = range(1, self.network.outputs + 1)
        outs: list[Expression] = [self.ref(OUT, last, k) for k in every]
        targets: list[Expression] = [self.ref(T, k) for k in every]
        rule = self.loss.whole(outs, targets)
        return Step(step.id, rule, tuple(rule.refs()))

    def summed(self, symbol: Formula, outputs: int) -> Formula:
        """The sum of the outputs' shares; of many the first and the last."""
        every = range(1, outputs + 1) if outputs <= MOST else (1, outputs)
        parts: list[Formula] = []
        for k in every:
            parts += [PLUS] if parts else []
            parts += [DOTS, PLUS] if k == outputs and outputs > MOST else []
            parts.append(self.naming.symbol(self.id(SHARE, k)))
        return row(symbol, EQUALS, *parts)

    def remark(self) -> str:
        """What is easily taken for granted of the loss."""
        said = []
        example = self.loss.core(Ref("left"), Ref("right"))
        if isinstance(example, Square):
            factor = self.loss.factor
            said.append(f"with the factor {factor.text}" if factor else "no factor 1/2")
        elif _has_log(example):
            said.append("natural logarithm")
        if self.network.outputs > 1:
            said.append("a sum over the outputs, no mean")
        if self.example:
            said.append("of one data point")
        return ", ".join(said)

    # backward -------------------------------------------------------------------------------

    def loss_derivative(self) -> Inlines:
        """Of what derivatives are taken; the first of them, where that is no question."""
        loss = Math(self.naming.symbol(self.id(LOSS)))
        whole: Inlines = (Text("Of "), loss, Text(" as defined here"))
        if self.derived & {Role.ERROR, Role.DELTA}:
            factor = self.loss.factor
            return (*whole, Text(f", with its factor {factor.text}" if factor else ""))
        error = self.step(ERROR, 1)
        if error is not None and self.network.layers[-1].activation != SOFTMAX:
            return (*whole, Text(": "), Math(self.rule(error)))
        delta = self.steps[self.id(DELTA, self.network.depth, 1)]
        net = self.id(NET, self.network.depth, 1)
        found = row(self.by(net), EQUALS, self.writer.symbolic(delta))
        return (*whole, Text(": "), Math(found))

    def names(self) -> Inlines:
        """Letters that stand for derivatives."""
        found: list[Inline] = []
        last = self.network.depth
        if DELTA in self.asked:
            delta = self.naming.symbol(self.id(DELTA, last, 1))
            found += [Text("; "), Math(row(delta, EQUALS, self.by(self.id(NET, last, 1))))]
            found.append(Text(", not its negative"))
        gradient = self.naming.symbol(self.id(DW, 1, 1, 1))
        if DW in self.asked and gradient != self.by(ids.of(W, 1, 1, 1)):
            found += [Text("; "), Math(row(gradient, EQUALS, self.by(ids.of(W, 1, 1, 1))))]
        return tuple(found)

    def joint_bias(self) -> Inlines:
        bias = Math(self.naming.symbol(ids.of(B, self.network.depth)))
        return (bias, Text(" acts on every unit of its layer: its derivative sums over them"))

    def mean(self) -> Inlines:
        loss = Math(self.rule(self.steps[ids.of(LOSS)]))
        gradient = Math(self.rule(self.steps[ids.of(DW, 1, 1, 1)]))
        return (loss, Text(", in the same way "), gradient)

    def central(self) -> Inlines:
        """What is evaluated for a central difference."""
        core = self.task.numeric[0]
        parameter = ids.parse(core)
        quotient = ids.at(parameter.related(Role.DIFFERENCE_QUOTIENT), self.example)
        found, shift = self.steps[quotient], self.naming.symbol(ids.of(SHIFT))
        up = self.naming.symbol(ids.at(parameter.related(Role.RAISED), self.example))
        return (
            Math(self.rule(found)), Text("; "), Math(up), Text(" is the loss with "),
            Math(self.naming.symbol(core)), Text(" raised by "), Math(shift),
            Text(" and every other weight as given"),
        )  # fmt: skip

    # update ---------------------------------------------------------------------------------

    def update(self) -> Inlines:
        """The rule with its sign and learning rate, and whether biases take part."""
        if not self.task.update:
            return text("None: no weight is changed.")
        biases = "and every bias in the same way" if self.task.update_biases else ""
        biases = biases or "the biases are not changed"
        if all(layer.bias == "none" for layer in self.network.layers):
            biases = "there are no biases"
        if Role.UPDATE in self.derived:
            rate = Math(self.naming.symbol(ids.of(RATE)))
            return (
                Text("Gradient descent: against the derivative, with the learning rate "), rate,
                Text(f"; {biases}"),
            )  # fmt: skip
        first = next(step for step in self.steps.values() if step.role is Role.UPDATE)
        return (Math(self.rule(first)), Text(f"; {biases}"))

    def order(self) -> str:
        """Which weights a gradient reads."""
        if self.task.mode == "sequential" and self.example:
            return (
                "All derivatives of a data point use the weights that it began with; the next "
                "data point begins with the new ones."
            )
        if self.task.iterations > 1:
            return (
                "All derivatives of an iteration use the weights that it began with; the next "
                "iteration begins with the new ones."
            )
        return "All derivatives use the original weights; the new ones take effect afterwards."


def _has_log(rule: Expression) -> bool:
    if isinstance(rule, Function) and rule.name == "log":
        return True
    return any(map(_has_log, rule.parts()))
