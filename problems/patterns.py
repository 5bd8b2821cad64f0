"""Regular expressions that are compiled when they are first used.

Reading a number in every way that students write one takes dozens of patterns; most runs of
the program need two or three of them, and compiling all costs more than grading a submission.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, AnyStr


class _Late:
    """Acts as the compiled pattern; each method is looked up once."""

    def __init__(self, text: Any, flags: int) -> None:
        self._source = (text, flags)

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._source), name)
        setattr(self, name, found)
        return found


if TYPE_CHECKING:

    def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
        """What `re.compile` gives, compiled when it is first used."""

else:

    def pattern(text, flags=0):
        """What `re.compile` gives, compiled when it is first used.

        >>> pattern("[0-9]+").fullmatch("17") is not None
        True
        """
        return _Late(text, flags)
