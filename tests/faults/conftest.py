"""A class that is made once and copied for every harm, and a PostgreSQL of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harm import Place, copy_of, seeded
from postgres import Cluster, cluster


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return seeded(tmp_path_factory.mktemp("seed") / "data")


@pytest.fixture
def place(original: Place, tmp_path: Path) -> Place:
    return copy_of(original, tmp_path / "data")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    with cluster() as found:
        yield found


@pytest.fixture(params=["sqlite", "postgres"])
def either(request: pytest.FixtureRequest, original: Place, tmp_path: Path) -> Place:
    """A class in each of the two databases."""
    if request.param == "sqlite":
        return copy_of(original, tmp_path / "data")
    found: Cluster = request.getfixturevalue("postgres")
    return seeded(tmp_path / "data", found.database())
