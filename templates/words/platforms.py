"""What is said of learning platforms' text fields, receipts and quiz reports."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PLATFORMS: Mapping[str, str] = {
    "and_more_crossed_out": "and {count:,} more that are crossed out or hidden",
    "and_more_lines": "and {count:,} more such lines",
    "answer_is_a_picture": "{label:quoted}: a picture, or a formula that cannot be read as text; "
    "type the number",
    "attempt_without_answer": "an attempt without an answer",
    "column_taken_for_answers": "taken for what was answered: its header is in no language that "
    "is known",
    "crossed_out": "not read, for it is crossed out: {text:quoted}",
    "hidden": "not read, for it is hidden: {text:quoted}",
    "line_is_no_formula": "not read as a formula: {text:quoted}; write 'name = formula', one a "
    "line",
    "line_not_read": "not read as an answer: {text:quoted}; write 'net_h1 = 0.3775'",
    "no_formulas_asked_for": "no formulas are asked for; this question is not read",
    "no_parts": "there are no parts",
    "no_response_with_parts": "no response holds parts like 'part 1: 0.9; part 2: 0.5'",
    "part_missing": "{part} {number} is missing",
    "part_too_many": "there is a {part} {number}",
    "part_twice": "{part} {number} stands there twice",
    "perhaps_right_answers": "{column:quoted}, in a language that is not known, may be the "
    "column of right answers: nobody differs from them; set Moodle to English and download again",
    "question_without_parts": "this question has no parts like 'part 1: 0.9'; it is not read",
    "receipt": "Blackboard's receipt",
    "receipt_of_other_language": "Blackboard's receipt, without the headings that it has in "
    "English: if something was typed into the text field, grade that by hand",
    "receipt_with_comment": "Blackboard's receipt; a comment in it is not read: {comment:quoted}",
    "response_cannot_be_cut": "{why}; the exercise asks for {steps} steps; nothing of this "
    "response is read",
    "response_without_parts": "this response has neither parts like 'part 1: 0.9' nor any like "
    "'net_h1: 0.9'; nothing of it is read",
    "row_of_averages": "no attempt, but averages",
    "text_field_too_large": "{size:,} bytes are too many for a text field",
    "text_without_answers": "this text holds neither a table with the columns 'step' and "
    "'answer' nor lines like 'net_h1 = 0.3775'; grade it by hand, or ask for a file",
    "text_without_answers_with_picture": "this text holds neither a table with the columns "
    "'step' and 'answer' nor lines like 'net_h1 = 0.3775'; grade it by hand, or ask for a file "
    "(a picture is in it, which is not read)",
    "too_many_lines": "{count:,} lines; more than {most:,} are not read",
}

SENTENCES: Mapping[str, str] = MappingProxyType({**PLATFORMS})
