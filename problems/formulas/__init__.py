"""Rules as formulas in a text's notation."""
