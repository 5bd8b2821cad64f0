"""A platform that is registered, whose keys lie on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from launches import TOOL, platform, published


@pytest.fixture(scope="module")
def keys_url() -> Iterator[str]:
    with published() as url:
        yield url


@pytest.fixture
def registered(db: None, settings: Any, keys_url: str) -> Any:
    """The platform's row; our own address is set."""
    from grader.web.lti import keys

    settings.URL, settings.SECURE = TOOL, True
    keys.forget_keys()
    return platform(keys_url)
