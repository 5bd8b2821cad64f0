"""What is installed only on demand: `pip install bpgrade[serve]`.

Generating and checking need none of it. Whoever uses a library of an extra imports it as usual;
if it is missing, the command line says in one line what to install.
"""

from __future__ import annotations

import importlib.util

from problems.errors import BpgradeError

EXTRAS: dict[str, dict[str, str]] = {
    "report": {"matplotlib": "matplotlib"},
    "serve": {
        "cryptography": "cryptography",
        "django": "django",
        "httpcore": "httpcore",
        "httpx": "httpx",
        "jwt": "pyjwt",
        "matplotlib": "matplotlib",
        "ninja": "django-ninja",
        "psycopg": "psycopg",
        "pydantic": "pydantic",
        "waitress": "waitress",
        "whitenoise": "whitenoise",
    },
    "cluster": {"dask": "dask", "distributed": "distributed"},
    "lms": {
        "httpcore": "httpcore",
        "httpx": "httpx",
        "keyring": "keyring",
        "tenacity": "tenacity",
    },
    "symbolic": {"mpmath": "mpmath", "sympy": "sympy"},
}
"""Extra -> its modules, each with the name of its distribution, as in pyproject.toml. Of a module
that several have the first is named."""


class MissingExtra(BpgradeError):
    """Something is asked for that is not installed."""

    def __init__(self, extra: str, module: str) -> None:
        self.extra = extra
        super().__init__(
            f"{EXTRAS[extra][module]} is not installed; this needs: pip install 'bpgrade[{extra}]'"
        )


def missing_extra(error: BaseException) -> MissingExtra | None:
    """What to install, where an import failed for want of it.

    >>> print(missing_extra(ModuleNotFoundError("no", name="sympy.core")))
    sympy is not installed; this needs: pip install 'bpgrade[symbolic]'
    >>> missing_extra(ModuleNotFoundError("no", name="numpy")) is None
    True
    """
    top = (getattr(error, "name", None) or "").partition(".")[0]
    extra = next((name for name, modules in EXTRAS.items() if top in modules), None)
    return MissingExtra(extra, top) if extra else None


def require(extra: str) -> None:
    """Make sure of an extra whose modules are loaded by name, as Django does.

    Raises:
        MissingExtra: one of its modules cannot be found.
    """
    for module in missing(extra):
        raise MissingExtra(extra, module)


def missing(extra: str) -> list[str]:
    """The modules of an extra that cannot be found."""
    return [module for module in EXTRAS[extra] if not _there(module)]


def _there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
