"""From what was handed in to submissions: found, read, matched, none of them twice."""
