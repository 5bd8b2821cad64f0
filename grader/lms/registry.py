"""Learning platforms with an interface: a row for each, a folder behind it.

A further platform is one folder beside `moodle` and `canvas`, with a module `address` (what an
address in the browser says) and a module `api` (the `Platform` of `grader.lms.platform`), and one
row here. docs/exports.md and CONTRIBUTING.md say what else a folder may hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from grader.errors import PlatformError
from grader.lms.address import Address
from grader.lms.platform import Platform


@dataclass(frozen=True, slots=True)
class Interface:
    """A platform whose interface we speak; its modules are loaded when they are used."""

    name: str
    """In commands, variables and files: `moodle`."""
    title: str
    """For people: `Moodle`."""
    folder: str
    """The package with its modules."""
    platform: str
    """The class in its module `api`."""

    def address(self, url: str, insecure: bool = False) -> Address:
        """What an address says.

        Raises:
            PlatformError: it is none, or everybody between could read a token sent there.
        """
        found: Address = import_module(f"{self.folder}.address").read(url, insecure)
        return found

    def connect(self, url: str, token: Any, **settings: Any) -> Platform:
        """An assignment there; nothing is sent yet.

        Raises:
            PlatformError: no address of an assignment.
        """
        made: Platform = getattr(import_module(f"{self.folder}.api"), self.platform)(
            url, token, **settings
        )
        return made


INTERFACES: Mapping[str, Interface] = {
    one.name: one
    for one in (
        Interface("moodle", "Moodle", "grader.lms.moodle", "Moodle"),
        Interface("canvas", "Canvas", "grader.lms.canvas", "Canvas"),
    )
}


def interface(name: str) -> Interface:
    """The platform of a name.

    Raises:
        PlatformError: there is none.

    >>> interface("moodle").title
    'Moodle'
    >>> interface("blackboard")
    Traceback (most recent call last):
        ...
    grader.errors.PlatformError: no platform 'blackboard'; there are moodle and canvas
    """
    if name not in INTERFACES:
        raise PlatformError(f"no platform {name!r}; there are {' and '.join(INTERFACES)}")
    return INTERFACES[name]
