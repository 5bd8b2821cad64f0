"""The key that signs sessions."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.web.secret import FILE, SHORTEST, secret_key


def test_it_is_made_once_for_the_owner_alone(tmp_path: Path) -> None:
    key = secret_key(tmp_path / "data")
    assert len(key) >= SHORTEST
    assert secret_key(tmp_path / "data") == key
    assert (tmp_path / "data" / FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("left", ["", "\n", "short"])
def test_an_empty_or_torn_one_is_made_anew(tmp_path: Path, left: str) -> None:
    """Anybody could sign a session with it."""
    (tmp_path / FILE).write_text(left)
    key = secret_key(tmp_path)
    assert len(key) >= SHORTEST
    assert secret_key(tmp_path) == key
    assert [one.name for one in tmp_path.iterdir()] == [FILE]
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
