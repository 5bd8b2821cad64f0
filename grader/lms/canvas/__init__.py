"""Canvas: its files, its interface, its quizzes."""
