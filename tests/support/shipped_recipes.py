"""Which shipped families are recipes, which are networks, and numbers that their texts print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from problems.drawing import family
from problems.drawing.recipe_family import RecipeFamily

NAMES = tuple(name for name in family.names() if isinstance(family.load(name), RecipeFamily))
LAYERED = tuple(name for name in family.names() if name not in NAMES)
OFFERED = tuple((name, level) for name in NAMES for level in family.load(name).difficulties)


@dataclass(frozen=True, kw_only=True)
class Published:
    """An example of a text: its numbers as they are printed."""

    family: str
    place: str
    """Where they stand."""
    givens: Mapping[str, str]
    numbers: Mapping[str, str]
    difficulty: str = "standard"
    misprints: Mapping[str, str] = field(default_factory=dict)
    """Numbers that are printed and wrong."""


def entries(name: str, numbers: str, *indices: str) -> dict[str, str]:
    """Numbers in order, by the ids of their entries.

    >>> entries("w", "1 2", "1", "1..2")
    {'w.1.1': '1', 'w.1.2': '2'}
    """
    ids = [name]
    for span in indices:
        low, _, high = span.partition("..")
        ids = [f"{id}.{n}" for id in ids for n in range(int(low), int(high or low) + 1)]
    return dict(zip(ids, numbers.split(), strict=True))


def published() -> tuple[Published, ...]:
    """Examples that can be found."""
    return (
        Published(
            family="circuit",
            place="CS231n, Backpropagation, Intuitions: the circuit of a neuron",
            givens=entries("w", "2 -3 -3", "1..3") | entries("x", "-1 -2", "1..2"),
            numbers={
                **entries("p", "-2.00 6.00", "1..2"), "q": "4.00", "r": "1.00", "n": "-1.00",
                "u": "0.37", "s": "1.37", "f": "0.73", "ds": "-0.53", "du": "-0.53",
                "dn": "-0.20", "dr": "0.20", **entries("dw", "-0.20 -0.39 0.20", "1..3"),
                **entries("dx", "0.39 -0.59", "1..2"),
            },
        ),
        Published(
            family="xor",
            place="Negnevitsky, section 6.4: first step of the exclusive-or network",
            givens={
                **entries("x", "1 1", "1..2"), "d": "0", "alpha": "0.1",
                **entries("w", "0.5 0.9 0.4 1.0", "1..2", "3..4"),
                **entries("v", "-1.2 1.1", "3..4"), **entries("theta", "0.8 -0.1 0.3", "3..5"),
            },
            numbers={
                **entries("y", "0.5250 0.8808 0.5097", "3..5"), "e": "-0.5097",
                **entries("delta", "0.0381 -0.0147 -0.1274", "3..5"),
                **entries("v_new", "-1.2067 1.0888", "3..4"),
                **entries("w_new", "0.5038 0.8985 0.4038 0.9985", "1..2", "3..4"),
                **entries("theta_new", "0.7962 -0.0985 0.3127", "3..5"),
            },
        ),
        Published(
            family="lstm",
            place="Gomez, a numerical example: two inputs, two times",
            difficulty="hard",
            givens={
                **entries("x", "1 2 0.5 3", "1..2", "1..2"), **entries("d", "0.5 1.25", "1..2"),
                "h.0": "0", "s.0": "0",
                **entries("W_a", "0.45 0.25", "1..2"), **entries("W_i", "0.95 0.8", "1..2"),
                **entries("W_f", "0.7 0.45", "1..2"), **entries("W_o", "0.6 0.4", "1..2"),
                "U_a": "0.15", "U_i": "0.8", "U_f": "0.1", "U_o": "0.25",
                "b_a": "0.2", "b_i": "0.65", "b_f": "0.15", "b_o": "0.1",
            },
            numbers={
                "a.1": "0.8177540779702877", "i.1": "0.9608342772032357",
                "f.1": "0.8519528019683106", "o.1": "0.8175744761936437",
                "s.1": "0.7857261484365797", "h.1": "0.5363133978820118",
                "a.2": "0.8498040223194213", "i.2": "0.9811839683254171",
                "f.2": "0.8703019698552491", "o.2": "0.8499333428022842",
                "s.2": "1.5176330976694041", "h.2": "0.7719811057588907",
            },
        ),
        Published(
            family="autodiff-forward",
            place="Baydin et al., table 2",
            givens=entries("x", "2 5", "1..2") | entries("s", "1 0", "1..2"),
            numbers={
                **entries("v", "0.693 10 -0.959 10.693 11.652", "1..5"),
                **entries("dv", "0.5 5 0 5.5 5.5", "1..5"),
            },
        ),
        Published(
            family="autodiff-reverse",
            place="Baydin et al., table 3",
            givens=entries("x", "2 5", "1..2"),
            numbers={
                "v3": "-0.959", "y": "11.652", "dv1": "1", "dv3": "-1", "dv4": "1",
                **entries("dx", "5.5 1.716", "1..2"),
            },
        ),
        Published(
            family="softmax-regression",
            place="CS231n, Linear Classification: hinge loss and softmax compared",
            difficulty="hard",
            givens={
                **entries("x", "-15 22 -44 56", "1..4"), **entries("b", "0 0.2 -0.3", "1..3"),
                **entries("W", "0.01 -0.05 0.1 0.05", "1", "1..4"),
                **entries("W", "0.7 0.2 0.05 0.16", "2", "1..4"),
                **entries("W", "0 -0.45 -0.2 0.03", "3", "1..4"),
                "eta": "0.1",
            },
            numbers={
                **entries("f", "-2.85 0.86 0.28", "1..3"),
                "p.2": "0.631", "p.3": "0.353", "L": "1.04",
            },  # p[1] is 0.0154; the 0.016 that is printed was worked on from rounded powers
            misprints={"L": "0.452"},
        ),
    )  # fmt: skip
