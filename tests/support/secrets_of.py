"""What of an exercise nobody may see who has to solve it."""

from __future__ import annotations

from problems.exercise import Exercise


def revealing(exercise: Exercise) -> list[str]:
    """The key's numbers as printed and as stored, without those that are handed out."""
    handed_out = {text.lstrip("-") for text in exercise.givens.values()}
    found = []
    for step in exercise.asked:
        exact = float(exercise.solution[step].m)
        shown = exercise.precision.shown("out", exact).lstrip("-")
        found += [text for text in (shown, f"{abs(exact):.6f}") if text not in handed_out]
    return [text for text in found if len(text) > 5 and text.strip("0.") and float(text) != 1]
