"""Worksheets and answer keys."""
