"""bpgrade canvas: assignments of Canvas, by files or by its interface."""

from __future__ import annotations

from grader.commands.group import group

COMMANDS = {
    "grade": (
        "grader.commands.canvas_grade:grade",
        "Gradebook and submissions in, gradebook and feedback out; no rights needed.",
    ),
}

canvas = group(
    "canvas",
    COMMANDS,
    "Grade an assignment of Canvas.",
    "bpgrade canvas grade --gradebook Grades.csv --submissions submissions.zip "
    '--column "Homework 1"',
)
