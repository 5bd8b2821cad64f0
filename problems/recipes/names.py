"""Ids of a recipe's quantities: put together and taken apart here.

`name[.INDEX...]`, `dname[.INDEX...]` for its adjoint, and `<READER` behind that for the part of
the adjoint that comes from one reader: `z.1.3`, `dh.2`, `dh.2<y.1`. Indices may be 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Parts(NamedTuple):
    """An id taken apart."""

    name: str
    indices: tuple[int, ...]
    reader: str
    """Id of the reader that the part of an adjoint comes from, else empty."""

    @property
    def kind(self) -> str:
        """What its kind is called: `h`, `dh`, `dh<y`.

        >>> apart("dh.2<y.1").kind
        'dh<y'
        """
        return f"{self.name}<{apart(self.reader).name}" if self.reader else self.name


def entry(name: str, indices: Sequence[int] = ()) -> str:
    """The id of a quantity.

    >>> entry("z", (1, 3)), entry("y")
    ('z.1.3', 'y')
    """
    return ".".join([name, *map(str, indices)])


def apart(id: str) -> Parts:
    """An id taken apart.

    >>> apart("dh.2<y.1")
    Parts(name='dh', indices=(2,), reader='y.1')
    """
    core, _, reader = id.partition("<")
    name, *indices = core.split(".")
    return Parts(name, tuple(map(int, indices)), reader)


def name(id: str) -> str:
    """The first word of an id."""
    return apart(id).name


def bare(id: str) -> str:
    """The adjoint that a part belongs to; other ids as they are.

    >>> bare("dh.2<y.1"), bare("h.2")
    ('dh.2', 'h.2')
    """
    return id.partition("<")[0]


def adjoint(id: str) -> str:
    """The id of a quantity's adjoint."""
    return f"d{id}"


def of_adjoint(id: str) -> str:
    """The quantity that an adjoint belongs to.

    >>> of_adjoint(adjoint("h.2"))
    'h.2'
    """
    return id[1:]


def path(id: str, reader: str) -> str:
    """The id of the part of an adjoint that comes from one reader.

    >>> path("h.2", "y.1")
    'dh.2<y.1'
    """
    return f"{adjoint(id)}<{reader}"


def begins(id: str, beginning: str) -> bool:
    """Whether a name, or the first of an id's indices, stand for the id.

    >>> begins("dh.2<y.1", "dh.2"), begins("dh.21", "dh.2"), begins("h.2", "h")
    (True, False, True)
    """
    return id.startswith(beginning) and (id == beginning or id[len(beginning)] in ".<")


def beginnings(id: str) -> tuple[str, ...]:
    """What stands for an id, the closest first.

    >>> beginnings("dh.2.1<y.1")
    ('dh.2.1<y.1', 'dh.2.1', 'dh.2', 'dh')
    """
    of, indices, _ = apart(id)
    shorter = (entry(of, indices[:count]) for count in range(len(indices), -1, -1))
    return tuple(dict.fromkeys((id, *shorter)))


def written(id: str) -> str:
    """An id as a recipe writes it.

    >>> written("z.1.3"), written("y")
    ('z[1,3]', 'y')
    """
    of, indices, _ = apart(id)
    return f"{of}[{','.join(map(str, indices))}]" if indices else of
