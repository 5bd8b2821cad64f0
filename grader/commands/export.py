"""bpgrade export: an assignment or its grades in the formats of other programs."""

from __future__ import annotations

from grader.commands.group import group

COMMANDS: dict[str, tuple[str, str]] = {
    "moodle": ("grader.commands.export_moodle:moodle", "Question XML for Moodle's question bank."),
    "qti": ("grader.commands.export_qti:qti", "A QTI 2.1 package for players such as TAO."),
    "canvas": ("grader.commands.export_canvas:canvas", "Quizzes for Canvas, as QTI 1.2."),
    "gradescope": (
        "grader.commands.export_gradescope:gradescope",
        "An autograder for Gradescope that runs bpgrade itself.",
    ),
    "gradebook": (
        "grader.commands.export_gradebook:gradebook",
        "A class's points as Moodle, Canvas, Blackboard or Brightspace import them.",
    ),
    "booklet": (
        "grader.commands.booklet:booklet",
        "All worksheets or keys of a class in one PDF.",
    ),
}

export = group(
    "export",
    COMMANDS,
    "Write an assignment or its grades for other programs. All but worksheets and grades hold "
    "solutions: they are for teachers only.",
    "bpgrade export moodle hw1",
)
