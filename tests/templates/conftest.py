"""Ready-made things to be set and drawn."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from problems.formulas.formula import EQUALS, Fence, Formula, Num, Row, Script, Sym, row
from templates.drawings.diagram import Bias, Diagram, Unit, Weight
from templates.drawings.layout import draw
from templates.pages.page import (
    ArrayItem,
    Badge,
    Bullets,
    Code,
    Emphasis,
    Figure,
    Header,
    Heading,
    Item,
    Items,
    Math,
    Note,
    Page,
    PageBreak,
    Paragraph,
    Space,
    Strong,
    Table,
    Text,
    chain,
    single,
    text,
)

Networks = Callable[..., Diagram]


def sub(letter: str, index: object) -> Formula:
    """A letter with an index."""
    return Script(Sym(letter), sub=Num(str(index)))


def network(*widths: int, bias: str = "node", value: str = "-0.25") -> Diagram:
    """A network with Musilek's numbers; every weight has the same value."""
    before = [sum(widths[:n]) for n in range(len(widths))]
    layers = tuple(
        tuple(Unit(Num(str(first + j)), _caption(n, j, len(widths))) for j in range(1, width + 1))
        for n, (first, width) in enumerate(zip(before, widths, strict=True))
    )
    comma = "," if sum(widths) > 9 else ""
    weights = tuple(
        tuple(
            tuple(
                Weight(sub("w", f"{before[n + 1] + j}{comma}{before[n] + i}"), value)
                for i in range(1, widths[n] + 1)
            )
            for j in range(1, widths[n + 1] + 1)
        )
        for n in range(len(widths) - 1)
    )
    return Diagram(layers, weights, tuple(_bias(bias, n, w) for n, w in enumerate(widths[1:], 1)))


def _caption(layer: int, j: int, layers: int) -> Formula | None:
    if layer == 0:
        return row(sub("x", j), EQUALS, Num("1.5"))
    return row(sub("t", j), EQUALS, Num("0.05")) if layer == layers - 1 else None


def _bias(kind: str, layer: int, units: int) -> Bias | None:
    each = tuple(Weight(sub("b", f"{layer}{j}"), "0.35") for j in range(1, units + 1))
    match kind:
        case "node":
            return Bias((Weight(sub("b", layer), "0.35"),))
        case "augmented":
            return Bias(each)
        case "stubs":
            return Bias(each, "stubs")
    return None


@pytest.fixture
def networks() -> Networks:
    """Makes the diagram of any topology."""
    return network


@pytest.fixture
def worksheet() -> Page:
    """A page with every kind of block and of inline part."""
    net = row(Script(Sym("net", "upright"), sub=row(Sym("h"), Num("1"))), EQUALS)
    vector = row(Script(Sym("s", "bold"), sup=Fence(Num("1"))), EQUALS)
    cells = tuple((Item(f"net.1.{j}", f"s1[{j}]", Sym("s")),) for j in (1, 2))
    parts = (
        Text("Use "),
        Math(sub("w", 5)),
        Strong(" always "),
        Emphasis("carefully"),
        Text(" and type "),
        Code("net_h1"),
        Text(" "),
        Badge("right", "right"),
    )
    long = row(Sym("E"), EQUALS, Row((Num("1"),)), EQUALS, Num("2"))
    return Page(
        "Worksheet",
        "en",
        Header("Ada Lovelace", ("mazur-7f3a9c",)),
        (
            Heading(2, "Forward pass"),
            Paragraph(parts),
            Bullets((text("one"), (Code("two"),))),
            chain(long),
            single(sub("v", 4)),
            Table(
                (text("Symbol"), text("Value")),
                (((Math(sub("w", 1)),), text("0.15")),),
                "Given",
                ("left", "right"),
            ),
            Figure(draw(network(2, 2, 2)), text("The network.")),
            Items((Item("net.1.1", "net_h1", net), ArrayItem("s1", vector, cells))),
            Space(20),
            Note(text("4 decimals")),
            PageBreak(),
        ),
    )
