"""How fast worksheets and keys are printed, beside LaTeX setting the same content.

Run by `make bench`. Every exercise has other numbers. LaTeX is measured where it is installed:
one pdflatex pass over the same blocks, drawing and outline included, with frames in place of the
fields and without tags and codes of squares, which would only make it slower.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pypdf import PdfReader

from problems.drawing import family
from problems.drawing.candidates import key
from problems.drawing.draw import draw
from problems.exercise import issued
from templates.drawings.drawing import Circle, Drawing, Line, Words
from templates.formulas.breaking import lines
from templates.formulas.latex import latex
from templates.pages.page import (
    ArrayItem,
    Block,
    Display,
    Figure,
    Heading,
    Item,
    Items,
    Math,
    Page,
    Paragraph,
    Table,
)
from templates.pdf.document import pdf
from templates.sheets import sheets

EACH, PASSES = 40, 6
MANY = 1000


def pages(name: str, count: int) -> Iterator[tuple[Page, Page]]:
    """Worksheets and keys of a class, drawn beforehand."""
    made_by = family.load(name)
    design = made_by.design()
    draws = draw(design, [key("bench", "paper", str(n)) for n in range(count)])
    for n, found in enumerate(draws):
        exercise = issued(design, found, f"{name}-{n:010x}", f"student {n}")
        sections = made_by.placed(exercise.graph)
        sheet = sheets.Sheet(
            exercise, made_by.title, made_by.source, made_by.instructions, sections,
            f"Student {n}", made_by.look, made_by.given,
        )  # fmt: skip
        yield sheets.worksheet([sheet]), sheets.key([sheet])


def seconds(work: object) -> float:
    """Processor time of a call."""
    start = time.process_time()
    work()  # type: ignore[operator]
    return time.process_time() - start


def tex(page: Page) -> str:
    """The page's blocks as a LaTeX document."""
    head = r"\documentclass[10pt]{article}\usepackage{amsmath,lmodern,hyperref}"
    title = rf"\hypersetup{{pdftitle={{{_plain(page.title)}}}}}\begin{{document}}"
    body = [line for block in page.blocks for line in _block(block)]
    return "\n".join([head, title, *body, r"\end{document}"])


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(_, text):
            yield rf"\section*{{{_plain(text)}}}"
        case Paragraph(parts):
            yield "".join(map(_inline, parts)) + r"\par"
        case Display(every):
            for line in every:
                yield from (rf"\[ {latex(part)} \]" for part in lines(line.right))
        case Items(items):
            for item in items:
                yield rf"\[ {latex(item.prompt)} {_frames(item)} \]"
        case Table(header, rows):
            yield rf"\begin{{tabular}}{{{'l' * len(header)}}}"
            for row in (header, *rows):
                yield " & ".join("".join(map(_inline, cell)) for cell in row) + r" \\"
            yield r"\end{tabular}\par"
        case Figure(drawing):
            yield _picture(drawing)


def _frames(item: Item | ArrayItem) -> str:
    fields = 1 if isinstance(item, Item) else sum(map(len, item.cells))
    return r"\framebox[6em]{\strut}" * fields


def _picture(drawing: Drawing) -> str:
    """Lines as PDF operators, circles and labels at their places."""
    size = f"({drawing.width},{drawing.height})"
    parts = [rf"\setlength\unitlength{{0.75bp}}\begin{{picture}}{size}"]
    for shape in drawing.shapes:
        match shape:
            case Line(x1, y1, x2, y2):
                ends = f"{0.75 * x1} {-0.75 * y1} m {0.75 * x2} {-0.75 * y2} l S"
                parts.append(rf"\put(0,{drawing.height}){{\pdfliteral{{{ends}}}}}")
            case Circle(x, y, r):
                parts.append(rf"\put({x},{drawing.height - y}){{\circle{{{2 * r}}}}}")
            case Words(x, y, label):
                words = _plain("".join(span.text for span in label.spans))
                parts.append(rf"\put({x},{drawing.height - y}){{{words}}}")
    return "\n".join([*parts, r"\end{picture}"])


def _plain(text: str) -> str:
    return "".join(rf"\{c}" if c in "#$%&_{}" else c for c in text if c.isascii() and c != "^")


def _inline(part: object) -> str:
    return f"${latex(part.formula)}$" if isinstance(part, Math) else _plain(part.text)  # type: ignore[attr-defined]


def latex_seconds(page: Page) -> float | None:
    """Processor time of one pass, or None without LaTeX."""
    if not shutil.which("pdflatex"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "w.tex").write_text(tex(page), "utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = ["pdflatex", "-interaction=batchmode", "w.tex"]
        quiet = subprocess.DEVNULL
        subprocess.run(command, cwd=folder, stdout=quiet, stderr=quiet, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if not Path(folder, "w.pdf").exists():
            return None
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def count(data: bytes) -> int:
    """Pages of a PDF."""
    import io

    return len(PdfReader(io.BytesIO(data)).pages)


def main() -> None:
    """Print the tables."""
    print(f"printing, CPU milliseconds for one document (median of {EACH}), one core")
    print(f"  {'family':12} {'sheet':>7} {'key':>7} {'pages/s':>8} {'KB':>5} {'latex':>7} ratio")
    for name in ("musilek", "mazur", "slides", "lfd", "valchanov", "relu-softmax"):
        made = list(pages(name, EACH))
        pdf(made[0][0])
        work = statistics.median(seconds(lambda p=w: pdf(p)) for w, _ in made)
        keys = statistics.median(seconds(lambda p=k: pdf(p)) for _, k in made)
        both = [pdf(made[0][0]), pdf(made[0][1])]
        speed = sum(map(count, both)) / (work + keys)
        reference = [latex_seconds(page) for pair in made[:PASSES] for page in pair]
        size = sum(map(len, both)) / 2 / 1000
        if None in reference:
            cells = "      -     -"
        else:
            whole = sum(r for r in reference if r is not None) / PASSES
            cells = f"{1000 * whole:7.0f} {(work + keys) / whole:5.2f}"
        print(
            f"  {name:12} {1000 * work:7.1f} {1000 * keys:7.1f} {speed:8.1f} {size:5.0f} {cells}"
        )
    memory()


def memory() -> None:
    """Peak memory after some and after many worksheets."""
    peaks = []
    for n, (work, _) in enumerate(pages("mazur", MANY), 1):
        pdf(work)
        if n in (100, MANY):
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(f"  peak memory after 100 worksheets {peaks[0]:.0f} MB, after {MANY} {peaks[1]:.0f} MB")


if __name__ == "__main__":
    main()
