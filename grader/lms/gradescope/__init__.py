"""Gradescope: bpgrade as its autograder."""
