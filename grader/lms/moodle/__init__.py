"""Moodle: its files, its interface, its questions."""
