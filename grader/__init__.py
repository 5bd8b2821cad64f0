"""After someone answered: reading, marking, reporting, and every way in."""
