<<<<<<< HEAD
"""bpgrade export: an assignment for other systems."""
=======
"""bpgrade export: an assignment or its grades in the formats of other programs."""
>>>>>>> 977055eee8b0f151cfce9d7d98593bc5e5436aeb

from __future__ import annotations

from grader.commands.group import group

<<<<<<< HEAD
COMMANDS: dict[str, tuple[str, str]] = {
    "moodle": ("grader.commands.export_moodle:moodle", "Question XML for Moodle's question bank."),
    "qti": ("grader.commands.export_qti:qti", "A QTI 2.1 package for players such as TAO."),
    "canvas": ("grader.commands.export_canvas:canvas", "Quizzes for Canvas, as QTI 1.2."),
    "gradescope": (
        "grader.commands.export_gradescope:gradescope",
        "An autograder for Gradescope that runs bpgrade itself.",
    ),
    "booklet": (
        "grader.commands.booklet:booklet",
        "All worksheets or keys of a class in one PDF.",
=======
COMMANDS = {
    "gradebook": (
        "grader.commands.export_gradebook:gradebook",
        "A class's points as Moodle, Canvas, Blackboard or Brightspace import them.",
>>>>>>> 977055eee8b0f151cfce9d7d98593bc5e5436aeb
    ),
}

export = group(
    "export",
    COMMANDS,
<<<<<<< HEAD
    "Write an assignment for other systems. All but the worksheets hold solutions: they are for "
    "teachers only.",
    "bpgrade export moodle hw1",
=======
    "Write an assignment or its grades for other programs.",
    "bpgrade export gradebook hw1 --as moodle",
>>>>>>> 977055eee8b0f151cfce9d7d98593bc5e5436aeb
)
