"""Filled forms, and PDFs that hold none."""
