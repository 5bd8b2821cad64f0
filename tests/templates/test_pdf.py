"""Pages as PDF, judged by Chrome's engine, a PDF/UA checker and a reader of square codes."""

from __future__ import annotations

import io
import itertools
import subprocess
import sys
from collections.abc import Callable

import pytest
import zxingcpp
from issued_exercises import exercises, ungated
from papers import Letter, complaints, letters, pictures, sizes, texts
from pypdf import PdfReader
from sheets_of import FAMILIES, pages, sheet

from templates.pages.fields import field_name
from templates.pages.looks import LOOKS
from templates.pages.page import (
    ArrayItem,
    Display,
    Header,
    Heading,
    Item,
    Items,
    Page,
    PageBreak,
    Paragraph,
    Relation,
    Space,
    Table,
    text,
)
from templates.pdf.document import BOTTOM, SIDE, SIZES, TOP, Options, booklet, pdf
from templates.pdf.faces import unprintable
from templates.pdf.qr import payload
from templates.pdf.strips import Strip, fill, filled
from templates.sheets import sheets

WIDTH, HEIGHT = SIZES["a4"]


def plain_page(*blocks: object, look: str = "standard") -> Page:
    return Page("Title", "en", Header("Ada", ("mazur-1",)), tuple(blocks), look)  # type: ignore[arg-type]


def fields(data: bytes) -> list[tuple[int, str, str, tuple[float, ...]]]:
    """Page, name, tooltip and rectangle of every visible field, in tab order."""
    found = []
    for number, page in enumerate(PdfReader(io.BytesIO(data)).pages):
        for reference in page.get("/Annots", []):
            entry = reference.get_object()
            if entry.get("/Subtype") == "/Widget" and not entry.get("/F", 0) & 2:
                place = tuple(float(x) for x in entry["/Rect"])
                found.append((number, entry["/T"], entry["/TU"], place))
    return found


# every family ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAMILIES)
def test_worksheet_and_key_pass_every_rule_of_pdf_ua(name: str) -> None:
    """Title, language, tags, alternative texts, fonts: an independent checker says so."""
    for page in pages(name):
        assert complaints(pdf(page)) == []


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("paper", sorted(SIZES))
def test_nothing_hangs_out_of_the_page(name: str, paper: str) -> None:
    """Every letter and field of worksheet and key lies within the frame."""
    options = Options(paper)
    width, height = SIZES[paper]
    for page in pages(name):
        data = pdf(page, options)
        assert {(round(w, 2), round(h, 2)) for w, h in sizes(data)} == {(width, height)}
        for letter in letters(data):
            assert letter.left >= SIDE - 4
            assert letter.right <= width - SIDE + 4
            assert letter.top <= height - 28
        for _, _, _, (left, bottom, right, top) in fields(data):
            assert left >= SIDE
            assert right <= width - SIDE + 1
            assert BOTTOM - 1 <= bottom < top <= height - TOP + 1


@pytest.mark.parametrize("name", FAMILIES)
def test_no_letter_lies_on_another_and_no_field_on_a_letter(name: str) -> None:
    """Ink on ink cannot be read; a field hides what is under it."""
    for page in pages(name):
        data = pdf(page)
        every = letters(data)
        for number in range(len(sizes(data))):
            own = sorted((one for one in every if one.page == number), key=lambda one: one.left)
            assert not list(collisions(own))
            for at, field, _, (left, bottom, right, top) in fields(data):
                assert not [
                    one.text
                    for one in own
                    if at == number
                    and left < (one.left + one.right) / 2 < right
                    and bottom < (one.bottom + one.top) / 2 < top
                ], field


def collisions(own: list[Letter]) -> list[tuple[Letter, Letter]]:
    """Pairs of letters that share more than two fifths of the smaller one's box.

    Parts of a tall bracket overlap on purpose.
    """
    found = []
    own = [one for one in own if one.text not in "[]()\u200b"]
    for n, one in enumerate(own):
        for other in itertools.islice(own, n + 1, None):
            if other.left >= one.right:
                break
            wide = min(one.right, other.right) - other.left
            high = min(one.top, other.top) - max(one.bottom, other.bottom)
            least = min(
                (letter.right - letter.left) * (letter.top - letter.bottom)
                for letter in (one, other)
            )
            if high > 0 and wide * high > 0.4 * least > 0:
                found.append((one, other))
    return found


def names_of(item: Item | ArrayItem) -> list[str]:
    """Of the fields of an item, row by row."""
    if isinstance(item, Item):
        return [item.name]
    return [cell.name for cells in item.cells for cell in cells if isinstance(cell, Item)]


@pytest.mark.parametrize("name", FAMILIES)
def test_every_step_has_one_field_in_the_order_of_the_worksheet(name: str) -> None:
    """Named after the step, with the question and the precision as its tooltip."""
    (exercise,) = exercises(name, 1)
    found = fields(pdf(pages(name)[0]))
    asked = [name for block in pages(name)[0].blocks if isinstance(block, Items)
             for item in block.items for name in names_of(item)]  # fmt: skip
    parts = [[field_name(1, step) for group in section.groups for step in group.questions]
             for section in sheet(exercise).sections]  # fmt: skip
    names = [name for _, name, _, _ in found]
    assert sorted(names) == sorted(field_name(1, step) for step in exercise.questions)
    assert len(set(names)) == len(names)
    assert not [name for name in names if "." in name]
    for _, _, tooltip, _ in found:
        assert "decimals" in tooltip or "a formula" in tooltip
    assert names == asked
    for part in parts:  # a section's fields stand together, unit by unit
        assert sorted(names[: len(part)]) == sorted(part)
        names = names[len(part) :]


@pytest.mark.parametrize("name", FAMILIES)
def test_keys_show_every_value_and_no_field(name: str) -> None:
    """As text that can be searched and copied."""
    (exercise,) = exercises(name, 1)
    data = pdf(pages(name)[1])
    said = "".join(texts(data)).replace("\r\n", " ")
    assert not fields(data)
    for step in exercise.asked:
        assert exercise.printed[step].lstrip("-") in said


# sizes and precisions ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "name, layers, decimals",
    [
        ("musilek", "1-1-1", 2),
        ("musilek", "5-4-3", 4),
        ("mazur", "1-1-1", 3),
        ("mazur", "4-4-4", 8),
        ("slides", "3-3-3", 6),
        ("lfd", "1-1-1", 4),
        ("lfd", "4-5-3", 8),
        ("valchanov", "5-5-4", 8),
        ("relu-softmax", "8-8-4", 8),
        ("deep", "2-2-2-2-1", 8),
        ("binary", "1-1-1", 2),
    ],
)
def test_narrow_and_wide_networks_fit_at_any_precision(
    name: str, layers: str, decimals: int
) -> None:
    """From one unit a layer to eight, from 2 to 8 decimals."""
    one = [sheet(ungated(name, layers=layers, decimals=decimals))]
    for page in (sheets.worksheet(one), sheets.key(one)):
        data = pdf(page)
        assert complaints(data) == []
        every = letters(data)
        assert max(letter.right for letter in every) <= WIDTH - SIDE + 4
        for number in range(len(sizes(data))):
            own = sorted((x for x in every if x.page == number), key=lambda x: x.left)
            assert not collisions(own)


# documents -----------------------------------------------------------------------------------


def test_title_language_and_ids_are_in_the_file() -> None:
    """The title survives every program; the hidden field is the second place."""
    reader = PdfReader(io.BytesIO(pdf(pages("mazur")[0])))
    assert reader.metadata is not None
    assert reader.metadata.title == (
        "Worksheet: A backpropagation exercise, step by step (Ada Example) [mazur-0]"
    )
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.get_fields()["exercise"]["/V"] == "mazur-0"  # type: ignore[index]


def test_each_page_says_whose_it_is_and_which_of_how_many() -> None:
    """A heap of dropped sheets can be put in order again."""
    said = texts(pdf(pages("musilek")[0]))
    for n, page in enumerate(said, 1):
        assert "Ada Example" in page
        assert "musilek-0" in page
        assert f"page {n} of {len(said)}" in page


@pytest.mark.parametrize("name", ["musilek", "two-rounds"])
def test_the_code_on_each_page_is_read_at_screen_resolution(name: str) -> None:
    """With the exercise, the page and a check; nothing else."""
    for page in pages(name):
        for n, picture in enumerate(pictures(pdf(page), 72), 1):
            found = zxingcpp.read_barcodes(picture)
            assert [code.text for code in found] == [payload(f"{name}-0", n)]


def test_several_exercises_change_the_code_with_their_pages() -> None:
    """Each exercise begins a page; its id stands in that page's head and code."""
    one, two = exercises("mazur", 2)
    both = [sheet(one), sheet(two)]
    data = pdf(sheets.worksheet(both))
    heads = ["mazur-1" in page for page in texts(data)]
    assert heads[0] is False
    assert heads[-1] is True
    assert heads == sorted(heads)


@pytest.mark.parametrize("look", sorted(LOOKS))
def test_every_look_is_accessible(look: str) -> None:
    """Bars, bullets and rules are ornaments, not content."""
    (work, _) = pages("mazur")
    assert complaints(pdf(Page(work.title, "en", work.header, work.blocks, look))) == []


def test_the_same_page_gives_the_same_bytes_whatever_was_printed_before() -> None:
    """Caches must not show; neither must the clock."""
    first = pdf(pages("lfd")[0])
    pdf(pages("valchanov")[1])
    assert pdf(pages("lfd")[0]) == first


def test_two_processes_give_the_same_bytes() -> None:
    """Whatever the seed of the hashes."""
    code = (
        "import sys; sys.path.insert(0, 'tests/support'); import hashlib;"
        "from sheets_of import pages; from templates.pdf.document import pdf;"
        "print(hashlib.sha256(pdf(pages('mazur')[0])).hexdigest())"
    )
    done = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(done) == 1


def test_words_can_be_searched_and_copied() -> None:
    """Mathematical letters come out as plain ones."""
    said = " ".join(texts(pdf(pages("mazur")[1])))
    assert "neth1" in said.replace(" ", "")
    assert "0.5" in said


def test_the_structure_begins_with_one_title_and_skips_no_level() -> None:
    """H1, then H2."""
    reader = PdfReader(io.BytesIO(pdf(pages("musilek")[0])))
    levels = [role for role in roles(reader) if role in ("/H1", "/H2", "/H3")]
    assert levels.count("/H1") == 1
    assert levels[0] == "/H1"
    assert set(levels) == {"/H1", "/H2"}


def roles(reader: PdfReader) -> list[str]:
    """Roles of the structure tree in reading order."""
    found: list[str] = []

    def walk(node: object) -> None:
        node = getattr(node, "get_object", lambda: node)()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict) and "/S" in node:
            found.append(node["/S"])
            walk(node.get("/K", []))
        elif isinstance(node, dict) and node.get("/Type") == "/StructTreeRoot":
            walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"])  # type: ignore[index]
    return found


def test_names_of_any_european_script_are_printed() -> None:
    """What no shipped font has is reported beforehand."""
    page = Page(
        "T", "en", Header("Zoë Łukasz Nguyễn Ελένη Дарья", ("x-1",)), (Paragraph(text("a")),)
    )
    assert "Zoë Łukasz Nguyễn Ελένη Дарья" in texts(pdf(page))[0]
    assert unprintable("Zoë Łukasz Nguyễn Ελένη Дарья") == ""
    assert unprintable("王小明") == "王小明"


# booklets --------------------------------------------------------------------------------------


def class_of(count: int, name: str = "binary") -> list[Page]:
    return [
        sheets.worksheet([sheet(one, f"Student {n}")])
        for n, one in enumerate(exercises(name, count))
    ]


def test_a_booklet_has_everybody_in_its_outline() -> None:
    """Names on the first level, sections below."""
    reader = PdfReader(io.BytesIO(booklet(class_of(3), "Worksheets")))
    names = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert names == ["Student 0", "Student 1", "Student 2"]
    assert complaints(booklet(class_of(3), "Worksheets")) == []


def test_a_booklet_counts_each_student_s_own_pages() -> None:
    """And everybody begins on the front of a sheet."""
    said = texts(booklet(class_of(3, "mazur"), "Worksheets"))
    firsts = [n for n, page in enumerate(said) if "page 1 of" in page]
    assert len(firsts) == 3
    assert all(n % 2 == 0 for n in firsts)
    assert not all(page.strip() for page in said)
    single = texts(booklet(class_of(3, "mazur"), "Worksheets", Options(form=False)))
    assert sum("page 1 of" in page for page in single) == 3
    assert all(page.strip() for page in single)


def test_a_booklet_has_frames_to_write_in_but_no_fields() -> None:
    """Names of fields would clash between students."""
    assert not PdfReader(io.BytesIO(booklet(class_of(2), "W"))).get_fields()


def test_a_booklet_of_nobody_is_refused() -> None:
    """There is no empty PDF."""
    with pytest.raises(ValueError, match="no pages"):
        booklet([], "W")


# pages from strips -------------------------------------------------------------------------------


def strips(*heights: float, **how: object) -> list[Strip]:
    return [Strip(height, **how) for height in heights]  # type: ignore[arg-type]


def test_a_heading_stays_with_what_follows() -> None:
    """Else it would stand alone at the foot of a page."""
    heading = Strip(10, keep=True)
    filled = fill([*strips(85), heading, *strips(20)], 100)
    assert [len(page.strips) for page in filled] == [1, 2]


def test_room_for_working_gives_way_before_a_new_page_is_begun() -> None:
    """And takes what the page has left over."""
    room = Strip(30, least=10, most=80)
    (page,) = fill([*strips(50), room, *strips(30)], 100)
    assert page.heights == [50, 20, 30]
    first, _ = fill([*strips(50), room, *strips(60)], 100)
    assert first.heights == [50, 50]


def test_room_takes_as_much_as_the_number_of_pages_allows() -> None:
    """No page more for room's sake, but none left empty either."""

    def half() -> Strip:
        return Strip(40, least=10, most=90)

    greedy = fill([*strips(40), half(), *strips(40), half(), *strips(40), half()], 100)
    shared = filled([*strips(40), half(), *strips(40), half(), *strips(40), half()], 100)
    assert len(shared) == len(greedy) == 2
    assert len(shared[0].strips) == 4
    assert min(shared[0].heights + shared[1].heights) >= 10


def test_room_for_working_never_begins_a_page() -> None:
    """Where it has no place below its steps it is left out."""
    room = Strip(30, least=10, most=80)
    filled = fill([*strips(95), room, *strips(60)], 100)
    assert [len(page.strips) for page in filled] == [1, 1]


def test_a_group_longer_than_a_page_is_cut() -> None:
    """Nothing may be lost."""
    long = [Strip(40, keep=True) for _ in range(5)]
    filled = fill([*long, *strips(10)], 100)
    assert sum(len(page.strips) for page in filled) == 6
    assert all(sum(page.heights) <= 100 for page in filled)


def test_a_table_says_its_header_again_on_the_next_page() -> None:
    """Seen, not read out twice."""
    rows = tuple((text(f"row {n}"), text(str(n))) for n in range(90))
    page = plain_page(Table((text("Step"), text("Value")), rows))
    data = pdf(page)
    said = texts(data)
    assert len(said) > 1
    assert all("Step" in one for one in said)
    assert roles(PdfReader(io.BytesIO(data))).count("/TH") == 2 + 90
    assert complaints(data) == []


def test_a_page_break_begins_a_page_and_empty_room_does_not() -> None:
    """Whatever stood before."""
    page = plain_page(Heading(1, "A"), PageBreak(), Paragraph(text("b")), Space(20.0))
    assert len(sizes(pdf(page))) == 2


def test_a_long_chain_is_broken_at_its_relations_not_shrunk() -> None:
    """All digits have the size of the text."""
    from problems.formulas.formula import EQUALS, PLUS, Num, Sym, row

    terms = [part for _ in range(30) for part in (Num("0.123456"), PLUS)][:-1]
    long = row(Sym("v"), EQUALS, *terms, EQUALS, Num("7"))
    page = plain_page(Display((Relation(None, None, long),)))
    every = [letter for letter in letters(pdf(page)) if letter.text == "6"]
    lines = {round(letter.bottom) for letter in every if letter.top < HEIGHT - TOP}
    assert len(lines) > 2
    heights = {
        round(letter.top - letter.bottom, 1) for letter in every if letter.top < HEIGHT - TOP
    }
    assert len(heights) == 1


@pytest.mark.parametrize("make", [lambda: Items(()), lambda: Table((text("a"),), ())])
def test_empty_blocks_do_no_harm(make: Callable[[], object]) -> None:
    """A family without steps in a section, a table without rows."""
    assert len(sizes(pdf(plain_page(Heading(1, "A"), make())))) == 1
