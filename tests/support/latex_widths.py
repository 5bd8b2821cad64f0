"""Measures formulas with LaTeX and stores their widths: `make widths`, where LaTeX is there.

The stored widths judge our own setting; the tests need no LaTeX.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from sheets_of import FAMILIES, formulas, pages

from problems.formulas.formula import Formula
from templates.formulas.latex import latex

STORED = Path(__file__).parents[1] / "goldens" / "formula-widths.json"
EACH = 14
"""Formulas of each family's key: every n-th, so that all sections are met."""

HEAD = r"""\documentclass[10pt]{article}
\usepackage{amsmath}
\usepackage{lmodern}
\begin{document}
\newsavebox\measured
"""


def chosen() -> dict[str, Formula]:
    """LaTeX -> formula: the golden set, with the numbers of the first draw."""
    found: dict[str, Formula] = {}
    for name in FAMILIES:
        for page in pages(name, version=1):
            every = list(dict.fromkeys(formulas(page.blocks)))
            for formula in every[:: max(1, len(every) // EACH)]:
                found.setdefault(latex(formula), formula)
    return found


def measured(sources: list[str]) -> list[float]:
    """Widths in em at 10 pt, set by pdflatex in display style."""
    body = "".join(
        rf"\sbox\measured{{$\displaystyle {source}$}}\typeout{{width=\the\wd\measured}}" + "\n"
        for source in sources
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "w.tex").write_text(HEAD + body + r"\end{document}")
        run = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "w.tex"],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if run.returncode:
        sys.exit(run.stdout[-2000:])
    points = [float(width) for width in re.findall(r"width=([\d.]+)pt", run.stdout)]
    return [round(width / 10, 4) for width in points]


def main() -> None:
    """Measure and store."""
    sources = list(chosen())
    widths = dict(zip(sources, measured(sources), strict=True))
    STORED.write_text(json.dumps(widths, indent=0, ensure_ascii=False) + "\n", "utf-8")
    print(f"{STORED.name}: {len(widths)} formulas")


if __name__ == "__main__":
    main()
