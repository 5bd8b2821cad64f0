"""What a part of the class handed in: which cell answers which question of whom.

Ordinary rows only give positions of cells. What is out of the ordinary (an exercise answered in
two places, a step twice, a label that is unknown or means an array) is read by the reader of
single files, and its answers join the other cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter

import numpy as np
import polars as pl
from numpy.typing import NDArray

from grader.bulk.exercise_columns import Part
from grader.bulk.partition import PLACE, answer_columns
from grader.bulk.pieces import Piece, bracketed, cut_numbers, strayed
from grader.bulk.readings import Pool, coded
from grader.bulk.rows import LINE, as_rows
from grader.errors import Lost, Problem
from grader.intake.duplicates import settled
from grader.read.answer import Answer, read_answer
from grader.read.answer_sheet import AnswerSheet
from grader.read.builder import LONGEST_ANSWER, Builder, hidden
from grader.read.number import Reading, Unreadable, Written
from grader.read.tables.answers import take_tidy, take_wide
from grader.read.tables.table import Table
from problems.exercise import Exercise
from problems.formulas.notation import Labels
from problems.reasons import because

Ints = NDArray[np.int64]

FILE = 1 << 40
"""More lines than a file has: places in several files are one number."""


@dataclass
class Cast:
    """The submissions of one mould."""

    mould: Exercise
    number: int
    rows: Ints
    """Rows of the part, ascending: shape (n,)."""
    cells: Ints
    """Position in the pool of each question's answer, 0 where blank: shape (questions, n)."""
    submissions: dict[int, AnswerSheet] = field(default_factory=dict)
    """Of those that were read one by one, by their index in `rows`."""
    unread: list[tuple[int, int, Problem]] = field(default_factory=list)
    """Answers that are no numbers: index in `rows`, position, and what is said."""
    first: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """By file and line, where each submission begins: shape (n,)."""

    def problems(self) -> dict[int, list[Problem]]:
        """Index in `rows` -> what could not be read there, in the order of the file."""
        found: dict[int, list[Problem]] = {}
        for n, one in self.submissions.items():
            if one.problems:
                found[n] = list(one.problems)
        for n, _, problem in sorted(self.unread, key=itemgetter(0, 1)):
            found.setdefault(n, []).append(problem)
        return found


@dataclass
class Handed:
    """All of a part."""

    pool: Pool
    casts: list[Cast]
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    sources: list[tuple[Piece, Ints]] = field(default_factory=list)
    """What was read, with the row of the part for each of its rows."""

    def place(self, row: int) -> tuple[str, int | None]:
        """File of a row of the part, and its line where all of it stands in one."""
        for piece, rows in self.sources:
            at = np.flatnonzero(rows == row)
            if len(at):
                return piece.file, None if piece.tidy else int(piece.frame[LINE][int(at[0])])
        raise KeyError(row)


def handed_in(part: Part, first: int, pieces: Sequence[Piece]) -> Handed:
    """Find every answer of a part.

    Args:
        part: the exercises.
        first: place in the class of the part's first exercise.
        pieces: the rows, file by file in the order in which they were named.
    """
    return _Gatherer(part, first, pieces).gather()


@dataclass
class _Laid:
    """A piece whose cells are in the pool."""

    piece: Piece
    rows: Ints
    """Row of the part for each row of the piece."""
    base: int
    """Position of its first cell; columns follow each other."""
    columns: list[str]

    @property
    def height(self) -> int:
        return len(self.rows)

    def problem(self, position: int, reading: Unreadable) -> Problem:
        """Why a cell is no number, with its line and column."""
        column, row = divmod(position - self.base, self.height)
        line = self.piece.frame[LINE][row]
        name = self.columns[column]
        return Problem(self.piece.file, line, name, reading.code, reading.reason)


@dataclass(frozen=True)
class _Grid:
    """Where the answers to one mould stand."""

    labels: Labels
    index: dict[str, int]
    """Question -> its row in `cells`."""
    cells: Ints
    """Position of each answer: shape (questions, rows of the part); 0 where blank."""

    def question(self, label: str) -> int:
        """The row of what a label means; -1 if it means nothing."""
        id = None if hidden(label) else self.labels.find(label)
        return -1 if id is None else self.index[id]


class _Gatherer:
    def __init__(self, part: Part, first: int, pieces: Sequence[Piece]) -> None:
        self.part = part
        self.pool = Pool()
        self.moulds = part.frame["mould"].to_numpy()
        self.laid = [self._laid(piece, first) for piece in pieces]
        self.odd = np.zeros(len(part.frame), dtype=bool)
        """Rows of the part that are read one by one."""
        self.first = np.full(len(part.frame), np.iinfo(np.int64).max)
        for laid in self.laid:
            lines = laid.piece.frame[LINE].to_numpy().astype(np.int64)
            np.minimum.at(self.first, laid.rows, laid.piece.order * FILE + lines)
        sources = [(laid.piece, laid.rows) for laid in self.laid]
        self.handed = Handed(self.pool, [], sources=sources)

    def _laid(self, piece: Piece, first: int) -> _Laid:
        columns = answer_columns(piece.columns)
        cells = pl.concat([piece.frame[name].alias("") for name in columns])
        rows = piece.frame[PLACE].to_numpy() - first
        return _Laid(piece, rows, self.pool.add_cells(cells, piece.comma), columns)

    def gather(self) -> Handed:
        """Ordinary rows by position, the others by the reader of single files."""
        self._mark_doubles()
        found = [self._grid(number) for number in range(len(self.part.moulds))]
        kept = self._read_odd()
        for number, grid in enumerate(found):
            cast = self._cast(number, grid, kept)
            if len(cast.rows):
                self._read_named(cast)
                self._list_unread(cast)
                cast = self._without_unread(cast)
            if len(cast.rows):
                self.handed.casts.append(cast)
        return self.handed

    def _mark_doubles(self) -> None:
        """Exercises in two files or two rows of a wide one, and doubtful brackets."""
        times = np.zeros(len(self.odd), dtype=np.int64)
        for laid in self.laid:
            self.odd[laid.rows[bracketed(laid.piece)]] = True
            if laid.piece.tidy:
                times[np.unique(laid.rows)] += 1
            else:
                np.add.at(times, laid.rows, 1)
        self.odd |= times > 1
        for number, mould in enumerate(self.part.moulds):
            if mould.formulas or mould.generals:
                self.odd |= self.moulds == number

    # ordinary rows -------------------------------------------------------------------------

    def _grid(self, number: int) -> _Grid:
        """The answers to a mould; rows with something out of the ordinary are marked as odd."""
        mould = self.part.moulds[number]
        cells = np.zeros((len(mould.questions), len(self.odd)), dtype=np.int64)
        index = {id: k for k, id in enumerate(mould.questions)}
        grid = _Grid(Labels(mould.labels), index, cells)
        for laid in self.laid:
            at = np.flatnonzero(self.moulds[laid.rows] == number)
            if len(at):
                fill = self._fill_tidy if laid.piece.tidy else self._fill_wide
                fill(laid, at, grid)
        return grid

    def _fill_wide(self, laid: _Laid, at: Ints, grid: _Grid) -> None:
        rows = laid.rows[at]
        taken: set[int] = set()
        for n, column in enumerate(laid.columns):
            texts = laid.piece.frame[column]
            question = grid.question(column)
            if question < 0 or question in taken:
                written = (texts.str.strip_chars() != "").to_numpy()
                self.odd[rows[written[at]]] = True
                continue
            taken.add(question)
            grid.cells[question, rows] = laid.base + n * laid.height + at
            if (texts.str.len_bytes() > LONGEST_ANSWER).any():
                self.odd[rows[(texts.str.len_chars() > LONGEST_ANSWER).to_numpy()[at]]] = True

    def _fill_tidy(self, laid: _Laid, at: Ints, grid: _Grid) -> None:
        frame, rows = laid.piece.frame, laid.rows[at]
        steps, typed = coded(frame["step"])
        question = np.array([grid.question(label) for label in typed])[steps[at]]
        odd = question < 0
        odd |= (frame["answer"].str.len_chars() > LONGEST_ANSWER).to_numpy()[at]
        odd |= (cut_numbers(laid.piece) | strayed(laid.piece))[at]
        places = question * len(self.odd) + rows
        _, first, times = np.unique(places, return_index=True, return_counts=True)
        odd[first[times > 1]] = True
        self.odd[rows[odd]] = True
        grid.cells[question[~odd], rows[~odd]] = laid.base + at[~odd]

    # one by one ----------------------------------------------------------------------------

    def _read_odd(self) -> dict[int, AnswerSheet]:
        """Row of the part -> what counts of what was handed in for it."""
        if not self.odd.any():
            return {}
        groups: dict[int, list[AnswerSheet]] = {}
        for laid in self.laid:
            for row, submission in self._read_one_by_one(laid):
                groups.setdefault(row, []).append(submission)
        kept: dict[int, AnswerSheet] = {}
        for row, group in sorted(groups.items()):
            found = settled(group)
            self.handed.problems += found.problems
            self.handed.notes += found.notes
            if found.counts is not None:
                kept[row] = group[found.counts]
        return kept

    def _read_one_by_one(self, laid: _Laid) -> list[tuple[int, AnswerSheet]]:
        piece = laid.piece
        mask = self.odd[laid.rows]
        if not mask.any():
            return []
        frame = piece.frame.filter(mask).with_columns(pl.Series("\x00row", laid.rows[mask]))
        frame = frame.sort(LINE)
        rows = as_rows(frame, piece.columns)
        known: dict[tuple[str, str], Exercise] = {}
        numbers: dict[str, int] = {}
        for at, row in zip(frame["\x00row"].to_list(), rows, strict=True):
            key = (row.cells.get("exercise", "").strip(), row.cells.get("student", "").strip())
            if key not in known:
                known[key] = self._exercise(at)
                numbers[known[key].id] = at

        def find(exercise: str, student: str, number: int = 0, /) -> Exercise | Lost:
            return known[exercise, student]

        builder = Builder(piece.file, find)
        builder.comma, builder.brackets = piece.comma, piece.brackets
        table = Table(piece.file, piece.columns, rows, (), (), piece.delimiter)
        if piece.tidy:
            take_tidy(table, builder)
        else:
            take_wide(table, builder, laid.columns)
        self.handed.problems += builder.listing.all()
        self.handed.notes += builder.notes.all()
        return [(numbers[one.exercise.id], one) for one in builder.found]

    def _exercise(self, row: int) -> Exercise:
        found: Exercise = self.part.exercise(row)
        return found

    # together ------------------------------------------------------------------------------

    def _cast(self, number: int, grid: _Grid, kept: dict[int, AnswerSheet]) -> Cast:
        mould = self.part.moulds[number]
        present = np.zeros(len(self.odd), dtype=bool)
        for laid in self.laid:
            present[laid.rows] = True
        present &= (self.moulds == number) & ~self.odd
        own = {row: one for row, one in kept.items() if self.moulds[row] == number}
        present[list(own)] = True
        rows = np.flatnonzero(present)
        cells = grid.cells[:, rows]
        cast = Cast(mould, number, rows, cells, first=self.first[rows])
        at_row = {int(row): n for n, row in enumerate(rows)} if own else {}
        for row, one in own.items():
            n = at_row[row]
            cast.submissions[n] = one
            cells[:, n] = 0
            for id, answer in one.answers.items():
                if id in grid.index:
                    cells[grid.index[id], n] = self.pool.add(_for_pool(answer))
        return cast

    def _read_named(self, cast: Cast) -> None:
        """Texts such as `v4 = 0.5` are read again, as answers to their own step."""
        named = self.pool.table().named
        if not named.any():
            return
        codes = self.pool.codes()
        for k, n in np.argwhere(named[codes[cast.cells]]).tolist():
            position = int(cast.cells[k, n])
            laid, typed = self._of(position), self.pool.readings[codes[position]]
            if n in cast.submissions or laid is None or typed is None:
                continue
            question = cast.mould.questions[k]
            reading = read_answer(cast.mould, question, typed.text, laid.piece.comma)
            if isinstance(reading, Unreadable):
                cast.unread.append((n, position, laid.problem(position, reading)))
            cast.cells[k, n] = 0 if reading is None else self.pool.add(_for_pool(reading))

    def _list_unread(self, cast: Cast) -> None:
        """Every answer that is no number, with its place."""
        unread = self.pool.table().unreadable
        if not unread.any():
            return
        codes = self.pool.codes()
        for k, n in np.argwhere(unread[codes[cast.cells]]).tolist():
            position = int(cast.cells[k, n])
            laid = self._of(position)
            reading = self.pool.readings[codes[position]]
            if n in cast.submissions or laid is None or not isinstance(reading, Unreadable):
                continue
            cast.unread.append((n, position, laid.problem(position, reading)))

    def _without_unread(self, cast: Cast) -> Cast:
        """Submissions of which nothing could be read are told, and not judged."""
        table, codes = self.pool.table(), self.pool.codes()[cast.cells]
        read: NDArray[np.bool_] = np.any((table.written & ~table.unreadable)[codes], axis=0)
        for n, one in cast.submissions.items():
            read[n] = not one.unread  # formulas are kept by their texts alone
        if read.all():
            return cast
        for n in np.flatnonzero(~read).tolist():
            found = cast.submissions.get(n) or self._written(cast, n, codes[:, n])
            self.handed.problems += [*found.problems, found.nothing()]
        self.handed.problems += [problem for n, _, problem in cast.unread if not read[n]]
        place = np.cumsum(read) - 1
        return Cast(
            cast.mould,
            cast.number,
            cast.rows[read],
            cast.cells[:, read],
            {int(place[n]): one for n, one in cast.submissions.items() if read[n]},
            [(int(place[n]), at, problem) for n, at, problem in cast.unread if read[n]],
            cast.first[read],
        )

    def _written(self, cast: Cast, n: int, codes: Ints) -> AnswerSheet:
        """What stands in ordinary cells, as the reader of single files has it."""
        row = int(cast.rows[n])
        file, line = self.handed.place(row)
        readings = (self.pool.readings[code] for code in codes.tolist())
        texts = zip(cast.mould.questions, readings, strict=True)
        answers: dict[str, Answer] = {id: one for id, one in texts if one is not None}
        return AnswerSheet(self._exercise(row), file, answers, row=line)

    def _of(self, position: int) -> _Laid | None:
        """The piece that a cell belongs to; None for one that was read by itself."""
        for laid in self.laid:
            if laid.base <= position < laid.base + laid.height * len(laid.columns):
                return laid
        return None


def _for_pool(answer: Answer) -> Reading:
    """A formula is kept by its text alone: it is marked from the submission itself."""
    if isinstance(answer, Written | Unreadable):
        return answer
    return Unreadable(answer.text, "", 0, because("it_is_a_formula"))
