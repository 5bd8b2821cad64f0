"""Pages as PDF: tagged, with fields that can be filled in, the same bytes for the same page.

reportlab writes the file; the setting of formulas, lines and pages is done here, because none
of its parts knows formulas, and because every mark on the paper must know its place in the
reading order.
"""
