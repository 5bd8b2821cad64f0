"""bpgrade moodle: grades and feedback to and from Moodle."""

from __future__ import annotations

from grader.commands.group import group

TABLE = {
    "sync": (
        "grader.commands.moodle_sync:sync",
        "With a token: fetch what is new, check it, send grades and feedback.",
    ),
    "login": ("grader.commands.moodle_login:login", "Keep a token in the system's keyring."),
}

moodle = group(
    "moodle",
    TABLE,
    "Exchange submissions, grades and feedback with Moodle.",
    "bpgrade moodle sync https://lms.example/mod/assign/view.php?id=31 --assignment hw1 --dry-run",
)
