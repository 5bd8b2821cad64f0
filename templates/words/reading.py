"""Why a text or a file is no answer, and what was read in a way worth saying."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "no_finite_number": "{text:quoted} is no finite number",
    }
)
