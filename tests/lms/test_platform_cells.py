"""Files of platforms of which single cells are changed: everything else stays, byte for byte."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from decimal import Decimal
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from issued_exercises import exercises
from moodle_files import CHANGED_WORDS, Row, Sheet, entry, others, read_back
from typed_rules import key_text

from grader.errors import PlatformFileError
from grader.lms.cells import Sheet as Cells
from grader.lms.moodle.archive import feedback_archive, packed, submissions
from grader.lms.moodle.files import same_name
from grader.lms.moodle.worksheet import Worksheet, harmless
from grader.lms.roundtrip import RoundTrip, Step, write_done
from grader.marking.mark import mark
from grader.marking.policy import Policy
from grader.read.files import read_file
from grader.read.platforms.online_text import answers_in
from problems.drawing import family

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters="\x00"))
LINE = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")))
NAMES = LINE.filter(str.strip)


def php_rows(text: str) -> list[list[str]]:
    r"""Rows as PHP's fgetcsv reads them: a backslash before a quote keeps the cell open."""
    rows: list[list[str]] = [[""]]
    quoted = escaped = False
    place = 0
    while place < len(text):
        char = text[place]
        if escaped:
            rows[-1][-1] += char
            escaped = False
        elif quoted and char == "\\":
            rows[-1][-1] += char
            escaped = True
        elif quoted and char == '"' and text[place + 1 : place + 2] == '"':
            rows[-1][-1] += char
            place += 1
        elif char == '"' and (quoted or not rows[-1][-1]):
            quoted = not quoted
        elif char == "," and not quoted:
            rows[-1].append("")
        elif char == "\n" and not quoted:
            rows.append([""])
        else:
            rows[-1][-1] += char
        place += 1
    return rows[:-1] if rows[-1] == [""] else rows


@given(
    st.lists(st.tuples(NAMES, TEXT, TEXT), min_size=1, max_size=6),
    st.data(),
)
def test_any_names_and_comments_survive_the_round_trip(
    people: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    """Graded rows only, and of them two columns; what is written is read back."""
    rows = [
        Row(n, name, f"u{n}", online=online, feedback=said.replace("\r", ""))
        for n, (name, online, said) in enumerate(people, 1)
    ]
    before = Sheet(rows).data()
    sheet = Worksheet(before, "Grades.csv")
    graded = data.draw(st.lists(st.sampled_from([row.number for row in rows]), unique=True))
    comments = {n: f"<p>{data.draw(TEXT)}</p>" for n in graded}
    grades = {n: Decimal(data.draw(st.integers(0, 10000))) / 100 for n in graded}
    after = sheet.filled(grades, comments)
    gone = {f"Participant {row.number}" for row in rows if row.number not in graded}
    assert others(before, after, CHANGED_WORDS, gone) == []
    back = {row["Identifier"]: row for row in read_back(after)}
    assert set(back) == {f"Participant {n}" for n in graded}
    for n in graded:
        assert back[f"Participant {n}"]["Grade"] == f"{grades[n]:.2f}"
        assert back[f"Participant {n}"]["Feedback comments"] == harmless(comments[n])
    assert sheet.filled({}, {}, [row.number for row in rows]) == before


@given(TEXT)
def test_comments_survive_phps_reader(text: str) -> None:
    r"""Moodle reads with fgetcsv, to which `\"` does not end a cell."""
    sheet = Worksheet(Sheet([Row(3, "Ann"), Row(4, "Bob")]).data(), "Grades.csv")
    html = f'<p>{text}\\"</p>\\'
    after = sheet.filled({3: Decimal(5)}, {3: html}, [4]).decode("utf-8-sig")
    rows = php_rows(after)
    assert [len(row) for row in rows] == [len(rows[0])] * 3
    assert rows[1][-1] == harmless(html)
    assert rows[2][0] == "Participant 4"


DIALECTS = [("\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]


@given(st.lists(st.lists(TEXT, min_size=3, max_size=3)), st.sampled_from(DIALECTS))
def test_cells_are_those_of_pythons_reader(
    rows: list[list[str]], dialect: tuple[str, int]
) -> None:
    """Whatever stands in them, however they are quoted, whichever line ends."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator=dialect[0], quoting=dialect[1])  # type: ignore[arg-type]
    writer.writerows([["a", "b", "c"], *rows])
    found = Cells(stream.getvalue().encode(), "a.csv")
    assert found.header == ("a", "b", "c")
    assert [[cell.text for cell in row.cells] for row in found.rows] == rows
    assert found.ragged() == []


def test_places_of_problems_count_lines_in_cells() -> None:
    """A row is named by the line where it begins."""
    data = b'a,b\n1,"x\ny"\n2,z\n\n3\n'
    found = Cells(data, "a.csv")
    assert [row.number for row in found.rows] == [2, 4, 6]
    assert [str(p) for p in found.ragged()] == [
        "a.csv:6: 1 cells in a table of 2 columns; download the file afresh"
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b'a,b\n1,"2\n', "unclosed_quote"),
        (b'a,b\n1,"2"3\n', "quoting"),
        (b"a;b\n1;2\n", "delimiter"),
        (b"a,b\n\xe4,2\n", "encoding"),
        (b"%PDF-1.7\n", "not_csv"),
        (b"a,b\n" + b"1,2\n" * 5_000_001, "too_large"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, code: str) -> None:
    """With what to do."""
    with pytest.raises(PlatformFileError) as caught:
        Cells(data, "a.csv")
    assert caught.value.problems[0].code == code


# names -------------------------------------------------------------------------------------


@given(NAMES)
def test_a_name_fits_itself_as_moodle_writes_it(name: str) -> None:
    """Whatever Moodle leaves out of it."""
    assert same_name(name.replace("_", " ").replace("'", "").replace("/", ""), name)


@pytest.mark.parametrize(
    ("archive", "worksheet", "fits"),
    [
        ("Bob OBrien", "Bob O'Brien", True),
        ("Ann Angstrom", "Ann Ångström", True),
        ("Lee Ann", "Ann Lee", True),
        ("Ann Lee", "Nan Lee", False),
        ("Ann", "Ann Lee", False),
        ("Cyprian Bartholomew", "Cyprian Bartholomew Li Wei", True),
    ],
)
def test_names_of_archive_and_worksheet(archive: str, worksheet: str, fits: bool) -> None:
    """Long names may be cut off; short ones are not taken for each other."""
    assert same_name(archive, worksheet) is fits


# archives ----------------------------------------------------------------------------------


@given(NAMES.map(lambda s: s.replace("/", "").replace("_", " ")), st.integers(1, 10**6))
def test_entries_of_any_name_are_found(name: str, number: int) -> None:
    """With folders and without, whatever the person is called."""
    from grader.lms.moodle.archive import _entry

    row = Row(number, name)
    for form in ({}, {"folders": False}, {"old": True}):
        path = f"download.zip/{entry(row, 'sub/a_1_assignsubmission_file_b.csv', **form)}"
        found = _entry(path)
        assert found is not None
        assert found[1:] == (number, "file", "sub/a_1_assignsubmission_file_b.csv")


def test_entries_that_lead_out_of_the_archive_are_listed(tmp_path: Path) -> None:
    """And never become a path of ours."""
    path = tmp_path / "download.zip"
    path.write_bytes(
        packed(
            {
                "../Ann_3_assignsubmission_file/a.csv": b"x",
                entry(Row(4, "Bob"), "a.csv"): b"step,answer\n",
            }
        )
    )
    found = submissions([path])
    assert [problem.code for problem in found.problems] == ["bad_path"]
    assert [number for number, one in found.people.items() if one.files] == [4]


def test_no_archive_is_refused(tmp_path: Path) -> None:
    """A page that was saved instead, or another platform's archive."""
    path = tmp_path / "download.zip"
    path.write_bytes(b"<!DOCTYPE html><html>log in</html>")
    with pytest.raises(PlatformFileError, match="no ZIP archive"):
        submissions([path])
    path.write_bytes(packed({}))
    with pytest.raises(PlatformFileError, match="Download all submissions"):
        submissions([path])


def test_the_feedback_archive_is_read_by_others() -> None:
    """Names before the number hold no underscore; the bytes do not depend on the clock."""
    data = feedback_archive(
        {3: {"feedback.html": b"a", "feedback.pdf": b"b"}, 12: {"x.html": b"c"}}
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert names == [
        "x_3_assignfeedback_file/feedback.html",
        "x_3_assignfeedback_file/feedback.pdf",
        "x_12_assignfeedback_file/x.html",
    ]
    assert all(name.split("_")[0] == "x" for name in names)


# text fields -------------------------------------------------------------------------------


@given(TEXT)
def test_any_text_of_a_field_is_read_or_told(text: str) -> None:
    """Never an exception, whatever was pasted."""
    found = answers_in(f"<p>net_h1 = 0.5</p><p>{escape(text)}</p>".encode(), "onlinetext.html")
    assert found.table is not None
    assert found.table.startswith(b"step,answer\r\nnet_h1,0.5\r\n")
    answers_in(text.encode(), "onlinetext.html")


HOSTILE = ["<!--", "<a ", "<![", "<!", "</", "<a b='", "<script>", "&#x", "&#99999999999;", "<td>"]
HOSTILE += ["<?", "<!>", "<? >", "<!a"]
HOSTILE += ["<sup>", "<s>", "<td><sup>", "<math><msup>", '<a style="x', "=\r", "<sub></sub>"]
HOSTILE += ["<tr><td>", "<tr>", "<p>", "a=1\n", "<br>=", "=", "a,", '"', "<!---->", "&"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_field_hangs_or_raises(text: str) -> None:
    """The standard library's parser takes hours for some of these, and raises on others."""
    page = (text * 300_000).encode()[:300_000]
    found = answers_in(page, "onlinetext.html")
    assert found.table is None or len(found.table) < 330_000


def test_numbers_of_characters_that_do_not_exist_are_not_worked_out() -> None:
    """A number of 5,000 digits is an exception in Python."""
    html = f"<p>net_h1 = 0.5&#{'9' * 5000};</p>"
    found = answers_in(html.encode(), "onlinetext.html")
    assert found.table == "step,answer\r\nnet_h1,0.5\ufffd\r\n".encode()


def test_scripts_and_styles_are_no_answers() -> None:
    """Only what is seen counts."""
    html = b"<style>p = 1</style><script>net_h1 = 7</script><p>net_h1 = 0.5</p>"
    found = answers_in(html, "onlinetext.html")
    assert found.table == b"step,answer\r\nnet_h1,0.5\r\n"


def test_the_exercise_may_be_named_in_the_text() -> None:
    """Where nothing else says whose work it is."""
    html = b"<p>exercise: mazur-1</p><p>net_h1 = 0,5</p>"
    found = answers_in(html, "onlinetext.html")
    assert found.table == b'exercise,step,answer\r\n\r\nmazur-1,net_h1,"0,5"\r\n'


SEPARATORS = [" = ", "=", ": ", ":", " : ", " := "]


@pytest.mark.parametrize("name", family.names())
def test_every_label_of_every_family_can_be_typed(name: str) -> None:
    """Some labels hold colons themselves, and answers are formulas in some families."""
    one = exercises(name, 1)[0]
    answers = {one.labels[id]: key_text(one, id) for id in one.questions}
    for separator in SEPARATORS:
        text = "".join(f"<p>{escape(k)}{separator}{escape(v)}</p>" for k, v in answers.items())
        typed = answers_in(text.encode(), "onlinetext.html")
        assert not typed.problems
        assert not typed.notes
        assert typed.table is not None
        rows = list(csv.reader(io.StringIO(typed.table.decode(), newline="")))[1:]
        assert dict(rows) == answers, separator
        read = read_file(typed.table, "onlinetext.html", lambda *_: one).submissions[0]
        report = mark(one, read.answers, Policy(), read.problems)
        assert report.percent == 100, separator


@pytest.mark.parametrize("end", ["\n", "\r\n", "<br>", "<br />\n", "</p><p>", "</div>\n<div>"])
@pytest.mark.parametrize("mark_up", ["{}", "<pre>{}</pre>", "<p><span>{}</span></p>"])
def test_a_table_may_be_pasted_with_tabs(end: str, mark_up: str) -> None:
    """As cells are copied out of a spreadsheet program; a blank cell stays one."""
    rows = ["exercise\tstep\tanswer", "mazur-1\tnet_h1\t0,5", "\tnet_h2\t", "mazur-1\tw5+\t-1"]
    found = answers_in(mark_up.format(end.join(rows)).encode(), "onlinetext.html")
    assert not found.problems
    assert not found.notes
    assert found.table is not None
    assert found.table.decode().split("\r\n") == ["sep=\t", *rows, ""]


DECLARATIONS = [
    "<!DOCTYPE html>",
    '<!doctype html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"\n "https://example.org/x1.dtd">',
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<![if !supportLists]>",
    "<!-- p = 1 -->",
]


@pytest.mark.parametrize("declaration", DECLARATIONS)
def test_declarations_are_no_answers(declaration: str) -> None:
    """What is written by programs is not told to the student as if they had written it."""
    html = f"{declaration}\n<html><body>{declaration}<p>net_h1 = 0.5</p></body></html>"
    found = answers_in(html.encode(), "onlinetext.html")
    assert found.table == b"step,answer\r\nnet_h1,0.5\r\n"
    assert not found.problems
    assert not found.notes


# the folder --------------------------------------------------------------------------------


def test_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the disk fills, the earlier run's files stand as they were."""
    out = tmp_path / "graded"
    write_done(RoundTrip([Step("a", "", "", "kept")], files={"Grades.csv": b"first"}), out, [])
    real = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name == "problems.csv":
            raise OSError(28, "No space left on device")
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(Exception, match="No space left"):
        write_done(RoundTrip(files={"Grades.csv": b"second"}), out, [])
    monkeypatch.undo()
    assert (out / "Grades.csv").read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["graded"]
    assert json.loads((out / "made.json").read_text())["files"] == [
        "Grades.csv",
        "done.csv",
        "problems.csv",
    ]
