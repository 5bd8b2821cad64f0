"""Why PDF worksheets cannot be used, and what lies beside their fields."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FORMS: Mapping[str, str] = {
    "and_more": "and {count} more",
    "as_formatted_text": "as formatted text",
    "as_shown": "as it is shown",
    "at_empty": "{mark} at the empty {fields:field|fields} {fields}",
    "at_filled": "{mark} at {field}, which holds {text:quoted}",
    "at_many_empty": "{mark} at the empty fields {fields} and {more} more",
    "beside_fields": "page {page}, beside the fields: {marks}; this is not graded; type answers "
    "into the fields and save, or hand in answers.csv",
    "exercise_of_student": " (exercise {exercise} of {student})",
    "field_empty_beside": "the field is empty; type what lies beside it (page {page}) into it",
    "field_holds": "{field:quoted} holds {text:quoted}",
    "field_on_page_holds": "{field:quoted} on page {page} holds {text:quoted}",
    "field_without_value": "this field has no value, only {shown}; type it anew and save",
    "fields_flattened": "this worksheet has no fields any more: it was printed to PDF or "
    "flattened, so that the answers are only pictures of letters; open the worksheet you were "
    "given, fill it in and save it (not print it), or hand in answers.csv{whose}",
    "fields_in_doubt": "{count} fields are in doubt, the first {label}: {why}",
    "fields_missing": "{count} of {of} fields are missing from this PDF{left_out}: {fields}",
    "fields_of_no_worksheet": "fields that are none of this worksheet's: {fields}",
    "in_list_of_fields": "in the form's list of fields",
    "mark_attached_file": "attached file",
    "mark_drawing": "drawing",
    "mark_handwriting": "handwriting",
    "mark_note": "note",
    "mark_picture": "picture",
    "mark_stamp": "stamp",
    "mark_text": "text",
    "mark_that_says": "{mark} {text:quoted}",
    "no_field_filled_in": "no field of this worksheet is filled in; if you see your answers on "
    "the pages, the program drew them beside the fields: fill in the fields and save, or hand in "
    "answers.csv{left_out}",
    "no_field_on_pages": "no field for an answer is on what is in this PDF ({pages}); fill in "
    "the worksheet you were given, save it (not print it) and hand in the whole worksheet, or "
    "hand in answers.csv{whose}",
    "no_pdf": "this is no PDF, whatever its name says",
    "no_worksheet_of_ours": "this PDF is not a bpgrade worksheet: neither its title nor a field "
    "names an exercise; hand in the filled worksheet.pdf or answers.csv",
    "on_page": "on page {page}",
    "page_is_of": "page {page} is of {exercise}",
    "page_of_exercise": "page {page} of {of} of exercise {exercise}",
    "pages_are_pictures": "the pages of this PDF are pictures: {scan}{whose}",
    "pages_left_out": " ({pages:page|pages} {pages:and} of {of} left out; hand in the whole "
    "worksheet)",
    "pages_of_another": "this is the worksheet of {exercises:and}, but {pages:and}; hand in each "
    "worksheet by itself",
    "pages_of_several_worksheets": "pages of several worksheets are in this PDF "
    "({exercises:and}); hand in each by itself",
    "pdf_built_strangely": "this PDF is built in a way that no worksheet is; fill in the one you "
    "were given",
    "pdf_cut_off": "the end of this PDF is missing, and with it what was saved last; save or "
    "download it again",
    "pdf_damaged": "this PDF is damaged and cannot be read; save or download it again",
    "pdf_locked": "this PDF is locked with a password; save it without one",
    "pdf_takes_too_long": "this PDF takes too long to read; save it anew",
    "some": "{some}",
    "some_and_more": "{some} and {count} more",
    "square_code_names_it": " (the square code on each page names the exercise)",
    "text_somewhere": "{text:quoted} {where}",
    "title_and_fields_differ": "the title of this PDF names exercise {title:and}, its fields "
    "{fields:and}; fill in the worksheet you were given and hand in that alone",
    "two_readings_of_field": "two readings of one field: {readings:and}; type it anew and save",
    "two_worksheets": "two worksheets are in this PDF ({exercises:and}); hand in each by itself",
    "worksheet_too_large": "{size:,} bytes are too many for a worksheet; the limit is {most:,}",
    "xfa_form": "this is a form of another kind (XFA), of which nothing can be read; open the "
    "worksheet you were given, fill it in and save it, or hand in answers.csv",
}

SENTENCES: Mapping[str, str] = MappingProxyType({**FORMS})
