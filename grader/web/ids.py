"""Ids of stored rows: nobody can guess one from another."""

from __future__ import annotations

import secrets


def new_id() -> str:
    """An id that cannot be guessed and fits into an address."""
    return secrets.token_urlsafe(12)
