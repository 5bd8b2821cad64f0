"""bpgrade moodle: assignments of Moodle, by files or by its interface."""

from __future__ import annotations

from grader.commands.group import group

COMMANDS = {
    "grade": (
        "grader.commands.moodle_grade:grade",
        "Worksheet and submissions in, worksheet and feedback out; no rights needed.",
    ),
}

moodle = group(
    "moodle",
    COMMANDS,
    "Grade an assignment of Moodle.",
    "bpgrade moodle grade --worksheet Grades.csv --submissions download.zip",
)
