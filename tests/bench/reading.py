"""The reading half of the truth bench: true transcripts, spelled and packed in every way.

Run by `make truth`. Source: docs/answers.md. The right answers of several families are written
in each spelling (`spellings`) and in each shape of file (`file_shapes`), one spelling for a whole
file or all of them by turns. Whatever comes out must be what was meant, or a refusal with words;
an ordinary spelling must be read. `--families A,B`, `--turns N` set the size.
"""

from __future__ import annotations

import argparse
import logging
import math
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from file_shapes import ENCODINGS, LISTS, SHAPES, SLOW, Files, Sheet
from handed_in import assignment
from spellings import PLAIN, SPELLINGS

from grader.assignments.folder import Folder
from grader.intake.collect import Gathered, gather_from
from grader.intake.sources import items
from grader.read.number import Unreadable, Written
from problems.exercise import Exercise

FAMILIES = ("lfd", "mazur", "valchanov", "binary")
STUDENT, NAME = "s001", "Ada Example"
READ, REFUSED, MISREAD, LOST, UNREAD = "read", "refused", "misread", "lost", "plain, refused"
OUTCOMES = (READ, REFUSED, MISREAD, LOST, UNREAD)
FAULTS = (MISREAD, LOST, UNREAD)
SHOWN = 12


@dataclass
class Counts:
    """What came out, by spelling and by shape."""

    by_spelling: dict[str, Counter[str]] = field(default_factory=dict)
    by_shape: dict[str, Counter[str]] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)
    files: int = 0

    def add(self, spelling: str, shape: str, outcome: str, example: str) -> None:
        """One answer."""
        self.by_spelling.setdefault(spelling, Counter())[outcome] += 1
        self.by_shape.setdefault(shape, Counter())[outcome] += 1
        if outcome in FAULTS and len(self.examples) < SHOWN:
            self.examples.append(f"{outcome}: {shape}, {spelling}: {example}")

    def total(self, outcome: str) -> int:
        """Of all answers."""
        return sum(counter[outcome] for counter in self.by_shape.values())


@dataclass(frozen=True)
class Work:
    """A family's exercise in its assignment."""

    exercise: Exercise
    folder: Folder

    @staticmethod
    def of(family: str, place: Path) -> Work:
        """A new assignment, and its first student's exercise."""
        (place / family).mkdir()
        folder = Folder(assignment(place / family, family))
        return Work(next(folder.exercises()), folder)

    def typed(self, spellings: Sequence[str], turn: int) -> tuple[dict[str, str], dict[str, str]]:
        """Question -> text, and question -> its spelling, one after the other."""
        texts, chosen = {}, {}
        for n, id in enumerate(self.exercise.asked):
            name = spellings[(n + turn) % len(spellings)]
            text = SPELLINGS[name](self.exercise.printed[id], self.exercise.labels[id])
            if text is not None:
                texts[id], chosen[id] = text, name
        return texts, chosen


def read(files: Files, folder: Folder, place: Path) -> Gathered:
    """What the program finds in files that lie in a folder."""
    with tempfile.TemporaryDirectory(dir=place) as inbox:
        for name, data in files.items():
            path = Path(inbox) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return gather_from(items([Path(inbox)]), folder)


def judged(found: Gathered, id: str, meant: str, plain: bool) -> str:
    """What became of one answer."""
    answers = [one.submission.answers[id] for one in found.works if id in one.submission.answers]
    if not answers:
        # that nothing was read in a whole file says nothing of one answer
        told = {problem.code for problem in found.problems} - {"empty"}
        if not told:
            return LOST
        return UNREAD if plain and "ambiguous_separator" not in told else REFUSED
    if len(answers) > 1:
        return MISREAD
    answer = answers[0]
    if isinstance(answer, Written):
        same = math.isclose(answer.value, float(meant), rel_tol=1e-12, abs_tol=1e-300)
        return READ if same else MISREAD
    if isinstance(answer, Unreadable) and answer.message:
        # a comma before three digits has two readings, however ordinary it is
        return UNREAD if plain and answer.code != "ambiguous_separator" else REFUSED
    return LOST


def ordinary(shape: str, spelling: str, text: str) -> bool:
    """Whether an answer must be read in files of that shape."""
    if spelling not in (PLAIN if shape not in LISTS else {"as printed"}):
        return False
    encoding = ENCODINGS.get(shape, "utf-8")
    return text.encode(encoding, "replace").decode(encoding) == text


def tried(work: Work, shape: str, spellings: Sequence[str], turn: int, place: Path) -> Iterator:
    """Spelling, outcome and text of each answer of one file."""
    texts, chosen = work.typed(spellings, turn)
    found = read(SHAPES[shape](Sheet(work.exercise, STUDENT, NAME, texts)), work.folder, place)
    alone = len(spellings) == 1
    for id, text in texts.items():
        meant = work.exercise.printed[id]
        outcome = judged(found, id, meant, alone and ordinary(shape, chosen[id], text))
        yield chosen[id], outcome, f"{text!r} for {meant}"


def run(
    families: Iterable[str] = FAMILIES,
    shapes: Iterable[str] = tuple(SHAPES),
    spellings: Sequence[str] = tuple(SPELLINGS),
    turns: int = 3,
    alone: Sequence[str] | None = None,
) -> Counts:
    """Try everything.

    Args:
        families: whose exercises.
        shapes: of files.
        spellings: of answers.
        turns: how many files of all spellings by turns there are of each family and shape.
        alone: spellings that the first family is written in from top to bottom as well; all if
            absent, but none of them in shapes that are slow.
    """
    counts, shapes = Counts(), list(shapes)
    with tempfile.TemporaryDirectory() as folder:
        for n, family in enumerate(families):
            work = Work.of(family, Path(folder))
            step = max(1, len(spellings) // turns)
            mixed = [(list(spellings), turn * step) for turn in range(turns)]
            for shape in shapes:
                few = alone if alone is not None else [] if shape in SLOW else spellings
                single = [([one], 0) for one in few if n == 0]
                for chosen, turn in single + mixed:
                    counts.files += 1
                    for spelling, outcome, example in tried(
                        work, shape, chosen, turn, Path(folder)
                    ):
                        counts.add(spelling, shape, outcome, example)
    return counts


def table(counts: Counts) -> str:
    """Both tables, the examples and the sum."""
    lines = []
    for title, rows in (("spelling", counts.by_spelling), ("shape", counts.by_shape)):
        lines += ["", f"{title:38}" + "".join(f"{outcome:>16}" for outcome in OUTCOMES)]
        lines += [
            f"{name:38}" + "".join(f"{counter[outcome]:16,}" for outcome in OUTCOMES)
            for name, counter in rows.items()
        ]
    lines += ["", *counts.examples, ""]
    sums = ", ".join(f"{counts.total(outcome):,} {outcome}" for outcome in OUTCOMES)
    lines.append(
        f"{len(counts.by_spelling)} spellings, {len(counts.by_shape)} shapes, "
        f"{counts.files:,} files: {sums}"
    )
    return "\n".join(lines)


def main(words: Sequence[str] | None = None) -> int:
    """Print the tables; 1 if anything was misread, lost or refused though ordinary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--turns", type=int, default=3)
    chosen = parser.parse_args(words)
    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it tells of signs that its fonts lack
    start = time.process_time()
    counts = run(chosen.families.split(","), turns=chosen.turns)
    print(table(counts))
    print(f"{time.process_time() - start:.0f} s of processor time")
    return 1 if any(counts.total(fault) for fault in FAULTS) else 0


if __name__ == "__main__":
    sys.exit(main())
