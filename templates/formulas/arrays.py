"""Boxes put together by geometry alone: arrays of cells, limits of an operator, fields.

Sources: LaTeX's array environment; D. Knuth, The TeXbook, appendix G, rule 13a. Lengths are in em.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from templates.formulas.boxes import Box, Field

COLUMN_GAP = 1.0
"""Between the columns of a matrix: twice LaTeX's \\arraycolsep."""

STRUT = (0.84, 0.36)
"""Least ascent and descent of a row of a matrix: LaTeX's \\@arstrut at 10 pt on 12."""

CELL_GAP = 0.16
"""Between two rows that hold more than the strut does."""

FIELD_HEIGHT = 1.6


def array(cells: Sequence[Sequence[Box]], axis: float, size: float) -> Box:
    """Rows and columns, each cell centred in its column, all of it on the axis.

    Args:
        cells: the boxes, row by row.
        axis: height of the axis at size 1.
        size: of the style.
    """
    columns = max(map(len, cells), default=0)
    widths = [max(row[j].width for row in cells if j < len(row)) for j in range(columns)]
    extents = [_row_extent(row, size) for row in cells]
    height = sum(up + down for up, down in extents)
    body = Box(sum(widths) + COLUMN_GAP * size * max(0, columns - 1))
    top = y = axis * size + height / 2
    for row, (up, down) in zip(cells, extents, strict=True):
        x = 0.0
        for cell, width in zip(row, widths, strict=False):
            body.put(x + (width - cell.width) / 2, y - up, cell)
            x += width + COLUMN_GAP * size
        y -= up + down
    body.ascent, body.descent = top, -y
    return body


def _row_extent(row: Sequence[Box], size: float) -> tuple[float, float]:
    ascent = max((cell.ascent for cell in row), default=0.0)
    descent = max((cell.descent for cell in row), default=0.0)
    up, down = (s * size for s in STRUT)
    if ascent > up or descent > down:
        ascent, descent = ascent + CELL_GAP * size / 2, descent + CELL_GAP * size / 2
    return max(ascent, up), max(descent, down)


def with_limits(
    nucleus: Box, above: Box | None, below: Box | None, constants: Mapping[str, float]
) -> Box:
    """An operator with limits above and below (13a).

    Args:
        nucleus: the operator's sign.
        above: the upper limit, set as a script.
        below: the lower limit, set as a script.
        constants: of the font's MATH table.
    """
    width = max(b.width for b in (nucleus, above, below) if b is not None)
    box = Box(width)
    box.put((width - nucleus.width) / 2, 0.0, nucleus)
    if above is not None:
        gap, least = constants["UpperLimitGapMin"], constants["UpperLimitBaselineRiseMin"]
        rise = max(gap + above.descent, least)
        box.put((width - above.width + nucleus.slant) / 2, nucleus.ascent + rise, above)
    if below is not None:
        gap, least = constants["LowerLimitGapMin"], constants["LowerLimitBaselineDropMin"]
        drop = max(gap + below.ascent, least)
        box.put((width - below.width - nucleus.slant) / 2, -nucleus.descent - drop, below)
    return box


def field(step: str, width: float, axis: float, size: float) -> Box:
    """A field for the answer to a step, centred on the axis.

    Args:
        step: whose answer it takes.
        width: at size 1.
        axis: height of the axis at size 1.
        size: of the style.
    """
    height = FIELD_HEIGHT * size
    bottom = axis * size - height / 2
    side = 0.05 * size
    part = (side, bottom, Field(step, width * size, height))
    return Box(width * size + 2 * side, bottom + height, -bottom, [part])
