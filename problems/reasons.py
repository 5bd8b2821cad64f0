"""Why something is refused or worth saying: a key of a closed list with arguments, no sentence.

Whoever finds a fault says which one it is and what belongs to it; `templates.words` makes the
sentence when somebody wants to read it. The key and its arguments go into JSON as they are, so
that a program can tell what happened without reading English.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Union

Argument = Union[str, int, float, "Reason", list[str], list["Reason"]]
"""What JSON holds; a reason may be part of another one."""

AS_TOLD = "as_told"
"""Key of a reason of which nothing but a sentence is known."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A key of `templates.words.sentences.SENTENCES`, and what its sentence names.

    >>> because("digits", count=3)
    Reason(key='digits', arguments={'count': 3})
    """

    key: str
    arguments: Mapping[str, Argument]

    def __hash__(self) -> int:
        return hash(self.key)

    def changed(self, change: Callable[[str], str]) -> Reason:
        """The same with every text among its arguments changed.

        >>> because("name", text="ref1ref").changed(str.upper)
        Reason(key='name', arguments={'text': 'REF1REF'})
        """
        return Reason(self.key, {name: _changed(v, change) for name, v in self.arguments.items()})

    def as_json(self) -> dict[str, Any]:
        """The form of docs/formats.md."""
        arguments = {name: _as_json(value) for name, value in self.arguments.items()}
        return {"reason": self.key, "arguments": arguments}

    @staticmethod
    def from_json(doc: Mapping[str, Any]) -> Reason:
        """Back from what `as_json` gave; other entries beside it are not looked at.

        >>> whole = because("both", one=because("a", n=1), names=["x", "y"])
        >>> Reason.from_json(whole.as_json()) == whole
        True
        """
        arguments = {name: _from_json(value) for name, value in doc["arguments"].items()}
        return Reason(doc["reason"], arguments)


def because(key: str, /, **arguments: Argument) -> Reason:
    """A reason; `because("no_finite_number", text="nan")`."""
    return Reason(key, arguments)


def as_told(message: str) -> Reason:
    """A reason of which only the sentence is known: out of an older file, or from elsewhere."""
    return Reason(AS_TOLD, {"message": message})


def _changed(value: Argument, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case Reason():
            return value.changed(change)
        case list():
            return [_changed(one, change) for one in value]
    return value


def _as_json(value: Argument) -> Any:
    match value:
        case Reason():
            return value.as_json()
        case list():
            return [_as_json(one) for one in value]
    return value


def _from_json(value: Any) -> Any:
    match value:
        case {"reason": str(), "arguments": dict()}:
            return Reason.from_json(value)
        case list():
            return [_from_json(one) for one in value]
    return value
