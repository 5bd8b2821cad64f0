"""A short run of tests/fuzz/answers.py; `make fuzz` is the long one."""

from __future__ import annotations

import answers
import pytest


@pytest.mark.slow
def test_mutated_answers_are_read_or_refused() -> None:
    """20,000 texts; nothing else is ever raised, and none takes long."""
    formulas, slowest = answers.fuzz(20_000, seed=20_261_122)
    assert formulas > 200
    assert slowest < 0.5
