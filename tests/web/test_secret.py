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


LEFT = (b"", b"\n", b"short", bytes(64), b" \n" * 40, b"x" * 64, b"\xff\x00\x8d" * 30)


@pytest.mark.parametrize("left", LEFT)
def test_an_empty_or_torn_one_is_made_anew(tmp_path: Path, left: bytes) -> None:
    """Anybody could sign a session with it, or nobody could read it."""
    (tmp_path / FILE).write_bytes(left)
    key = secret_key(tmp_path)
    assert len(key) >= SHORTEST
    assert secret_key(tmp_path) == key
    assert [one.name for one in tmp_path.iterdir()] == [FILE]
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_one_of_somebody_elses_making_is_kept(tmp_path: Path) -> None:
    own = "q8+/Zr0LkV2y5nT7cB9wXe3HsPdJ4mAf=\n"
    (tmp_path / FILE).write_text(own)
    assert secret_key(tmp_path) == own
