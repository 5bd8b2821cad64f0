"""Other people's parsers on files that nobody vouches for."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from grader.errors import SubmissionError
from grader.read.tables.table import refusal
from problems.reasons import Reason, because


@contextmanager
def guarded(file: str, code: str, reason: Reason) -> Iterator[None]:
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
        failed = because("parser_failed", what=reason, error=type(error).__name__)
        raise refusal(file, code, failed) from None
