"""Ready-made nouns for all tests."""

from __future__ import annotations

import gc

import pytest
from click.testing import CliRunner
from hypothesis import settings

settings.register_profile("gate", deadline=None, derandomize=True, max_examples=200)
settings.load_profile("gate")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="write the goldens anew")


LONG_FIRST = ("faults", "web", "lms", "docs", "grader", "templates", "problems")
"""Folders whose files take longest: begun last, one of them would keep one core busy alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; the order within a file stays."""

    def rank(item: pytest.Item) -> int:
        folder = item.path.parent.name
        return LONG_FIRST.index(folder) if folder in LONG_FIRST else len(LONG_FIRST)

    items.sort(key=rank)


def pytest_collection_finish() -> None:
    """Thousands of tests stay to the end: the collector of garbage need not look at them again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def update_goldens(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-goldens"))


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner()
