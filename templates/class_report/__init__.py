"""What a teacher is told of a class."""
