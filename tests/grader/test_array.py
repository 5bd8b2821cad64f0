"""Vectors and matrices: what lies between the numbers is settled before they are read."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured import in_a_fork, work

from grader.errors import AnswerError
from grader.read.array import ArrayReading, read_array
from grader.read.codes import CODES
from grader.read.number import Unreadable, Written


def values(found: ArrayReading | None) -> list[list[float | None]]:
    assert found is not None
    return [[e.value if isinstance(e, Written) else None for e in row] for row in found.rows]


READ = [
    ("[0.7, 1.0]", [[0.7, 1.0]]),
    ("(0.7; 1.0)", [[0.7], [1.0]]),
    ("[0.7; 1.0]", [[0.7], [1.0]]),
    ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
    ("[[1, 2]; [3, 4]]", [[1, 2], [3, 4]]),
    ("[[1, 2]\n [3, 4]]", [[1, 2], [3, 4]]),
    ("[1, 2; 3, 4]", [[1, 2], [3, 4]]),
    ("[1 2; 3 4]", [[1, 2], [3, 4]]),
    ("1, 2\n3, 4", [[1, 2], [3, 4]]),
    ("1 2\r\n3 4\n", [[1, 2], [3, 4]]),
    ("1; 2\n3; 4", [[1, 2], [3, 4]]),
    ("[0.7 1.0]", [[0.7, 1.0]]),
    ("[-0.5, −0.25]", [[-0.5, -0.25]]),
    ("[0,593; 0,05]", [[0.593], [0.05]]),
    ("[0,5 1,2]", [[0.5, 1.2]]),
    ("0,5; 1,2\n0,7; 0,8", [[0.5, 1.2], [0.7, 0.8]]),
    ("[1/3, 5e-4, 2^-1]", [[1 / 3, 5e-4, 0.5]]),
    ("0.5", [[0.5]]),
    ("[0.5]", [[0.5]]),
]


@pytest.mark.parametrize(("text", "wanted"), READ)
def test_every_spelling_gives_the_rows(text: str, wanted: list[list[float]]) -> None:
    """Commas, semicolons, brackets, lines, spaces."""
    assert values(read_array(text)) == wanted


DOUBTFUL = ["[0,5]", "[0,5; 1,2]", "[0,5, 1,2]", "[1,2\n3,4]", "[1,234; 2,345]"]


@pytest.mark.parametrize("text", DOUBTFUL)
def test_commas_that_could_be_both_are_refused(text: str) -> None:
    """[0,5; 1,2] is a column of two or a matrix of four."""
    with pytest.raises(AnswerError) as caught:
        read_array(text)
    assert caught.value.code == "ambiguous_separator"
    assert text[caught.value.position] == ","


def test_the_files_own_way_of_writing_settles_commas() -> None:
    """A file with decimal commas elsewhere has them here too."""
    assert values(read_array("[0,5; 1,2]", comma=True)) == [[0.5], [1.2]]
    assert values(read_array("[0,5; 1,2]", comma=False)) == [[0, 5], [1, 2]]
    assert values(read_array("[0,5, 1,2]", comma=True)) == [[0.5, 1.2]]
    assert values(read_array("[1, 2; 3, 4]", comma=True)) == [[1, 2], [3, 4]]


REFUSED = ["[1, 2", "[[1, 2], [3, 4]", "[]", "(1) + (2)", "[[[1]]]", "[1 - 2]", "[1," * 4000]


@pytest.mark.parametrize("text", REFUSED)
def test_brackets_that_do_not_fit_are_refused(text: str) -> None:
    """With a code and a place."""
    with pytest.raises(AnswerError) as caught:
        read_array(text)
    assert caught.value.code in {"syntax", "too_long"}
    assert 0 <= caught.value.position <= len(text)


def test_entries_are_refused_one_by_one() -> None:
    """The good ones beside them count."""
    found = read_array("[0.5, abc, , 1e999]")
    assert found is not None
    good, word, blank, vast = found.rows[0]
    assert isinstance(good, Written)
    assert isinstance(word, Unreadable)
    assert word.code == "not_a_number"
    assert blank is None
    assert isinstance(vast, Unreadable)
    assert vast.code == "number_out_of_range"


def test_the_shape_shows_what_is_transposed_or_ragged() -> None:
    """The caller compares it with what was asked."""
    found = read_array("[1, 2, 3; 4, 5, 6]")
    assert found is not None
    assert found.shape == (2, 3)
    assert found.transposed().shape == (3, 2)
    assert values(found.transposed()) == [[1, 4], [2, 5], [3, 6]]
    uneven = read_array("[[1, 2], [3]]")
    assert uneven is not None
    assert uneven.ragged


def test_places_are_those_of_the_typed_text() -> None:
    """Spaces in numbers and lines are counted as typed."""
    text = "  [1,    2;   0 ,5;  }]"
    with pytest.raises(AnswerError) as caught:
        read_array(text)
    assert text[caught.value.position] == "}"


SLOW = [" " * 9000 + "x]", "[" + " " * 9000 + "x", "1" + " " * 9000 + "2", "[" + "\n " * 4000]


@pytest.mark.parametrize("text", SLOW, ids=range(len(SLOW)))
def test_no_text_is_much_work(text: str) -> None:
    """Patterns over runs of spaces would not come back."""

    def read() -> None:
        with contextlib.suppress(AnswerError):
            read_array(text)

    assert in_a_fork(lambda: work(read)) < 100_000


def test_blank_is_blank() -> None:
    """An empty cell says nothing."""
    assert read_array("  ") is None


numbers = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=1, max_size=4))
def test_matrices_read_back_however_they_are_written(rows: list[list[float]]) -> None:
    """repr of a list of lists, MATLAB's way, lines; decimal commas where the file says so."""
    lines = [", ".join(map(repr, row)) for row in rows]
    assert values(read_array(repr(rows))) == rows
    assert values(read_array(f"[{'; '.join(lines)}]")) == rows
    assert values(read_array("\n".join(lines))) == rows
    german = "\n".join("; ".join(map(repr, row)) for row in rows).replace(".", ",")
    if len(rows) > 1:
        assert values(read_array(german, comma=True)) == rows


@given(st.text(alphabet="0123456789.,;[]()- \nabx", max_size=40))
def test_no_text_raises_anything_but_a_refusal(text: str) -> None:
    """Students type what they type."""
    refusal = None
    try:
        read_array(text)
    except AnswerError as error:
        refusal = error
    if refusal:
        assert refusal.code in CODES
        assert 0 <= refusal.position <= len(text)
