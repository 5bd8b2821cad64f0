"""Many rows written in short transactions, so that others write in between.

SQLite has one writer: whoever writes a whole class at once keeps every submission waiting.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection, transaction

from grader.web.submission_store import one_writer

SLICE = 250
"""Rows of one transaction: some 50 ms."""
SHORTEST, LONGEST = 0.05, 0.5
"""Seconds of a pause. SQLite has those who wait look again every tenth of a second at least."""

T = TypeVar("T")


@contextmanager
def slice_of_work() -> Iterator[None]:
    """One short transaction, and then a pause as long as it took.

    Inside a transaction of others there is nothing to wait for.
    """
    inside, begun = connection.in_atomic_block, time.monotonic()
    with one_writer(), transaction.atomic():
        yield
    if connection.vendor == "sqlite" and not inside:
        time.sleep(min(LONGEST, max(SHORTEST, time.monotonic() - begun)))


def slices(rows: Sequence[T], size: int = SLICE) -> Iterator[Sequence[T]]:
    """Parts of a sequence, in its order.

    >>> list(slices("abcde", 2))
    ['ab', 'cd', 'e']
    """
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
