"""Which steps are asked for: those that a family file names, the others stay hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from problems.computation import ids
from problems.computation.sections import Group, Placed
from problems.recipes.names import begins


def stands_for(name: str, id: str) -> bool:
    """The same, where a name without example and iteration stands for all of them.

    >>> stands_for("dw.2", "n2:dw.2.1.1@3"), stands_for("n1:dw.2", "n2:dw.2.1.1")
    (True, False)
    """
    return begins(id, name) or begins(ids.core(id), name)


def near(name: str, known: Iterable[str]) -> str:
    """A hint at the name that was meant, or ''.

    >>> near("dw.2.1.9", ["net.1.1", "dw.2.1.1"])
    "; did you mean 'dw.2.1.1'?"
    """
    import difflib  # when something is wrong alone

    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {found[0]!r}?" if found else ""


def selected(pieces: Sequence[Placed], names: Collection[str]) -> tuple[Placed, ...]:
    """The parts of a worksheet with the named steps alone.

    Args:
        pieces: sections with all their steps.
        names: names and beginnings of ids.
    """
    found = []
    for piece in pieces:
        groups = tuple(part for group in piece.groups for part in _of_group(group, names))
        if groups:
            found.append(replace(piece, groups=groups))
    return tuple(found)


def _of_group(group: Group, names: Collection[str]) -> Iterator[Group]:
    if group.general:
        if any(begins(ids.steps_asked(group.general), name) for name in names):
            yield group
        return
    steps = tuple(id for id in group.steps if any(stands_for(name, id) for name in names))
    if steps == group.steps:
        yield group
    else:  # entries of a vector stand alone when others are hidden
        yield from (Group((id,), formula=group.formula) for id in steps)


def listed(steps: Iterable[str], names: Sequence[str]) -> tuple[Group, ...]:
    """Steps in the order in which they are named."""
    steps = tuple(steps)
    found = dict.fromkeys(id for name in names for id in steps if stands_for(name, id))
    return tuple(Group((id,)) for id in found)
