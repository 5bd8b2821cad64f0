"""Network diagrams: what is shown, and that nothing lies on anything else."""

from __future__ import annotations

import itertools
import math
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems.formulas.formula import Num, Script, Sym
from templates.drawings.diagram import WIDE, Diagram, Unit, Weight, abridged, described
from templates.drawings.drawing import LOOKS, Circle, Drawing, Line, Words, box_of
from templates.drawings.geometry import Box, Disc, Point, Segment, covered, overlap, overlap_disc
from templates.drawings.layout import MOST_LABELS, draw
from templates.drawings.places import Wish, place
from templates.drawings.svg import svg
from templates.formulas.mathfont import load
from templates.pdf.figures import label_width

Networks = Callable[..., Diagram]
TOPOLOGIES = list(itertools.product(range(1, 6), range(1, 6), range(1, 5)))
SVG = "{http://www.w3.org/2000/svg}"


def clipped(subject: list[Point], clip: list[Point]) -> list[Point]:
    """The part of a convex polygon inside another (Sutherland and Hodgman)."""
    for (ax, ay), (bx, by) in zip(clip, clip[1:] + clip[:1], strict=True):

        def side(
            p: Point, ax: float = ax, ay: float = ay, bx: float = bx, by: float = by
        ) -> float:
            return (bx - ax) * (p[1] - ay) - (by - ay) * (p[0] - ax)

        kept: list[Point] = []
        for p, q in zip(subject, subject[1:] + subject[:1], strict=True):
            if side(p) >= 0:
                kept.append(p)
            if (side(p) >= 0) != (side(q) >= 0):
                t = side(p) / (side(p) - side(q))
                kept.append((p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])))
        subject = kept
    return subject


def area(polygon: list[Point]) -> float:
    turns = zip(polygon, polygon[1:] + polygon[:1], strict=True)
    return abs(sum(p[0] * q[1] - q[0] * p[1] for p, q in turns)) / 2 if polygon else 0.0


def shared(a: Box, b: Box) -> float:
    """Area that two boxes have in common: measured otherwise than the optimiser does."""
    if math.hypot(a.x - b.x, a.y - b.y) > a.reach + b.reach:
        return 0.0
    return area(clipped(a.corners(), b.corners()))


def on_lines(drawing: Drawing) -> list[Words]:
    """Labels that lie among the lines."""
    return [shape for shape in drawing.shapes if isinstance(shape, Words) and shape.halo]


def faults(drawing: Drawing) -> list[str]:
    """Labels that touch another label or a circle."""
    boxes = [box_of(words) for words in on_lines(drawing)]
    circles = [shape for shape in drawing.shapes if isinstance(shape, Circle)]
    found = [f"{a} {b}" for a, b in itertools.combinations(boxes, 2) if shared(a, b) > 0.01]
    for box in boxes:
        for circle in circles:
            x, y = box.inside(circle.x, circle.y)
            gap = math.hypot(max(0, abs(x) - box.width / 2), max(0, abs(y) - box.height / 2))
            if gap < circle.r:
                found.append(f"{box} {circle}")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("bias", ["node", "augmented", "stubs", "none"])
def test_no_label_touches_another_or_a_unit(networks: Networks, bias: str) -> None:
    """For every topology from 1-1-1 to 5-5-4: what cannot be placed is not shown."""
    for widths in TOPOLOGIES:
        assert not faults(draw(networks(*widths, bias=bias))), widths


@pytest.mark.parametrize("widths", [(2, 2), (2, 2, 2, 2), (3, 4, 4, 3, 2), (8, 8, 4), (1,) * 9])
def test_other_depths_are_clear_too(networks: Networks, widths: tuple[int, ...]) -> None:
    """Deep and wide networks, however little they may say."""
    assert not faults(draw(networks(*widths)))


@pytest.mark.parametrize(
    "widths, shown",
    [
        ((1, 1, 1), "values"),
        ((2, 2, 2), "values"),
        ((3, 2, 2), "values"),
        ((2, 2, 2, 2), "values"),
        ((4, 5, 3), "names"),
        ((5, 5, 4), "names"),
        ((8, 8, 4), "nothing"),
    ],
)
def test_labels_say_as_much_as_there_is_room_for(
    networks: Networks, widths: tuple[int, ...], shown: str
) -> None:
    """The documents' networks show every number; the drawing tells what it left out."""
    assert draw(networks(*widths)).shown == shown


def test_less_can_be_asked_for(networks: Networks) -> None:
    """A worksheet whose numbers stand in a table wants the names alone."""
    drawing = draw(networks(2, 2, 2), "names")
    assert drawing.shown == "names"
    assert not any("0.25" in text(words) for words in on_lines(drawing))


def text(words: Words) -> str:
    return "".join(span.text for span in words.label.spans)


def test_every_line_says_its_name_and_value(networks: Networks) -> None:
    """12 weights and biases of the Mazur network; shared biases stand below their nodes."""
    said = sorted(text(words) for words in on_lines(draw(networks(2, 2, 2))))
    assert said[:2] == ["b1=0.35", "b2=0.35"]
    assert said[2] == "w31=−0.25"
    assert len(said) == 10


def test_places_do_not_depend_on_the_numbers(networks: Networks) -> None:
    """All students of an assignment see the same picture."""
    one = [(w.x, w.y, w.angle) for w in on_lines(draw(networks(3, 2, 2, value="0.11")))]
    other = [(w.x, w.y, w.angle) for w in on_lines(draw(networks(3, 2, 2, value="-0.98")))]
    assert one == other


def test_a_drawing_is_the_same_whatever_was_drawn_before(networks: Networks) -> None:
    """Places are remembered; the memory must not show."""
    first = svg(draw(networks(3, 4, 2)))
    place.cache_clear()
    draw(networks(5, 5, 4))
    assert svg(draw(networks(3, 4, 2))) == first


def test_everything_lies_within_the_drawing(networks: Networks) -> None:
    """No caption is cut off at the edge."""
    for bias in ("node", "stubs"):
        drawing = draw(networks(3, 2, 2, bias=bias))
        for shape in drawing.shapes:
            if isinstance(shape, Words):
                corners = box_of(shape).corners()
                assert all(0 <= x <= drawing.width for x, _ in corners)
                assert all(0 <= y <= drawing.height for _, y in corners)


def test_lines_end_at_the_circles(networks: Networks) -> None:
    """A line runs from rim to rim, so that nothing shows through a unit."""
    drawing = draw(networks(2, 2))
    circles = [shape for shape in drawing.shapes if isinstance(shape, Circle)]
    for line in (shape for shape in drawing.shapes if isinstance(shape, Line)):
        for x, y in ((line.x1, line.y1), (line.x2, line.y2)):
            gaps = [abs(math.hypot(x - c.x, y - c.y) - c.r) for c in circles]
            assert min(gaps) < 1e-6


def test_very_wide_layers_are_abridged(networks: Networks) -> None:
    """64 units are drawn as ten, dots and the last; the words still count all."""
    wide = networks(2, 64, 2, bias="stubs")
    short = abridged(wide)
    assert len(short.layers[1]) < WIDE
    assert short.weights[0][-1] == wide.weights[0][-1]
    assert abridged(networks(2, 3, 2)).topology == "2-3-2"
    drawing = draw(wide)
    assert any(text(words) == "⋮" for words in on_lines(drawing))
    assert "64 units" in drawing.description


def test_the_description_reads_names_and_values(networks: Networks) -> None:
    """Whoever cannot see the picture hears every number in it."""
    words = described(networks(2, 2, 2))
    assert "2 inputs, a hidden layer of 2 units, and 2 outputs" in words
    assert "w sub 31 equals minus 0.25" in words
    assert "t sub 1 equals 0.05" in words
    assert "b sub 2 equals 0.35" in words


def test_marks_differ_without_colour() -> None:
    """Verdicts differ by letter, and their lines by width or dash."""
    judged = [LOOKS[mark] for mark in ("right", "partly", "wrong")]
    assert len({look.letter for look in judged}) == 3
    assert all(look.letter for look in judged)
    assert len({(look.width, look.dash) for look in judged}) == 3


def test_marked_units_and_lines_carry_their_letters() -> None:
    """The letter stands above the unit, and before the name on a line."""
    layers = ((Unit(Sym("x"), mark="right"),), (Unit(Sym("y")),))
    diagram = Diagram(layers, (((Weight(Sym("w"), "0.5", "wrong"),),),))
    assert {text(words) for words in on_lines(draw(diagram))} == {"✓", "✗w=0.5"}
    assert not faults(draw(diagram))


def test_captions_of_hidden_units_are_clear(networks: Networks) -> None:
    """A key may write each unit's output beside it."""
    net = networks(2, 3, 2)
    caption = Script(Sym("out", "upright"), sub=Num("1"))
    hidden = tuple(replace(unit, caption=caption) for unit in net.layers[1])
    drawing = draw(replace(net, layers=(net.layers[0], hidden, net.layers[2])))
    assert sum(text(words) == "out1" for words in on_lines(drawing)) == 3
    assert not faults(drawing)


def test_a_thicket_is_left_unlabelled() -> None:
    """Even where each label has a place, too many of them cannot be read."""
    assert MOST_LABELS["values"] < MOST_LABELS["names"] < MOST_LABELS["nothing"]


# geometry --------------------------------------------------------------------------------------

NUMBERS = st.floats(-30, 30)
BOXES = st.builds(Box, NUMBERS, NUMBERS, st.floats(1, 40), st.floats(1, 40), st.floats(-90, 90))


@given(BOXES, BOXES)
def test_boxes_overlap_if_they_share_an_area(a: Box, b: Box) -> None:
    """Judged by clipping one polygon with the other."""
    if shared(a, b) > 1e-6:
        assert overlap(a, b) > 0
    if overlap(a, b) > 1e-3:
        assert shared(a, b) > 0


@given(BOXES, NUMBERS, NUMBERS, st.floats(1, 20))
def test_a_circle_touches_a_box_if_one_of_its_points_is_inside(
    box: Box, x: float, y: float, r: float
) -> None:
    """Judged by sampling the rim and the centre."""
    turns = [n * math.tau / 720 for n in range(720)]
    points = [(x, y), *((x + r * math.cos(t), y + r * math.sin(t)) for t in turns)]
    inside = [box.inside(*point) for point in points]
    hit = any(abs(u) < box.width / 2 - 0.1 and abs(v) < box.height / 2 - 0.1 for u, v in inside)
    if hit:
        assert overlap_disc(box, Disc(x, y, r)) > 0


@given(BOXES, st.builds(Segment, NUMBERS, NUMBERS, NUMBERS, NUMBERS))
def test_a_line_is_covered_as_far_as_its_points_are(box: Box, line: Segment) -> None:
    """Judged by walking along it."""
    steps = 2000
    points = [box.inside(*line.at((n + 0.5) / steps)) for n in range(steps)]
    inside = sum(abs(u) <= box.width / 2 and abs(v) <= box.height / 2 for u, v in points)
    assert covered(box, line) == pytest.approx(inside / steps * line.length, abs=0.2)


def test_two_labels_that_block_each_other_both_move() -> None:
    """Neither can give way alone: the first choice of each is where the other may go."""
    here, there, away = Box(0, 0, 10, 4), Box(11, 0, 10, 4), Box(0, 30, 10, 4)
    first = Wish((here, away), (0.0, 1.0))
    second = Wish((here, there), (0.0, 1.0))
    found = place((first, second), (), ())
    assert found.clear
    assert found.boxes == (here, there)


# SVG -------------------------------------------------------------------------------------------


def test_svg_is_well_formed_and_speaks(networks: Networks) -> None:
    """Title and description come first, as readers of the picture expect them."""
    root = ET.fromstring(svg(draw(networks(3, 2, 2))))
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert root[0].text == "Network 3-2-2"
    assert "w sub 41" in (root[1].text or "")


def test_svg_fetches_nothing(networks: Networks) -> None:
    """No script, no link, no font from anywhere."""
    picture = svg(draw(networks(2, 2, 2))).replace("http://www.w3.org/2000/svg", "")
    assert not [word for word in ("http", "script", "href", "url(", "@import") if word in picture]


def test_svg_escapes_its_texts() -> None:
    """Names come from files."""
    layers = ((Unit(Sym("<b>", "upright")),), (Unit(Sym("&")),))
    diagram = Diagram(layers, (((Weight(Sym("<script>", "upright"), "1"),),),), title='"<x>')
    picture = svg(draw(diagram))
    assert "<script>" not in picture
    assert ET.fromstring(picture)[0].text == '"<x>'


def test_svg_has_paper_alone_and_the_colours_of_the_page_inside_it(networks: Networks) -> None:
    """A file must be readable on a dark page; a part of a page follows it."""
    drawing = draw(networks(2, 2, 2))
    alone, inline = svg(drawing), svg(drawing, "inline")
    assert alone.split("</desc>")[1].startswith("<rect width=")
    assert ("currentColor" in alone, "currentColor" in inline) == (False, True)
    assert "#fff" not in inline.replace("var(--paper, #fff)", "")


def test_svg_letters_return_to_the_line(networks: Networks) -> None:
    """Each index is lowered and what follows it raised again by as much."""
    root = ET.fromstring(svg(draw(networks(2, 2, 2))))
    for words in root.iter(f"{SVG}text"):
        moves = [float(span.get("dy", 0)) for span in words]
        if len(moves) == 4:
            assert sum(moves) == pytest.approx(0, abs=0.02)


# on paper --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "widths", [(1, 1, 1), (2, 2, 2), (3, 2, 2), (2, 3, 2), (5, 5, 4), (8, 8, 4)]
)
@pytest.mark.parametrize("bias", ["node", "stubs"])
def test_labels_are_no_wider_on_paper_than_where_they_were_placed(
    networks: Networks, widths: tuple[int, ...], bias: str
) -> None:
    """So what is clear in the drawing is clear in either printed font."""
    for shape in draw(networks(*widths, bias=bias)).shapes:
        if isinstance(shape, Words):
            for font in map(load, ("STIXTwoMath", "BPGModernMath")):
                assert label_width(shape.label.spans, font) <= shape.label.width + 0.02
