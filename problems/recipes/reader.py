"""Reads the text of a recipe: line by line, by a grammar, with the place of all that is wrong.

The text comes from a family file, which anyone may have written: it is parsed, never evaluated,
and its length and depth are bounded.
"""

from __future__ import annotations

from problems.errors import Complaint
from problems.recipes.language import Node, Place, Statement

MOST_CHARACTERS = 10_000
LONGEST_LINE = 500
MOST_BRACKETS = 30
"""Brackets within brackets, and signs before signs."""


def read(text: str) -> tuple[list[Statement], list[Complaint]]:
    """The lines of a recipe, and what cannot be read.

    `#` begins a comment. Each line is one statement.

    >>> found, wrong = read("y = w*x  # a product\\nL = (y - t)**2/2\\ngrad L of w")
    >>> [type(one).__name__ for one in found], wrong
    (['Definition', 'Definition', 'Gradient'], [])
    >>> print(read("y = 2x")[1][0])
    steps, line 1, column 6: 'x' is not expected here; allowed are + or -, * or /, **, a \
comparison and the end of the line
    """
    if len(text) > MOST_CHARACTERS:
        what = f"{len(text):,} characters; a recipe has at most {MOST_CHARACTERS:,}"
        return [], [Complaint("steps", what)]
    from problems.recipes import grammar  # the parser is slow to load

    found: list[Statement] = []
    wrong: list[Complaint] = []
    for number, line in enumerate(text.splitlines(), 1):
        code = line.partition("#")[0].rstrip()
        if code.strip():
            refused = _too_much(code)
            if refused:
                wrong.append(Complaint(str(Place(number, 1)), refused))
                continue
            read_one = grammar.statement(code, number)
            if isinstance(read_one, Complaint):
                wrong.append(read_one)
            else:
                found.append(read_one)
    if not found and not wrong:
        wrong.append(Complaint("steps", "no line; write for example y = w*x"))
    return found, wrong


def read_span(text: str) -> tuple[Node | None, Node]:
    """The ends of a range: `T` and `1..T` begin at 1, `0..T` at 0.

    Raises:
        ValueError: it is no range.

    >>> low, high = read_span("0..T")
    >>> low.text, high.name
    ('0', 'T')
    """
    from problems.recipes import grammar

    parts = [] if _too_much(text) else grammar.span(text)
    if not parts:
        raise ValueError(f"{text[:40]!r} is no range; write a size, a number or 0..T")
    return (parts[0] if len(parts) == 2 else None), parts[-1]


def _too_much(code: str) -> str:
    if len(code) > LONGEST_LINE:
        return f"{len(code)} characters; a line has at most {LONGEST_LINE}"
    deep = deepest = 0
    for char in code:
        deep += (char in "([") - (char in ")]")
        deepest = max(deepest, deep)
    signs = max((len(run) for run in _runs_of_signs(code)), default=0)
    if max(deepest, signs) > MOST_BRACKETS:
        return f"brackets or signs within each other more than {MOST_BRACKETS} times"
    return ""


def _runs_of_signs(code: str) -> list[str]:
    """What stands between letters and digits, without brackets and spaces."""
    kept = "".join(char if char in "+-−*^" else " " if char.isalnum() else "" for char in code)
    return kept.split()
