"""Other people's parsers on files that nobody vouches for."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from grader.errors import SubmissionError
from grader.read.tables.table import refusal


@contextmanager
def guarded(file: str, code: str, message: str) -> Iterator[None]:
    """A block in which a library reads; whatever it stumbles over becomes a refusal.

    Raises:
        SubmissionError: the block's own, or one made from what the library raised.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except SubmissionError:
        raise
    except Exception as error:  # noqa: BLE001 - damaged files make parsers raise anything
        raise refusal(file, code, f"{message} ({type(error).__name__})") from None
