"""Texts of backups that cannot stay as they are: cleaned, cut, and told apart where they clash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from problems.texts import REPLACED


@dataclass
class Mended:
    """What a restore changed, for backups of earlier versions hold what they found."""

    rows: int = 0
    """Rows with text that not every database can hold, or that is too long for its column."""
    renamed: list[str] = field(default_factory=list)
    """What would have become the same as another one's, and its name now; in words."""


def set_apart(model: type[models.Model], row: dict[str, Any], kept: dict[str, Any]) -> list[str]:
    """Number the texts of a row that must be its own and, mended, are another one's.

    Args:
        model: whose row.
        row: as it was in the backup.
        kept: what will be stored; changed here.

    Returns:
        What was renamed, in words.
    """
    told = []
    for names in _unique(model):
        odd = [name for name in names if _is_odd(row.get(name), kept.get(name))]
        if not odd or any(kept.get(name) is None for name in names):
            continue
        name, number = odd[-1], 1
        text, most = kept[name], _field(model, name).max_length
        while model._base_manager.filter(**{one: kept[one] for one in names}).exists():
            number += 1
            ending = f"-{number}"
            kept[name] = text[: most - len(ending) if most else None] + ending
        if number > 1:
            told.append(
                f"{model._meta.verbose_name} {row[model._meta.pk.attname]!r}: another "
                f"one has the {name} {text!r} already; it is {kept[name]!r} now"
            )
    return told


def _is_odd(text: Any, kept: Any) -> bool:
    """Whether a text was mended, now or before."""
    return isinstance(kept, str) and (text != kept or REPLACED in kept)


def _unique(model: type[models.Model]) -> Iterator[tuple[str, ...]]:
    """Columns that no two rows may have in common.

    A key that others refer to is left alone: those are made by us, of letters and digits.
    """
    for one in model._meta.concrete_fields:
        if one.unique and not (one.primary_key and model._meta.related_objects):
            yield (one.attname,)
    listed = [*model._meta.unique_together]
    found = (one for one in model._meta.constraints if isinstance(one, models.UniqueConstraint))
    for names in (*listed, *(one.fields for one in found)):
        yield tuple(_field(model, name).attname for name in names)


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)
