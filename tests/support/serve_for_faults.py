"""`bpgrade serve` with the addresses of `handing_in`; run as a script with the same options."""

from __future__ import annotations

from typing import Any

from grader.commands.serve import serve
from grader.web import start

_configure = start.configure


def configure(*args: Any, **kwargs: Any) -> None:
    """The service's settings, with other addresses."""
    _configure(*args, **kwargs)
    from django.conf import settings

    settings.ROOT_URLCONF = "handing_in"


if __name__ == "__main__":
    start.configure = configure
    serve()
