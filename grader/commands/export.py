"""bpgrade export: an assignment or its grades in the formats of other programs."""

from __future__ import annotations

from grader.commands.group import group

COMMANDS = {
    "gradebook": (
        "grader.commands.export_gradebook:gradebook",
        "A class's points as Moodle, Canvas, Blackboard or Brightspace import them.",
    ),
}

export = group(
    "export",
    COMMANDS,
    "Write an assignment or its grades for other programs.",
    "bpgrade export gradebook hw1 --as moodle",
)
