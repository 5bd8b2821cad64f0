"""Columns of Moodle's grading worksheet in the languages that it is written in.

Moodle writes the headers in the language of whoever downloads. Those of the languages below are
known by name; in any other, columns are found by what stands in them and by their order, which
is the same everywhere.

Source: the shapes are measured (Moodle 4.5.6); the names are those of Moodle's language packs
(`recordid`, `gradecanbechanged`, `lastmodifiedgrade` ... of mod_assign).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from grader.lms.points import POINTS, readings
from grader.read.folding import folded
from problems.patterns import pattern

NAMES: Mapping[str, tuple[str, ...]] = {
    "identifier": (
        "Identifier", "ID", "Identifiant", "Identificador", "Identificativo", "Identificatore",
        "Identificatie", "Identificatienummer", "Identyfikator",
    ),
    "name": (
        "Full name", "Vollständiger Name", "Nom complet", "Nombre completo", "Nome completo",
        "Cognome Nome", "Nome / Cognome", "Volledige naam", "Pełna nazwa", "Imię i nazwisko",
    ),
    "idnumber": (
        "ID number", "ID-Nummer", "Matrikelnummer", "Numéro d'identification", "Número de ID",
        "Número ID", "Codice identificativo", "ID-nummer", "Número de identificação",
        "Número de identificación", "Numer ID", "Numer identyfikacyjny",
    ),
    "username": (
        "Username", "Anmeldename", "Nutzername", "Benutzername", "Nom d'utilisateur",
        "Nombre de usuario", "Nome utente", "Username", "Gebruikersnaam", "Nome de utilizador",
        "Nome do utilizador", "Identificação de usuário", "Nazwa użytkownika",
    ),
    "email": (
        "Email address", "E-Mail-Adresse", "E-Mail", "Adresse de courriel", "Adresse e-mail",
        "Dirección de correo", "Dirección Email", "Correo electrónico", "Indirizzo email",
        "E-mailadres", "Endereço de e-mail", "Endereço de correio eletrónico", "Email",
        "Adres e-mail", "Adres email",
    ),
    "status": ("Status", "Statut", "Estado", "Estatus", "Stato", "Situação"),
    "grade": (
        "Grade", "Bewertung", "Note", "Calificación", "Valutazione", "Voto", "Cijfer",
        "Beoordeling", "Nota", "Avaliação", "Ocena",
    ),
    "maximum": (
        "Maximum grade", "Maximum mark", "Bestwertung", "Höchste Bewertung", "Note maximale",
        "Calificación máxima", "Valutazione massima", "Voto massimo", "Punteggio massimo",
        "Maximale beoordeling", "Maximaal cijfer", "Maximumcijfer", "Nota máxima",
        "Avaliação máxima", "Maksymalna ocena", "Ocena maksymalna",
    ),
    "scale": ("Scale", "Skala", "Barème", "Escala", "Scala", "Schaal"),
    "changeable": (
        "Grade can be changed", "Bewertung kann geändert werden", "La note peut être modifiée",
        "La calificación puede cambiarse", "La calificación puede ser cambiada",
        "La valutazione può essere cambiata", "La valutazione può essere modificata",
        "Beoordeling kan gewijzigd worden", "Beoordeling kan worden gewijzigd",
        "Cijfer kan gewijzigd worden", "A nota pode ser alterada", "Nota pode ser alterada",
        "Ocena może być zmieniona", "Ocena może zostać zmieniona", "Ocenę można zmienić",
    ),
    "graded": (
        "Last modified (grade)", "Zuletzt geändert (Bewertung)", "Dernière modification (note)",
        "Última modificación (calificación)", "Fecha de Calificación",
        "Ultima modifica (valutazione)", "Laatst gewijzigd (beoordeling)",
        "Laatst gewijzigd (cijfer)", "Última atualização (avaliação)",
        "Última modificação (nota)", "Última modificação (avaliação)",
        "Ostatnia modyfikacja (ocena)", "Ostatnio modyfikowane (ocena)",
    ),
    "feedback": (
        "Feedback comments", "Feedback als Kommentar", "Feedback par commentaires",
        "Comentarios de retroalimentación", "Comentarios de retroalimentacion",
        "Commenti di feedback", "Feedback tramite commenti", "Commenti",
        "Feedback via commentaar", "Feedbackcommentaar", "Feedback opmerkingen",
        "Comentários de feedback", "Comentários", "Comentário de feedback",
        "Komentarz zwrotny", "Komentarze zwrotne", "Komentarz do oceny",
    ),
}  # fmt: skip
"""Role of a column -> its names: English, German, French, Spanish, Italian, Dutch,
Portuguese (of Portugal and Brazil), Polish."""

NO = frozenset({"no", "nein", "non", "nee", "nao", "nie"})
YES = frozenset({"yes", "ja", "oui", "si", "sim", "tak"})
DRAFT = pattern(
    r"draft|entwurf|brouillon|borrador|bozza|concept|klad|rascunho|em curso|szkic|"
    r"wersja robocza|brudnopis"
)
"""What the status of work that was not handed in says, accents folded."""
NOTHING = pattern(
    r"(no submission|no attempt|nothing|not submitted|keine abgabe|nicht (abgegeben|eingereicht)|"
    r"nichts|aucun|pas de |pas d|non (remis|rendu)|rien|sin (entrega|envio)|"
    r"no (entregad|enviad|hay)|nada|nessun|non (consegnat|inviat)|niente|geen |niets|"
    r"niet in|nenhum|sem (submiss|envio|entrega)|nao (submet|enviad|entreg)|brak|"
    r"nie (przesl|zloz|odda)|nic )"
)
"""How the status begins where nothing was handed in, accents folded."""
SUBMITTED = pattern(
    r"submitted|abgegeben|eingereicht|remis|rendu|envoye|enviad|entregad|consegnat|inviat|"
    r"ingediend|ingezonden|ingestuurd|ingeleverd|submetid|przeslan|zlozon|oddan"
)
"""What the status says where something was handed in, and is neither draft nor nothing."""

PARTICIPANT = pattern(r"(?=.*[^\W\d_])(.*\D)([0-9]{1,12})")
"""`Participant 3`; in some languages without the space."""
_ANY_NUMBER = pattern(rf"[+-]?{POINTS}|")


def roles(header: Sequence[str], rows: Iterable[Sequence[str]]) -> dict[str, int]:
    """Role -> column.

    Args:
        header: the names of the columns.
        rows: the cells of some rows, each as long as the header.

    >>> header = ["ID", "Vollständiger Name", "Bewertung", "Bestwertung"]
    >>> roles(header, [["Teilnehmer/in3", "Ada", "", "100,00"]])
    {'identifier': 0, 'name': 1, 'grade': 2, 'maximum': 3}
    """
    names = [folded(name).rstrip(" .") for name in header]
    found: dict[str, int] = {}
    for role, known in NAMES.items():
        wanted = {folded(name) for name in known}
        place = next((n for n, name in enumerate(names) if name in wanted), None)
        if place is not None:
            found[role] = place
    _by_place(found, header, [list(row) for row in rows])
    return found


def _by_place(found: dict[str, int], header: Sequence[str], rows: list[list[str]]) -> None:
    """What has no known name, by what stands in the column and what stands beside it.

    Moodle's order: identifier, name, identity, status, grade, maximum, "can be changed", times and
    texts of the submission, time of the grade, feedback.
    """
    columns = [[row[n].strip() for row in rows] for n in range(len(header))]
    if "identifier" not in found and columns and _all(PARTICIPANT, columns[0]):
        found["identifier"] = 0
    if "maximum" not in found and "scale" not in found:
        places = [n for n, cells in enumerate(columns) if n > 1 and _is_maximum(cells)]
        fit = [n for n in places if _all(_ANY_NUMBER, columns[n - 1])]
        if len(fit) == 1:
            found["maximum"] = fit[0]
    if "maximum" in found:
        found.setdefault("grade", found["maximum"] - 1)
        if found["maximum"] + 1 < len(header):
            found.setdefault("changeable", found["maximum"] + 1)
    if "graded" in found and found["graded"] + 2 == len(header):
        found.setdefault("feedback", len(header) - 1)


def _all(wanted: object, cells: list[str]) -> bool:
    return bool(cells) and all(wanted.fullmatch(cell) for cell in cells)  # type: ignore[attr-defined]


def _is_maximum(cells: list[str]) -> bool:
    """Whether a column says the same number above 0 in every row."""
    return len(set(cells)) == 1 and any(value > 0 for value in readings(cells[0]))
