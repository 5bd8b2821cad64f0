"""Why a text is no answer: numbers, formulas, vectors and matrices."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NUMBERS: Mapping[str, str] = {
    "complex_number": "a complex number is no answer here",
    "date": "{text:quoted} is a date: a spreadsheet made it of what was typed, probably "
    "{typed:or}; format the column as text and write the number again",
    "date_either_way": "{text:quoted} is a date: a spreadsheet made it of what was typed, "
    "probably {typed:or} (or {otherwise:or}); format the column as text and write the number "
    "again",
    "date_or_time": "{text:quoted} is a date or a time: a spreadsheet made it of what was typed; "
    "format the column as text and write the number again",
    "decimal_comma_or_none": "{text:quoted} can be read as {decimal} or {whole}; write a decimal "
    "comma",
    "decimal_point_or_none": "{text:quoted} can be read as {decimal} or {whole}; write a decimal "
    "point",
    "equation_for_number": "one number is wanted, not an equation",
    "name_for_number": "a number is wanted here, not the name {name:quoted}",
    "no_decimal_digits": "{text:quoted} is not written in decimal digits",
    "no_finite_number": "{text:quoted} is no finite number",
    "no_number": "{text:quoted} is not a number; write it like 0.5933, -0.02 or 5.9e-3",
    "number_beyond_double": "{text:quoted} is larger or smaller than a double can hold",
    "number_missing": "a number is missing here",
    "one_number_or_several": "{text:quoted} can be read as {one:quoted} or as {count} numbers "
    "({all}); write one number, without spaces",
    "other_quantity": "this says what {name:quoted} is; asked for is {asked}",
    "per_cent_beside_number": "a per cent sign stands beside the number; write the number alone",
    "several_numbers": "{text:quoted} can be read as {count} numbers ({all}); write one number, "
    "without spaces",
    "spaces_inside": "{text:quoted} has spaces inside; write {joined}",
    "spreadsheet_error": "the cell holds the spreadsheet error {error:quoted}; write the number",
    "spreadsheet_formula": "the cell holds a spreadsheet formula; send its value",
    "text_beside_number": "{text:quoted} stands beside the number; write the number alone",
    "too_many_characters": "more than {most:,} characters ({count:,})",
    "too_many_digits_counted": "a number has at most {most} digits, here are {count}",
    "two_readings": "{text:quoted} can be read as {first} or as {second} ({why}); write the one "
    "that you mean",
    "underscore_between_digits": "{text:quoted}: no _ between digits",
}

TWO_READINGS: Mapping[str, str] = {
    "reading_range": "a number from {low} to {high}",
    "reading_with_working": "{number} with its working",
    "reading_without_exponent": "{mantissa}e... with an exponent that is lost",
    "why_brackets": "spreadsheets write negative numbers in brackets, and no number here has a "
    "minus sign",
    "why_e_lost": "an E may have been lost",
    "why_euler": "e is Euler's number or means *10^",
    "why_exp": "exp is Euler's number or the key of a calculator",
    "why_plus_minus": "+- may mean ±",
    "why_point_lost": "a point may have been lost",
    "why_point_times": "the point may be times",
    "why_power_lost": "a raised exponent may have been lost",
    "why_raised_point": "the raised point is a decimal point or times",
    "why_range": "a range or a difference",
    "why_ten_and_e": "10 and e stand for the same",
    "why_ten_left_out": "*10 may have been left out",
    "why_times_lost": "times may have been lost",
    "why_working": "a bracket behind a number is its working or a factor",
}

CHARACTERS: Mapping[str, str] = {
    "character_not_shown": "the character ({code_point}, {name}) has no place in an answer",
    "character_shown": "the character {char:quoted} ({code_point}, {name}) has no place in an "
    "answer",
    "character_without_name": "a character without a name",
    "control_character": "a control character",
    "invisible_character": "an invisible character ({code_point}, {name}) stands inside; type it "
    "anew",
    "line_end": "a line end",
    "no_minus_sign": "{char:quoted} ({code_point}, {name}) is no minus sign; write - as on the "
    "keyboard",
}

FORMULAS: Mapping[str, str] = {
    "brackets_not_closed": "the formula ends before its brackets are closed",
    "brackets_wanted": "this can be read as {first} or as {second}; set brackets",
    "broken_power_of_negative": "a broken power of a negative number is not real",
    "comma_in_or_between": "{text:quoted}: commas could stand in a number or between several; "
    "write one number with a decimal point",
    "comma_of_file_or_none": "{text:quoted} can be read as {decimal} or as {whole} in a file with "
    "decimal commas; write a decimal comma",
    "comma_or_two_values": "{text:quoted} can be a decimal comma or two values; write a decimal "
    "point, and '; ' between values",
    "comparison": "one value is wanted, not an equation or a comparison",
    "divides_by_zero": "this divides by exactly 0",
    "does_not_fit_in": "{text:quoted} does not fit in at this place",
    "e_alone": "e alone is no quantity of this exercise; Euler's number is written e^(...)",
    "exponent_too_large": "exponents go up to {most}",
    "formula_breaks_off": "the formula breaks off here",
    "formula_in_a_circle": "{step:quoted} cannot be given through {name:quoted}, which needs it "
    "itself",
    "letter_without_unit": "a letter stands for no unit here: what has a k belongs into "
    "sum_k(...)",
    "list_of_values": "one value is wanted, not a list",
    "logarithm_of_negative": "the logarithm of a negative number is not real",
    "logarithm_of_zero": "0 has no logarithm",
    "name_or_power": "{text} can be read as {product} or as {power}; write the sign",
    "nested_too_deep": "brackets are nested deeper than {most}",
    "no_brackets": "write brackets: {name}(...)",
    "no_function": "{name:quoted} is no function; for a product write {factor}*(...)",
    "nothing_written": "nothing is written here",
    "number_in_brackets_behind_number": "a number in brackets behind a number: a product, or its "
    "uncertainty?",
    "point_alone": "a point stands alone here",
    "power_beyond_double": "this power is larger or smaller than a double can hold",
    "program_text": "this is program text, not a formula",
    "quotation_mark": "quotation marks have no place in a formula",
    "root_of_negative": "the root of a negative number is not real",
    "sign_missing": "a sign is missing before this number",
    "small_digits": "small digits behind a number get lost when copied; write {ways:or}",
    "square_brackets": "one value is wanted, with round brackets only",
    "stray_brace": "braces belong to \\frac{{}}{{}}, \\sqrt{{}}, ^{{}} and _{{}} only",
    "stray_bracket": "this bracket closes nothing",
    "takes_one_value": "{function} takes one value, here are {count}",
    "takes_several_values": "{function} takes several values, here are {count}",
    "this_number_beyond_double": "this number is larger or smaller than a double can hold",
    "too_many_digits": "a number has at most {most} digits",
    "too_many_digits_to_work_out": "this has too many digits to be worked out",
    "too_many_divisions": "more than {most} divisions in one formula",
    "too_many_powers": "more than {most} powers in one formula",
    "two_numbers_side_by_side": "two numbers stand side by side at {text:quoted}; write one "
    "number or a sign",
    "underscore_at_end": "a name can neither begin nor end with _",
    "unknown_command": "the command \\{command} is not known here",
    "unknown_function": "unknown function {name:quoted} (there are {known})",
    "unknown_name": "unknown name {name:quoted}",
    "unknown_name_near": "unknown name {name:quoted}; did you mean {near:quoted}?",
    "unknown_name_of_several": "unknown name {name:quoted} (this exercise has {known})",
    "value_beyond_double": "this is larger or smaller than a double can hold",
    "value_too_large_for_double": "this is larger than a double can hold",
    "zero_to_negative_power": "0 to a negative power divides by 0",
    "zero_to_zero": "0^0 has no value",
}

ARRAYS: Mapping[str, str] = {
    "bracket_missing": "a {bracket} is missing at the end",
    "brackets_do_not_fit": "brackets do not fit together here",
    "commas_in_or_between_numbers": "commas could stand in the numbers or between them; write "
    "decimal points and commas, as in [0.5, 1.2]",
    "lone_sign": "the sign {sign:quoted} stands between spaces; part the numbers by ;",
    "lost_power_or_two_numbers": "{text:quoted} can be one number that lost a raised exponent, or "
    "two; write e for powers of ten and part the numbers by ;",
    "matrix_size": "{rows} rows of {columns}",
    "nothing_between_brackets": "there is nothing between the brackets",
    "row_not_closed": "the bracket of a row is not closed",
    "rows_of_different_lengths": "rows of different lengths",
    "too_many_entries": "more than {most} entries",
    "transposed": "{size}: this is transposed",
    "vector_size": "{count} {count:entry|entries}",
    "wrong_shape": "{found}; {label:quoted} has {size}",
}

SENTENCES: Mapping[str, str] = MappingProxyType(
    {**NUMBERS, **TWO_READINGS, **CHARACTERS, **FORMULAS, **ARRAYS}
)
