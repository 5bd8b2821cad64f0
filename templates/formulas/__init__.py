"""Formula trees set for each medium: MathML, LaTeX, one line of text, spoken words, spans.

Every renderer is one function over every node of `problems.formulas.formula`; a node that a
renderer does not know raises TypeError, and a test asks each renderer for each node.
"""
