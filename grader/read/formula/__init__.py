"""Formulas as students type them: words, grammar, trees."""
