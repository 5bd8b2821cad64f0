"""Checks of a policy file's values; every complaint names the key and what is allowed."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping
from typing import Any

from grader.marking.policy import DEFAULT_CREDITS, Attempts, Late, Policy, Rounding
from problems.computation import ids
from problems.computation.kinds import LAYERED
from problems.drawing.family_checks import Checker
from problems.misconceptions.slips import TRIED
from templates.feedback.show import Show

TABLES = "credit follow_through precision slips weights late attempts rounding show"
HEAVIEST = 1000.0
"""Points of a step."""
LONGEST = 100_000.0
"""Hours, about eleven years."""
FINEST = 6
"""Decimals of a score."""
SLIPS = tuple(entry.name for entry in TRIED)


class PolicyChecker(Checker):
    """Takes a policy out of a parsed file and collects complaints instead of stopping."""

    def policy(self, data: Mapping[str, Any], name: str) -> Policy:
        """The policy, as far as it can be read."""
        self.known(data, f"title {TABLES}", "")
        return Policy(
            name=name,
            title=self.text(data, "title", ""),
            credits=self.credits(data),
            follow_through=self.factor(data),
            slips=self.slip_credits(data),
            off_per_digit=self.off_per_digit(data),
            weights=self.weights(data),
            late=self.late(data),
            attempts=self.attempts(data),
            rounding=self.rounding(data),
            show=self.show(data),
        )

    def share(self, table: Mapping[str, Any], key: str, default: float) -> float:
        """A number from 0 to 1."""
        return self.amount(table.get(key.rsplit(".", 1)[-1], default), key, default)

    def amount(
        self, found: Any, key: str, default: float, most: float = 1, least: float = 0
    ) -> float:
        """A number within bounds; the default itself need not lie within them."""
        if found is default:
            return float(default)
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        if not is_number or not least <= found <= most:
            self.complain(key, f"must be a number from {least:g} to {most:g}, not {found!r}")
            return default
        return float(found)

    def credits(self, data: Mapping[str, Any]) -> dict[str, float]:
        """Verdict -> credit."""
        table = self.table(data, "credit", " ".join(DEFAULT_CREDITS))
        return {v: self.share(table, f"credit.{v}", c) for v, c in DEFAULT_CREDITS.items()}

    def factor(self, data: Mapping[str, Any]) -> float:
        """Of follow-through."""
        table = self.table(data, "follow_through", "factor")
        return self.share(table, "follow_through.factor", 1.0)

    def off_per_digit(self, data: Mapping[str, Any]) -> float | None:
        """For each missing digit; None where `credit.imprecise` decides."""
        table = self.table(data, "precision", "off_per_digit")
        if "off_per_digit" not in table:
            return None
        credit = data.get("credit")
        if isinstance(credit, dict) and "imprecise" in credit:
            what = "credit.imprecise is given too; give one of them"
            self.complain("precision.off_per_digit", what)
        return self.share(table, "precision.off_per_digit", 0.0)

    def slip_credits(self, data: Mapping[str, Any]) -> dict[str, float]:
        """Slip -> credit."""
        table = self.table(data, "slips", " ".join(SLIPS))
        return {s: self.share(table, f"slips.{s}", 0.0) for s in table if s in SLIPS}

    def weights(self, data: Mapping[str, Any]) -> dict[str, float]:
        """Step, layer or kind -> points."""
        given = data.get("weights", {})
        if not isinstance(given, dict):
            self.complain("weights", f"must be a table [weights], not {given!r}")
            return {}
        found = {}
        for key, value in _flat(given):
            if not ids.is_pattern(key):
                self.complain(f"weights.{key}", _no_pattern(key))
            found[key] = self.amount(value, f"weights.{key}", 1.0, HEAVIEST)
        return found

    def late(self, data: Mapping[str, Any]) -> Late:
        """The late rule."""
        keys = "off_per_day unit grace_hours most_off cut_off_hours"
        table = self.table(data, "late", keys)
        unit = self.choice(table, "late.unit", ["percent", "points"], "percent")
        most = 100.0 if unit == "percent" else HEAVIEST

        def given(key: str, default: float, largest: float = LONGEST) -> float:
            return self.amount(table.get(key, default), f"late.{key}", default, largest)

        return Late(
            given("off_per_day", 0.0, most),
            unit,  # type: ignore[arg-type]
            given("grace_hours", 0.0),
            given("most_off", math.inf, most),
            given("cut_off_hours", math.inf),
        )

    def attempts(self, data: Mapping[str, Any]) -> Attempts:
        """Which attempt counts."""
        table = self.table(data, "attempts", "counts most")
        counts = self.choice(table, "attempts.counts", ["best", "last", "average"], "best")
        return Attempts(counts, self.number(table, "attempts.most", None, 1, 1000))  # type: ignore[arg-type]

    def rounding(self, data: Mapping[str, Any]) -> Rounding:
        """Decimals or steps."""
        table = self.table(data, "rounding", "decimals step")
        if "decimals" in table and "step" in table:
            self.complain("rounding.step", "decimals are given too; give one of them")
        decimals = self.number(table, "rounding.decimals", 2, 0, FINEST)
        step = None
        if "step" in table:
            step = self.amount(table["step"], "rounding.step", 1.0, HEAVIEST, 0.001)
        return Rounding(2 if decimals is None else decimals, step)

    def show(self, data: Mapping[str, Any]) -> Show:
        """What students see."""
        keys = list(Show.__dataclass_fields__)
        table = self.table(data, "show", " ".join(keys))
        usual = Show()
        return Show(**{k: self.flag(table, f"show.{k}", getattr(usual, k)) for k in keys})


# keys of [weights] -------------------------------------------------------------------------


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """`dw.2 = 1` without quotes is a table within a table; both ways mean the same."""
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _no_pattern(key: str) -> str:
    word = ids.word(key)
    near = difflib.get_close_matches(word, LAYERED.steps, n=1)
    hint = f"did you mean {near[0]!r}? " if near and near[0] != word else ""
    return (
        f"no such step; {hint}allowed are kinds ({', '.join(LAYERED.steps)}), with a layer "
        '("dw.2"), or single steps ("dw.2.1.1", "n2:net.1.1")'
    )
