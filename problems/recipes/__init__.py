"""Recipes: a computation written as formulas in index notation, and its derivatives."""
