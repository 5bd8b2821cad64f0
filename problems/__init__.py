"""Before anyone answers: what is asked, its true values and its wrong answers."""
