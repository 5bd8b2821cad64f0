"""What one student is told: pages, comments, sentences."""
