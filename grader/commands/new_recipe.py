"""The questions of `bpgrade new` on a recipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from grader.commands.new_layered import EVERYTHING, among, whole
from grader.support.dialogue import Answers, Question
from problems.drawing.family_checks import Checker
from problems.drawing.family_text import RecipeChoices, recipe_text
from problems.drawing.given_numbers import given_numbers
from problems.drawing.recipe_family import LARGEST_SIZE
from problems.drawing.recipe_needs import Needs, needs
from problems.drawing.typed_numbers import HOW, ROWS, entry_of
from problems.formulas import notation
from problems.recipes.reader import read

SAMPLE = ("y = sigmoid(w*x + b)", "L = (y - t)**2/2", "grad L of w, b")
END = "."
LINES = "one quantity a line, like z[i] for i in N = w[i]*x, or grad L of w; '.' ends"
DRAWN = "0.1 to 0.9 by 0.1"


def questions(answers: Answers) -> Iterator[Question]:
    """What there is to ask, as far as the answers tell."""
    count = 0
    while answers.get(_line(count)) not in (END, "", None):
        count += 1
    if _line(count) not in answers:
        lines = tuple(answers[_line(n)] for n in range(count))
        begun = lines == SAMPLE[:count]
        usual = SAMPLE[count] if begun and count < len(SAMPLE) else END if count else ""
        said = "" if count else LINES
        yield Question(_line(count), f"Line {count + 1}", usual, said, _readable(bool(count)))
        return
    found = _needs(answers)
    for name in found.sizes:
        yield Question(f"size {name}", f"Size {name}", "2", wrong=whole(1, LARGEST_SIZE))
    sizes = _sizes(answers, found)
    if len(sizes) == len(found.sizes):
        for name, shape in found.givens.items():
            yield from _given(name, shape, answers, sizes)
    names = notation.names()
    yield Question("notation", "Notation", "standard", ", ".join(names), among(*names))
    said = "all, or names and ids: dw  h.2"
    yield Question("ask", "Which steps are asked for", EVERYTHING, said, _some)
    yield Question("decimals", "Decimals", "4", wrong=whole(1, 10))


def _line(n: int) -> str:
    return f"line {n + 1}"


def _some(text: str) -> str:
    return "" if text.split() else f"write {EVERYTHING}, or names and ids"


def _readable(may_end: bool) -> Callable[[str], str]:
    def wrong(text: str) -> str:
        if text in (END, ""):
            return "" if may_end else "at least one line is needed"
        if "'''" in text:
            return "three quotes in a row mean nothing in a recipe"
        return "; ".join(complaint.what for complaint in read(text)[1])

    return wrong


def _text(answers: Answers) -> str:
    lines = []
    for n in range(len(answers)):
        line = answers.get(_line(n), END)
        if line in (END, ""):
            break
        lines.append(line)
    return "\n".join(lines)


def _needs(answers: Answers) -> Needs:
    return needs(read(_text(answers))[0])


def _sizes(answers: Answers, found: Needs) -> dict[str, int]:
    return {
        name: int(answers[f"size {name}"]) for name in found.sizes if f"size {name}" in answers
    }


def _given(
    name: str, shape: tuple[str, ...], answers: Answers, sizes: dict[str, int]
) -> Iterator[Question]:
    """The numbers of a given; of an array whose size the lines do not tell, its shape first."""
    if "?" in shape:
        said = "as many as it has indices, like 3 or 0..T 2"
        yield Question(f"shape {name}", f"Shape of {name}", "2", said, _some)
    shape = _shape(name, shape, answers)
    if "?" in shape:
        return
    begins = any(".." in span for span in shape)
    label = f"{name}[{', '.join(shape)}]" if shape else name
    how = f"{HOW}; {ROWS[len(shape)]}" if len(shape) in ROWS else HOW
    yield Question(name, label, "0" if begins else DRAWN, how, _fits(name, shape, sizes))


def _shape(name: str, shape: tuple[str, ...], answers: Answers) -> tuple[str, ...]:
    typed = answers.get(f"shape {name}")
    return tuple(part.rstrip(",") for part in typed.split()) if typed else shape


def _entry(text: str, shape: tuple[str, ...]) -> Any:
    entry = entry_of(text, len(shape))
    if not shape:
        return entry
    spans = [int(span) if span.isdecimal() else span for span in shape]
    match entry:
        case str():
            return {"shape": spans, "is": entry}
        case list():
            return {"shape": spans, "choices": entry}
    return {"shape": spans, **entry}


def _fits(name: str, shape: tuple[str, ...], sizes: dict[str, int]) -> Callable[[str], str]:
    def wrong(text: str) -> str:
        check = Checker("")
        given_numbers(check, {name: _entry(text, shape)}, sizes)
        return "; ".join(complaint.what for complaint in check.complaints)

    return wrong


def written(answers: Answers) -> str:
    """The family file."""
    found = _needs(answers)
    entries = {
        name: _entry(answers[name], _shape(name, shape, answers))
        for name, shape in found.givens.items()
    }
    return recipe_text(
        RecipeChoices(
            title=answers["title"],
            notation=answers["notation"],
            decimals=int(answers["decimals"]),
            ask=() if answers["ask"] == EVERYTHING else tuple(answers["ask"].split()),
            given=entries,
            steps=_text(answers),
            sizes=_sizes(answers, found),
        )
    )
