"""PDF worksheets as they come back: nothing in them is misread, and nothing passed over."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fillers import by_chrome, by_pypdf
from handed_pdfs import (
    annotated,
    appended,
    boxes,
    changed,
    each_field,
    looking,
    pages_only,
    pages_with_fields,
    pasted,
    scanned,
    stale,
    text,
    typed_beside,
    widgets,
    written,
)
from issued_exercises import exercises
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
)
from reportlab.pdfgen.canvas import Canvas
from sheets_of import sheet

from grader.cli import cli
from grader.errors import EmptyForm, Lost, Problem, SubmissionError
from grader.read.answer_sheet import Read
from grader.read.files import read_file
from grader.read.number import Unreadable, Written
from grader.read.pdf import fields as pdffields
from problems.drawing import family
from problems.exercise import Exercise
from problems.reasons import as_told
from templates.pages.fields import field_name
from templates.pdf.document import pdf
from templates.sheets import sheets


def known(count: int = 1) -> list[Exercise]:
    """With ids as the generator makes them."""
    found = exercises("mazur", count)
    return [replace(one, id=f"mazur-85771af51{n}") for n, one in enumerate(found)]


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return known()[0]


@pytest.fixture(scope="module")
def blank(exercise: Exercise) -> bytes:
    return pdf(sheets.worksheet([sheet(exercise)]))


@pytest.fixture(scope="module")
def right(exercise: Exercise) -> dict[str, str]:
    """Field -> the right answer."""
    return {field_name(1, id): exercise.printed[id] for id in exercise.asked}


@pytest.fixture(scope="module")
def filled(blank: bytes, right: dict[str, str]) -> bytes:
    return by_chrome(blank, right)


def read(data: bytes, exercise: Exercise, name: str = "worksheet.pdf") -> Read:
    def find(id: str, student: str, number: int = 0, /) -> Exercise | Lost:
        known = id in ("", exercise.id) and number in (0, exercise.number)
        return exercise if known else Lost("bad_id", as_told(f"no exercise {id!r}"))

    return read_file(data, name, find)


def values(found: Read) -> dict[str, float]:
    (one,) = found.submissions
    return {id: a.value for id, a in one.answers.items() if isinstance(a, Written)}


def printed(exercise: Exercise) -> dict[str, float]:
    return {id: float(exercise.printed[id]) for id in exercise.asked}


def problems(found: Read) -> list[Problem]:
    return [*found.problems, *(p for one in found.submissions for p in one.problems)]


def refused(data: bytes, exercise: Exercise, name: str = "worksheet.pdf") -> Problem:
    with pytest.raises(SubmissionError) as caught:
        read(data, exercise, name)
    return caught.value.problems[0]


# beside the fields -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["/FreeText", "/Stamp", "/Text"])
def test_text_beside_the_fields_is_told_with_the_empty_fields(
    exercise: Exercise, blank: bytes, right: dict[str, str], kind: str
) -> None:
    """What the fields hold is used; what lies at empty ones is neither read nor called blank."""
    half = dict(list(right.items())[:20])
    rest = {name: value for name, value in right.items() if name not in half}
    found = read(typed_beside(by_chrome(blank, half), rest, kind), exercise)
    (one,) = found.submissions
    beside = {id for id in exercise.asked if field_name(1, id) in rest}
    assert set(values(found)) == set(exercise.asked) - beside
    assert {id for id, a in one.answers.items() if isinstance(a, Unreadable)} == beside
    assert {one.answers[id].text for id in beside} == {right[field_name(1, id)] for id in beside}
    told = "".join(problem.message for problem in problems(found))
    assert {problem.code for problem in problems(found)} == {"beside_fields"}
    for id in beside:
        assert f"{right[field_name(1, id)]!r} at the empty field {exercise.labels[id]}" in told


def test_handwriting_and_text_elsewhere_are_told_while_a_field_is_empty(
    exercise: Exercise, blank: bytes, right: dict[str, str]
) -> None:
    name, *rest = right
    data = by_chrome(blank, {one: right[one] for one in rest})
    page, (left, bottom, _, top) = boxes(data)[name]
    data = annotated(data, page, "/Ink", (left, bottom, left + 20, top))
    data = annotated(data, page, "/FreeText", (60, 20, 200, 40), "see next sheet")
    found = read(data, exercise)
    (problem,) = problems(found)
    label = exercise.labels[exercise.asked[0]]
    assert problem.message.startswith(f"page {page + 1}, beside the fields: ")
    assert f"handwriting at the empty field {label}" in problem.message
    assert "text 'see next sheet'" in problem.message
    assert len(values(found)) == len(exercise.asked) - 1


def test_a_box_over_several_empty_fields_names_them_all(
    exercise: Exercise, blank: bytes, right: dict[str, str]
) -> None:
    first, second, third = list(right)[:3]
    data = by_chrome(blank, {third: right[third]})
    where = boxes(data)
    assert where[first][0] == where[second][0]
    corners = [where[first][1], where[second][1]]
    box = (
        min(b[0] for b in corners), min(b[1] for b in corners),
        max(b[2] for b in corners), max(b[3] for b in corners),
    )  # fmt: skip
    found = read(annotated(data, where[first][0], "/FreeText", box, "0.1  0.2"), exercise)
    labels = [exercise.labels[id] for id in exercise.asked[:2]]
    assert f"at the empty fields {', '.join(labels)}" in problems(found)[0].message


def test_nothing_in_the_fields_and_all_beside_them_is_no_blank_sheet(
    exercise: Exercise, blank: bytes, right: dict[str, str]
) -> None:
    problem = refused(typed_beside(blank, right), exercise)
    assert problem.code == "beside_fields"
    assert exercise.labels[exercise.asked[0]] in problem.message


def test_a_remark_on_a_full_sheet_is_a_note(exercise: Exercise, filled: bytes) -> None:
    """Nothing can be lost by it."""
    found = read(annotated(filled, 0, "/FreeText", (60, 20, 300, 40), "thank you"), exercise)
    assert values(found) == printed(exercise)
    assert problems(found) == []
    assert "'thank you'" in found.notes[0].message


def test_text_over_a_full_field_is_told_and_the_field_used(
    exercise: Exercise, filled: bytes, right: dict[str, str]
) -> None:
    name = next(iter(right))
    found = read(typed_beside(filled, {name: "0.9999"}), exercise)
    assert values(found) == printed(exercise)
    (problem,) = problems(found)
    assert "'0.9999'" in problem.message
    assert f"which holds {right[name]!r}" in problem.message


def test_marks_that_say_nothing_are_passed_over(
    exercise: Exercise, blank: bytes, right: dict[str, str]
) -> None:
    """Highlights, links, and boxes in which nothing was typed."""
    data = by_chrome(blank, dict(list(right.items())[:3]))
    for kind in ("/Highlight", "/Link", "/FreeText", "/Popup"):
        data = annotated(data, 0, kind, (60, 100, 300, 140))
    found = read(data, exercise)
    assert problems(found) == []
    assert found.notes == ()


@pytest.mark.parametrize("name", family.names())
def test_on_our_own_pages_nothing_is_foreign(name: str) -> None:
    """What others add is told by fonts, pictures and drawings that no worksheet of ours has."""
    (one,) = exercises(name, 1)
    found = pdffields.read(pdf(sheets.worksheet([sheet(one)])))
    assert found["ours"] == found["pages"] > 0
    assert found["marks"] == []
    assert not any(field["texts"] for field in found["fields"] if field["name"] != "exercise")


def test_text_pasted_into_the_page_is_told(
    exercise: Exercise, blank: bytes, right: dict[str, str]
) -> None:
    """Typewriter tools write into the page itself; our own text is known by its fonts."""
    name, *rest = right
    data = by_chrome(blank, {one: right[one] for one in rest})
    page, (left, bottom, _, _) = boxes(data)[name]

    def write(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(left + 2, bottom + 4, "0.4321")

    found = read(pasted(data, page, write), exercise)
    label = exercise.labels[exercise.asked[0]]
    assert [p.code for p in problems(found)] == ["beside_fields"]
    assert f"text '0.4321' at the empty field {label}" in problems(found)[0].message
    assert problems(read(data, exercise)) == []


def test_text_pasted_as_a_drawing_is_told(
    exercise: Exercise, blank: bytes, right: dict[str, str]
) -> None:
    """In an object of its own, as programs for signing put it."""

    def write(canvas: Canvas) -> None:
        canvas.beginForm("signed")
        canvas.drawString(100, 100, "0.4321")
        canvas.endForm()
        canvas.doForm("signed")

    def stroke(canvas: Canvas) -> None:
        canvas.beginForm("drawn")
        canvas.line(100, 100, 120, 120)
        canvas.endForm()
        canvas.doForm("drawn")

    data = by_chrome(blank, dict(list(right.items())[:3]))
    (problem,) = problems(read(pasted(data, 0, write), exercise))
    assert "text '0.4321'" in problem.message
    (problem,) = problems(read(pasted(data, 2, stroke), exercise))
    assert problem.message.startswith("page 3, beside the fields: drawing")


def test_lines_drawn_behind_our_contents_are_told(
    exercise: Exercise, blank: bytes, right: dict[str, str]
) -> None:
    """Handwriting as apps add it; a mere change of coordinates is none."""
    data = by_chrome(blank, dict(list(right.items())[:3]))
    found = read(appended(data, 1, "q 1 0 0 RG 100 100 m 120 130 l S Q"), exercise)
    assert problems(found)[0].message.startswith("page 2, beside the fields: drawing")
    assert problems(read(appended(data, 1, "q 1 0 0 1 0 0 cm Q"), exercise)) == []


def test_fields_that_share_a_look_show_nothing_of_their_own(
    exercise: Exercise, blank: bytes, right: dict[str, str]
) -> None:
    """Scripts write every value into the one look that all empty fields of a size have."""
    found = read(by_pypdf(blank, right), exercise)
    assert values(found) == printed(exercise)
    assert problems(found) == []


def test_a_picture_laid_over_a_page_is_told(
    exercise: Exercise, blank: bytes, right: dict[str, str]
) -> None:
    data = by_chrome(blank, dict(list(right.items())[:3]))
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    ink = ImageReader(Image.new("RGB", (8, 8), "navy"))
    found = read(pasted(data, 1, lambda c: c.drawImage(ink, 100, 100, 50, 20)), exercise)
    assert "page 2, beside the fields: picture" in problems(found)[0].message


# two readings ------------------------------------------------------------------------------


def test_list_and_pages_that_disagree_are_refused_with_both(
    exercise: Exercise, filled: bytes, right: dict[str, str]
) -> None:
    problem = refused(stale(filled, dict.fromkeys(right, "0.1")), exercise)
    assert problem.code == "duplicate_step"
    name, first = next(iter(right.items()))
    page = boxes(filled)[name][0] + 1
    assert f"{first!r} in the form's list of fields and '0.1' on page {page}" in problem.message


def test_of_a_few_that_disagree_the_others_count(
    exercise: Exercise, filled: bytes, right: dict[str, str]
) -> None:
    name = next(iter(right))
    found = read(stale(filled, {name: "0.1"}), exercise)
    assert set(values(found)) == set(exercise.asked[1:])
    (problem,) = problems(found)
    assert problem.column == exercise.labels[exercise.asked[0]]
    assert problem.code == "duplicate_step"


def test_minus_signs_of_two_kinds_are_one_reading(exercise: Exercise, blank: bytes) -> None:
    names = [field_name(1, id) for id in exercise.asked]
    data = by_pypdf(blank, dict.fromkeys(names, "−0.5"))
    found = read(stale(data, dict.fromkeys(names, "-0.5")), exercise)
    assert set(values(found).values()) == {-0.5}
    assert problems(found) == []


def test_where_one_of_the_two_is_blank_the_other_counts(
    exercise: Exercise, blank: bytes, filled: bytes, right: dict[str, str]
) -> None:
    for data in (
        stale(blank, right),
        stale(filled, dict.fromkeys(right, "")),
        stale(filled, right),
    ):
        found = read(data, exercise)
        assert values(found) == printed(exercise)
        assert problems(found) == []


def test_a_field_that_shows_something_else_is_refused_with_both(
    exercise: Exercise, filled: bytes, right: dict[str, str]
) -> None:
    """Unless it says that its look is out of date."""
    name = next(iter(right))

    def show(writer: PdfWriter) -> None:
        for _, _, widget in widgets(writer):
            if widget["/T"] == name:
                looking(writer, widget, "0.9")

    found = read(changed(filled, show), exercise)
    (problem,) = problems(found)
    assert problem.code == "shown_otherwise"
    assert repr(right[name]) in problem.message
    assert "'0.9' as it is shown" in problem.message
    assert set(values(found)) == set(exercise.asked[1:])

    def renew(writer: PdfWriter) -> None:
        show(writer)
        form = writer.root_object["/AcroForm"]
        form[NameObject("/NeedAppearances")] = BooleanObject(True)

    assert values(read(changed(filled, renew), exercise)) == printed(exercise)


def test_what_is_only_shown_is_told_not_called_blank(exercise: Exercise, blank: bytes) -> None:
    """Some viewers write the look of a field and not its value."""
    data = each_field(blank, lambda writer, widget: looking(writer, widget, "0.25"))
    problem = refused(data, exercise)
    assert problem.code == "shown_otherwise"
    assert "'0.25'" in problem.message


def test_what_one_field_shows_and_another_of_its_name_holds_is_one_reading(
    exercise: Exercise, blank: bytes
) -> None:
    data = each_field(blank, lambda writer, widget: looking(writer, widget, "0.25"))
    names = [field_name(1, id) for id in exercise.asked]
    both = pages_only(data, by_pypdf(blank, dict.fromkeys(names, "0.25")))
    found = read(both, exercise)
    assert set(values(found)) == set(exercise.asked)
    assert problems(found) == []


SIGNS = ["−0.5", "0,5", "7,65·10⁻²", "1.2e-3", "0.5 × 10^-3", "½", "δ"]


@pytest.mark.parametrize("fill", [by_pypdf, by_chrome], ids=lambda fill: fill.__name__)
@pytest.mark.filterwarnings("ignore")
def test_signs_that_a_font_lacks_are_no_contradiction(
    exercise: Exercise, blank: bytes, fill: Callable[[bytes, Mapping[str, str]], bytes]
) -> None:
    """Programs show `?` or nothing for them; the value is whole."""
    names = [field_name(1, id) for id in exercise.asked]
    own_looks = each_field(blank, lambda writer, widget: looking(writer, widget, ""))
    found = read(fill(own_looks, dict(zip(names, SIGNS, strict=False))), exercise)
    assert "shown_otherwise" not in {problem.code for problem in problems(found)}
    (one,) = found.submissions
    assert [one.answers[id].text for id in exercise.asked[: len(SIGNS)]] == SIGNS


@pytest.mark.parametrize("rich, codes", [("0.5", []), ("0.7", ["shown_otherwise"])])
def test_formatted_text_must_say_the_same(
    exercise: Exercise, blank: bytes, rich: str, codes: list[str]
) -> None:
    first, second, *_ = (field_name(1, id) for id in exercise.asked)

    def form(writer: PdfWriter, widget: Any) -> None:
        if widget["/T"] == first:
            widget[NameObject("/RV")] = text(f"<body><p><b>{rich}</b>\n</p></body>")

    data = each_field(by_pypdf(blank, {first: "0.5", second: "0.25"}), form)
    assert [problem.code for problem in problems(read(data, exercise))] == codes


# values of every kind ----------------------------------------------------------------------


def _stream(writer: PdfWriter, value: str) -> Any:
    stream = DecodedStreamObject()
    stream.set_data(value.encode("utf-16") if value.startswith("−") else value.encode())
    return writer._add_object(stream)


VALUES: dict[str, Callable[[PdfWriter, str], Any]] = {
    "stream": _stream,
    "name": lambda writer, value: NameObject("/" + value),
    "UTF-16": lambda writer, value: ByteStringObject(value.encode("utf-16")),
    "UTF-16BE": lambda writer, value: ByteStringObject(b"\xfe\xff" + value.encode("utf-16-be")),
    "UTF-8": lambda writer, value: ByteStringObject(b"\xef\xbb\xbf" + value.encode()),
    "PDFDocEncoding": lambda w, v: ByteStringObject(v.replace("−", "\x8a").encode("latin-1")),
    "list": lambda writer, value: ArrayObject([text(value)]),
    "number": lambda writer, value: FloatObject(value.replace("−", "-")),
}


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("value", ["0.4375", "−0.25"])
def test_values_are_read_as_whatever_they_are_written(
    exercise: Exercise, blank: bytes, kind: str, value: str
) -> None:
    def put(writer: PdfWriter, widget: Any) -> None:
        widget[NameObject("/V")] = VALUES[kind](writer, value)

    found = read(each_field(blank, put), exercise)
    assert set(values(found).values()) == {float(value.replace("−", "-"))}
    assert set(values(found)) == set(exercise.asked)


# merged and split --------------------------------------------------------------------------


def test_pages_put_together_anew_keep_their_answers(exercise: Exercise, filled: bytes) -> None:
    """Neither a form nor a title is left: the fields on the pages say all."""
    found = read(pages_only(filled), exercise)
    assert values(found) == printed(exercise)
    assert problems(found) == []


def test_one_page_is_read_and_the_others_are_said_to_be_missing(
    exercise: Exercise, filled: bytes, right: dict[str, str]
) -> None:
    """The head of the page names the exercise."""
    where = boxes(filled)
    count = len(PdfReader(io.BytesIO(filled)).pages)
    with_fields = pages_with_fields(filled)
    assert len(with_fields) > 1
    for page in with_fields:
        there = {name for name in right if where[name][0] == page}
        found = read(pages_only(filled, first=page, last=page + 1), exercise)
        (one,) = found.submissions
        assert one.exercise is exercise
        assert {field_name(1, id) for id in values(found)} == there
        (problem,) = problems(found)
        missing, of = len(right) - len(there), len(right)
        others = listed([n for n in range(1, count + 1) if n != page + 1])
        fields = f"{missing} of {of} fields are missing from this PDF"
        assert problem.message.startswith(f"{fields} ({others} of {count} left out")


def listed(pages: list[int]) -> str:
    """As messages name them: `pages 1, 2 and 4`."""
    *most, last = map(str, pages)
    return f"pages {', '.join(most)} and {last}" if most else f"page {last}"


@pytest.fixture(scope="module")
def title_page(filled: bytes) -> bytes:
    """The page before those with fields: diagram, givens and rules."""
    first = pages_with_fields(filled)[0]
    assert first > 0
    return pages_only(filled, last=1)


def test_a_page_that_never_had_fields_is_not_called_flattened(
    exercise: Exercise, filled: bytes, title_page: bytes
) -> None:
    """It says which page it is, of what, and that the others are wanted."""
    count = len(PdfReader(io.BytesIO(filled)).pages)
    problem = refused(title_page, exercise)
    assert problem.code == "no_form"
    assert "no field" in problem.message
    assert f"page 1 of {count} of exercise {exercise.id}" in problem.message
    assert "hand in the whole worksheet" in problem.message
    assert "flattened" not in problem.message
    assert "any more" not in problem.message


def test_without_the_page_that_has_no_fields_nothing_is_missing(
    exercise: Exercise, filled: bytes
) -> None:
    found = read(pages_only(filled, first=pages_with_fields(filled)[0]), exercise)
    assert values(found) == printed(exercise)
    assert problems(found) == []


def test_a_page_in_which_nothing_is_filled_speaks_of_those_left_out(
    exercise: Exercise, blank: bytes
) -> None:
    """They may be full: that the whole worksheet is blank is not known."""
    count = len(PdfReader(io.BytesIO(blank)).pages)
    page = pages_with_fields(blank)[-1]
    problem = refused(pages_only(blank, first=page, last=page + 1), exercise)
    assert problem.code == "empty"
    others = listed([n for n in range(1, count + 1) if n != page + 1])
    assert f"({others} of {count} left out; hand in the whole worksheet)" in problem.message


def test_a_page_says_whose_it_is_before_its_place_does(exercise: Exercise, filled: bytes) -> None:
    """A page of another exercise in one's own folder is not graded as one's own."""
    first = pages_with_fields(filled)[0]
    page = pages_only(filled, first=first, last=first + 1)

    def find(id: str, student: str, number: int = 0, /) -> Exercise | Lost:
        return Lost("identity", as_told(f"not yours: {id}")) if id else exercise

    found = read_file(page, "worksheet.pdf", find)
    assert found.submissions == ()
    assert exercise.id in found.problems[0].message


def test_two_worksheets_in_one_file_are_refused_with_both_names() -> None:
    one, other = known(2)
    both = [pdf(sheets.worksheet([sheet(e)])) for e in (one, other)]
    done = [by_chrome(data, {field_name(1, "net.1.1"): "0.5"}) for data in both]
    page = pages_with_fields(both[0])[0]
    for first, last in ((0, None), (page, page + 1)):
        problem = refused(pages_only(*done, first=first, last=last), one)
        assert problem.code in ("identity", "bad_id")
        assert one.id in problem.message or other.id in problem.message


def test_pages_without_fields_of_two_worksheets_are_refused_with_both_names() -> None:
    one, other = known(2)
    pages = [pages_only(pdf(sheets.worksheet([sheet(e)])), last=1) for e in (one, other)]
    problem = refused(pages_only(*pages), one)
    assert one.id in problem.message
    assert other.id in problem.message


@pytest.mark.parametrize("named", [True, False])
def test_a_page_of_another_worksheet_among_ones_own_is_refused(named: bool) -> None:
    """The hidden field on the last page names one exercise, the first page's head another.

    Whether that page has fields or none; and where the last page is left out.
    """
    one, other = known(2)
    sheets_of_both = [pdf(sheets.worksheet([sheet(e)])) for e in (one, other)]
    done = [by_chrome(data, {field_name(1, "net.1.1"): "0.5"}) for data in sheets_of_both]
    first, *_ = pages_with_fields(done[0])
    end = None if named else -1
    for last in {1, first + 1}:
        parts = [pages_only(done[1], last=last), pages_only(done[0], first=first, last=end)]
        problem = refused(pages_only(*parts), one)
        assert problem.code == "identity"
        assert one.id in problem.message
        assert other.id in problem.message
        if named:
            assert f"worksheet of {one.id}, but page 1 is of {other.id}" in problem.message
        own, foreign = pages_only(done[0], last=end), pages_only(sheets_of_both[1], last=last)
        assert refused(pages_only(own, foreign), one).code == "identity"


RENAMED = ["doc1.{}", "{}#1", "{} [146]", "form1.{}[0]", "{}_2", "Page 1: {} (3)", "{}"]


@pytest.mark.parametrize("shape", RENAMED)
def test_names_that_merging_changed_are_known(
    exercise: Exercise, filled: bytes, shape: str
) -> None:
    def rename(writer: PdfWriter) -> None:
        for page in writer.pages:
            for one in page.get("/Annots", ()):
                widget = one.get_object()
                widget[NameObject("/T")] = text(shape.format(widget["/T"]))

    found = read(changed(filled, rename), exercise)
    assert values(found) == printed(exercise)
    assert problems(found) == []


def test_a_renamed_field_that_disagrees_with_another_is_refused(
    exercise: Exercise, filled: bytes, right: dict[str, str]
) -> None:
    first, second, *_ = right

    def rename(writer: PdfWriter, widget: Any) -> None:
        if widget["/T"] == second:
            widget[NameObject("/T")] = text(f"{first}#1")

    found = read(each_field(filled, rename), exercise)
    codes = {problem.code for problem in problems(found)}
    assert codes == {"duplicate_step", "no_form"}
    assert set(values(found)) == set(exercise.asked[2:])


def test_a_field_whose_name_is_lost_is_told_with_what_it_holds(
    exercise: Exercise, filled: bytes, right: dict[str, str]
) -> None:
    first = next(iter(right))

    def rename(writer: PdfWriter, widget: Any) -> None:
        if widget["/T"] == first:
            widget[NameObject("/T")] = text("undefined_2")

    found = read(each_field(filled, rename), exercise)
    assert set(values(found)) == set(exercise.asked[1:])
    told = {problem.code: problem.message for problem in problems(found)}
    page = boxes(filled)[first][0] + 1
    assert f"'undefined_2' on page {page} holds {right[first]!r}" in told["bad_step"]
    assert exercise.labels[exercise.asked[0]] in told["no_form"]


def test_fields_of_an_exercise_that_is_not_ours_are_not_called_foreign() -> None:
    """The service grades one exercise of a worksheet that holds several."""
    one, two = known(2)
    two = replace(two, number=2, student=one.student)
    names = {field_name(e.number, "net.1.1"): "0.5" for e in (one, two)}
    data = by_chrome(pdf(sheets.worksheet([sheet(one), sheet(two)])), names)
    found = read(data, one)
    assert [problem.code for problem in problems(found)] == ["bad_id"]
    assert values(found) == {"net.1.1": 0.5}


def test_a_form_in_which_no_name_is_ours_is_told_with_what_it_holds(
    exercise: Exercise, filled: bytes, right: dict[str, str]
) -> None:
    numbers = iter(range(1, 1000))

    def rename(writer: PdfWriter, widget: Any) -> None:
        widget[NameObject("/T")] = text(f"undefined_{next(numbers)}")

    problem = refused(each_field(filled, rename), exercise)
    assert problem.code == "bad_step"
    name, value = next(iter(right.items()))
    page = boxes(filled)[name][0] + 1
    assert f"'undefined_1' on page {page} holds {value!r}" in problem.message


def test_two_exercises_of_one_worksheet_are_told_by_the_heads_of_its_pages() -> None:
    """The last page, on which a hidden field names both, is left out."""
    one, two = known(2)
    two = replace(two, number=2, student=one.student)
    names = {field_name(e.number, "net.1.1"): f"0.{e.number}" for e in (one, two)}
    data = by_chrome(pdf(sheets.worksheet([sheet(one), sheet(two)])), names)
    both = {one.id: one, two.id: two}

    def find(id: str, student: str, number: int = 0, /) -> Exercise | Lost:
        return both.get(id, Lost("bad_id", as_told(id)))

    found = read_file(pages_only(data, last=-1), "worksheet.pdf", find)
    assert [s.answers["net.1.1"].text for s in found.submissions] == ["0.1", "0.2"]
    assert {problem.code for problem in problems(found)} == {"no_form"}


def test_a_second_exercise_of_which_no_field_is_left_is_said_to_be_missing() -> None:
    """Its first page, which has no fields, is a page of the same worksheet and not of another."""
    one, two = known(2)
    two = replace(two, number=2, student=one.student)
    names = {field_name(e.number, "net.1.1"): f"0.{e.number}" for e in (one, two)}
    data = by_chrome(pdf(sheets.worksheet([sheet(one), sheet(two)])), names)
    both = {one.id: one, two.id: two}

    def find(id: str, student: str, number: int = 0, /) -> Exercise | Lost:
        return both.get(id, Lost("bad_id", as_told(id)))

    of_two = {page for name, (page, _) in boxes(data).items() if name.startswith("2_")}
    assert min(of_two) - 1 not in pages_with_fields(data)
    found = read_file(pages_only(data, last=min(of_two)), "worksheet.pdf", find)
    first, second = found.submissions
    assert first.answers["net.1.1"].text == "0.1"
    assert first.problems == []
    (problem,) = second.problems
    fields = len(two.asked)
    assert problem.message.startswith(f"{fields} of {fields} fields are missing from this PDF")


# what is no form ---------------------------------------------------------------------------


def test_a_scan_is_named_as_that(exercise: Exercise, filled: bytes) -> None:
    with_back = PdfWriter(clone_from=PdfReader(io.BytesIO(scanned(filled))))
    with_back.add_blank_page(595, 842)  # the empty back of a sheet
    assert refused(written(with_back), exercise).code == "scan"
    problem = refused(scanned(filled), exercise)
    assert problem.code == "scan"
    assert "scan or photograph" in problem.message
    assert "answers.csv" in problem.message


PICTURES = {
    "page.png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "page.jpg": b"\xff\xd8\xff\xe0" + bytes(100),
    "IMG_1.HEIC": b"\x00\x00\x00\x18ftypheic" + bytes(100),
    "page.tif": b"II*\x00" + bytes(100),
    "page.webp": b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(100),
    "worksheet.pdf": b"\xff\xd8\xff\xe0" + bytes(100),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_photograph_is_named_as_that(exercise: Exercise, name: str) -> None:
    problem = refused(PICTURES[name], exercise, name)
    assert problem.code == "scan"
    assert "scan or photograph" in problem.message


def test_a_flattened_sheet_says_whose_it_is(exercise: Exercise, filled: bytes) -> None:
    def flatten(writer: PdfWriter) -> None:
        for page in writer.pages:
            page.pop("/Annots", None)
        writer.root_object.pop("/AcroForm", None)

    flat = changed(filled, flatten)
    for data in (flat, pages_only(flat)):
        problem = refused(data, exercise)
        assert problem.code == "no_form"
        assert "flattened" in problem.message
        assert f"exercise {exercise.id} of {exercise.student}" in problem.message


def test_a_form_of_another_kind_is_named() -> None:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)

    form = DictionaryObject(
        {NameObject("/XFA"): ArrayObject(), NameObject("/Fields"): ArrayObject()}
    )
    writer.root_object[NameObject("/AcroForm")] = form
    problem = refused(written(writer), known()[0])
    assert problem.code == "no_form"
    assert "XFA" in problem.message


def test_a_file_whose_last_changes_are_cut_off_is_refused(
    exercise: Exercise, blank: bytes, right: dict[str, str]
) -> None:
    """Programs append what was changed: without its end an older state would be read."""
    names = list(right)
    first = by_pypdf(blank, dict.fromkeys(names[:5], "0.1"))
    out = io.BytesIO()
    writer = PdfWriter(io.BytesIO(first), incremental=True)
    for page in writer.pages:
        writer.update_page_form_field_values(page, {names[6]: "0.2"}, auto_regenerate=False)
    writer.write(out)
    second = out.getvalue()
    assert second.startswith(first)
    assert len(values(read(second, exercise))) == 6
    for cut in range(len(first) + 200, len(second) - 2, 97):
        assert refused(second[:cut], exercise).code == "broken_pdf"


# ways in -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pdfs")
    roster = place / "roster.csv"
    roster.write_text("student,name\nada,Ada Example\nbob,Bob Example\n")
    made = ["generate", "mazur", "--students", str(roster), "--seed", "demo"]
    done = CliRunner().invoke(cli, [*made, "--out", str(place / "hw1"), "--formats", "pdf"])
    assert done.exit_code == 0, done.output
    return place / "hw1"


def answered(hw: Path, student: str) -> tuple[Exercise, bytes, dict[str, str]]:
    from grader.assignments.folder import Folder

    (one,) = Folder(hw).exercises_of(student).values()
    sheet = (hw / "students" / student / "worksheet.pdf").read_bytes()
    right = {field_name(1, id): one.printed[id] for id in one.asked}
    return one, by_chrome(sheet, right), right


def checked(hw: Path, *paths: Path) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(
        cli, ["check", *map(str, paths), "--assignment", str(hw), "--output", "json"]
    )
    return done.exit_code, json.loads(done.stdout)


@pytest.mark.parametrize(
    "place",
    ["ada/worksheet.pdf", "Ada Example_12_assignsubmission_file/worksheet.pdf", "ada_34_56_w.pdf"],
)
def test_pages_without_a_form_come_in_by_every_archive(
    hw: Path, tmp_path: Path, place: str
) -> None:
    _, data, right = answered(hw, "ada")
    first = pages_with_fields(data)[0]
    inbox = tmp_path / "inbox.zip"
    with zipfile.ZipFile(inbox, "w") as archive:
        archive.writestr(place, pages_only(data, first=first, last=first + 1))
    status, report = checked(hw, inbox)
    (one,) = report["reports"]
    here = sum(page == first for page, _ in boxes(data).values())
    assert (one["student"], one["score"], one["max"]) == ("ada", here, len(right))
    assert [problem["code"] for problem in one["problems"]] == ["no_form"]
    assert status == 1


def test_a_worksheet_whose_numbers_were_replaced_is_named(hw: Path, tmp_path: Path) -> None:
    """An earlier version of the assignment: not graded against the new numbers."""
    again = tmp_path / "hw1"
    made = ["generate", "mazur", "--count", "1", "--seed", "other", "--formats", "none"]
    assert CliRunner().invoke(cli, [*made, "--out", str(again)]).exit_code == 0
    one, data, _ = answered(hw, "ada")
    for name, copy in (("whole.pdf", data), ("page.pdf", pages_only(data, first=1, last=2))):
        (tmp_path / name).write_bytes(copy)
        status, report = checked(again, tmp_path / name)
        assert report["reports"] == []
        (problem,) = report["problems"]
        assert problem["code"] == "bad_id"
        assert repr(one.id) in problem["message"]
        assert "another assignment" in problem["message"]
        assert status == 1


def test_a_scan_is_listed_and_not_graded(hw: Path, tmp_path: Path) -> None:
    _, data, _ = answered(hw, "ada")
    inbox = tmp_path / "ada"
    inbox.mkdir()
    (inbox / "scan.pdf").write_bytes(scanned(data))
    (inbox / "photo.heic").write_bytes(PICTURES["IMG_1.HEIC"])
    status, report = checked(hw, inbox)
    assert report["reports"] == []
    assert [problem["code"] for problem in report["problems"]] == ["scan", "scan"]
    assert status == 1


def test_copies_that_differ_are_refused_and_blank_ones_ignored(hw: Path, tmp_path: Path) -> None:
    _, data, right = answered(hw, "ada")
    inbox = tmp_path / "ada"
    inbox.mkdir()
    (inbox / "worksheet.pdf").write_bytes((hw / "students/ada/worksheet.pdf").read_bytes())
    (inbox / "worksheet (1).pdf").write_bytes(data)
    (inbox / "worksheet copy.pdf").write_bytes(by_pypdf(data, {}))
    status, report = checked(hw, inbox)
    assert [one["percent"] for one in report["reports"]] == [100]
    assert status == 0
    other = stale((hw / "students/ada/worksheet.pdf").read_bytes(), right | {"1_net-1-1": "0.1"})
    (inbox / "worksheet (2).pdf").write_bytes(other)
    status, report = checked(hw, inbox)
    assert report["reports"] == []
    assert {problem["code"] for problem in report["problems"]} == {"duplicate_file"}


def test_an_upload_that_has_all_beside_the_fields_is_not_taken(
    exercise: Exercise, blank: bytes, right: dict[str, str]
) -> None:
    """The service tells the student, and no attempt is spent."""
    from grader.web.grading_worker import answers_to

    answers, told = answers_to(exercise, typed_beside(blank, right), "worksheet.pdf")
    assert answers == {}
    assert {problem.code for problem in told} == {"beside_fields"}


def test_a_sheet_of_which_nothing_is_filled_in_stays_an_empty_one(
    exercise: Exercise, blank: bytes
) -> None:
    with pytest.raises(EmptyForm):
        read(blank, exercise)
