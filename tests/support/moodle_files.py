"""Worksheets and archives with the bytes that Moodle gives them."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from grader.lms.moodle.archive import packed

BOM = b"\xef\xbb\xbf"
SUBMITTED = "Submitted for grading -  -  - "
GRADED = "Submitted for grading - Graded -  - "
DRAFT = "Draft (not submitted) -  -  - "
NOTHING = "No submission -  -  - "
CHANGED_WORDS = ("Grade", "Feedback comments")

LANGUAGES: dict[str, dict[str, str]] = {
    "en": {
        "identifier": "Identifier", "name": "Full name", "username": "Username",
        "idnumber": "ID number", "email": "Email address", "status": "Status", "grade": "Grade",
        "maximum": "Maximum grade", "changeable": "Grade can be changed",
        "submitted": "Last modified (submission)", "online": "Online text",
        "graded": "Last modified (grade)", "feedback": "Feedback comments",
        "participant": "Participant ", "yes": "Yes", "no": "No", "draft": DRAFT,
        "date": "Sunday, 22 November 2026, 2:26 AM", "point": ".",
    },
    "de": {
        "identifier": "ID", "name": "Vollständiger Name", "username": "Anmeldename",
        "idnumber": "ID-Nummer", "email": "E-Mail-Adresse", "status": "Status",
        "grade": "Bewertung", "maximum": "Bestwertung",
        "changeable": "Bewertung kann geändert werden",
        "submitted": "Zuletzt geändert (Abgabe)", "online": "Texteingabe online",
        "graded": "Zuletzt geändert (Bewertung)", "feedback": "Feedback als Kommentar",
        "participant": "Teilnehmer/in", "yes": "Ja", "no": "Nein",
        "draft": "Entwurf (nicht abgegeben) -  -  - ",
        "date": "Sonntag, 22. November 2026, 02:26", "point": ",",
    },
    "fr": {
        "identifier": "Identifiant", "name": "Nom complet", "username": "Nom d’utilisateur",
        "idnumber": "Numéro d’identification", "email": "Adresse de courriel",
        "status": "Statut", "grade": "Note", "maximum": "Note maximale",
        "changeable": "La note peut être modifiée",
        "submitted": "Dernière modification (travail remis)", "online": "Texte en ligne",
        "graded": "Dernière modification (note)", "feedback": "Feedback par commentaires",
        "participant": "Participant", "yes": "Oui", "no": "Non",
        "draft": "Brouillon (non remis) -  -  - ",
        "date": "dimanche 22 novembre 2026, 02:26", "point": ",",
    },
    "es": {
        "identifier": "Identificador", "name": "Nombre completo",
        "username": "Nombre de usuario", "idnumber": "Número de ID",
        "email": "Dirección de correo", "status": "Estado", "grade": "Calificación",
        "maximum": "Calificación máxima", "changeable": "La calificación puede ser cambiada",
        "submitted": "Última modificación (entrega)", "online": "Texto en línea",
        "graded": "Última modificación (calificación)",
        "feedback": "Comentarios de retroalimentación", "participant": "Participante",
        "yes": "Sí", "no": "No", "draft": "Borrador (no enviado) -  -  - ",
        "date": "domingo, 22 de noviembre de 2026, 02:26", "point": ",",
    },
    "it": {
        "identifier": "Identificativo", "name": "Nome completo", "username": "Username",
        "idnumber": "Codice identificativo", "email": "Indirizzo email", "status": "Stato",
        "grade": "Valutazione", "maximum": "Voto massimo",
        "changeable": "La valutazione può essere cambiata",
        "submitted": "Ultima modifica (consegna)", "online": "Testo online",
        "graded": "Ultima modifica (valutazione)", "feedback": "Commenti di feedback",
        "participant": "Partecipante", "yes": "Sì", "no": "No",
        "draft": "Bozza (non consegnato) -  -  - ",
        "date": "domenica, 22 novembre 2026, 02:26", "point": ",",
    },
    "nl": {
        "identifier": "Identificatie", "name": "Volledige naam", "username": "Gebruikersnaam",
        "idnumber": "ID-nummer", "email": "E-mailadres", "status": "Status",
        "grade": "Cijfer", "maximum": "Maximale beoordeling",
        "changeable": "Beoordeling kan gewijzigd worden",
        "submitted": "Laatst gewijzigd (inzending)", "online": "Online tekst",
        "graded": "Laatst gewijzigd (beoordeling)", "feedback": "Feedback opmerkingen",
        "participant": "Deelnemer ", "yes": "Ja", "no": "Nee",
        "draft": "Klad (niet ingezonden) -  -  - ",
        "date": "zondag, 22 november 2026, 02:26", "point": ",",
    },
    "pt": {
        "identifier": "Identificador", "name": "Nome completo",
        "username": "Nome de utilizador", "idnumber": "Número de identificação",
        "email": "Endereço de e-mail", "status": "Estado", "grade": "Avaliação",
        "maximum": "Nota máxima", "changeable": "A nota pode ser alterada.",
        "submitted": "Última atualização (submissão)", "online": "Texto em linha",
        "graded": "Última atualização (avaliação)", "feedback": "Comentários de feedback",
        "participant": "Participante", "yes": "Sim", "no": "Não",
        "draft": "Trabalho em curso (não submetido) -  -  - ",
        "date": "domingo, 22 de novembro de 2026 às 02:26", "point": ",",
    },
    "pl": {
        "identifier": "Identyfikator", "name": "Pełna nazwa", "username": "Nazwa użytkownika",
        "idnumber": "Numer ID", "email": "Adres e-mail", "status": "Status", "grade": "Ocena",
        "maximum": "Maksymalna ocena", "changeable": "Ocena może być zmieniona",
        "submitted": "Ostatnia modyfikacja (zadanie)", "online": "Tekst online",
        "graded": "Ostatnia modyfikacja (ocena)", "feedback": "Komentarz zwrotny",
        "participant": "Uczestnik", "yes": "Tak", "no": "Nie",
        "draft": "Szkic (nie przesłany) -  -  - ",
        "date": "niedziela, 22 listopada 2026, 02:26", "point": ",",
    },
}  # fmt: skip


@dataclass
class Row:
    """One participant of a worksheet, as Moodle knows it."""

    number: int
    name: str
    username: str = ""
    idnumber: str = ""
    email: str = ""
    status: str = SUBMITTED
    grade: str = ""
    maximum: str = "100.00"
    changeable: bool = True
    online: str = ""
    graded: str = "-"
    feedback: str = ""


@dataclass
class Sheet:
    """A worksheet: what the site and the assignment are set to."""

    rows: Sequence[Row]
    language: str = "en"
    identity: Sequence[str] = ("username", "idnumber", "email")
    """What `showuseridentity` names."""
    anonymous: bool = False
    online: bool = True
    feedback: bool = True
    words: dict[str, str] = field(default_factory=dict)
    """Other headers than the language's."""

    @property
    def columns(self) -> list[str]:
        who = [] if self.anonymous else ["name", *self.identity]
        text = ["online"] if self.online else []
        said = ["feedback"] if self.feedback else []
        return [
            "identifier", *who, "status", "grade", "maximum", "changeable", "submitted", *text,
            "graded", *said,
        ]  # fmt: skip

    def cells(self, row: Row) -> list[str]:
        words = LANGUAGES[self.language] | self.words
        date = words["date"]
        texts = {
            "identifier": f"{words['participant']}{row.number}",
            "changeable": words["yes" if row.changeable else "no"],
            "submitted": date,
            "grade": row.grade,
            "maximum": row.maximum.replace(".", words["point"]),
            "graded": date if row.graded == "now" else row.graded,
        }
        return [texts.get(role, "") or getattr(row, role, "") for role in self.columns]

    def data(self) -> bytes:
        """The bytes of the file: BOM, LF, quotes where a blank or a comma stands."""
        words = LANGUAGES[self.language] | self.words
        header = [words[role] for role in self.columns]
        lines = [header, *map(self.cells, self.rows)]
        return BOM + "".join(",".join(map(quoted, line)) + "\n" for line in lines).encode()


def quoted(text: str) -> str:
    """A cell as PHP's fputcsv writes it."""
    if any(char in text for char in ',"\n\r\t '):
        return '"' + text.replace('"', '""') + '"'
    return text


def in_name(name: str) -> str:
    """A full name as it stands in the names of files."""
    return name.replace("_", " ").replace("'", "").replace("/", "")


def entry(
    row: Row,
    file: str,
    kind: str = "file",
    folders: bool = True,
    old: bool = False,
    anonymous: bool = False,
) -> str:
    """The name of a submitted file in the archive."""
    who = "Participant" if anonymous else in_name(row.name)
    end = "_/" if old else "/" if folders else "_"
    return f"{who}_{row.number}_assignsubmission_{kind}{end}{file}"


def archive(files: Mapping[str, bytes]) -> bytes:
    """A ZIP archive with names flagged as UTF-8 where they need it."""
    return packed(files)


def read_back(data: bytes) -> list[dict[str, str]]:
    """The rows of a worksheet, by an independent reader."""
    text = data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def others(
    before: bytes, after: bytes, changed: Sequence[str], left_out: Collection[str] = ()
) -> list[str]:
    """Where two worksheets differ besides some columns, cell by cell with quotes and ends.

    Args:
        before: as downloaded.
        after: to be uploaded.
        changed: headers of the columns that may differ.
        left_out: `Participant 3` of those whose rows must be gone.
    """
    first, second = raw_cells(before), raw_cells(after)
    first = [row for row in first if row[0].strip('"') not in left_out]
    if len(first) != len(second):
        return ["another number of rows"]
    names = [cell.strip('"').lstrip("\ufeff").strip('"') for cell in first[0]]
    found = []
    for n, (one, other) in enumerate(zip(first, second, strict=True)):
        for k, (a, b) in enumerate(zip(one, other, strict=True)):
            if a != b and names[min(k, len(names) - 1)] not in changed:
                found.append(f"row {n}, {names[k]}: {a!r} -> {b!r}")
    return found


def raw_cells(data: bytes) -> list[list[str]]:
    """Cells with their quotes; the end of a line is a cell of its own."""
    rows: list[list[str]] = [[""]]
    quotes = False
    for char in data.decode():
        quotes ^= char == '"'
        if char == "," and not quotes:
            rows[-1].append("")
        elif char == "\n" and not quotes:
            rows[-1].append("\n")
            rows.append([""])
        else:
            rows[-1][-1] += char
    return rows
