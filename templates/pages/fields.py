"""Names of the fields of a form: safe in every program that fills or reads forms.

A dot would make a hierarchy, and two fields of one name would always hold the same; so each
step of each exercise on a worksheet has a name of letters, digits, `-` and `_`.
"""

from __future__ import annotations

EXERCISES = "exercise"
"""The hidden field that holds the ids of a worksheet's exercises, with commas."""

_SPELLED = {".": "-", ":": "_", "<": "_by_", "@": "_round_", "/": "_in_"}


def field_name(number: int, step: str) -> str:
    """The field of a step.

    Args:
        number: of the exercise on the worksheet, from 1.
        step: id of the step.

    >>> field_name(1, "dout.1.1<2"), field_name(2, "n1:new.w.1.1.2@3")
    ('1_dout-1-1_by_2', '2_n1_new-w-1-1-2_round_3')
    """
    return f"{number}_" + "".join(_SPELLED.get(char, char) for char in step)
