"""Ready-made nouns for all tests."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from hypothesis import settings

settings.register_profile("gate", deadline=None, derandomize=True, max_examples=200)
settings.load_profile("gate")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-goldens", action="store_true", help="write the goldens anew")


@pytest.fixture
def update_goldens(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-goldens"))


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner()
