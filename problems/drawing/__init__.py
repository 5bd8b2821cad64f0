"""Drawing exercises: families, nice numbers, and the quality gate."""
