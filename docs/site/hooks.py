"""What the site has besides the pages of docs/: pages of the top level, and the API reference.

Pages are written for whoever reads them in the repository, so they link to source files and to
the top level; on the site the former lead to the module in the reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]

TOP_LEVEL = {
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
}
"""Page of the repository's top level -> its place on the site."""

ROOMS = ("bpgrade", "problems", "templates", "grader")
LEFT_OUT = ("grader/web", "grader/commands", "templates/fonts")
"""Described by docs/api.md and docs/commands.md; a tool that is run by hand."""

_LINK = re.compile(
    r"(?P<text>\[(?:[^\[\]]|\[[^\]]*\])*\])\((?P<target>[^()\s#]+)(?P<anchor>#[^()\s]*)?\)"
)


# the reference -----------------------------------------------------------------------------


def folders() -> Iterator[tuple[str, list[str]]]:
    """Dotted name of each folder of code, and the modules right in it."""
    for room in ROOMS:
        for folder in sorted({path.parent for path in (ROOT / room).rglob("*.py")}):
            place = folder.relative_to(ROOT).as_posix()
            if not place.startswith(LEFT_OUT):
                dotted = place.replace("/", ".")
                stems = sorted(p.stem for p in folder.glob("*.py") if not p.stem.startswith("_"))
                yield dotted, [dotted, *(f"{dotted}.{stem}" for stem in stems)]


def reference() -> dict[str, str]:
    """Place -> text of the pages of the reference: one a folder, and one that lists them."""
    pages, rows = {}, []
    for dotted, modules in folders():
        place = f"reference/{dotted}.md"
        blocks = "\n".join(f"::: {module}\n" for module in modules)
        pages[place] = f"# {dotted}\n\n{blocks}"
        rows.append(f"| [`{dotted}`]({dotted}.md) | {summary(dotted)} |")
    head = (
        "# API reference\n\nMade from the docstrings. The pages are the folders of the code; "
        "[the architecture](../architecture.md) says what lies where and why.\n\n"
        "| folder | what it holds |\n|---|---|\n"
    )
    pages["reference/index.md"] = head + "\n".join(rows) + "\n"
    return pages


def summary(dotted: str) -> str:
    """First paragraph of a package's docstring."""
    text = (ROOT / dotted.replace(".", "/") / "__init__.py").read_text("utf-8")
    found = re.match(r'\s*"""(.+?)(?:\n\n|""")', text, re.DOTALL)
    return " ".join(found[1].split()) if found else ""


# links -------------------------------------------------------------------------------------


def destination(source: PurePosixPath, target: str) -> str | None:
    """Where a link of a page leads on the site.

    Args:
        source: the page's place on the site.
        target: as written, relative to docs/ or, on pages of the top level, to the repository.

    Returns:
        A relative link; `[module]` where it leads into the reference; None where nothing on the
        site shows the file.
    """
    at_top = source.as_posix() in TOP_LEVEL.values()
    base = ROOT if at_top else ROOT / "docs" / source.parent
    place = (base / target).resolve()
    if not place.is_relative_to(ROOT) or not place.exists():
        return target
    name = place.relative_to(ROOT).as_posix()
    if name in TOP_LEVEL:
        return _relative(TOP_LEVEL[name], source)
    if name.startswith("docs/"):
        inside = name.removeprefix("docs/")
        return _relative(f"{inside}/index.md" if place.is_dir() else inside, source)
    module = name.removesuffix(".py").removesuffix("/__init__")
    if not name.endswith(".toml") and module.startswith(ROOMS) and not module.startswith(LEFT_OUT):
        return f"[{module.replace('/', '.')}]"
    return None


def _relative(place: str, source: PurePosixPath) -> str:
    return "../" * (len(source.parts) - 1) + place


# what mkdocs calls -------------------------------------------------------------------------


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds what is not in docs/."""
    for name, place in TOP_LEVEL.items():
        files.append(File.generated(config, place, content=(ROOT / name).read_text("utf-8")))
    for place, text in reference().items():
        files.append(File.generated(config, place, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Leads links to files of the repository to what shows them on the site."""
    source = PurePosixPath(page.file.src_uri)
    if source.parts[0] == "reference":
        return markdown

    def led(link: re.Match[str]) -> str:
        if "://" in link["target"] or link["target"].startswith("mailto:"):
            return link[0]
        target = destination(source, link["target"])
        if target is None:
            return link["text"][1:-1]
        if target.startswith("["):
            return link["text"] + target
        return f"{link['text']}({target}{link['anchor'] or ''})"

    return _LINK.sub(led, markdown)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Gives the theme's search dialog a name for those who hear the page."""
    return output.replace('role="dialog"', 'role="dialog" aria-label="Search"')
