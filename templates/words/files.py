"""What files are, and why those of answers cannot be used, or were read otherwise than usual."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

KINDS: Mapping[str, str] = {
    "advice_download_table": "open it, download the table itself (.xlsx or .csv), and hand that "
    "in",
    "advice_export_to": "save or export it as XLSX or CSV, and hand that in (File > Export To)",
    "advice_export_to_excel": "save or export it as XLSX or CSV, and hand that in (File > Export "
    "To > Excel)",
    "advice_no_password": "save it without the password, and hand that in",
    "advice_results": "tables of a class are read with --results",
    "advice_save_as_table": "save or export it as XLSX or CSV, and hand that in",
    "advice_wait_for_file": "wait until the file itself is there, and hand that in",
    "advice_write_answers": "write the answers into answers.csv or into the fields of the "
    "worksheet",
    "avif_picture": "a picture (AVIF)",
    "binary_workbook": "a binary Excel workbook (.xlsb)",
    "bzip2_archive": "a compressed archive (bzip2)",
    "csv_table": "a CSV table",
    "drive_link": "a link into Google Drive, not the file itself",
    "empty_zip": "an empty ZIP archive",
    "excel_workbook": "an Excel workbook",
    "film_or_sound": "a film or a sound",
    "gif_picture": "a picture (GIF)",
    "gzip_archive": "a compressed archive (gzip)",
    "heic_photograph": "a photograph (HEIC)",
    "iwork_document": "a document of Numbers, Pages or Keynote",
    "jpeg_picture": "a picture (JPEG)",
    "json_file": "a JSON file",
    "link": "a link, not the file itself",
    "locked_document": "a document that is locked with a password",
    "numbers_document": "a Numbers document",
    "old_office_file": "an old Excel or Word file (.xls, .doc)",
    "old_word_document": "an old Word document (.doc)",
    "old_workbook": "an old Excel workbook (.xls)",
    "opendocument_spreadsheet": "an OpenDocument spreadsheet (.ods)",
    "opendocument_text": "an OpenDocument text",
    "parquet_file": "a Parquet file",
    "parquet_damaged": "this is a Parquet file, damaged or incomplete; fetch it again, or export "
    "the table as CSV (tables of a class are read with --results)",
    "pdf": "a PDF",
    "picture": "a picture",
    "png_picture": "a picture (PNG)",
    "presentation": "a presentation (.pptx)",
    "promised_pdf": "the PDF that its name says",
    "promised_workbook": "the Excel workbook that its name says",
    "promised_zip": "the ZIP archive that its name says",
    "rar_archive": "a compressed archive (RAR)",
    "rtf_document": "a text document (RTF)",
    "save_as_csv": "save or export it as CSV (UTF-8)",
    "scan": "a scan or photograph, of which nothing can be read; type the answers into the "
    "fields of the worksheet you were given and save it, or hand in answers.csv",
    "sevenz_archive": "a compressed archive (7z)",
    "text_document": "a text document",
    "text_file": "a text file",
    "this_is": "this is {what}",
    "this_is_not": "this is {what}, not {wanted}",
    "tiff_picture": "a picture (TIFF)",
    "unfinished_download": "a file that was not fetched completely",
    "web_page": "a web page (HTML)",
    "webp_picture": "a picture (WebP)",
    "word_document": "a Word document (.docx)",
    "workbook_or_zip": "an Excel workbook or a ZIP archive",
    "xz_archive": "a compressed archive (xz)",
}

SHEETS: Mapping[str, str] = {
    "answer_too_long": "{count:,} characters; no answer needs more than {most:,}",
    "answered_again": "{label:quoted} is answered {there} and again, differently; keep one",
    "answered_again_alike": "{label:quoted} is answered {there} and again, alike",
    "answered_again_alike_in_row": "{label:quoted} is answered {there} and again, alike, in row "
    "{row}",
    "answered_again_in_row": "{label:quoted} is answered {there} and again, differently, in row "
    "{row}; keep one",
    "id_is_a_path": "{id:quoted} is a path, not the id of a student or an exercise",
    "id_of_this_number": "{typed:quoted} is read as {student:quoted}, the only id of this number",
    "id_too_long": "an id of {count:,} characters; {most} are enough",
    "in_row": "in row {row}",
    "it_is_blank": "it is blank",
    "more_unknown_steps": "more than {most} steps that this exercise does not have; the rest is "
    "not listed",
    "no_step_of_this": "nothing in it belongs to a step of this exercise",
    "none_readable": "{count} answers are written, and none of them is readable",
    "nothing_read": "nothing could be read of exercise {exercise} of {student}: {why}; it is not "
    "graded",
    "of_entry": "{label}: {why}",
    "once": "once",
    "one_not_readable": "the one answer in it is not readable",
    "unknown_step": "this exercise has no step {step:quoted}",
    "unknown_step_near": "this exercise has no step {step:quoted}; did you mean {near:quoted}?",
}

JSON: Mapping[str, str] = {
    "beside_the_answers": "this stands beside the answers",
    "json_list": "a list […]",
    "json_number": "the number {text:quoted}",
    "json_object": "an object {{…}}",
    "json_text": "{text:quoted}",
    "json_too_deep": "more than {most} brackets within brackets; answers need two",
    "json_word": "{word}",
    "list_empty": "the list is empty: no submission stands in it",
    "name_twice_in_object": "{name:quoted} stands twice in one submission; keep one",
    "no_answers_object": "{found} where answers {{label: answer}} belong",
    "no_exercise_id": "{found} where the exercise's id belongs",
    "no_json": "this is no JSON: {why} (line {line}, column {column})",
    "no_single_number": "{found} where one number belongs",
    "no_student_id": "{found} where the student's id belongs",
    "no_submission_object": '{found} where a submission {{"exercise": …, "answers": …}} belongs',
    "number_too_long": "a number of {count:,} characters; {most} digits are enough",
    "too_many_submissions": "more than {most:,} submissions; so many are not read",
    "value_is_no_number": "{value} is no number",
}

TABLES: Mapping[str, str] = {
    "a_classs_file": "a class's file",
    "a_classs_table": "a class's table",
    "and_more_places": "and {count:,} more such places",
    "cell_longer_than_read": "a cell of {count:,} characters; {most:,} are read",
    "cell_of_too_many": "a cell of {count:,} characters; more than {most:,} characters are not "
    "read",
    "cell_without_end": "a cell of more than 131,072 characters begins in this row; perhaps a "
    'quote (") is never closed',
    "columns_called_alike": "columns {first} and {second} are both called {name:quoted}; keep one",
    "columns_of_no_answers": "these are no answers: found the columns {columns}; needed are "
    "'step' and 'answer', or 'student' and one column for each step",
    "commas": "commas",
    "commas_settled": "numbers like 1,234 are read with a decimal comma, as the others here need "
    "it",
    "commas_with_backslashes": "{why}; this file marks commas with backslashes, which CSV does "
    "not",
    "file_empty": "the file is empty",
    "header_again": "the header stands in line {line} and again here; hand in one table, not "
    "several in one file",
    "header_below_answers": "the header stands below lines that look like answers; put the "
    "header (the row with 'step' and 'answer') first",
    "in_column": "in column {column:quoted}",
    "line_too_long": "a line of more than {most:,} characters",
    "merged_cells": "the cells {cells} are merged and hold one text, {text:quoted}, which may "
    "stand for one of them or for all; unmerge them and write every answer into its own cell",
    "no_columns_of_answers": "these are no answers: found the columns nothing; needed are 'step' "
    "and 'answer', or 'student' and one column for each step",
    "no_rows": "there are no rows below the header",
    "nul_character": "a NUL character, which no text has; save the file as CSV (UTF-8)",
    "number_beside_answers": "the cell is empty, but {text:quoted} stands {where}; write it "
    "below 'answer'",
    "one_students_file": "one student's file",
    "perhaps_a_comma": "{text:quoted} followed by {behind:quoted} in column {column:quoted}: is "
    "it a decimal comma? write a decimal point, or the number in quotes",
    "quote_never_closed": 'a quote (") is opened in this row and never closed; close or remove it',
    "read_as_windows_1252": "read as Windows-1252; if letters look wrong, save the file as CSV "
    "(UTF-8)",
    "rows_continued": "rows without exercise and student are read as going on with the row above "
    "them",
    "semicolons": "semicolons",
    "tabs": "tabs",
    "text_behind_quote": 'text stands behind the closing quote (") of a cell; write a quote '
    'inside a cell twice (""), or save the table anew',
    "text_is_utf32": "this text is UTF-32; save it as CSV (UTF-8)",
    "text_of_no_encoding": "this is neither UTF-8 nor Windows-1252 text; save the file as CSV "
    "(UTF-8)",
    "title_not_read": "line {line} above the header not read: {text:quoted}",
    "titles_not_read": "lines {first} to {last} above the header not read: {text:quoted}",
    "too_few_cells": "{count} of the {most} cells that the header names; write them all, a blank "
    "one as well",
    "too_few_cells_other_delimiter": "{count} of the {most} cells that the header names; this "
    "row seems to be separated by {signs}, the header is not",
    "too_many_bytes": "{size:,} bytes are too many for {whose}; the limit is {most:,}",
    "too_many_bytes_of_one": "{size:,} bytes are too many for {whose}; the limit is {most:,}; a "
    "file with the answers of a whole class must be named itself",
    "too_many_cells": "{count} cells in a table of {columns} columns",
    "too_many_cells_in_line": "a line of more than {most:,} cells",
    "too_many_cells_perhaps_comma": "{count} cells in a table of {columns} columns; a number "
    "with a decimal comma needs quotes, or a decimal point",
    "too_many_columns": "{count:,} columns; more than {most:,} are not read",
    "too_many_rows": "more than {most:,} rows; so many are not read",
    "unknown_delimiter": "cells are separated by comma, semicolon or tab, not as in {text:quoted}",
    "whole_rows_in_quotes": "whole rows stand in quotes; they are read as if they did not",
}

WORKBOOKS: Mapping[str, str] = {
    "all_sheets_empty": "all sheets of this workbook are empty",
    "cell_holds_error": "the cell holds the error {error}; write the number",
    "cell_made_a_date": "the spreadsheet program has made a date or time of what was typed "
    "({value}); format the column as text, then write the number again",
    "cell_of_sheet": "cell {cell} of {sheet}",
    "formula_without_value": "a formula whose value is not stored; open the file in a "
    "spreadsheet program and save it, or write the number",
    "hidden_sheet": "the sheet {name:quoted} (hidden)",
    "more_differ": ", and {count} more answers differ",
    "no_workbook": "this is no Excel workbook, whatever its name says",
    "read_from_hidden_sheet": "the answers are read from this hidden sheet",
    "read_together": "read together with {sheet}",
    "right_of_table": "to the right of the table",
    "row_beyond_last": "a row beyond {most:,}",
    "row_of_sheet": "row {row} of {sheet}",
    "rows_in_one_cell": "each row stands in one cell; it is read as a row of a CSV file",
    "sheet": "the sheet {name:quoted}",
    "sheet_not_answered": "nothing is answered in this sheet; {counts} counts",
    "sheets_differ": "{label:quoted} is {one:quoted} in {here} and {other:quoted} in "
    "{there}{more}; keep one of these sheets",
    "too_large_unpacked": "{size:,} bytes when unpacked; the limit is {most:,}",
    "too_many_cells_or_styles": "too many cells or styles for {whose}; hand in the table alone",
    "workbook_damaged": "this Excel workbook is damaged; open it and save it anew",
    "xml_declarations": "XML with declarations of its own; spreadsheet programs write none",
    "zip_no_workbook": "this ZIP archive is no Excel workbook",
}

ARCHIVES: Mapping[str, str] = {
    "and_also": "{first}; {second}",
    "archive_damaged": "this ZIP archive is damaged or cut off; download or pack it again",
    "archive_for_file": "an archive where one file belongs; unpack it and hand in what is inside",
    "archive_too_large": "{size:,} bytes are too many for an archive; the limit is {most:,}",
    "archive_too_large_unpacked": "{size:,} bytes when unpacked; {most:,} are read of an archive",
    "entries_overlap": "entries of this archive overlap ({entries})",
    "entry_damaged": "this file is damaged in the archive",
    "entry_locked": "locked with a password; pack it without one",
    "name_leads_out": "its name leads out of the archive; pack the files anew",
    "name_no_name": "its name is empty, too long or holds characters that cannot be seen",
    "name_of_device": "its name is that of a device on Windows; rename it",
    "no_archive": "this is no ZIP archive, whatever its name says",
    "no_file": "this is a link or a device, not a file",
    "parser_failed": "{what} ({error})",
    "too_many_files_in_archive": "{count:,} files in this archive; more than {most:,} are not "
    "read",
}

SENTENCES: Mapping[str, str] = MappingProxyType(
    {**KINDS, **SHEETS, **JSON, **TABLES, **WORKBOOKS, **ARCHIVES}
)
