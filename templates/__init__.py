"""On paper and on screen: how exercises, keys and feedback look."""
