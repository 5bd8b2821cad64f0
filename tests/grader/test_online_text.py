"""What is typed into the text fields of platforms counts as it is seen."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from html import escape
from pathlib import Path

import pytest
from handed_in import assignment, check, exercise_of, right, zipped

from grader.read.platforms.online_text import answers_in
from grader.read.platforms.rich_text import seen


def read(page: str) -> dict[str, str]:
    """Label -> answer, where nothing was told."""
    found = answers_in(page.encode(), "onlinetext.html")
    assert found.table is not None
    assert not found.problems, found.problems
    rows = list(csv.DictReader(io.StringIO(found.table.decode(), newline="")))
    return {row["step"]: row["answer"] for row in rows if row["step"]}


POWER = "2.1×10^(-1)"
SAME = {
    "raised": ("net_h1 = 2.1×10<sup>-1</sup>", "net_h1", POWER),
    "raised by a style": (
        'net_h1 = 2.1×10<span style="font-size: 0.6em; vertical-align: super;">-1</span>',
        "net_h1",
        POWER,
    ),
    "raised and bold within": ("net_h1 = 2.1&times;10<sup><b>-</b>1</sup>", "net_h1", POWER),
    "raised in MathML": (
        "net_h1 = <math><mn>2.1</mn><mo>×</mo>\n<msup><mn>10</mn><mrow><mo>-</mo><mn>1</mn>"
        "</mrow></msup></math>",
        "net_h1",
        POWER,
    ),
    "MathML and its picture": (
        'net_h1 = <span class="katex"><math><semantics><mn>0.5</mn><annotation>0.5</annotation>'
        '</semantics></math><span class="katex-html" aria-hidden="true">0.5</span></span>',
        "net_h1",
        "0.5",
    ),
    "a fraction": ("a = <math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>", "a", "(1)/(2)"),
    "nothing raised or lowered": ("a = 0.5<sup></sup><sub><b></b></sub>", "a", "0.5"),
    "lowered": ("net<sub>h1</sub> = 0.5", "net_h1", "0.5"),
    "both": ("w<sub>5</sub><sup>+</sup> = 0.5", "w_5+", "0.5"),
    "TeX of Moodle": (r"\(net_{h1} = 2.1\times 10^{-1}\)", "net_{h1}", r"2.1\times 10^{-1}"),
    "TeX between dollars": (r"$$net_{h1}$$ = $0{,}5$", "net_{h1}", "0,5"),
    "Canvas's equation": (
        r'w5 = <img class="equation_image" alt="LaTeX: 2" data-equation-content="2\cdot 10^{-1}">',
        "w5",
        r"2\cdot 10^{-1}",
    ),
    "a derivative": (r"$\frac{\partial E}{\partial w_5}$ = 1", r"\partial E/\partial w_5", "1"),
    "in colours": ('a = <span>0.</span><b>68</b><font color="red">51</font>', "a", "0.6851"),
    "where the cursor was": ("a = 0.&#8203;68&shy;5<wbr>1\ufeff", "a", "0.6851"),
    "entities": ("a&nbsp;=&nbsp;&minus;0.5", "a", "−0.5"),
    "Word": (
        "<span style='mso-list:Ignore'>1.<span>&nbsp; </span></span>a\n=\n0.5<o:p></o:p>"
        "<!--[if gte mso 9]><xml>b=1</xml><![endif]-->",
        "a",
        "0.5",
    ),
    "a wide sign": ("net_h1：0.5", "net_h1", "0.5"),
    "nearly": ("net_h1 ≈ 0.5", "net_h1", "0.5"),
    "crossed out before": ("a = <s>0.4</s> 0.5", "a", "0.5"),
    "deleted and inserted": ("a = <del>0.4</del><ins>0.5</ins>", "a", "0.5"),
    "hidden beside": ('a = <span style="display: none">0.4</span>0.5', "a", "0.5"),
}


@pytest.mark.parametrize("kind", SAME)
def test_marks_are_read_as_they_are_seen(kind: str) -> None:
    """Raised is a power, lowered an index, colours are nothing."""
    page, label, answer = SAME[kind]
    assert read(f"<p>{page}</p>") == {label: answer}


ASIDE = {
    "<p>a = <s>0.4</s> 0.5</p>": "crossed out: '0.4'",
    "<p>b = 1</p><s>a = 0.4": "crossed out: 'a = 0.4'",
    "<p>b = 1</p><strike>a = <b>0.4</b></strike>": "crossed out: 'a = 0.4'",
    '<p>b = 1</p><p style="text-decoration:underline line-through">a = 4</p>': (
        "crossed out: 'a = 4'"
    ),
    '<p>b = 1</p><p style="display:none">a = 4</p>': "hidden: 'a = 4'",
    "<p>b = 1</p><div hidden>a = 4</div>": "hidden: 'a = 4'",
    '<p>b = 1<span style="font-size:0">a = 4</span></p>': "hidden: 'a = 4'",
    '<p>b = 1<span style="visibility: hidden;">a = 4</span></p>': "hidden: 'a = 4'",
}


@pytest.mark.parametrize("page", ASIDE)
def test_what_is_crossed_out_or_hidden_is_told(page: str) -> None:
    """It is no answer, and it is not dropped without a word."""
    found = answers_in(page.encode(), "onlinetext.html")
    assert [(one.code, one.message) for one in found.notes] == [
        ("left_out", f"not read, for it is {ASIDE[page]}")
    ]
    assert found.table is not None
    assert b"4" not in found.table


def test_many_such_pieces_and_lines_are_counted() -> None:
    """The first twenty are shown."""
    page = "<p>b = 1</p>" + "<p><s>x</s></p>" * 30 + "<p>a is 2</p>" * 25
    found = answers_in(page.encode(), "onlinetext.html")
    assert [len(found.notes), len(found.problems)] == [21, 21]
    assert "10 more" in found.notes[-1].message
    assert "5 more" in found.problems[-1].message


def test_small_type_and_a_faint_colour_are_seen() -> None:
    """Only what nobody can see is hidden."""
    assert read('<p style="font-size:0.8em;opacity:0.5">a = 0.4</p>') == {"a": "0.4"}


TABLES = {
    "no header": (
        "<table><tr><td>a</td><td>1</td></tr><tr><th>b</th><td><p>2</p></td></tr></table>"
    ),
    "no rows around": "<table><td>a</td><td>1</td></table><p>b = 2</p>",
    "further columns": (
        "<table><tr><td>step</td><td>symbol</td><td>answer</td></tr>"
        "<tr><td>a</td><td>x</td><td>1<br></td></tr></table><p>b = 2</p>"
    ),
    "for the looks": "<table><tr><td>a = 1<br>b = 2</td></tr></table>",
    "two tables": (
        "<table><tr><td>step</td><td>answer</td></tr><tr><td>a</td><td>1</td></tr></table>"
        "<table><tr><td>Answer</td><td>Step</td></tr><tr><td>2</td><td>b</td></tr></table>"
    ),
    "unclosed": "<table><tr><td>a<td>1<tr><td>b<td>2</table>",
    "blocks": "<h2>a = 1</h2><blockquote>b = 2</blockquote>",
    "a list": "<ol><li>a = 1<li>b = 2</ol>",
}


@pytest.mark.parametrize("kind", TABLES)
def test_tables_and_blocks_keep_their_cells_apart(kind: str) -> None:
    """Whatever a word processor or an editor makes of them."""
    assert read(TABLES[kind]) == {"a": "1", "b": "2"}


def test_lines_of_one_cell_are_not_one_number() -> None:
    """`0.5` above `6` is no 0.56."""
    page = "<table><tr><td>a</td><td>0.5<br>6</td></tr></table>"
    assert read(page) == {"a": "0.5 6"}


TOLD = {
    "a picture for a number": "<p>b = 1</p><p>a = <img src='x.png'></p>",
    "a drawing": "<p>b = 1</p><p>a = <svg><text>0.5</text></svg></p>",
    "a matrix": "<p>b = 1</p><p>a = <math><mtable><mtd>1</mtd></mtable></math></p>",
    "a picture in a table": (
        "<table><tr><td>step</td><td>answer</td></tr><tr><td>b</td><td>1</td></tr>"
        "<tr><td>a</td><td><img src='x.png'></td></tr></table>"
    ),
    "a row of three": "<p>b = 1</p><table><tr><td>a</td><td>is</td><td>2</td></tr></table>",
    "a row that is too long": (
        "<table><tr><td>step</td><td>answer</td></tr><tr><td>b</td><td>1</td></tr>"
        "<tr><td>a</td><td>0</td><td>3775</td></tr></table>"
    ),
    "a sentence beside a table": "<table><tr><td>b</td><td>1</td></tr></table><p>a is 2</p>",
}


@pytest.mark.parametrize("kind", TOLD)
def test_what_cannot_be_read_is_told_with_its_line(kind: str) -> None:
    """Never left blank without a word."""
    found = answers_in(TOLD[kind].encode(), "onlinetext.html")
    assert [one.code for one in found.problems] == ["not_csv"]
    assert found.problems[0].row in (2, 3)
    assert found.table is not None
    assert found.table.endswith(b"b,1\r\n")


def test_a_page_of_pictures_says_so() -> None:
    """A photograph of the worksheet is no text."""
    found = answers_in(b"<p><img src='photo.jpg'></p>", "onlinetext.html")
    assert found.table is None
    assert "picture" in found.problems[0].message


def test_every_character_is_looked_at_once() -> None:
    """Cells and marks that are never closed."""
    for text in ("<td><sup>", "<math><msup>", "<s>", "<tr><td>1<td>2", "<a b=c d='e'>"):
        page = seen(text * 20_000)
        assert isinstance(page.lines, tuple)


# the same everywhere -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def hw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assignment(tmp_path_factory.mktemp("text"))


def page_of(answers: Sequence[tuple[str, str]]) -> bytes:
    return "<br>".join(f"{escape(k)} = {escape(v)}" for k, v in answers).encode()


FIELDS = ["Ada Example_3_assignsubmission_onlinetext/onlinetext.html", "exampleada_12_text.html"]
FIELDS += ["Ada Example_3_assignsubmission_onlinetext_onlinetext.html"]


@pytest.mark.parametrize("name", FIELDS)
def test_check_reads_the_text_fields_of_an_archive(hw: Path, tmp_path: Path, name: str) -> None:
    """As `bpgrade moodle grade` and `canvas grade` do; problems name the line of the text."""
    pairs = list(right(exercise_of(hw, "s001")).items())
    path = tmp_path / "all.zip"
    path.write_bytes(zipped({name: b"Hello<br>" + page_of([*pairs[:-1], ("w9", "1")])}))
    done = check(hw, path)
    assert done.percent["s001"] > 90
    assert [(one["code"], one["row"]) for one in done.problems] == [("bad_step", 42)]
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert check(hw, tmp_path / "unpacked").percent == done.percent


def test_an_empty_text_field_is_no_submission(hw: Path, tmp_path: Path) -> None:
    """And none that is worth 0."""
    path = tmp_path / "all.zip"
    path.write_bytes(zipped({FIELDS[0]: b"<p>&nbsp;</p>"}))
    done = check(hw, path)
    assert (done.percent, done.problems) == ({}, [])


def test_numbers_in_the_column_of_symbols_are_told(hw: Path, tmp_path: Path) -> None:
    """In a table of a text field as in one of a file: no blank submission without a word."""
    cells = right(exercise_of(hw, "s001")).items()
    rows = [f"<tr><td>{escape(label)}</td><td>{text}</td><td></td></tr>" for label, text in cells]
    head = "<tr><td>step</td><td>symbol</td><td>answer</td></tr>"
    page = f"<table>{head}{''.join(rows)}</table>".encode()
    name = "Ada Example_12_assignsubmission_onlinetext/onlinetext.html"
    file = tmp_path / "texts.zip"
    file.write_bytes(zipped({name: page}))
    done = check(hw, file)
    assert set(done.codes) == {"beside_fields", "empty"}
    assert not done.reports
