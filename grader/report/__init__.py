"""The class report: statistics of a graded class, and the files that say them."""
