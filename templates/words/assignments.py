"""Why rows of a class list cannot be used, and whose work something is or is not."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ROSTERS: Mapping[str, str] = {
    "cell_too_long": "has more than {most} characters",
    "file_unreadable": "cannot be read: {why}",
    "no_student_column": "no column 'student' (found {columns}); the first line names the columns",
    "no_student_column_nor_any": "no column 'student' (found none); the first line names the "
    "columns",
    "no_students": "no students; write one row for each below the header",
    "student_missing": "the student id is empty",
    "student_too_long": "the student id has more than {most} characters",
    "student_twice": "{student:quoted} stands in row {row} already",
    "student_unseen_characters": "the student id holds a line break or a control character",
}

OWNERS: Mapping[str, str] = {
    "doubts": "{doubts:;}",
    "exercise_of_another": "exercise {exercise} belongs to another student than {student:quoted}",
    "exercises_fit": "{count} of the exercises fit exercise {exercise:quoted} of student "
    "{student:quoted}; one must",
    "fits_several_students": "{text:quoted} fits {count} students ({students})",
    "for_doubt": ": {doubt}",
    "handed_in_by": "was handed in by {student:quoted}",
    "login_and_name_differ": "the login is that of {student}, the name {name:quoted} is not",
    "login_of_another": "{name:quoted}: the login may be that of {students}, not the name",
    "name_read_several_ways": "its name can be read in several ways, which fit {students}",
    "names_two_students": "{name:quoted} names two students",
    "no_exercise_of_number": "{student:quoted} has no exercise {number}",
    "no_such_exercise": "no exercise {exercise:quoted} in {folder}",
    "no_such_student": "no student {student:quoted} in {folder}",
    "no_such_student_near": "no student {student:quoted} in {folder}; did you mean {near:quoted}?",
    "nobodys_on_platform": "neither the work nor the platform says whose it is{doubt}; the "
    "exercise's id names it: answers.csv and worksheet.pdf hold it, and a typed text may begin "
    "with a line 'exercise = {family}-…'",
    "nobodys_place": "neither the file nor its place says whose work this is{doubt}; add a column "
    "'student', or name its folder after the student",
    "not_in_class_list": "the class list knows no {name:quoted}",
    "not_of_this_assignment": "{lost}: this is work on another assignment, or on numbers in whose "
    "place others were issued",
    "of_another_student": "this is the work of another student",
    "other_than_yours": "this is work on exercise {exercise}; yours is {yours}",
    "place_of_another": "lies in {place:quoted}, the place of {student:quoted}",
    "rounded_student": "no student {student:quoted} in {folder}; a spreadsheet program has "
    "rounded this id: format the column as text",
    "several_exercises": "{student:quoted} has {count} exercises; a column 'exercise' must say "
    "which",
    "work_of_another": "this is the work of {student:quoted} (exercise {exercise}), but it "
    "{place}",
}

SENTENCES: Mapping[str, str] = MappingProxyType({**ROSTERS, **OWNERS})
