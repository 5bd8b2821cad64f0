"""bpgrade export moodle: an assignment as questions of Moodle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from grader.assignments import folder as folders
from grader.commands.export_options import FACTS, only, out, policy, said
from grader.export.tally import Tally
from grader.support.terminal import plural, progress

EXAMPLES = """\b
Examples:
  bpgrade export moodle hw1                       hw1/exports/moodle.xml
  bpgrade export moodle hw1 --type formulas       for a plugin: follow-through
  bpgrade export moodle hw1 --per-student         a file each: huge classes
  bpgrade export moodle hw1 --no-tex --only ada   plain text, one student
"""
AFTERWARDS = (
    "`bpgrade check` on the quiz's responses (report Responses, as CSV) gives them afterwards."
)
MANY_FIELDS = 1_000
"""PHP's usual `max_input_vars`; Moodle itself asks for 5,000."""
LARGE = 20_000_000
"""Bytes of a file that many sites do not let in, or not in time."""


@click.command(epilog=EXAMPLES)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--type",
    "kind",
    type=click.Choice(["cloze", "formulas"]),
    default="cloze",
    show_default=True,
    help="cloze needs nothing; formulas is a plugin, with follow-through.",
)
@click.option(
    "--boxes",
    type=click.IntRange(1, 40),
    default=8,
    show_default=True,
    help="formulas: steps that are judged as one chain.",
)
@click.option("--one-file/--per-student", default=True, help="[one file]")
@click.option("--no-tex", is_flag=True, help="Formulas as plain text: a site without internet.")
@click.option("--no-slips", is_flag=True, help="Right or wrong, nothing between: a small file.")
@only
@policy
@out
def moodle(
    folder: Path,
    kind: str,
    boxes: int,
    one_file: bool,
    no_tex: bool,
    no_slips: bool,
    only: tuple[str, ...],
    policy: str | None,
    out: Path | None,
    force: bool,
) -> None:  # fmt: skip
    """Write the assignment in FOLDER as questions for Moodle's question bank.

    A category for each student with one question an exercise.
    """
    from grader.export import classes, output
    from grader.lms.moodle.export import questions
    from grader.lms.moodle.export.questions import Style

    opened = folders.Folder(folders.find(folder))
    valued = opened.policy(policy)
    tally, style = Tally(), Style(not no_tex, not no_slips)

    def pieces(people: Iterator[classes.Owned]) -> Iterator[bytes]:
        if kind == "cloze":
            return questions.quiz(opened.order, people, valued, style, tally)
        from grader.lms.moodle.export import formulas

        return formulas.quiz(opened.order, people, valued, style, boxes, tally)

    name = "moodle" if kind == "cloze" else "moodle-formulas"
    with progress() as bar:
        people = classes.owned(opened, only, bar)
        if one_file:
            target = output.place_file(output.place(opened, f"{name}.xml", None), out)
            output.write_one(target, pieces(people), force)
        else:
            target = output.place(opened, name, out)
            files = ((f"{p.student.folder}.xml", b"".join(pieces(iter([p])))) for p in people)
            output.write_several(target, files, force)
    what = f"{_counted(tally)} of {plural(tally.students, 'student')}"
    place = f"In Moodle: the category {questions.title(opened.order)!r}, and in it one a student."
    said(f"{target}: {what}", [place, *_facts(kind, boxes, tally), *_sizes(target, tally)])


def _counted(tally: Tally) -> str:
    """All questions of the file, those that a person grades included."""
    count = plural(tally.questions + tally.essays, "question")
    fields = plural(tally.steps, "field") if tally.questions else ""
    essays = plural(tally.essays, "essay") if tally.essays else ""
    return f"{count} ({', '.join(filter(None, [fields, essays]))})"


def _facts(kind: str, boxes: int, tally: Tally) -> Iterator[str]:
    yield FACTS["secret"]
    if not tally.questions:
        pass  # nothing is judged by itself
    elif kind == "cloze":
        yield f"{FACTS['alone']} {AFTERWARDS}"
        yield from tally.alternatives()
    else:
        yield (
            f"Follow-through holds within a part of {boxes} boxes; parts do not see each other, "
            "and a box that is blank or unreadable costs its whole part. A number that follows "
            "counts only where it can be told from 0 and from what stands there already. Slips "
            "are not named. The site needs the plugin qtype_formulas."
        )
    if tally.formulas:
        yield (
            f"{plural(tally.formulas, 'question')} for formulas: Moodle has no algebra; they are "
            "essays, with the key in the notes for graders; `bpgrade check` on the responses "
            "reads them, if the essay stands right behind the exercise's numbers."
        )
    factors = {factor for factor in tally.factors if factor != 1}
    if factors:
        shown = ", ".join(f"{factor:g}" for factor in sorted(factors))
        yield f"Moodle's weights are whole numbers: points are multiplied by {shown}."


def _sizes(target: Path, tally: Tally) -> Iterator[str]:
    if tally.most_fields > MANY_FIELDS:
        yield (
            f"Warning: up to {tally.most_fields:,} fields for one student. Put one question on "
            "a page: PHP takes no more than max_input_vars from it (Moodle asks for 5,000)."
        )
    if target.is_file() and (size := target.stat().st_size) > LARGE:
        yield (
            f"Warning: {size / 1e6:,.0f} MB may be more than the site lets in; --per-student "
            "writes a file for each student, --no-slips a smaller one."
        )
