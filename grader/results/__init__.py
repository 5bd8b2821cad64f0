"""What comes of graded work, for one student after the other."""
