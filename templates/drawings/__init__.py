"""Drawings before any medium: primitives, networks, places of labels."""
