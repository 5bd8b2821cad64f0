"""Sentences of reasons: the closed list of keys, and what puts arguments into their places.

A sentence names its arguments in braces, and how each is said behind a colon:

    {text}              as it is; a list with commas, a reason as its sentence
    {text:quoted}       in quotes, so that nothing in it acts on a terminal; a list one by one
    {names:and}         a list as `a, b and c`; `or` likewise; `quoted and`, each in quotes
    {reasons:;}         a list with semicolons
    {count:file|files}  the first word for one (or a list of one), the second for all others
    {count:,}           as Python formats a number

Another language is another mapping from the same keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from string import Formatter
from types import MappingProxyType
from typing import Any

from problems.reasons import Reason, as_told
from templates.words import (
    assignments,
    exchange,
    files,
    forms,
    general,
    intake,
    platforms,
    reading,
)

SUBJECTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "general": general.SENTENCES,
        "assignments": assignments.SENTENCES,
        "exchange": exchange.SENTENCES,
        "files": files.SENTENCES,
        "forms": forms.SENTENCES,
        "intake": intake.SENTENCES,
        "platforms": platforms.SENTENCES,
        "reading": reading.SENTENCES,
    }
)
"""Subject -> its sentences by key; no key is in two of them."""

SENTENCES: Mapping[str, str] = MappingProxyType(
    {key: text for sentences in SUBJECTS.values() for key, text in sentences.items()}
)
"""Key -> its sentence in English."""


def sentence(reason: Reason) -> str:
    """What a reason says, in English.

    Raises:
        KeyError: no such reason, or an argument of it is missing.

    >>> from problems.reasons import because
    >>> sentence(because("no_finite_number", text="nan"))
    "'nan' is no finite number"
    """
    arguments = reason.arguments
    return "".join(
        literal + (said(arguments[name], spec) if name is not None else "")
        for literal, name, spec in _pieces(SENTENCES[reason.key])
    )


def placeholders(text: str) -> frozenset[str]:
    """Names of the arguments that a sentence needs.

    >>> sorted(placeholders("{count:,} {count:row|rows} of {file}"))
    ['count', 'file']
    """
    return frozenset(name for _, name, _ in _pieces(text) if name is not None)


@cache
def _pieces(text: str) -> tuple[tuple[str, str | None, str], ...]:
    """Literal text, the argument behind it and how that is said."""
    return tuple((literal, name, spec or "") for literal, name, spec, _ in Formatter().parse(text))


def said(value: Any, spec: str = "") -> str:
    """One argument in words; see above for `spec`.

    >>> said(["a", "b", "c"], "quoted or"), said(1, "row|rows"), said(1200, ",")
    ("'a', 'b' or 'c'", 'row', '1,200')
    """
    if "|" in spec:
        one, many = spec.split("|")
        return one if (value if isinstance(value, int) else len(value)) == 1 else many
    match value:
        case Reason():
            return sentence(value)
        case list() | tuple():
            each, _, last = spec.rpartition(" ")
            if last in ("and", "or"):
                return joined([said(one, each) for one in value], last)
            if last == ";":
                return "; ".join(said(one, each) for one in value)
            return ", ".join(said(one, spec) for one in value)
    return repr(value) if spec == "quoted" else format(value, spec)


def joined(parts: Sequence[str], last: str) -> str:
    """`a, b and c`."""
    return f" {last} ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def reason_in(doc: Mapping[str, Any]) -> Reason:
    """The reason in something stored, which was made by this, an earlier or a later bpgrade.

    Args:
        doc: has `message`, and `reason` with `arguments` unless it is old.

    Returns:
        What the message says where no sentence can be made of the rest.

    >>> reason_in({"message": "no such step"})
    Reason(key='as_told', arguments={'message': 'no such step'})
    """
    if "reason" not in doc:
        return as_told(doc["message"])
    try:
        reason = Reason.from_json(doc)
        sentence(reason)
    except (KeyError, TypeError, ValueError, AttributeError):
        return as_told(doc["message"])
    return reason
