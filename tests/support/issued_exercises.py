"""Exercises as the generator issues them."""

from __future__ import annotations

from functools import lru_cache

from problems.drawing import family
from problems.drawing.candidates import Candidates, key
from problems.drawing.design import Design
from problems.drawing.draw import Draw, draw
from problems.exercise import Exercise, issued


@lru_cache(maxsize=64)
def exercises(
    name: str, count: int = 3, difficulty: str = "standard", **choices: int
) -> tuple[Exercise, ...]:
    """The first exercises of a family under a fixed secret."""
    design = family.load(name).design(difficulty=difficulty, **choices)
    return drawn(design, count)


def drawn(design: Design, count: int) -> tuple[Exercise, ...]:
    keys = [key("secret", "test", str(n), version=design.version) for n in range(count)]
    draws = draw(design, keys)
    return tuple(
        issued(design, d, f"{design.family.name}-{n}", f"student-{n}") for n, d in enumerate(draws)
    )


def ungated(name: str, **choices: object) -> Exercise:
    """A first draw of any size, whether or not it could be graded well: to be looked at."""
    design = family.load(name).design(**choices)  # type: ignore[arg-type]
    candidates = Candidates(design)
    texts = candidates.texts(candidates.block(key("secret", "test", "any"), 0)[0])
    return issued(design, Draw(texts, 0), f"{name}-any", "student")
