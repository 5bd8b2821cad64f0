"""Checks of a family file's values; every complaint names the key and what is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from problems.arithmetic.grid import Grid, read_grid
from problems.computation.kinds import LAYERED, T
from problems.computation.sections import Item, Section
from problems.drawing.own_number import unnested
from problems.errors import Complaint
from problems.rules.activations import IN_LAYERS, SOFTMAX, is_known

DIFFICULTIES = ("easy", "standard", "hard")
SHOWN = ("steps", "vector", "formula", "general")


class Checker:
    """Takes values out of a parsed file and collects complaints instead of stopping."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.complaints: list[Complaint] = []

    def complain(self, key: str, what: str) -> None:
        """Note that something is wrong at a key."""
        self.complaints.append(Complaint(f"{self.file}: {key}" if key else self.file, what))

    def known(self, table: Mapping[str, Any], allowed: str, where: str) -> None:
        """Complain of keys that mean nothing; suggest the near one."""
        for key in table:
            if key not in allowed.split():
                import difflib

                near = difflib.get_close_matches(key, allowed.split(), n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"allowed: {allowed}"
                self.complain(f"{where}{key}", f"no such key; {hint}")

    def table(
        self, data: Mapping[str, Any], key: str, allowed: str | None, before: str = ""
    ) -> dict[str, Any]:
        """A sub-table, empty where absent; `allowed` lists its keys, None allows all."""
        found = data.get(key, {})
        if not isinstance(found, dict):
            self.complain(before + key, f"must be a table [{before}{key}], not {found!r}")
            return {}
        if allowed is not None:
            self.known(found, allowed, f"{before}{key}.")
        return found

    def text(self, table: Mapping[str, Any], key: str, default: str | None) -> str:
        """A text; without a default it is required."""
        found = table.get(key.rsplit(".", 1)[-1], default)
        if found is None:
            self.complain(key, "is missing")
        elif not isinstance(found, str):
            self.complain(key, f"must be a text in quotes, not {found!r}")
        else:
            return found
        return ""

    def choice(
        self, table: Mapping[str, Any], key: str, allowed: Sequence[str], default: str
    ) -> str:
        """One of a few words."""
        found = table.get(key.rsplit(".", 1)[-1], default)
        if found not in allowed:
            self.complain(key, f"{found!r} is none of {', '.join(allowed)}")
            return default
        return str(found)

    def flag(self, table: Mapping[str, Any], key: str, default: bool) -> bool:
        """true or false."""
        found = table.get(key.rsplit(".", 1)[-1], default)
        if not isinstance(found, bool):
            self.complain(key, f"must be true or false, not {found!r}")
            return default
        return found

    def number(
        self, table: Mapping[str, Any], key: str, default: int | None, low: int, high: int
    ) -> int | None:
        """A whole number within bounds."""
        found = table.get(key.rsplit(".", 1)[-1], default)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int) or not low <= found <= high:
            self.complain(key, f"must be a whole number from {low} to {high}, not {found!r}")
            return default
        return found

    def real(
        self, table: Mapping[str, Any], key: str, default: float | None, low: float, high: float
    ) -> float | None:
        """A number within bounds."""
        found = table.get(key.rsplit(".", 1)[-1], default)
        if found is None:
            return None
        if (
            isinstance(found, bool)
            or not isinstance(found, int | float)
            or not low <= found <= high
        ):
            self.complain(key, f"must be a number from {low} to {high}, not {found!r}")
            return default
        return float(found)

    def activations(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        """One activation, or a list of them (one a layer)."""
        found = table.get(key.rsplit(".", 1)[-1], "logistic")
        listed = found if isinstance(found, list) else [found]
        for name in listed:
            if not isinstance(name, str) or not is_known(name):
                allowed = ", ".join([*IN_LAYERS, "leaky_relu(0.1)", SOFTMAX])
                self.complain(key, f"{name!r} is none of {allowed}")
                return ("logistic",)
        return tuple(listed) or ("logistic",)

    def kinds(
        self, precision: Mapping[str, Any], known: Sequence[str] = LAYERED.steps
    ) -> tuple[tuple[str, int], ...]:
        """Places of kinds of step that differ from the rest."""
        found = precision.get("kinds", {})
        if not isinstance(found, dict):
            self.complain("precision.kinds", "must be a table of kind = places")
            return ()
        good = []
        for kind, places in found.items():
            if kind not in known:
                self.complain(f"precision.kinds.{kind}", f"kinds are {', '.join(known)}")
            elif not isinstance(places, int) or not 1 <= places <= 12:
                self.complain(f"precision.kinds.{kind}", "places are whole numbers from 1 to 12")
            else:
                good.append((kind, places))
        return tuple(good)

    def names(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        """A list of names."""
        found = table.get(key.rsplit(".", 1)[-1], [])
        if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
            self.complain(key, 'must be a list of names and ids, like ["dw", "new.w.2.1.1"]')
            return ()
        return tuple(name.strip() for name in found)

    # ranges ---------------------------------------------------------------------------------

    def ranges(self, data: Mapping[str, Any]) -> tuple[dict[str, dict[str, Grid]], bool]:
        """Grids by difficulty, and whether targets are one-hot."""
        given = data.get("given")
        table = data.get("ranges", {} if isinstance(given, dict) else None)
        if not isinstance(table, dict):
            self.complain("ranges", "is missing: which numbers may x, t, w, b and rate have?")
            return {"standard": {}}, False
        table = unnested(table)
        one_hot = table.get(T.name) == "one-hot"
        base = {k: v for k, v in table.items() if k not in DIFFICULTIES}
        usual = self._grids(base, "ranges")
        found = {"standard": usual}
        for level in DIFFICULTIES:
            if isinstance(table.get(level), dict):
                found[level] = usual | self._grids(unnested(table[level]), f"ranges.{level}")
        return {level: found[level] for level in DIFFICULTIES if level in found}, one_hot

    def _grids(self, table: Mapping[str, Any], where: str) -> dict[str, Grid]:
        found: dict[str, Grid] = {}
        for key, entry in table.items():
            if entry != "one-hot" or key != T.name:
                try:
                    found[key] = read_grid(entry)
                except ValueError as error:
                    self.complain(f"{where}.{key}", str(error))
        return found

    # sections -------------------------------------------------------------------------------

    def sections(self, data: Mapping[str, Any]) -> tuple[Section, ...]:
        """The parts of the worksheet in order."""
        listed = data.get("section")
        if not isinstance(listed, list) or not listed:
            self.complain("section", "at least one [[section]] with its steps is needed")
            return ()
        return tuple(self._section(entry, n) for n, entry in enumerate(listed, 1))

    def _section(self, entry: Any, n: int) -> Section:
        where = f"section {n}"
        if not isinstance(entry, dict):
            self.complain(where, "must be a table")
            return Section("", "", "pass", ())
        self.known(entry, "title text scope steps", f"{where}.")
        items = entry.get("steps", [])
        if not isinstance(items, list):
            self.complain(f"{where}.steps", 'must be a list such as [{kinds = "net out"}]')
            items = []
        return Section(
            self.text(entry, f"{where}.title", None),
            self.text(entry, f"{where}.text", ""),
            self.choice(entry, f"{where}.scope", ["pass", "update", "once"], "pass"),
            tuple(self._item(item, f"{where}.steps") for item in items),
        )

    def _item(self, entry: Any, where: str) -> Item:
        if not isinstance(entry, dict) or not isinstance(entry.get("kinds"), str):
            self.complain(where, 'each entry is {kinds = "net out", layers = "hidden"}')
            return Item(())
        self.known(entry, "kinds layers order direction show", f"{where}.")
        kinds = tuple(entry["kinds"].split())
        for kind in kinds:
            if kind not in LAYERED.steps:
                self.complain(
                    where, f"no kind of step {kind!r}; kinds are {', '.join(LAYERED.steps)}"
                )
        layers = entry.get("layers", "all")
        if layers not in ("all", "hidden", "output") and not str(layers).isdigit():
            self.complain(where, f"layers {layers!r} is none of all, hidden, output or a number")
        return Item(
            kinds,
            str(layers),
            self.choice(entry, f"{where}.order", ["kind", "unit", "layer"], "kind"),
            self.choice(entry, f"{where}.direction", ["up", "down"], "up"),
            self.choice(
                entry, f"{where}.show", ["steps", "vector", "formula", "general"], "steps"
            ),
        )
