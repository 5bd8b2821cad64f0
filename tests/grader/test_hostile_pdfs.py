"""PDFs made to waste time and room, or to lead in circles: bounded, and refused or read."""

from __future__ import annotations

import random
import zlib

import pytest
from corpus import find
from fillers import by_chrome
from handed_pdfs import appended, typed_beside
from issued_exercises import exercises
from measured import CAN_MEASURE, measured
from sheets_of import sheet

from grader.errors import SubmissionError
from grader.read.pdf.form import read_form
from templates.pages.fields import field_name
from templates.pdf.document import pdf
from templates.sheets import sheets

CALLS = 2_000_000
MEGABYTES = 50.0
HELPER_MEGABYTES = 100.0

CATALOG = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
FIELD = b"<</T(net_h1)/FT/Tx/V(0.5)>>"


def document(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1, the first of which is the catalog."""
    out, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    size = len(objects) + 1
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    trailer = b"trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return out + table + trailer


def page(entries: bytes = b"") -> bytes:
    return b"<</Type/Page/Parent 2 0 R" + entries + b">>"


def packed(data: bytes, entries: bytes = b"") -> bytes:
    small = zlib.compress(data, 9)
    head = b"<</Length %d/Filter/FlateDecode%s>>stream\n" % (len(small), entries)
    return head + small + b"\nendstream"


def annotations(*each: bytes) -> bytes:
    return b"/Annots[" + b"".join(each) + b"]"


FONTS = b"/Font<</A<</BaseFont/STIXTwoText>>/B<</BaseFont/Helvetica>>>>"
NOTE = b"<</Subtype/FreeText/Rect[0 0 9 9]/Contents(0.5)>>"
LOOK = b"/Subtype/Form/Resources<<>>"

HOSTILE = {
    "a hundred thousand notes": document(
        CATALOG, PAGES, page(annotations(NOTE * 100_000)), FIELD
    ),
    "ten thousand notes": document(CATALOG, PAGES, page(annotations(NOTE * 10_000)), FIELD),
    "fifty thousand widgets": document(
        CATALOG, PAGES,
        page(annotations(*(b"<</Subtype/Widget/T(f%d)/V(1)>>" % n for n in range(50_000)))), FIELD,
    ),
    "a value that unpacks to 50 MB": document(
        CATALOG, PAGES, page(), b"<</T(net_h1)/FT/Tx/V 5 0 R>>", packed(b"1" * 50_000_000)
    ),
    "a look that unpacks to 28 MB": document(
        CATALOG, PAGES, page(annotations(b"4 0 R")),
        b"<</T(net_h1)/Subtype/Widget/FT/Tx/V(1)/AP<</N 5 0 R>>>>",
        packed(b"BT (1) Tj ET " * 2_000_000, LOOK),
    ),
    "a page that unpacks to 20 MB": document(
        CATALOG, PAGES, page(b"/Resources<<" + FONTS + b">>/Contents 5 0 R"), FIELD,
        packed(b"BT /B 9 Tf (1) Tj ET " * 1_000_000),
    ),
    "pages in a circle": document(
        CATALOG, b"<</Type/Pages/Kids[3 0 R 2 0 R 3 0 R]/Count 9>>",
        b"<</Type/Pages/Kids[2 0 R 3 0 R]/Parent 3 0 R>>", FIELD,
    ),
    "one page a hundred thousand times": document(
        CATALOG, b"<</Type/Pages/Kids[" + b"3 0 R " * 100_000 + b"]>>", page(), FIELD
    ),
    "a drawing within itself": document(
        CATALOG, PAGES,
        page(b"/Resources<</XObject<</X 5 0 R>>" + FONTS + b">>/Contents 6 0 R"), FIELD,
        packed(b"/X Do", b"/Subtype/Form/Resources<</XObject<</X 5 0 R>>" + FONTS + b">>"),
        packed(b"/X Do"),
    ),
    "a field above itself": document(
        CATALOG, PAGES, page(annotations(b"5 0 R")), FIELD,
        b"<</Subtype/Widget/T(a)/Parent 5 0 R/Rect[0 0 9 9]>>",
    ),
    "a name of five megabytes": document(
        CATALOG, PAGES, page(), b"<</T(" + b"a" * 5_000_000 + b")/FT/Tx/V(1)>>"
    ),
    "one long text in 19,000 fields": document(
        CATALOG, PAGES, page(annotations(b"<</Subtype/Widget/T(f)/V 5 0 R>>" * 19_000)), FIELD,
        b"(" + b"1" * 100_000 + b")",
    ),
    "one step in 19,000 fields": document(
        CATALOG, PAGES,
        page(annotations(
            *(b"<</Subtype/Widget/T(1_net_h1)/V(%d)/Rect[0 0 9 9]>>" % n for n in range(19_000)),
            NOTE * 500,
        )), FIELD,
    ),
    "rectangles, flags and names of the wrong kind": document(
        CATALOG, PAGES,
        page(annotations(
            b"<</Subtype/FreeText/Rect[(a) /b 1]/Contents 5/F(x)>>", b"7", b"null", b"(x)",
            b"<</Subtype/Widget/T 5/V<</A 1>>/Rect 3/AP 4/Parent 9/FT[1]>>",
            b"<</Subtype 5/Rect[1 2 3 4]>>", b"<</Subtype/Ink/Rect[1 2 3 99999999999]>>",
        ) + b"/Resources 5/Contents[1 2 (x)]"),
        FIELD,
    ),
}  # fmt: skip


def codes(data: bytes) -> set[str]:
    try:
        read = read_form(data, "w.pdf", find)
    except SubmissionError as error:
        return {problem.code for problem in error.problems}
    problems = [*read.problems, *(p for one in read.submissions for p in one.problems)]
    return {problem.code for problem in problems}


@pytest.mark.skipif(not CAN_MEASURE, reason="memory is measured on Linux only")
@pytest.mark.parametrize("name", HOSTILE)
def test_each_is_refused_or_read_within_its_work_and_room(name: str) -> None:
    done = measured(lambda: codes(HOSTILE[name]))
    known = {"broken_pdf", "too_deep", "bad_step", "duplicate_step", "too_long", "beside_fields"}
    assert done.result <= known
    assert done.calls < CALLS
    assert done.megabytes < MEGABYTES
    assert done.helper < HELPER_MEGABYTES


@pytest.mark.parametrize(
    "name", ["pages in a circle", "one page a hundred thousand times", "a drawing within itself"]
)
def test_what_is_damaged_beside_the_fields_does_not_cost_them(name: str) -> None:
    (one,) = read_form(HOSTILE[name], "w.pdf", find).submissions
    assert {id: answer.text for id, answer in one.answers.items()} == {"net_h1": "0.5"}


TOKENS = [b"/V", b"/Annots", b"/Rect", b"/Kids", b"/Parent", b"/T", b"/AP", b"/N", b"null", b"<<"]
TOKENS += [b">>", b"[", b"]", b"(", b")", b"1 0 R", b"3 0 R", b"1e999", b"\xfe\xff\xd8\x00", b"-"]


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Bytes changed, lost, or replaced by what means something to a reader."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 30)):
        at = chance.randrange(len(found))
        match chance.randrange(3):
            case 0:
                found[at] = chance.randrange(256)
            case 1:
                del found[at : at + chance.randint(1, 20)]
            case _:
                found[at : at + chance.choice([0, 4])] = chance.choice(TOKENS)
    return bytes(found)


def test_damaged_worksheets_raise_nothing_but_refusals() -> None:
    """Sixty ways; what is still read is written so that it can be printed."""
    (one,) = exercises("mazur", 1)
    names = [field_name(1, id) for id in one.asked]
    half = by_chrome(pdf(sheets.worksheet([sheet(one)])), dict.fromkeys(names[::2], "0.5"))
    whole = appended(typed_beside(half, dict.fromkeys(names[1::2], "0.25")), 1, "0 0 m 9 9 l S")
    chance = random.Random("worksheets")
    for _ in range(60):
        try:
            read = read_form(damaged(whole, chance), "w.pdf", lambda id, student, number=0: one)
            problems = [*read.problems, *(p for s in read.submissions for p in s.problems)]
        except SubmissionError as error:
            problems = list(error.problems)
        assert all(str(problem).encode() for problem in problems)
