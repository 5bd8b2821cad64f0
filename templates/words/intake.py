"""What becomes of files that are handed in: left out, twice, again, of another exercise."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SOURCES: Mapping[str, str] = {
    "file_too_large": "{size:,} bytes are too many; the limit is {most:,}",
    "left_behind": "an operating system or office program left this behind",
    "list_of_contents": "Brightspace's list of what was handed in; comments that stand there are "
    "not read",
    "this_is_no_file": "cannot be read: this is no file",
    "too_many_files": "more than {most:,} files; name a smaller folder",
    "worksheet_to_read": "a worksheet that is read, not filled in",
}

SEVERAL: Mapping[str, str] = {
    "answered_alike": "exercise {exercise} of {student} is answered alike here; {counts} counts",
    "answered_otherwise": "exercise {exercise} of {student} is answered here and, differently, in "
    "{other}; keep one of them",
    "attempt_does_not_count": "an attempt of {student} at {exercise} that does not count ({why}); "
    "row {row} does",
    "attempt_not_finished": "this attempt is not finished on the platform; it is graded as it is",
    "average_of_attempts": "{count} attempts of {student} at {exercise}: the policy counts their "
    "average, which no single report shows; export one attempt a student, or take a policy that "
    "counts the best or the last",
    "handed_in_again": "exercise {exercise} of {student} was handed in again: {counts} counts",
    "it_is_not_finished": "it is not finished",
    "left_blank_here": "exercise {exercise} of {student} is left blank here; {counts} counts",
    "the_average_counts": "the average counts",
    "the_best_counts": "the best counts",
    "the_last_counts": "the last counts",
}

OTHER_EXERCISES: Mapping[str, str] = {
    "another_of_the_same_student": "another one of the same student",
    "numbers_of_another_exercise": "these are the numbers of exercise {other} ({whose}): "
    "{answers} of the {of} answers that are not those of {exercise} ({student}) are right there; "
    "graded as {exercise}, worth a look",
    "of_student": "of {student}",
    "platform_asked_for_another": "what the platform calls right are not the numbers of "
    "{exercise} ({student}) but {numbers}; graded as {exercise}, worth a look",
    "those_of_exercise": "those of exercise {exercise} ({student})",
    "those_of_no_exercise": "those of no exercise that the assignment has now; was it drawn anew?",
}

TABLES: Mapping[str, str] = {
    "column_of_other_type": "column {name:quoted} holds {type}, neither text nor numbers",
    "it_is_a_formula": "a formula",
    "two_columns_called_alike": "two columns are called {name:quoted}; keep one",
}
"""Of a whole class in one table."""

SENTENCES: Mapping[str, str] = MappingProxyType(
    {**SOURCES, **SEVERAL, **OTHER_EXERCISES, **TABLES}
)
