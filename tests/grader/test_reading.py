"""The reading half of the truth bench: it finds nothing now, and it would find a fault."""

from __future__ import annotations

import pytest
import reading
from file_shapes import SHAPES
from spellings import PLAIN, SPELLINGS

import grader.read.answer
from grader.read.number import Written, read_number


def test_there_are_enough_of_both() -> None:
    """Sixty spellings, of which many are ordinary, in thirty shapes."""
    assert len(SPELLINGS) >= 60
    assert len(PLAIN) >= 30
    assert len(SHAPES) >= 30


@pytest.mark.parametrize("shape", SHAPES)
def test_true_answers_are_read_as_meant_or_refused(shape: str) -> None:
    """Every spelling by turns in a file of each shape; nothing is misread or lost."""
    counts = reading.run(["lfd"], [shape], turns=2, alone=["as printed", "decimal comma"])
    assert not counts.examples
    assert counts.total(reading.READ) > 80


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        (lambda text: text.replace("·", "*"), reading.MISREAD),
        (lambda text: text.replace(" ", ""), reading.MISREAD),
        (lambda text: "" if "%" in text else text, reading.LOST),
        (lambda text: text.replace(",", "?"), reading.UNREAD),
    ],
    ids=["raised point is times", "spaces dropped", "per cent dropped", "commas refused"],
)
def test_the_bench_finds_a_fault(planted, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that does something to the text is found out."""

    def faulty(text: str, **how: object) -> object:
        found = read_number(planted(text), **how)
        return Written(text, found.value, found.place, 1) if isinstance(found, Written) else found

    monkeypatch.setattr(grader.read.answer, "read_number", faulty)
    counts = reading.run(["mazur"], ["CSV, semicolons"], turns=1)
    assert counts.total(fault)
    assert any(example.startswith(fault) for example in counts.examples)


def test_the_bench_fails_where_it_finds_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A status that `make truth` stops at, and a line that says what was misread."""
    counts = reading.Counts()
    counts.add("as printed", "CSV", reading.READ, "'0.5' for 0.5")
    monkeypatch.setattr(reading, "run", lambda *_, **__: counts)
    assert reading.main([]) == 0
    counts.add("raised point ·", "CSV", reading.MISREAD, "'0·5' for 0.5")
    assert reading.main([]) == 1
    assert "misread: CSV, raised point ·: '0·5' for 0.5" in capsys.readouterr().out
