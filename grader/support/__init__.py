"""What every part of the grader uses: files, tables, the terminal, workers."""
