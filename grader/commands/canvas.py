"""bpgrade canvas: assignments of Canvas, by files or by its interface."""

from __future__ import annotations

from grader.commands.group import group

COMMANDS = {
    "grade": (
        "grader.commands.canvas_grade:grade",
        "Gradebook and submissions in, gradebook and feedback out; no rights needed.",
    ),
    "sync": (
        "grader.commands.canvas_sync:sync",
        "With a token: fetch what is new, check it, send grades and feedback.",
    ),
    "login": ("grader.commands.canvas_login:login", "Keep a token in the system's keyring."),
}

canvas = group(
    "canvas",
    COMMANDS,
    "Grade an assignment of Canvas.",
    "bpgrade canvas grade --gradebook Grades.csv --submissions submissions.zip",
)
