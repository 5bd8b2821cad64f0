"""Rules written as formulas: with the text's symbols, or with numbers put in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from problems.computation import ids
from problems.computation.graph import build
from problems.computation.kinds import NET, OUT, Role
from problems.computation.steps import Step
from problems.formulas.formula import (
    EQUALS,
    MINUS,
    NEGATIVE,
    PLUS,
    Call,
    Fence,
    Formula,
    Frac,
    Num,
    Op,
    Row,
    Script,
    Sym,
    row,
    word,
)
from problems.formulas.function_forms import (
    COMMA,
    ONE,
    PRIME,
    WRITTEN_OUT,
    E,
    based,
    bracketed,
    call_by_name,
    has_sum,
    logistic,
    one_script,
)
from problems.formulas.notation import Naming, derivative
from problems.rules.expression import (
    Constant,
    Expression,
    Function,
    Negative,
    Power,
    Product,
    Quotient,
    Ref,
    Slope,
    Softmax,
    Square,
    Sum,
    replaced,
)
from problems.rules.extrema import Max, Winner


@dataclass(frozen=True, slots=True)
class Worked:
    """A step as the documents print it: symbol = formula = numbers = value."""

    symbol: Formula
    relation: Op
    formula: Formula
    numbers: Formula
    value: Formula


class Writer:
    """Writes the rules of one exercise in its notation.

    Steps that the worksheet does not ask for are written out where they are used: where no
    slope is asked for, delta is `-(target - out) out (1 - out)`.

    Args:
        naming: the notation bound to the plan.
        numbers: for each id the number as printed; without it only symbols can be written.
        asked: ids of the steps that have a number of their own; None if all have.
        worked_out: whether the factor from below is written as what it is, never as a
            derivative of the net input.
    """

    def __init__(
        self,
        naming: Naming,
        numbers: Mapping[str, str] | None = None,
        asked: Collection[str] | None = None,
        worked_out: bool = False,
    ) -> None:
        self.naming = naming
        self.notation = naming.notation
        self.numbers = numbers or {}
        self.worked_out = worked_out
        self.hidden: dict[str, Expression] = {}
        if asked is not None:
            steps = build(naming.plan).steps
            kept = {id for id in steps if id in set(asked) or naming.plan.parse(id).inner}
            self.hidden = {id: step.rule for id, step in steps.items() if id not in kept}

    # whole steps ----------------------------------------------------------------------------

    def left(self, step: Step) -> Formula:
        """What is asked: the step's symbol, or the weight that is assigned to."""
        return self.naming.symbol(step.id)

    def relation(self, step: Step) -> Op:
        """`=`, or the text's sign for an update."""
        update = step.role is Role.UPDATE
        return Op(self.notation.update, "relation") if update else EQUALS

    def symbolic(self, step: Step) -> Formula:
        """The rule with symbols."""
        return Walk(self, step, self._symbol_of(step)).write(self.expanded(step.rule))

    def expanded(self, rule: Expression) -> Expression:
        """The rule with steps that are not asked for written out."""

        def written_out(node: Expression) -> Expression | None:
            if isinstance(node, Ref) and node.id in self.hidden:
                return self.expanded(self.hidden[node.id])
            return None

        return replaced(rule, written_out) if self.hidden else rule

    def numeric(self, step: Step) -> Formula:
        """The rule with the printed numbers put in."""
        return Walk(self, step, self._number_of, numeric=True).write(self.expanded(step.rule))

    def worked(self, step: Step) -> Worked:
        """The step with everything that the key prints."""
        return Worked(
            self.left(step),
            self.relation(step),
            self.symbolic(step),
            self.numeric(step),
            number(self.numbers[step.id]),
        )

    # what a reference turns into ------------------------------------------------------------

    def _symbol_of(self, step: Step) -> Callable[[str], Formula]:
        average = step.parsed.example is None and self.naming.plan.task.examples > 1

        def symbol(id: str) -> Formula:
            return self.naming.symbol(id, of_example=average)

        return symbol

    def _number_of(self, id: str) -> Formula:
        return number(self.numbers[id])


def number(text: str) -> Formula:
    """A printed number with a true minus sign.

    >>> number("-0.5").items[1]
    Num(text='0.5')
    """
    return Row((NEGATIVE, Num(text[1:]))) if text.startswith("-") else Num(text)


class Walk:
    """One walk over one rule."""

    def __init__(
        self, writer: Writer, step: Step, ref: Callable[[str], Formula], numeric: bool = False
    ) -> None:
        self.writer = writer
        self.notation = writer.notation
        self.parse = writer.naming.plan.parse
        self.step = step
        self.role = step.role
        self.ref = ref
        self.numeric = numeric

    def write(self, node: Expression) -> Formula:
        match node:
            case Ref():
                return self.ref(node.id)
            case Constant():
                return self.constant(node.text)
            case Sum():
                return self.sum(node)
            case Product():
                return self.product(node)
            case Negative():
                return row(NEGATIVE, self.factor(node.of))
            case Square():
                return self.raised(node.of, 2)
            case Power():
                return self.raised(node.of, node.exponent)
            case Quotient():
                return Frac(self.write(node.top), self.write(node.bottom))
            case Function():
                return self.function(node)
            case Slope():
                return self.slope(node)
            case Softmax():
                return self.softmax(node)
            case Max():
                return self.max(node.of)
            case Winner():
                return self.winner(node)
        raise TypeError(f"no way to write {type(node).__name__}")

    def constant(self, text: str) -> Formula:
        if "/" in text:
            top, bottom = text.split("/")
            return Frac(Num(top), Num(bottom))
        return Num(text)

    # sums -----------------------------------------------------------------------------------

    def sum(self, node: Sum) -> Formula:
        if self.is_error(node) and self.notation.target_first:
            return row(NEGATIVE, Fence(self.target_minus_output(node)))
        return self.terms(node)

    def is_error(self, node: Sum) -> bool:
        """Output minus target."""
        match node.terms:
            case (Ref(id=out), Negative(of=Ref(id=target))):
                roles = self.parse(out).role, self.parse(target).role
                return roles == (Role.OUTPUT, Role.TARGET)
        return False

    def target_minus_output(self, node: Sum) -> Formula:
        out, minus = node.terms
        return row(self.bare(minus.parts()[0]), MINUS, bracketed(self.write(out)))

    def terms(self, node: Sum) -> Formula:
        parts: list[Formula] = []
        for term in node.terms:
            negative = isinstance(term, Negative)
            body = term.parts()[0] if negative else term
            written = self.bias(body) if self.is_bias(body) else self.write(body)
            if negative and has_sum(written):
                written = Fence(written)
            if not parts:
                parts.append(row(NEGATIVE, bracketed(written)) if negative else written)
            else:
                parts += [MINUS if negative else PLUS, bracketed(written)]
        return row(*parts)

    def is_bias(self, term: Expression) -> bool:
        return isinstance(term, Ref) and self.parse(term.id).is_bias

    def bias(self, term: Expression) -> Formula:
        written = self.write(term)
        if self.role is Role.NET and self.notation.bias_factor:
            return row(written, Op(self.notation.times, "binary"), ONE)
        return written

    def bare(self, node: Expression) -> Formula:
        return self.write(node)

    # products -------------------------------------------------------------------------------

    def product(self, node: Product) -> Formula:
        factors = [self.factor(f, first=n == 0) for n, f in enumerate(self.chained(node))]
        if self.numeric and self.notation.brackets and all(map(_is_number, factors)):
            return self.bracket_product(node, factors)
        sign = self.notation.number_times if self.numeric else self.notation.times
        parts: list[Formula] = []
        for factor in factors:
            if parts and self.needs_sign(sign, parts[-1], factor):
                parts.append(Op(sign or "·", "binary"))
            parts.append(factor)
        return row(*parts)

    def needs_sign(self, sign: str, left: Formula, right: Formula) -> bool:
        """Fractions and numbers side by side read as one without a sign between them."""
        if isinstance(left, Frac) and isinstance(right, Frac):
            return bool(sign) and not self.notation.chain
        numbers = _is_number(left) and _is_number(right)
        return bool(sign) or numbers or _is_number(right) or isinstance(right, Frac)

    def bracket_product(self, node: Product, factors: list[Formula]) -> Formula:
        """`0.7·(0.9866)` inside a net input, `(0.79)(0.098)` elsewhere."""
        fenced = [f if isinstance(f, Fence) else Fence(f) for f in factors]
        if self.role is Role.NET and len(factors) == 2:
            first = factors[0].body if isinstance(factors[0], Fence) else factors[0]
            return row(first, Op(self.notation.number_times, "binary"), fenced[1])
        return row(*fenced)

    def chained(self, node: Product) -> list[Expression]:
        return list(node.factors)

    def factor(self, node: Expression, first: bool = False) -> Formula:
        local = self.local_derivative(node)
        if local is not None:
            return local
        written = self.write(node)
        if isinstance(node, Sum) and self.is_error(node) and self.notation.target_first:
            return written if first else Fence(written)
        if isinstance(node, Sum | Negative) or (
            isinstance(node, Slope | Function) and has_sum(written)
        ):
            return Fence(written)
        return written if first else bracketed(written)

    def local_derivative(self, node: Expression) -> Formula | None:
        """In the chain form the factor from below is shown as a derivative of the net input."""
        chain = self.notation.chain and not self.writer.worked_out
        if self.numeric or not chain or not isinstance(node, Ref):
            return None
        parsed, own = self.parse(node.id), self.step.parsed
        symbol, backward = self.writer.naming.symbol, (Role.OUTPUT_GRADIENT, Role.PATH)
        feeding = parsed.role in (Role.INPUT, Role.OUTPUT)
        if own.role is Role.GRADIENT and own.row.connects and feeding:
            net = symbol(ids.of(NET, *own.indices[:2]))
            return derivative(net, symbol(own.related(Role.PARAMETER)))
        if own.role in backward and parsed.is_weight:
            net = symbol(ids.of(NET, *parsed.indices[:2]))
            return derivative(net, symbol(ids.of(OUT, *own.indices)))
        return None

    # powers and functions -------------------------------------------------------------------

    def raised(self, inner: Expression, exponent: int) -> Formula:
        if isinstance(inner, Sum) and self.is_error(inner) and self.notation.target_first:
            body: Formula = self.target_minus_output(inner)
        else:
            body = self.write(inner)
        plain = isinstance(body, Num | Script | Sym) and not isinstance(body, Frac)
        base = body if plain and one_script(body) else Fence(body)
        return Script(base, sup=Num(str(exponent)))

    def function(self, node: Function) -> Formula:
        argument = self.write(node.of)
        base = node.name.split("(")[0]
        letter = self.notation.functions.get(base, "formula")
        if letter != "formula":
            return Call(word(letter), argument)
        return WRITTEN_OUT.get(base, call_by_name(base))(argument)

    def slope(self, node: Slope) -> Formula:
        argument = self.write(node.of)
        base = node.activation.split("(")[0]
        if base == "logistic":
            return row(argument, self.one_minus(argument))
        if base == "tanh":
            return row(ONE, MINUS, Script(based(argument), sup=Num("2")))
        if base == "bipolar":
            return Frac(row(ONE, MINUS, Script(based(argument), sup=Num("2"))), Num("2"))
        if base == "softplus":
            return logistic(argument)
        letter = self.notation.functions.get(base, base)
        return Call(word(letter + PRIME), argument)

    @staticmethod
    def one_minus(argument: Formula) -> Formula:
        return Fence(row(ONE, MINUS, argument))

    def softmax(self, node: Softmax) -> Formula:
        powers = [Script(E, sup=self.write(net)) for net in node.nets]
        below: list[Formula] = []
        for power in powers:
            below += [PLUS, power] if below else [power]
        return Frac(powers[node.index], row(*below))

    def max(self, parts: Sequence[Expression]) -> Formula:
        if len(parts) == 1:
            return self.write(parts[0])
        listed: list[Formula] = []
        for part in parts:
            listed += [*([COMMA] if listed else []), self.write(part)]
        return Call(word("max"), row(*listed))

    def winner(self, node: Winner) -> Formula:
        """What must hold, in Iverson's brackets; of equal parts the first wins: [a < b ≥ c]."""
        before, behind = node.of[: node.index], node.of[node.index + 1 :]
        own: list[Formula] = [self.write(node.of[node.index])]
        if before and not behind:
            own = [*own, Op(">", "relation"), self.max(before)]
        elif before:
            own = [self.max(before), Op("<", "relation"), *own]
        if behind:
            own = [*own, Op("≥", "relation"), self.max(behind)]
        return Fence(row(*own), "[", "]")


def _is_number(written: Formula) -> bool:
    if isinstance(written, Fence):
        return _is_number(written.body)
    if isinstance(written, Row):
        return len(written.items) == 2 and written.items[0] == NEGATIVE
    return isinstance(written, Num)
