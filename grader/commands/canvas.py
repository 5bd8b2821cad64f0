"""bpgrade canvas: grades and feedback to and from Canvas."""

from __future__ import annotations

from grader.commands.group import group

TABLE = {
    "sync": (
        "grader.commands.canvas_sync:sync",
        "With a token: fetch what is new, check it, send grades and feedback.",
    ),
    "login": ("grader.commands.canvas_login:login", "Keep a token in the system's keyring."),
}

canvas = group(
    "canvas",
    TABLE,
    "Exchange submissions, grades and feedback with Canvas.",
    "bpgrade canvas sync https://canvas.example/courses/7/assignments/12 --assignment hw1",
)
