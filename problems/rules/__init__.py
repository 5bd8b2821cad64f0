"""Rules that a step can be made of: expressions, activations, losses."""
