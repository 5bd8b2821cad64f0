"""Every shape of file in which answers are handed in; see `shaping` for how to add one."""

from __future__ import annotations

import packed_shapes
import table_shapes
from shaping import ENCODINGS, LISTS, SHAPES, SLOW, Files, Sheet

MODULES = (table_shapes, packed_shapes)
"""Imported, so that their shapes are known."""

__all__ = ["ENCODINGS", "LISTS", "MODULES", "SHAPES", "SLOW", "Files", "Sheet"]
