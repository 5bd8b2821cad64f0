"""Pages of teachers and assistants."""
