"""bpgrade solve: a worked solution on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.assignments import folder as folders
from grader.errors import AssignmentError, Lost
from grader.support.terminal import paragraph, table, width
from problems.computation import ids
from problems.computation.kinds import Role
from problems.computation.network import layered
from problems.computation.sections import Placed
from problems.computation.solve import train
from problems.exercise import Exercise
from problems.formulas.notation import Labels
from problems.formulas.writing import Writer
from templates.formulas.plain import plain
from templates.sheets.definitions import in_words
from templates.sheets.handed import rules
from templates.sheets.sheets import key_formula, tolerance

if TYPE_CHECKING:
    from grader.symbolic.closed_form import Output

EXAMPLES = """\b
Examples:
  bpgrade solve --document mazur
  bpgrade solve mazur-7f3a9c12d0 --assignment hw1
  bpgrade solve ada --assignment hw1
  bpgrade solve --document mazur --train 10000
  bpgrade solve --document mazur --symbolic new_w1 --output latex
"""

EVERY = ""
"""What --symbolic without a step stands for."""


@click.command(epilog=EXAMPLES)
@click.argument("exercise", required=False)
@click.option("--document", help="One of the documents: musilek, mazur, slides.")
@click.option(
    "--assignment",
    type=click.Path(exists=True, path_type=Path),
    default=Path(),
    help="Assignment folder [this folder or above].",
)
@click.option(
    "--train",
    "rounds",
    type=click.IntRange(1, 1_000_000),
    help="Instead of the steps, go on for so many rounds and show the error curve.",
)
@click.option(
    "--symbolic",
    "formula_of",
    metavar="[STEP]",
    is_flag=False,
    flag_value=EVERY,
    help="Print a step (its label or id; without one, all) in closed form: in weights, inputs "
    "and targets alone. Write it after EXERCISE.",
)
@click.option(
    "--output",
    type=click.Choice(["text", "latex", "python"]),
    help="How --symbolic writes formulas; python is for numpy  [text].",
)
def solve(
    exercise: str | None,
    document: str | None,
    assignment: Path,
    rounds: int | None,
    formula_of: str | None,
    output: Output | None,
) -> None:
    """Print every step of an EXERCISE (its id, or a student), or of a document's example."""
    if output and formula_of is None:
        raise click.UsageError("--output belongs to --symbolic")
    if rounds and formula_of is not None:
        raise click.UsageError("give either --train or --symbolic")
    if (exercise is None) == (document is None):
        raise click.UsageError("name an exercise, or a document with --document")
    if document:
        from grader.assignments.example import document_exercise

        found = document_exercise(document)
        sections: tuple[Placed, ...] = ()
    else:
        folder = folders.Folder(folders.find(assignment))
        found = _find(folder, exercise or "")
        sections = folder.order.made_by.placed(found.graph)
    if formula_of is not None:
        for line in closed_forms(found, formula_of, output or "text"):
            click.echo(line)
    else:
        click.echo(trained(found, rounds) if rounds else worked(found, sections))


def _find(folder: folders.Folder, name: str) -> Exercise:
    by_id = folder.look_up(name, "")
    if not isinstance(by_id, Lost):
        return by_id
    found = folder.look_up("", name)
    if isinstance(found, Lost):
        message = f"neither an exercise nor a student: {by_id.message}; {found.message}"
        raise AssignmentError(message)
    return found


def closed_forms(exercise: Exercise, step: str, output: Output) -> Iterator[str]:
    """A step, or all that have a name on the worksheet, in weights, inputs and targets.

    Raises:
        AssignmentError: there is no such step.
    """
    from grader.symbolic.closed_form import written

    chosen = exercise.named if step == EVERY else (_step_called(exercise, step),)
    return (written(exercise, id, output) for id in chosen)


def _step_called(exercise: Exercise, step: str) -> str:
    labels = Labels({id: exercise.naming.label(id) for id in exercise.named})
    found = step if step in exercise.graph.steps else labels.find(step)
    if found is None:
        near = labels.suggestion(step)
        hint = f"; did you mean {near!r}?" if near else ""
        raise AssignmentError(f"{exercise.id} has no step {step!r}{hint}")
    return found


def worked(exercise: Exercise, sections: tuple[Placed, ...]) -> str:
    """Every asked step as symbol = formula = numbers = value ± tolerance."""
    writer = Writer(exercise.naming, exercise.printed, exercise.named)
    head = f"{exercise.id} ({exercise.plan.described()}, {exercise.family})"
    lines = [click.style(head, bold=True), "", "Given:"]
    lines += [*_givens(exercise), "", "Rules:", *_rules(exercise)]
    listed = [(s.title, s.questions) for s in sections] or [("", exercise.questions)]
    for title, questions in listed:
        if questions:
            lines += ["", click.style(title or "Steps", bold=True)]
            lines += [line for id in questions for line in _answer(exercise, writer, id)]
    return "\n".join(lines)


def _answer(exercise: Exercise, writer: Writer, question: str) -> list[str]:
    """A step worked, or the formula that was asked for."""
    if not ids.asks_formula(question):
        return _step(exercise, writer, question)
    return [f"  {plain(key_formula(exercise, question))}"]


def _givens(exercise: Exercise) -> list[str]:
    texts = [
        f"{plain(exercise.naming.symbol(id))} = {text}" for id, text in exercise.givens.items()
    ]
    lines, line = [], "  "
    for text in texts:
        if len(line) + len(text) > width() - 3:
            lines.append(line.rstrip())
            line = "  "
        line += f"{text}   "
    return [*lines, line.rstrip()]


def _rules(exercise: Exercise) -> Iterator[str]:
    """What holds, as on the sheets."""
    for what, said in rules(exercise).rows:
        yield paragraph(": ".join((in_words(what), in_words(said))), "  ")


def _step(exercise: Exercise, writer: Writer, id: str) -> list[str]:
    found = writer.worked(exercise.graph.steps[id])
    left, sign = plain(found.symbol), plain(found.relation)
    parts = [f"{sign} {plain(found.formula)}"]
    if found.numbers != found.value:
        parts.append(f"= {plain(found.numbers)}")
    parts.append(f"= {plain(found.value)} ± {tolerance(exercise, id)}")
    lines, line = [], f"  {left}"
    for part in parts:
        if len(line) + 1 + len(part) > width() and line.strip():
            lines.append(line)
            line = "     "
        line += f" {part}"
    return [*lines, line]


BARS = "▁▂▃▄▅▆▇█"


def trained(exercise: Exercise, rounds: int) -> str:
    """The error before the first update, after 1, 2, 5, 10, ... and after the last one."""
    losses, last = train(layered(exercise.plan), exercise.numbers, rounds)
    marks = [c * 10**n for n in range(7) for c in (1, 2, 5) if c * 10**n < rounds]
    rows = [[f"{n:,}", f"{losses[n]:.9g}"] for n in (0, *marks, rounds)]
    curve = sparkline([float(v) for v in losses], width() - 8)
    outputs = [
        f"{plain(exercise.naming.symbol(id))} = {float(value):.9f}"
        for id, value in last.items()
        if ids.parse(id).role is Role.OUTPUT and ids.parse(id).layer == exercise.plan.network.depth
    ]
    head = f"{exercise.id}: error over {rounds:,} rounds"
    shown = table(["updates", "error"], rows, right=[0, 1], indent="  ")
    return "\n".join([head, "", f"  {curve}", "", shown, "", "  " + "   ".join(outputs)])


def sparkline(values: list[float], columns: int) -> str:
    """A curve in one line of text, the largest value as a full block.

    >>> sparkline([1.0, 0.5, 0.0], 3)
    '█▅▁'
    """
    count = min(columns, len(values))
    picked = [values[round(n * (len(values) - 1) / max(1, count - 1))] for n in range(count)]
    top = max(picked) or 1.0
    return "".join(BARS[min(7, int(value / top * 8))] for value in picked)
