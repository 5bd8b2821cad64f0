"""After someone answered: reading, marking, reporting, and every way in."""

__version__ = "0.1.0"
