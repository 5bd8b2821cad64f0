"""What becomes of each person in an exchange with a learning platform, and why."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

HANDED_IN: Mapping[str, str] = {
    "a_draft": "a draft, not handed in",
    "exercise_of_another_person": "this is the exercise of {name}",
    "fits_the_same_student": "{name} fits the same student, {student:quoted}",
    "graded_for_another": "exercise {exercise} was graded for {name}",
    "neither_file_nor_text": "neither a file nor a text",
    "no_answers_handed_in": "no answers in what was handed in",
    "nobody_called_so": "nobody of this course is called so",
    "not_fetched": "not fetched: {why}",
    "not_of_this_course": "not a student of this course",
    "nothing_handed_in": "nothing handed in",
    "problem_at": "{place}: {why}",
}

GRADES: Mapping[str, str] = {
    "changed_by_hand": "changed by hand since",
    "cut_short": "was cut short",
    "excused": "excused on the platform",
    "forced": "forced: {why}",
    "grade_is_fixed": "{how}: release it there; comment and pages are as they were",
    "graded_anew": "graded anew",
    "graded_by_another": "graded by somebody else",
    "handed_in_anew": "handed in anew",
    "new": "new",
    "not_looked_up": "not looked up in the gradebook: {why}",
    "nothing_new": "nothing new",
    "removed_by_hand": "the grade was removed by hand",
    "sent_before": "sent before",
    "stands_already": "this grade stands there already",
}

SENDING: Mapping[str, str] = {
    "another_run_was_here": "not sent: another run was here meanwhile; run the same again",
    "no_grade": "no grade",
    "not_read_back": "sent, but not read back: {why}",
    "not_sent": "not sent: {why}",
    "not_taken": "not taken: {stands} stands there; overridden or locked in the gradebook?",
    "platform_silent": "the platform does not answer",
}

HANDED_OUT: Mapping[str, str] = {
    "files_replace_feedback": "graded already: its files would take the feedback's place",
    "handed_out_before": "handed out before",
    "has_no_exercise": "{student:quoted} has no exercise",
    "nobody_of_class_list": "not in the class list",
    "several_people_fit": "several people fit {student:quoted}",
}

SENTENCES: Mapping[str, str] = MappingProxyType({**HANDED_IN, **GRADES, **SENDING, **HANDED_OUT})
