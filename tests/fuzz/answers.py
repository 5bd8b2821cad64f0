"""Mutated answers: whatever is typed, it is read, or refused with a code of the closed list.

python tests/fuzz/answers.py 1000000 [SEED]
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from hostile_texts import CALLED, CONTEXT, NAMES, records

from grader.errors import AnswerError
from grader.read.array import ArrayReading, read_array
from grader.read.codes import CODES, caret
from grader.read.formula.parse import parse_formula
from grader.read.formula.tree import evaluate, written
from grader.read.number import Unreadable, Written, read_number

PIECES = [
    *"0123456789.,;:+-*/^()[]{}_eExX'\"\\=<>!?%#@~|&$ \t\n",
    "**", "^-", "e-", "10^", "×10⁻", "²", "⁻³", "₁", "−", "–", "·", "÷", "√", "π", "σ", "δ", "∂",
    "\u200b", "\u202e", "\x00", "\ufeff", "\u00a0", "½", "٣", "exp(", "sigma(", "max(", "ln(",
    "\\frac{", "\\left(", "\\right)", "\\cdot ", "w1", "w_{41}", "delta_o1", "E", "nan", "inf",
    "e^", "2(", ")(", "--", "1/0", "0^0", "(-1)^", "9**9", "1e308", "1e-320", "1,234", "0,5",
]  # fmt: skip
VALUES = dict.fromkeys(CONTEXT["symbols"], 0.5)


def mutated(rng: random.Random, texts: list[str]) -> str:
    """A text of the corpus, cut, doubled, crossed with another or with a piece put in."""
    text = rng.choice(texts)[:300]
    for _ in range(rng.randint(1, 4)):
        place = rng.randint(0, len(text))
        other = rng.randint(place, min(len(text), place + 12))
        match rng.randrange(6):
            case 0:
                text = text[:place] + text[other:]
            case 1:
                text = text[:other] + text[place:]
            case 2:
                text = text[:place] + rng.choice(texts)[:60] + text[place:]
            case 3:
                text = (
                    text[:place] + rng.choice(PIECES) * rng.choice((1, 1, 1, 2, 70)) + text[other:]
                )
            case _:
                text = text[:place] + rng.choice(PIECES) + text[place:]
    return text


def read(text: str) -> bool:
    """Read a text in every way; only refusals may come. Whether a formula was read."""
    for comma in (None, True, False):
        reading = read_number(text, name="w1", comma=comma)
        if isinstance(reading, Written):
            assert abs(reading.value) < float("inf"), text
        elif isinstance(reading, Unreadable):
            refused(reading.code, reading.position, text)
    try:
        found = read_array(text)
        assert found is None or isinstance(found, ArrayReading)
    except AnswerError as error:
        refused(error.code, error.position, text)
    try:
        tree = parse_formula(text, NAMES, CALLED)
    except AnswerError as error:
        refused(error.code, error.position, text)
        return False
    assert evaluate(tree, VALUES) is not None
    assert written(parse_formula(written(tree), NAMES, BACK)) == written(tree), text
    return True


BACK = CALLED | {name: name for name in CALLED.values()}
"""What the plain notation calls functions: their canonical names."""


def refused(code: str, position: int, text: str) -> None:
    """A refusal says why and where."""
    assert code in CODES, (code, text)
    assert 0 <= position <= len(text), (code, position, text)
    assert len(caret(text, position).splitlines()) == 2, text


def fuzz(count: int, seed: int) -> tuple[int, float]:
    """How many texts were formulas, and the slowest text's seconds.

    Raises:
        AssertionError: with the text, if a reader did anything but read or refuse.
    """
    rng = random.Random(seed)
    texts = [record.text() for record in records()]
    formulas, slowest = 0, 0.0
    for _ in range(count):
        text = mutated(rng, texts)
        start = time.perf_counter()
        try:
            formulas += read(text)
        except Exception as error:
            raise AssertionError(f"{text!r}: {error!r}") from error
        slowest = max(slowest, time.perf_counter() - start)
    return formulas, slowest


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    chosen = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    begun = time.perf_counter()
    formulas, slowest = fuzz(wanted, chosen)
    print(
        f"{wanted:,} texts (seed {chosen}): nothing but readings and refusals; {formulas:,} were "
        f"formulas; slowest {1000 * slowest:.1f} ms; {time.perf_counter() - begun:.0f} s"
    )
