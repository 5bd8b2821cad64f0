"""bpgrade doctor: what is installed, what is missing, what to do."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from pathlib import Path

import click

from grader import __version__
from grader.support.extras import EXTRAS, missing, require
from grader.support.own_packages import OWN, shadowed, sharing
from grader.support.terminal import table

EXAMPLES = """\b
Examples:
  bpgrade doctor
  bpgrade doctor --data /srv/bpgrade --url https://bpgrade.example.org
  bpgrade doctor --database-url postgres://bpgrade:secret@localhost/bpgrade
"""

NEEDED = (
    *("numpy", "click", "jinja2", "markupsafe", "lark", "polars"),
    *("reportlab", "pypdf", "segno", "openpyxl", "defusedxml"),
)
"""By generating and checking."""


def findings() -> list[tuple[str, str, str]]:
    """(what, state, what to do) for everything bpgrade relies on."""
    found = [("bpgrade", __version__, ""), _python()]
    found += [_package(name) for name in NEEDED]
    for extra in EXTRAS:
        found += _extra(extra)
    found.append(("installed in", str(Path(__file__).resolve().parents[2]), ""))
    found.append(_names())
    encoding = sys.stdout.encoding or "unknown"
    advice = "" if encoding.lower().startswith("utf") else "set PYTHONUTF8=1: formulas need UTF-8"
    found.append(("terminal", encoding, advice))
    return list(dict.fromkeys(found))  # some libraries belong to two extras


def _python() -> tuple[str, str, str]:
    old = sys.version_info < (3, 11)
    return "Python", platform.python_version(), "3.11 or later is needed" if old else ""


def _extra(extra: str) -> list[tuple[str, str, str]]:
    """The libraries of an extra; to have none of them is no fault."""
    command = f"pip install 'bpgrade[{extra}]'"
    lacking = missing(extra)
    if len(lacking) == len(EXTRAS[extra]):
        return [(f"[{extra}]", f"not installed; if you need it: {command}", "")]
    found = []
    for module, name in EXTRAS[extra].items():
        what, state, _ = _package(name)
        found.append((what, state, command if module in lacking else ""))
    return found


def _names() -> tuple[str, str, str]:
    """Whether our packages are ours alone."""
    others = sharing()
    taken = [f"{name} of {place}" for name, place in shadowed().items()]
    taken += [f"{name} also in {', '.join(whose)}" for name, whose in others.items()]
    if not taken:
        return "packages", ", ".join(OWN), ""
    named = sorted({other for whose in others.values() for other in whose})
    remove = f"pip uninstall {' '.join(named)}, or " if named else ""
    advice = f"{remove}install bpgrade into an environment of its own"
    return "packages", "; ".join(taken), advice


def _package(name: str) -> tuple[str, str, str]:
    try:
        return name, importlib.metadata.version(name), ""
    except importlib.metadata.PackageNotFoundError:
        return name, "missing", f"pip install {name}"


@click.command(epilog=EXAMPLES)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also look at the service whose data folder this is.",
)
@click.option("--database-url", "database", default="", help="Its database, unless SQLite.")
@click.option("--url", default="", help="Its public address.")
@click.pass_context
def doctor(ctx: click.Context, data: Path | None, database: str, url: str) -> None:
    """Say what is installed, what is missing and what to do about it.

    With --data or --database-url also whether a service is set up so that what it
    acknowledges stays stored.
    """
    if data or database:
        require("serve")
    found = findings()
    if data or database:
        from grader.web.doctor import service_findings

        found += service_findings(data, database, url)
    rows = [[what, state, advice or "ok"] for what, state, advice in found]
    click.echo(table(["part", "state", ""], rows))
    if any(advice for _, _, advice in found):
        ctx.exit(1)
