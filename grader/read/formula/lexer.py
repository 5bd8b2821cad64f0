"""The words of a formula: numbers, names, functions, signs.

Whatever has two readings is refused here, where it is known what stood beside what: `1/2x`,
`e^-2x`, `2E3` where E is a quantity, `0,5` where it could be two arguments, `1 234`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from grader.errors import AnswerError
from grader.read import characters
from grader.read.codes import piece
from grader.read.formula.lexemes import (
    COMMANDS,
    COMPARES,
    COMPARISONS,
    FOOTNOTE,
    GREEK_NAMES,
    LETTERS,
    MAY_OPEN,
    OPENS,
    PI,
    POWER_FOLLOWS,
    SUM,
    TAIL_OF_COMMAND,
    THOUSANDS,
    UPRIGHT,
    UPRIGHTS,
    WORD,
    Lexeme,
    Names,
    number,
    stray,
    two_ways,
)
from grader.read.formula.tree import Name, Negative, Node, Number
from problems.reasons import because


def lexemes(
    text: str, names: Names, functions: Mapping[str, str], comma: bool | None
) -> list[Lexeme]:
    """The words of a formula, with a TIMES put where a product is implied.

    Raises:
        AnswerError: a sign or name has no place here, or a place has two readings.
    """
    return _Lexer(text, names, functions, comma).run()


class _Lexer:
    def __init__(
        self, text: str, names: Names, functions: Mapping[str, str], comma: bool | None
    ) -> None:
        self.text = text
        self.names = names
        self.functions = functions
        self.comma = comma
        self.out: list[Lexeme] = []
        self.operand = False
        """Whether an operand stands just before."""
        self.hang = ""
        """Why nothing may follow that operand without a sign: `/`, `^` or `√` before it."""
        self.pending = ""
        """The same for the operand that comes next."""
        self.open: list[tuple[str, str]] = []
        """What was pending before each open bracket, and the function it belongs to."""
        self.function = ""

    def run(self) -> list[Lexeme]:
        text, match, handlers, place = self.text, WORD.match, _HANDLERS, 0
        while place < len(text):
            found = match(text, place)
            if found is None:
                raise stray(self.text, place)
            handler = handlers[found.lastgroup or ""]
            place = found.end() if handler is None else handler(self, found)
        return self.out

    # operands -------------------------------------------------------------------------------

    def begin(self, type: str, start: int) -> None:
        """An operand begins: where one stands just before, a product is implied."""
        if not self.operand:
            return
        last = self.out[-1]
        if type == "NUMBER":
            if last.type == "NUMBER":
                pair = piece(self.text[last.start : start + 12])
                reason = because("two_numbers_side_by_side", text=pair)
                raise AnswerError("ambiguous_separator", last.end, reason)
            raise AnswerError("syntax", start, because("sign_missing"))
        if self.hang:
            raise two_ways(self.text, start, self.hang)
        if type == "OPEN" and last.type == "NUMBER" and FOOTNOTE.match(self.text, start):
            raise AnswerError("syntax", start, because("number_in_brackets_behind_number"))
        self.out.append(Lexeme("TIMES", start, start))
        self.pending = ""

    def end(self) -> None:
        self.operand, self.hang, self.pending = True, self.pending, ""

    def atom(self, lexeme: Lexeme) -> None:
        self.begin(lexeme.type, lexeme.start)
        self.out.append(lexeme)
        self.end()

    def read_number(self, found: re.Match[str]) -> int:
        start, end = found.span()
        if self.comma is True and THOUSANDS.fullmatch(found[0]):
            typed = found[0]
            decimal, whole = typed.replace(".", ","), typed.replace(".", "")
            reason = because("comma_of_file_or_none", text=typed, decimal=decimal, whole=whole)
            raise AnswerError("ambiguous_separator", start, reason)
        self.atom(Lexeme("NUMBER", start, end, self.value(found[0], start)))
        return end

    def value(self, typed: str, start: int) -> Number:
        typed = characters.plain(typed)
        if not typed.isdigit():
            cut = max(typed.find("e"), typed.find("E"))
            if cut > 0 and self.is_name(typed[cut], typed[cut:]):
                product = f"{typed[:cut]} * {typed[cut:]}"
                power = f"{typed[:cut]}*10^{typed[cut + 1 :]}"
                reason = because("name_or_power", text=typed, product=product, power=power)
                raise AnswerError("syntax", start + cut, reason)
        try:
            return number(typed)
        except AnswerError as error:
            raise error.moved(start) from None

    def is_name(self, letter: str, tail: str) -> bool:
        """Whether `e3` of `2e3`, or `e` of `2e-3`, is a quantity of the exercise."""
        known = self.names.known()
        if not known:
            return False
        return self.names.find(tail) is not None if tail.isalnum() else letter in known

    def read_commas(self, found: re.Match[str]) -> int:
        """Digits with a comma between them: a decimal comma, or two arguments."""
        start, typed = found.start(), characters.plain(found[0]).replace("，", ",")
        if self.function in ("max", "min") and self.comma is not True:
            if self.comma is None and "." not in self.text:
                reason = because("comma_or_two_values", text=typed)
                raise AnswerError("ambiguous_separator", start + typed.find(","), reason)
            end = start + typed.find(",")
            self.atom(Lexeme("NUMBER", start, end, self.value(typed[: end - start], start)))
            return end
        whole, _, rest = typed.partition(",")
        groups = re.match(r"\d*", rest)
        digits = groups[0] if groups else ""
        thousands = len(digits) == 3 and len(whole) <= 3 and whole[0] != "0"
        if "," in rest or "." in typed or (thousands and self.comma is not True):
            reason = because("comma_in_or_between", text=piece(typed))
            raise AnswerError("ambiguous_separator", start + typed.find(","), reason)
        self.atom(Lexeme("NUMBER", start, found.end(), self.value(typed.replace(",", "."), start)))
        return found.end()

    def read_name(self, found: re.Match[str]) -> int:
        return self.named(found[0], found.start(), found.end())

    def named(self, typed: str, start: int, end: int) -> int:
        """A quantity, a function before its bracket, Euler's number or pi."""
        text = self.text
        spelled = characters.plain_name(typed)
        opens = text[end : end + 1] in MAY_OPEN and OPENS.match(text, end)
        if opens and not self.multiplies(spelled, opens.end()):
            self.begin("FUNCTION", start)
            self.function = self.called(typed, spelled, start)
            self.out.append(Lexeme("FUNCTION", start, end, self.function))
            self.operand = False
            return end
        if spelled in ("e", "pi") and spelled not in self.names.known():
            return self.constant(spelled, start, end)
        id = self.names.find(spelled)
        if id is None:
            raise self.unknown(typed, spelled, start)
        self.atom(Lexeme("NAME", start, end, Name(id, typed)))
        return end

    def multiplies(self, spelled: str, inside: int) -> bool:
        """Whether a name before a bracket is a factor: y(1-y) is a product, y(x) could be y of x.

        Args:
            spelled: the name.
            inside: where the inside of the bracket begins.
        """
        if spelled in self.functions or self.names.find(spelled) is None:
            return False
        depth, end = 1, inside
        while end < len(self.text) and depth:
            depth += (self.text[end] in "(（") - (self.text[end] in ")）")
            end += 1
        content = self.text[inside : end - 1] if not depth else ""
        return bool(SUM.search(content) and re.search(rf"[{LETTERS}]", content)) and not re.search(
            r"[,;'\"]", content
        )

    def called(self, typed: str, spelled: str, start: int) -> str:
        functions = self.functions
        function = functions.get(typed) or functions.get(spelled) or functions.get(typed.lower())
        if function:
            return function
        if self.names.find(spelled):
            reason = because("no_function", name=piece(typed), factor=typed[:20])
        else:
            reason = because("unknown_function", name=piece(typed), known=sorted(functions))
        raise AnswerError("unknown_function", start, reason, len(typed))

    def constant(self, spelled: str, start: int, end: int) -> int:
        if spelled == "pi":
            self.atom(Lexeme("NUMBER" if not self.operand else "NAME", start, end, PI))
            return end
        if not POWER_FOLLOWS.match(self.text, end):
            raise AnswerError("unknown_name", start, because("e_alone"))
        self.atom(Lexeme("EULER", start, end))
        return end

    def unknown(self, typed: str, spelled: str, start: int) -> AnswerError:
        if typed in self.functions or spelled in self.functions:
            return AnswerError("syntax", start, because("no_brackets", name=typed), len(typed))
        known = self.names.known()
        stem = re.match(r"[A-Za-z]*", spelled)
        alike = [n for n in known if stem and stem[0] and re.match(rf"{stem[0]}(?![A-Za-z])", n)]
        near = self.names.suggestion(spelled)
        if alike:
            names = [*alike[:8], *(["..."] if len(alike) > 8 else [])]
            reason = because("unknown_name_of_several", name=piece(typed), known=names)
        elif near:
            reason = because("unknown_name_near", name=piece(typed), near=near)
        else:
            reason = because("unknown_name", name=piece(typed))
        return AnswerError("unknown_name", start, reason, len(typed))

    # signs ----------------------------------------------------------------------------------

    def read_sign(self, found: re.Match[str]) -> int:
        kind = found.lastgroup or ""
        if kind == "slash":
            self.pending = "/"
        elif kind in ("plus", "minus"):
            self.pending = "" if self.operand else self.pending
        else:
            self.pending = ""
        return self.sign(kind.upper(), found)

    def sign(self, type: str, found: re.Match[str]) -> int:
        self.operand = False
        self.out.append(Lexeme(type, found.start(), found.end()))
        return found.end()

    def read_power(self, found: re.Match[str]) -> int:
        # an exponent in brackets ends where its bracket does: what follows is doubtful only
        # if it was so behind the base
        following = self.text[found.end() :].lstrip()[:1]
        self.pending = self.hang if following in ("(", "（", "{") else "^"
        return self.sign("POW", found)

    def read_superscript(self, found: re.Match[str]) -> int:
        start, last = found.start(), self.out[-1] if self.out else None
        if last is not None and last.type == "NUMBER" and not self.scientific():
            base, small = self.text[last.start : last.end][:20], characters.lowered(found[0])
            ways = [f"{base}^({small})", f"{base}e{small}"]
            ways = [f"{base}^{small}"] if base == "10" else ways
            raise AnswerError("bad_char", start, because("small_digits", ways=ways), len(found[0]))
        digits: Node = self.value(characters.lowered(found[0]).lstrip("+-"), start)
        exponent = Negative(digits) if found[0][0] == "⁻" else digits
        self.out.append(Lexeme("SUPERSCRIPT", start, found.end(), exponent))
        self.operand = True
        return found.end()

    def scientific(self) -> bool:
        """Whether a number times ten stands before: the small digits of 5×10⁻⁴."""
        out = self.out
        return (
            len(out) > 2
            and self.text[out[-1].start : out[-1].end] == "10"
            and out[-2].type == "TIMES"
            and out[-2].start < out[-2].end
            and out[-3].type == "NUMBER"
        )

    def read_open(self, found: re.Match[str]) -> int:
        function = ""
        if self.out and self.out[-1].type == "FUNCTION":
            function = self.function
        elif not (self.out and self.out[-1].type == "ROOT"):
            self.begin("OPEN", found.start())
        return self.opened("OPEN", found, function)

    def opened(self, type: str, found: re.Match[str], function: str) -> int:
        self.open.append((self.pending, function))
        self.pending, self.function = "", function
        return self.sign(type, found)

    def read_brace(self, found: re.Match[str]) -> int:
        last = self.out[-1].type if self.out else ""
        if last not in ("POW", "ROOT", "FRAC", "RBRACE"):
            raise AnswerError("syntax", found.start(), because("stray_brace"))
        return self.opened("LBRACE", found, "")

    def read_square(self, found: re.Match[str]) -> int:
        """A condition in Iverson's brackets, where formulas are asked for: [a > b]."""
        if "step" not in self.functions or not COMPARES.search(self.text, found.end()):
            raise stray(self.text, found.start())
        self.begin("LSQUARE", found.start())
        return self.opened("LSQUARE", found, "[")

    def read_close(self, found: re.Match[str]) -> int:
        if not self.open and found[0] == "]":
            raise stray(self.text, found.start())
        if not self.open:
            raise AnswerError("syntax", found.start(), because("stray_bracket"))
        self.pending, _ = self.open.pop()
        self.function = self.open[-1][1] if self.open else ""
        self.out.append(Lexeme((found.lastgroup or "").upper(), found.start(), found.end()))
        self.end()
        return found.end()

    def read_separator(self, found: re.Match[str]) -> int:
        self.pending = ""
        return self.sign("SEPARATOR", found)

    def read_prefix(self, type: str, found: re.Match[str]) -> int:
        self.begin(type, found.start())
        following = self.text[found.end() :].lstrip()[:1]
        if type == "ROOT" and following not in ("(", "（", "{"):
            self.pending = "√"
        self.out.append(Lexeme(type, found.start(), found.end(), "sqrt"))
        self.operand = False
        return found.end()

    def read_root(self, found: re.Match[str]) -> int:
        return self.read_prefix("ROOT", found)

    def read_command(self, found: re.Match[str]) -> int:
        """A command of LaTeX: a sign, a Greek letter, a function."""
        word, end = found["word"], found.end("word")
        kind = COMMANDS.get(word)
        if kind == "space":
            return end
        if kind in ("times", "slash"):
            self.pending = "/" if kind == "slash" else ""
            return self.sign(kind.upper(), found)
        if kind:
            return self.read_prefix(kind.upper(), found)
        upright = UPRIGHT.match(self.text, end) if word in UPRIGHTS else None
        if upright:
            word, end = upright[1], upright.end()
        elif word not in GREEK_NAMES and word not in self.functions:
            reason = because("unknown_command", command=word[:20])
            raise AnswerError("bad_char", found.start(), reason, len(word) + 1)
        tail = TAIL_OF_COMMAND.match(self.text, end)
        whole = word + (tail[0] if tail else "")
        return self.named(whole, found.start(), tail.end() if tail else end)

    def read_comparison(self, found: re.Match[str]) -> int:
        if found[0] in ("<<", ">>"):
            raise AnswerError("forbidden_construct", found.start(), because("program_text"), 2)
        if self.function == "[" and found[0] in COMPARISONS:
            self.out.append(Lexeme("COMPARE", found.start(), found.end(), COMPARISONS[found[0]]))
            self.operand, self.pending = False, ""
            return found.end()
        raise AnswerError("wrong_kind", found.start(), because("comparison"), len(found[0]))

    def read_quote(self, found: re.Match[str]) -> int:
        raise AnswerError("forbidden_construct", found.start(), because("quotation_mark"))


_HANDLERS: Mapping[str, Callable[[_Lexer, re.Match[str]], int] | None] = {
    "space": None,
    "commas": _Lexer.read_commas,
    "number": _Lexer.read_number,
    "name": _Lexer.read_name,
    "open": _Lexer.read_open,
    "close": _Lexer.read_close,
    "plus": _Lexer.read_sign,
    "minus": _Lexer.read_sign,
    "times": _Lexer.read_sign,
    "slash": _Lexer.read_sign,
    "pow": _Lexer.read_power,
    "superscript": _Lexer.read_superscript,
    "separator": _Lexer.read_separator,
    "lbrace": _Lexer.read_brace,
    "rbrace": _Lexer.read_close,
    "lsquare": _Lexer.read_square,
    "rsquare": _Lexer.read_close,
    "root": _Lexer.read_root,
    "command": _Lexer.read_command,
    "compare": _Lexer.read_comparison,
    "quote": _Lexer.read_quote,
}
"""Group of the pattern -> what reads it and says where to go on."""
