"""One number, spelled as students and their programs spell it.

A spelling takes the digits of the key (`-0.0179`) and the name of the step, and gives the text;
None where it does not apply to that number. Whether a text is read or refused is not said here:
only what it means, which is the number itself. `PLAIN` are those that must be read.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

Spelling = Callable[[str, str], str | None]

SPELLINGS: dict[str, Spelling] = {}
PLAIN: set[str] = set()

_HIGH = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_WIDE = str.maketrans("-.0123456789", "－．０１２３４５６７８９")
_ARABIC = str.maketrans(".0123456789", "٫٠١٢٣٤٥٦٧٨٩")


def _simple(name: str, spell: Callable[[str], str], plain: bool = False) -> None:
    SPELLINGS[name] = lambda text, label: spell(text)
    if plain:
        PLAIN.add(name)


def scientific(text: str) -> tuple[str, int] | None:
    """Mantissa with one digit before its point, and exponent; None for zero.

    >>> scientific("-0.0179")
    ('-1.79', -2)
    """
    value = Decimal(text)
    if not value:
        return None
    exponent = value.adjusted()
    return f"{value.scaleb(-exponent):f}", exponent


def _power(name: str, form: str, plain: bool = False) -> None:
    """A form with `{m}` for the mantissa, `{e}` for the exponent, `{h}` with raised digits."""

    def spell(text: str, label: str) -> str | None:
        parts = scientific(text)
        if parts is None:
            return None
        mantissa, exponent = parts
        return form.format(
            m=mantissa,
            c=mantissa.replace(".", ","),
            e=exponent,
            t=str(exponent).replace("-", "−"),
            f=f"{'-' if exponent < 0 else '+'}{abs(exponent):02d}",
            h=str(exponent).translate(_HIGH),
            r=str(exponent).replace("-", "⁻"),
        )

    SPELLINGS[name] = spell
    if plain:
        PLAIN.add(name)


def _percent(text: str) -> str:
    return f"{Decimal(text) * 100:f}"


def _fraction(text: str) -> str:
    digits = len(text.partition(".")[2])
    return f"{int(Decimal(text).scaleb(digits))}/{10**digits}"


def _inside(text: str, what: str, behind: int = 2) -> str:
    """With something put between the digits behind the point."""
    whole, point, digits = text.partition(".")
    return f"{whole}{point}{digits[:behind]}{what}{digits[behind:]}"


def _no_zero(text: str) -> str:
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


_simple("as printed", str, plain=True)
_simple("plus sign", lambda t: t if t[0] == "-" else f"+{t}", plain=True)
_simple("no leading zero", _no_zero, plain=True)
_simple("two trailing zeros", lambda t: f"{t}00", plain=True)
_simple("more leading zeros", lambda t: t.replace("0.", "00.", 1), plain=True)
_simple("decimal comma", lambda t: t.replace(".", ","), plain=True)
_simple("comma, no leading zero", lambda t: _no_zero(t).replace(".", ","), plain=True)
for _sign in "−–‐‒﹣－⁻":
    _simple(f"minus {_sign}", lambda t, s=_sign: t.replace("-", s), plain=True)  # type: ignore[misc]
for _sign in "—‑":
    _simple(f"dash {_sign}", lambda t, s=_sign: t.replace("-", s))  # type: ignore[misc]
_simple("minus, space", lambda t: t.replace("-", "- "), plain=True)
_simple("spaces round it", lambda t: f"  {t} ", plain=True)
_simple("no-break space round it", lambda t: f"\u00a0{t}\u00a0", plain=True)
_simple("thin space round it", lambda t: f"\u2009{t}\u202f", plain=True)
_simple("byte-order mark", lambda t: f"\ufeff{t}", plain=True)
_simple("zero-width space", lambda t: f"{t}\u200b")
_simple("space inside", lambda t: _inside(t, " "))
_simple("no-break space inside", lambda t: _inside(t, "\u00a0"))
_simple("thin space inside", lambda t: _inside(t, "\u2009"))
_simple("figure space inside", lambda t: _inside(t, "\u2007"))
_simple("space for the point", lambda t: t.replace(".", " "))
_simple("full width", lambda t: t.translate(_WIDE), plain=True)
_simple("full-width comma", lambda t: t.replace(".", "，"), plain=True)
_simple("Arabic digits", lambda t: t.translate(_ARABIC))
_simple("ideographic full stop", lambda t: t.replace(".", "。"))
for _point in "·∙⋅•":
    _simple(f"raised point {_point}", lambda t, p=_point: t.replace(".", p))  # type: ignore[misc]
_simple("apostrophe for the point", lambda t: t.replace(".", "'"))
_simple("colon for the point", lambda t: t.replace(".", ":"))
_simple("semicolon for the point", lambda t: t.replace(".", ";"))
_simple("point lost", lambda t: t.replace("0.", "0", 1) if "0." in t[:3] else f"{t} ?")
_simple("in brackets", lambda t: f"({t})", plain=True)
_simple("equals before it", lambda t: f"= {t}", plain=True)
_simple("about", lambda t: f"≈{t}", plain=True)
_simple("tilde", lambda t: f"~ {t}", plain=True)
SPELLINGS["its own name"] = lambda text, label: f"{label} = {text}"
SPELLINGS["its own name, about"] = lambda text, label: f"{label} ≈ {text}"
_simple("mark for text", lambda t: f"'{t}", plain=True)
_simple("spreadsheet formula", lambda t: f"={t}")
_simple("in quotes", lambda t: f'"{t}"')
_simple("full stop behind", lambda t: f"{t}.")
_simple("comma behind", lambda t: f"{t},")
_simple("dots behind", lambda t: f"{t}...")
_simple("ellipsis behind", lambda t: f"{t}…")
_simple("fraction", _fraction)
_simple("per cent", lambda t: f"{_percent(t)}%")
_simple("per cent, space", lambda t: f"{_percent(t)} %")
_simple("per mille", lambda t: f"{Decimal(t) * 1000:f} ‰")
_simple("unit", lambda t: f"{t} V")
_simple("uncertainty", lambda t: f"{t} ± 0.0001")
_simple("uncertainty in brackets", lambda t: f"{t}(1)")
_simple("words", lambda t: f"about {t}")
_simple("dollars of TeX", lambda t: f"${t}$")
_simple("comma of TeX", lambda t: t.replace(".", "{,}"))
_power("e", "{m}e{e}", plain=True)
_power("E, two digits", "{m}E{f}", plain=True)
_power("e, comma", "{c}e{e}", plain=True)
_power("e, minus of type", "{m}e{t}", plain=True)
_power("e, spaces", "{m} e {e}")
_power("E of Cyrillic", "{m}е{e}")
_power("D of Fortran", "{m}D{f}")
_power("*10^", "{m}*10^{e}", plain=True)
_power("* 10 ^", "{m} * 10^{e}", plain=True)
_power("×10^", "{m}×10^{t}", plain=True)
_power("×10^( )", "{m} × 10^({e})", plain=True)
_power("×10 raised", "{m}×10{h}", plain=True)
_power("·10 raised", "{m}·10{h}", plain=True)
_power("⋅10^", "{m}⋅10^{e}", plain=True)
_power("comma ·10 raised", "{c}·10{h}", plain=True)
_power("x10^", "{m}x10^{e}", plain=True)
_power("*10**", "{m}*10**{e}", plain=True)
_power("TeX", "{m}\\cdot 10^{{{e}}}", plain=True)
_power("TeX times", "{m} \\times 10^{{{e}}}", plain=True)
_power("exponent come down", "{m}*10{e}")
_power("exponent come down, ×", "{m}×10{t}")
_power("exponent come down, space", "{m}×10 {t}")
_power("exponent come down, its minus raised", "{m}×10{r}")
_power("exponent in brackets", "{m}*10({e})")
_power("times lost", "{m} 10{h}")
_power("E lost", "{m}{f}")
_power("e^", "{m}e^{e}")
_power("e^( )", "{m}E^({e})")
_power("EXP of a calculator", "{m} EXP {e}")
_power("exp( )", "{m}exp({e})")
_power("e and ten", "{m}e10^{e}")
_power("ten left out", "{m}^{e}")
_power("times lost, caret", "{m}10^{e}")
_power("caret for all", "{m}*^{e}")
_power("ten twice", "{m}*10e{e}")
_power("point for times", "{c}.10^{e}")
