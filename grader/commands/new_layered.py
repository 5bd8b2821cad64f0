"""The questions of `bpgrade new` on a layered network."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from grader.support.dialogue import Answers, Question
from problems.computation import ids
from problems.computation.graph import build
from problems.computation.kinds import RATE, B, T, W, X
from problems.computation.network import BIASES, Layer, Network, Plan
from problems.drawing.asked import near, stands_for
from problems.drawing.family_text import LayeredChoices, layered_text
from problems.drawing.layered_family import parse_layers
from problems.drawing.layered_numbers import own_numbers
from problems.drawing.typed_numbers import HOW, ROWS, entry_of
from problems.errors import SpecError
from problems.formulas import notation
from problems.rules.activations import IN_LAYERS, SOFTMAX, is_known
from problems.rules.losses import LOSSES

EVERYTHING = "all"
ONE_HOT = "one-hot"
WEIGHTS = "-0.9 to 0.9 by 0.1 not 0"
RANGES = {
    X.name: "0.1 to 2 by 0.1 not 1",
    W.name: WEIGHTS,
    B.name: WEIGHTS,
    RATE.name: "one of 0.1 0.2 0.5",
}
EXACT = {
    X.name: ("0.5", "0.8", "1.2", "0.3"),
    T.name: ("0.9", "0.2", "0.6"),
    W.name: ("0.2", "-0.4", "0.7", "0.5", "-0.3", "0.9", "-0.6", "0.8", "0.1"),
    B.name: ("0.3", "-0.2", "0.4"),
    RATE.name: ("0.5",),
}
"""Numbers to begin with, no two neighbours alike."""
TITLES = {
    X.name: "Inputs",
    T.name: "Targets",
    W.name: "Weights",
    B.name: "Biases",
    RATE.name: "Learning rate",
}


def among(*allowed: str) -> Callable[[str], str]:
    """A check that an answer is one of a few words."""

    def wrong(text: str) -> str:
        return "" if text in allowed else f"{text!r} is none of {', '.join(allowed)}"

    return wrong


def refusal(work: Callable[[], object]) -> str:
    """What is wrong with a choice, if it is refused."""
    try:
        work()
    except SpecError as error:
        return "; ".join(complaint.what for complaint in error.complaints)
    return ""


def whole(low: int, high: int) -> Callable[[str], str]:
    """A check of a whole number."""
    what = f"write a whole number from {low} to {high}"
    return lambda text: "" if text.isdecimal() and low <= int(text) <= high else what


def questions(answers: Answers) -> Iterator[Question]:
    """What there is to ask, as far as the answers tell."""
    yield Question(
        "layers",
        "Widths, from inputs to outputs",
        "2-2-1",
        wrong=lambda t: refusal(lambda: _net(t)),
    )
    if "layers" not in answers:
        return
    known = ", ".join((*IN_LAYERS, "leaky_relu(0.1)"))
    if answers["layers"].count("-") > 1:
        yield Question("hidden", "Activation of the hidden layers", "logistic", known, _activation)
    last = f"{known}, {SOFTMAX}"
    yield Question("output", "Activation of the output layer", "logistic", last, _output)
    if "output" not in answers:
        return
    losses = [name for name in LOSSES if not refusal(lambda n=name: _network(answers, n))]  # type: ignore[misc]
    usual = "cross_entropy" if answers["output"] == SOFTMAX else "half_squares"
    yield Question("loss", "Loss", usual, ", ".join(losses), among(*losses))
    said = "a unit: its own; layer: one shared; augmented: weight of a constant 1; none"
    yield Question("bias", "Biases", "unit", said, among(*BIASES))
    names = notation.names()
    yield Question("notation", "Notation", "standard", ", ".join(names), among(*names))
    said = "exact: the same for everybody; ranges: drawn for each student; both may be mixed"
    yield Question("numbers", "Numbers", "ranges", said, among("exact", "ranges"))
    if "numbers" in answers and "notation" in answers:
        yield from _numbers(answers)
        plan = _plan(answers)
        said = "all, or names and ids: dw  new.w.2.1.1"
        yield Question("ask", "Which steps are asked for", EVERYTHING, said, _asked(plan))
        yield Question("decimals", "Decimals", "4", wrong=whole(1, 10))


def _net(layers: str) -> Network:
    inputs, *units = parse_layers(layers)
    return Network(inputs, tuple(Layer(count) for count in units))


def _activation(text: str) -> str:
    if is_known(text) and text != SOFTMAX:
        return ""
    return f"{text!r} is none of {', '.join((*IN_LAYERS, 'leaky_relu(0.1)'))}"


def _output(text: str) -> str:
    return "" if text == SOFTMAX else _activation(text)


def _network(answers: Answers, loss: str) -> Network:
    inputs, *units = parse_layers(answers["layers"])
    bias, last = answers.get("bias", "unit"), len(units) - 1
    layers = (
        Layer(count, answers["output"] if n == last else answers.get("hidden", "logistic"), bias)  # type: ignore[arg-type]
        for n, count in enumerate(units)
    )
    return Network(inputs, tuple(layers), loss)


def _plan(answers: Answers) -> Plan:
    return Plan(_network(answers, answers["loss"]))


def _keys(answers: Answers, plan: Plan) -> dict[str, int]:
    """Keys of the numbers -> how many indices are left to what stands there."""
    found: dict[str, int] = {}
    for id in plan.given_ids():
        parsed = plan.parse(id)
        exact = answers["numbers"] == "exact" and parsed.row.layered
        key = ids.of(parsed.row, parsed.layer) if exact else parsed.kind
        found[key] = len(parsed.indices) - key.count(".")
    return found


def _numbers(answers: Answers) -> Iterator[Question]:
    plan = _plan(answers)
    exact = answers["numbers"] == "exact"
    for key, dimensions in _keys(answers, plan).items():
        kind, _, layer = key.partition(".")
        words = f"{TITLES[kind]} of layer {layer}" if layer else TITLES[kind]
        if exact and key != RATE.name:
            words += f" ({_span(key, plan)})"
        default = _exact(answers, key, plan) if exact else _ranged(answers, kind)
        how = f"{HOW}; {ROWS[dimensions]}" if exact and dimensions else HOW
        yield Question(key, words, default, how, _fits(answers, key, dimensions, plan))


def _span(key: str, plan: Plan) -> str:
    own = [id for id in plan.given_ids() if stands_for(key, id)]
    return own[0] if len(own) == 1 else f"{own[0]} to {own[-1]}"


def _ranged(answers: Answers, kind: str) -> str:
    if kind != T.name:
        return RANGES[kind]
    if answers["loss"] == "binary_cross_entropy":
        return "one of 0 1"
    return ONE_HOT if answers["output"] == SOFTMAX else "0.1 to 0.9 by 0.1"


def _exact(answers: Answers, key: str, plan: Plan) -> str:
    """Numbers to begin with, in rows; of targets of softmax one is 1."""
    kind = key.partition(".")[0]
    numbers = EXACT[kind]
    if kind == T.name and (
        answers["output"] == SOFTMAX or answers["loss"] == "binary_cross_entropy"
    ):
        numbers = ("1", *["0"] * (plan.network.outputs - 1))
    every = [id for id in plan.given_ids() if plan.parse(id).kind == kind]
    rows: dict[tuple[int, ...], list[str]] = {}
    for n, id in enumerate(every):
        if stands_for(key, id):
            row = plan.parse(id).indices[:-1]
            rows.setdefault(row, []).append(numbers[n % len(numbers)])
    return "; ".join(" ".join(row) for row in rows.values())


def _fits(answers: Answers, key: str, dimensions: int, plan: Plan) -> Callable[[str], str]:
    def wrong(text: str) -> str:
        if key == T.name and text == ONE_HOT and answers["numbers"] == "ranges":
            return ""
        entry = entry_of(text, dimensions)
        if answers["numbers"] == "ranges" and isinstance(entry, dict) and "is" in entry:
            return "one number or a range belongs here; for exact ones go back and choose exact"
        _, complaints = own_numbers({key: entry}, plan)
        return "; ".join(complaint.what for complaint in complaints)

    return wrong


def _asked(plan: Plan) -> Callable[[str], str]:
    steps = list(build(plan).steps)

    def wrong(text: str) -> str:
        for name in text.split() if text != EVERYTHING else ():
            if not any(stands_for(name, id) for id in steps):
                words = ", ".join(dict.fromkeys(plan.parse(id).row.name for id in steps))
                hint = near(
                    name, [part for id in steps for part in ids.beginnings(plan.parse(id))]
                )
                return (
                    f"nothing computed is called {name!r}; there are {words}, with indices{hint}"
                )
        return "" if text.split() else f"write {EVERYTHING}, or names and ids"

    return wrong


def written(answers: Answers) -> str:
    """The family file."""
    keys = _keys(answers, _plan(answers))
    targets = {id for id in keys if id == T.name and answers[id] == ONE_HOT}
    entries = {
        key: ONE_HOT if key in targets else entry_of(answers[key], dimensions)
        for key, dimensions in keys.items()
    }
    exact = answers["numbers"] == "exact"
    return layered_text(
        LayeredChoices(
            title=answers["title"],
            notation=answers["notation"],
            decimals=int(answers["decimals"]),
            ask=() if answers["ask"] == EVERYTHING else tuple(answers["ask"].split()),
            given=entries if exact else {},
            layers=answers["layers"],
            hidden=answers.get("hidden", "logistic"),
            output=answers["output"],
            loss=answers["loss"],
            bias=answers["bias"],
            ranges={} if exact else entries,
        )
    )
