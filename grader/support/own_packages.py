"""Our top-level packages, and who else has some of their names."""

from __future__ import annotations

import importlib.util
from pathlib import Path

OWN = ("problems", "templates", "grader", "bpgrade")
"""Names that other distributions may have too: some of them are usual words."""


def shadowed(beside: Path = Path(__file__).parents[2]) -> dict[str, str]:
    """Our names under which Python finds another package, each with that package's place.

    Args:
        beside: the folder in which ours lie.

    >>> shadowed()
    {}
    """
    found = {name: _place(name) for name in OWN}
    ours = ("", *(str(beside / name) for name in OWN))
    return {name: place for name, place in found.items() if place not in ours}


def _place(name: str) -> str:
    """Where Python finds a package, or ''."""
    spec = importlib.util.find_spec(name)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return str(Path(places[0])) if places else ""


def sharing() -> dict[str, list[str]]:
    """Our names that other installed distributions hold as well, each with their names."""
    from importlib.metadata import packages_distributions

    holders = packages_distributions()
    found = {name: sorted(set(holders.get(name, ())) - {"bpgrade"}) for name in OWN}
    return {name: others for name, others in found.items() if others}
