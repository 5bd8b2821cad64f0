"""Assignments: what is issued to whom, as a folder, as worksheets, as booklets."""
