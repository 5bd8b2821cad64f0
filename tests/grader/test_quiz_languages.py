"""The responses of a Moodle quiz in the languages of its language packs, and in others."""

from __future__ import annotations

from pathlib import Path

import pytest
from handed_in import assignment, check, exercise_of, right, table

from grader.read.platforms.quiz_words import WORDS

CASES = Path(__file__).with_name("platforms")
NBSP, NARROW = "\u00a0", "\u202f"

LANGUAGES = {
    "en": ("Last name", "First name", "Status", "Response {}", "Right answer {}", "part {}: "),
    "de": ("Nachname", "Vorname", "Status", "Antwort {}", "Richtige Antwort {}", "Teil {}: "),
    "fr": ("Nom de famille", "Prénom", "Statut", "Réponse {}", "Réponse correcte {}",
           f"partie {{}}{NBSP}: "),
    "es": ("Apellido(s)", "Nombre", "Estado", "Respuesta {}", "Respuesta correcta {}",
           "parte {}: "),
    "it": ("Cognome", "Nome", "Stato", "Risposta data {}", "Risposta giusta", "parte {}: "),
    "nl": ("Achternaam", "Voornaam", "Status", "Antwoord {}", "Juist antwoord {}", "deel {}: "),
    "pt": ("Apelido", "Nome", "Estado", "Resposta {}", "Resposta correta {}", "parte {}: "),
    "ca": ("Cognoms", "Nom", "Estat", "Resposta {}", "Resposta correcta {}", "part {}: "),
    "eu": ("Abizena(k)", "Izena", "Egoera", "{} erantzuna", "Erantzun zuzena {}", "{}. zatia: "),
    "gl": ("Apelidos", "Nome", "Estado", "Resposta {}", "Resposta correcta {}", "parte {}: "),
    "sv": ("Efternamn", "Förnamn", "Status", "Svar {}", "Rätt svar {}", "del {}: "),
    "lt": ("Pavardė", "Vardas", "Būsena", "Atsakas {}", "Teisingas atsakymas {}", "dalis {}: "),
    "ro": ("Nume de familie", "Prenume", "Status", "Răspuns {}", "Răspuns corect {}",
           "partea {}: "),
    "tr": ("Soyadı", "Adı", "Durum", "Yanıt {}", "Doğru yanıt {}", "bölüm {}: "),
    "el": ("Επίθετο", "Μικρό/Βαπτιστικό όνομα", "Κατάσταση", "Απόκριση {}", "Σωστή απάντηση {}",
           "μέρος {}: "),
    "ru": ("Фамилия", "Имя", "Состояние", "Ответ {}", "Правильный ответ: {}", "часть {}: "),
    "uk": ("Прізвище", "Ім'я", "Стан", "Відповідь {}", "Правильна відповідь {}", "частина {}: "),
    "ar": ("الاسم الأخير", "الاسم الأول", "الحالة", "الاستجابة {}", "الإجابة الصحيحة {}",
           "الجزء {}: "),
    "ur": ("نام کا آخری حصہ", "پہلا نام", "حالت", "جواب {}", "صحیح جواب {}", "حصہ {}: "),
    "ja": ("姓", "名", "ステータス", "解答 {}", "正解 {}", "パート {}: "),
    "ko": ("성", "이름", "상태", "응답 {}", "정답 {}", "파트 {}: "),
    "zh_cn": ("姓", "名", "状态", "回答{}", "标准答案{}", "子问题 {}："),
    "pl, of another pack": ("Nazwisko", "Imię", "Stan", "Odpowiedź {}", "Poprawna {}",
                            "część {}: "),
    "no words that are known": ("Cyfenw", "Enw", "Cyflwr", "Ymateb {}", "Ateb cywir {}",
                                "rhan {}: "),
    "a narrow space": ("Nom de famille", "Prénom", "Statut", "Réponse {}", "Correcte {}",
                       f"partie {{}}{NARROW}: "),
    "wide and known by shape": ("x", "y", "z", "甲{}", "乙{}", "第{}項："),
}  # fmt: skip


@pytest.fixture(scope="module")
def hw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assignment(tmp_path_factory.mktemp("quiz"))


def cell(answers: dict[str, str], part: str) -> str:
    """As Moodle puts it together; the last blank part loses its blank."""
    return "; ".join(part.format(n) + text for n, text in enumerate(answers.values(), 1)).rstrip()


def export(path: Path, language: str, rows: list[tuple[str, str, str]], right_one: str) -> Path:
    """A report: last and first name, state, response, right answer."""
    last, first, state, response, rightly, _ = LANGUAGES[language]
    header = [last, first, state, response.format(1), rightly.format(1)]
    cells = [[*name.split(" "), state, text, right_one] for name, state, text in rows]
    path.write_bytes(b"\xef\xbb\xbf" + table(header, cells))
    return path


@pytest.mark.parametrize("language", LANGUAGES)
def test_responses_are_read_in_every_language(hw: Path, tmp_path: Path, language: str) -> None:
    """The student's own answers, not the right ones beside them; blanks stay where they are."""
    answers = right(exercise_of(hw, "s001"))
    labels = list(answers)
    part = LANGUAGES[language][-1]
    typed = answers | {labels[1]: "", labels[-1]: "", labels[-2]: "9"}
    rows = [("Example Ada", "?", cell(typed, part))]
    done = check(hw, export(tmp_path / "r.csv", language, rows, cell(answers, part)))
    (report,) = done.reports
    found = {step["label"]: step["answer"] for step in report["steps"]}
    assert {label: found[label] or "" for label in labels} == typed
    assert report["student"] == "s001"
    assert done.problems == []


def test_the_right_answers_alone_are_no_responses(hw: Path, tmp_path: Path) -> None:
    """A report that shows only them grades nobody."""
    answers = right(exercise_of(hw, "s001"))
    path = tmp_path / "r.csv"
    header = ["Nachname", "Vorname", "Status", "Richtige Antwort 1"]
    path.write_bytes(table(header, [["Example", "Ada", "Beendet", cell(answers, "Teil {}: ")]]))
    done = check(hw, path)
    assert (done.percent, done.codes) == ({}, ["missing_column"])


def test_what_may_be_the_right_answers_is_refused(hw: Path, tmp_path: Path) -> None:
    """In an unknown language nobody can tell them from a class that has all right."""
    answers = right(exercise_of(hw, "s001"))
    path = tmp_path / "r.csv"
    row = ["Example", "Ada", "?", cell(answers, "rhan {}: ")]
    path.write_bytes(table(["Cyfenw", "Enw", "Cyflwr", "Ateb cywir 1"], [row]))
    done = check(hw, path)
    assert (done.percent, done.codes) == ({}, ["missing_column"])
    assert "Ateb cywir 1" in done.problems[0]["message"]


@pytest.mark.parametrize("word", WORDS["unfinished"])
def test_unfinished_attempts_are_known_in_every_language(
    hw: Path, tmp_path: Path, word: str
) -> None:
    """They count only where there is no other; the header of the state may be anything."""
    answers = right(exercise_of(hw, "s001"))
    good, poor = cell(answers, "del {}: "), cell(answers | {next(iter(answers)): "9"}, "del {}: ")
    path = tmp_path / "r.csv"
    rows = [["Example", "Ada", word, good], ["Example", "Ada", "?", poor]]
    path.write_bytes(table(["Efternamn", "Förnamn", "Läge", "Svar 1"], rows))
    done = check(hw, path)
    assert 0 < done.percent["s001"] < 100
    assert "not finished" in done.stderr


def test_a_name_in_an_unknown_language_may_be_an_address(hw: Path, tmp_path: Path) -> None:
    """Where two are called alike, it tells them apart."""
    answers = right(exercise_of(hw, "s005"))
    path = tmp_path / "r.csv"
    typed = answers | {list(answers)[-1]: "9"}
    row = ["Lee", "Ann", "ann2@example.org", "?", cell(typed, "rhan {}: ")]
    path.write_bytes(table(["Cyfenw", "Enw", "Post", "Cyflwr", "Ymateb 1"], [row]))
    done = check(hw, path)
    assert done.percent["s005"] > 90
    assert "Ymateb 1" in done.stderr


@pytest.mark.parametrize(
    "text", ["foo: 0.5; bar: 0.6", "1: 0.5; 2: 0.6", "0.5; net_h1: 0.5", "partie un: 0.5"]
)
def test_what_has_no_parts_that_are_known_is_never_worth_0(
    hw: Path, tmp_path: Path, text: str
) -> None:
    """It is refused as a whole, in one sentence."""
    path = tmp_path / "r.csv"
    path.write_bytes(table(["Nachname", "Vorname", "Antwort 1"], [["Example", "Ada", text]]))
    done = check(hw, path)
    assert done.percent == {}
    assert done.codes in (["bad_step"], ["missing_column"])


def test_a_report_in_french(tmp_path: Path) -> None:
    """`partie n :`, as a class has got it."""
    done = check(CASES / "mazur", CASES / "q_fr.csv")
    assert done.percent == {"ada": 100}
    assert done.problems == []
