"""bpgrade moodle: assignments of Moodle, by files or by its interface."""

from __future__ import annotations

from grader.commands.group import group

COMMANDS = {
    "grade": (
        "grader.commands.moodle_grade:grade",
        "Worksheet and submissions in, worksheet and feedback out; no rights needed.",
    ),
    "sync": (
        "grader.commands.moodle_sync:sync",
        "With a token: fetch what is new, check it, send grades and feedback.",
    ),
    "login": ("grader.commands.moodle_login:login", "Keep a token in the system's keyring."),
}

moodle = group(
    "moodle",
    COMMANDS,
    "Grade an assignment of Moodle.",
    "bpgrade moodle grade --worksheet Grades.csv --submissions download.zip",
)
