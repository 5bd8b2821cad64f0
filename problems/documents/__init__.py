"""The documents: every number and formula that they print, beside our own."""
