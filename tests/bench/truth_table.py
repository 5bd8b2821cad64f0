"""What the truth bench counts, what each count may be at most, and the tables it prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

NONE = 0.0
LATER_LOST = 1e-4
"""Honest later steps that one slip may cost, as a share."""
TWO_SLIPS_LOST = 3e-4
"""The same after two slips."""
NAMED_OTHERWISE = 0.01
"""Slips that may get another slip's name; siblings not known as the same slip again."""
PAIR_NAMED_OTHERWISE = 1e-3
"""Two slips in one cell for which two others may be named."""
PAIRS_INVENTED = 0.01
"""Wrong numbers that mean nothing for which two slips may be named."""
HIDDEN_OTHERWISE = 0.01
"""Slips that nobody wrote down which may cost another number of steps than one."""
CHEAT_POINTS = 3.0
"""Points of 100 that a cheat may earn in cells that it did not compute."""
PART_POINTS = 10.0
"""The same for whoever does a part of the work."""


@dataclass(frozen=True)
class Row:
    """One count of the table."""

    what: str
    most: float | None
    """Largest share that is allowed; None where the number is only told."""

    def __str__(self) -> str:
        return self.what

    @property
    def must_be(self) -> str:
        """The limit in words."""
        if self.most is None:
            return "-"
        return f"≤ {100 * self.most:g} %" if self.most else "0"


HONEST = "honest students: steps not correct"
SUB_ROUNDING = "every sub-result rounded or cut: steps not correct"
CREDITED = "slips credited"
NAMED = "slips named otherwise"
SAME_DIGITS = "slips that write another slip's digits"
PAIR_CREDITED = "two slips in one cell: credited"
PAIR_OTHERWISE = "two slips in one cell: two others named"
PAIR_UNNAMED = "two slips in one cell: no name"
PAIR_INVENTED = "numbers that mean nothing: two slips named"
LATER = "later steps lost"
LATER_BLANK = "later steps lost, a child left blank"
LATER_MIXED = "later steps lost, own and true values mixed"
LATER_COPIED = "later steps lost, a value miscopied"
LATER_SUB = "later steps lost, every sub-result rounded or cut"
LATER_CLOSED = "later steps lost, the slip closed the sheet"
LATER_NEARLY = "of these: no slope rounds to 0"
CLOSED_UNSEEN = "closed sheets with lost steps that do not reach the teacher"
LATER_ZERO = "later steps lost, the slip wrote a 0"
LATER_TINY = "later steps lost, a number 100 times too small"
TWO = "two slips: further steps lost"
TWO_CLOSED = "two slips: further steps lost, a closed sheet"
FIVE = "five slips, one upon the other: further steps lost"
HIDDEN = "a slip at a step not asked for: costs more or less than one step"
HIDDEN_BLANK = "a slip left blank: costs more than one step besides"
HIDDEN_BEYOND = "beyond the children of a slip that is not written: steps lost"
HIDDEN_HONEST = "steps lost that do not follow from a slip that is not written"
AGAIN = "the same slip at a sibling: charged again"
DEGENERATE = "degenerate: unearned steps"
ZERO_DELTAS = "zero deltas: unearned steps"
OLD_WEIGHTS = "old weights for new ones: paid"
COARSE = "a child 5 or 10 % off that follows from nothing, paid beside a coarse number"
COARSE_FOLLOWS = "such a child that follows from the coarse number as written, paid"
COARSE_EXACT = "the same children, paid beside the exact number"
COARSE_HONEST = "a child that follows from a coarse number as written, lost"

ROWS = (
    Row(HONEST, NONE),
    Row(SUB_ROUNDING, NONE),
    Row(CREDITED, NONE),
    Row(NAMED, NAMED_OTHERWISE),
    Row(SAME_DIGITS, None),
    Row(PAIR_CREDITED, NONE),
    Row(PAIR_OTHERWISE, PAIR_NAMED_OTHERWISE),
    Row(PAIR_UNNAMED, None),
    Row(PAIR_INVENTED, PAIRS_INVENTED),
    Row(LATER, LATER_LOST),
    Row(LATER_BLANK, LATER_LOST),
    Row(LATER_MIXED, LATER_LOST),
    Row(LATER_COPIED, LATER_LOST),
    Row(LATER_SUB, LATER_LOST),
    Row(LATER_CLOSED, None),
    Row(LATER_NEARLY, None),
    Row(CLOSED_UNSEEN, None),
    Row(LATER_ZERO, None),
    Row(LATER_TINY, None),
    Row(TWO, TWO_SLIPS_LOST),
    Row(TWO_CLOSED, None),
    Row(FIVE, None),
    Row(HIDDEN, HIDDEN_OTHERWISE),
    Row(HIDDEN_BLANK, HIDDEN_OTHERWISE),
    Row(HIDDEN_BEYOND, LATER_LOST),
    Row(HIDDEN_HONEST, NONE),
    Row(AGAIN, NAMED_OTHERWISE),
    Row(DEGENERATE, NONE),
    Row(ZERO_DELTAS, NONE),
    Row(OLD_WEIGHTS, NONE),
    Row(COARSE, None),
    Row(COARSE_EXACT, None),
    Row(COARSE_FOLLOWS, None),
    Row(COARSE_HONEST, None),
)


@dataclass
class Tally:
    """Counts over all families."""

    transcripts: int = 0
    numbers: Counter[str] = field(default_factory=Counter)
    of: Counter[str] = field(default_factory=Counter)
    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)
    lost: dict[str, list[str]] = field(default_factory=dict)
    """Count -> the first few steps that lost credit though they must not."""
    causes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Count and slip -> how many steps it lost."""
    peers: dict[str, Counter[str]] = field(default_factory=dict)
    points: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    """Kind of cheat -> unearned points of 100, with the family and the sheet."""

    def add(self, what: str, bad: int, of: int) -> None:
        """So many of so many went wrong."""
        self.numbers[what] += bad
        self.of[what] += of

    def note(self, what: str, line: str) -> None:
        """Keep the first few examples of each count."""
        lines = self.lost.setdefault(what, [])
        if len(lines) < 6:
            lines.append(line)

    def share(self, what: str) -> float:
        """How much of it went wrong."""
        return self.numbers[what] / max(1, self.of[what])


def failures(tally: Tally, allowed: Mapping[str, float | None]) -> list[str]:
    """Every limit that is broken, in words; empty if all hold."""
    found = [
        f"{row.what}: {tally.numbers[row.what]:,} of {tally.of[row.what]:,}"
        for row in ROWS
        if row.most is not None and tally.share(row.what) > row.most
    ]
    if tally.share(COARSE) > tally.share(COARSE_EXACT):
        paid, exact = tally.numbers[COARSE], tally.numbers[COARSE_EXACT]
        found.append(f"{COARSE}: {paid:,}, beside the exact number {exact:,}")
    for kind, gains in tally.points.items():
        most, where = max(gains)
        limit = allowed[kind]
        if limit is not None and most > limit:
            found.append(f"{kind}: {most:.1f} points of 100 unearned ({where})")
    return found


def tables(tally: Tally, allowed: Mapping[str, float | None]) -> str:
    """The tables in Markdown, as docs/measured.md has them."""
    lines = ["| what | found | of | share | must be |", "|---|---|---|---|---|"]
    for row in ROWS:
        bad, of = tally.numbers[row.what], tally.of[row.what]
        if not of:
            continue
        share = f"{100 * tally.share(row.what):.4f} %"
        must = row.must_be if row.what != COARSE else "≤ the next"
        lines.append(f"| {row.what} | {bad:,} | {of:,} | {share} | {must} |")
    if tally.points:
        lines += [
            "",
            "| sheets without the work | unearned points of 100, most | mean | at most |",
        ]
        lines.append("|---|---|---|---|")
    for kind, gains in tally.points.items():
        most, where = max(gains)
        mean = sum(gain for gain, _ in gains) / len(gains)
        limit = allowed[kind]
        least = "-" if limit is None else f"{limit:g}"
        lines.append(f"| {kind} | {most:.1f} ({where}) | {mean:.2f} | {least} |")
    if tally.of[HONEST] and tally.of[LATER]:
        lines += ["", *_peers(tally)]
    return "\n".join(lines)


def _peers(tally: Tally) -> list[str]:
    lines = [
        "| rule | honest answers rejected | slips accepted | later answers lost to one slip |"
    ]
    lines.append("|---|---|---|---|")
    shares = [f"**{100 * tally.share(what):.2f} %**" for what in (HONEST, CREDITED, LATER)]
    lines.append("| **bpgrade** | " + " | ".join(shares) + " |")
    for name, counts in tally.peers.items():
        rejected = 1 - counts["honest"] / max(1, counts["honest of"])
        accepted = counts["slip"] / max(1, counts["slip of"])
        lost = 1 - counts["later"] / max(1, counts["later of"])
        cells = (f"{100 * share:.1f} %" for share in (rejected, accepted, lost))
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def details(tally: Tally) -> str:
    """Examples of what was lost, and the names that slips got instead of their own."""
    lines: list[str] = []
    for what, examples in tally.lost.items():
        lines += [f"\n{what}, for example:", *(f"  {line}" for line in examples)]
        of_it = Counter({cause: n for (where, cause), n in tally.causes.items() if where == what})
        causes = ", ".join(f"{cause} {n:,}" for cause, n in of_it.most_common(8))
        lines += [f"  by slip: {causes}"] if causes else []
    lines.append("\nMost frequent confusions (slip -> name given):")
    for (slip, given), count in tally.confusions.most_common(12):
        lines.append(f"  {slip} -> {given}: {count:,}")
    for kind, gains in tally.points.items():
        lines.append(f"\n{kind}: the dearest sheets")
        lines += [f"  {gain:5.1f} {where}" for gain, where in sorted(gains, reverse=True)[:5]]
    return "\n".join(lines)
