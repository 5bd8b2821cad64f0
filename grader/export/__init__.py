"""Exercises for other systems: Moodle, QTI players, Canvas, Gradescope.

What a system can judge of a step is worked out once, in `grader.export.fields`; each writer
puts it into the system's own words. A writer never leaves anything out in silence: what could
not be carried is counted in `grader.export.tally` and said.
"""
