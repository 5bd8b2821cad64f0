"""Words of Moodle's report of quiz responses, in the languages of its language packs.

Headers and states are written in the language of whoever downloads. English, German, French,
Spanish, Italian, Dutch, Portuguese, Catalan, Basque, Galician, Swedish, Lithuanian, Romanian,
Turkish, Greek, Russian, Ukrainian, Arabic, Urdu, Japanese, Korean and Chinese are known, of
Moodle 2.8 to 5, and some words of Polish and of Brazil; any other is read by its shape.

Source: the language packs of Moodle as projectestac/moodle-langpacks keeps them: `responsex` and
`rightanswerx` of quiz_responses, `attemptstate`, `startedon`, `stateinprogress`, `stateoverdue`
and `stateabandoned` of quiz, `firstname` ... `email` of moodle. Order of the columns of one
question: mod/quiz/report/responses/report.php.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grader.read.folding import folded
from problems.patterns import pattern

WORDS: Mapping[str, tuple[str, ...]] = {
    "response": (
        "Odpowiedź", "Risposta", "Response", "Antwort",
        "Réponse", "Respuesta", "Risposta data", "Antwoord",
        "Resposta", "erantzuna", "ebazpena", "Svar", "Atsakas", "Răspuns", "Yanıt", "Απόκριση",
        "Ответ", "Відповідь", "الاستجابة", "الإجابة", "جواب", "解答", "응답", "回答",
    ),
    "right answer": (
        "Right answer", "Richtige Antwort", "Réponse correcte", "Respuesta correcta",
        "Risposta giusta", "Juist antwoord", "Resposta correta", "Resposta correcta",
        "Erantzun zuzena", "Rätt svar", "Teisingas atsakymas", "Răspuns corect", "Doğru yanıt",
        "Σωστή απάντηση", "Правильный ответ", "Правильна відповідь", "الإجابة الصحيحة",
        "صحیح جواب", "正解", "정답", "标准答案",
    ),
    "id number": (
        "idnumber", "Matrikelnummer", "número de identificación", "Número de identificação",
        "numer id", "numer identyfikacyjny", "ID number", "ID-Nummer",
        "Numéro d’identification", "Numéro d'identification", "Número de ID",
        "Codice identificativo", "Nummer (ID)", "Número de identificação (ID)",
        "Código de identificação", "Número ID", "ID zenbakia", "ID nummer", "ID numeris",
        "Număr ID", "ID numarası", "Αναγνωριστικός αριθμός", "Αριθμός ταυτότητας",
        "Индивидуальный номер", "Індивідуальний номер", "رقم المُعرَّف", "رقم بطاقة التعريف",
        "آئی ڈی نمبر", "IDナンバ", "IDナンバー", "id 번호", "学号",
    ),
    "username": (
        "benutzername", "nome utente", "nazwa użytkownika", "Username", "Anmeldename",
        "Nom d’utilisateur", "Nom d'utilisateur", "Nombre de usuario", "Gebruikersnaam",
        "Nome de utilizador", "Nom d'usuari", "Erabiltzaile-izena", "Nome de usuario",
        "Användarnamn", "Naudotojo vardas", "Nume de utilizator", "Kullanıcı adı",
        "Όνομα χρήστη", "Логин", "Ім’я входу", "اسم المستخدم", "صارف نام", "یوزر نام", "ユーザ名",
        "사용자 아이디", "用户名",
    ),
    "email": (
        "email", "Adresse e-mail", "Endereço de e-mail", "Adres e-mail", "Email address",
        "E-Mail-Adresse", "Adresse de courriel", "Dirección de correo", "Indirizzo email",
        "E-mailadres", "E-mail", "Adreça electrònica", "Helbide elektronikoa",
        "E-posta helbidea", "Enderezo de correo", "E-postadress", "El. pašto adresas",
        "Adresa de e-mail", "E-posta adresi", "Διεύθυνση ηλε.ταχυδρομείου",
        "Διεύθυνση ηλεκτρονικού ταχυδρομείου", "Адрес электронной почты", "Електронна пошта",
        "عنوان البريد الإلكتروني", "ای میل اڈریس", "پتہ برقی خط",
        "メールアドレス", "이메일 주소", "电子邮件地址",
        "Email地址",
    ),
    "name": (
        "surname", "nome próprio", "Imię", "Nom", "Apellidos", "Sobrenome", "Nazwisko",
        "First name", "Last name", "Vorname", "Nachname", "Prénom", "Nom de famille", "Nombre",
        "Apellido(s)", "Nome", "Cognome", "Voornaam", "Achternaam", "Apelido", "Cognoms",
        "Izena", "Abizena(k)", "Abizena", "Deitura", "Apelidos", "Apelido(s)", "Förnamn",
        "Efternamn", "Vardas", "Pavardė", "Prenume", "Nume de familie", "Adı", "Soyadı",
        "Μικρό/Βαπτιστικό όνομα", "Όνομα", "Επίθετο", "Επώνυμο", "Имя", "Фамилия", "Ім'я",
        "Прізвище", "الاسم الأول", "الاسم الأخير", "پہلا نام", "نام کا آخری حصہ", "کنیت",
        "دوسرا نام", "名", "姓", "이름", "성", "姓氏",
    ),
    "state": (
        "Stan", "Status", "State", "Statut", "État", "Estado", "Stato", "Estat", "Egoera",
        "Tillstånd", "Būsena", "Durum", "Κατάσταση", "Состояние", "Стан", "الحالة", "حالت",
        "ステータス", "状態", "상태", "状态",
    ),
    "started": (
        "Started", "Started on", "Begonnen", "Begonnen am", "Commencé", "Commencé le",
        "Comenzado", "Comenzado el", "Iniziato", "Gestart", "Gestart op", "Iniciada",
        "Iniciado em", "Començat el", "Hasiera-unea", "Noiz hasita", "Arrancado o",
        "Påbörjades", "Startad (när)", "Pradėta", "Început", "Început pe", "Başladı",
        "Ξεκίνησε στις", "Тест начат", "Розпочато", "بدأ", "بدأ في", "بداء في", "پر شروع ہوا",
        "開始日時", "시작", "开始于", "开始时间",
    ),
    "unfinished": (
        "In progress", "Overdue", "Never submitted", "In Bearbeitung", "Überfällig",
        "Nie abgegeben", "Nie abgeschlossen", "En cours", "En retard", "Jamais envoyée",
        "Jamais remis", "En curso", "Atrasados", "Atrasado", "Nunca enviado", "Nunca presentó",
        "In svolgimento", "Fuori tempo massimo", "Non inviato", "Mai inviati", "Bezig",
        "Te laat", "Nooit ingestuurd", "Em progresso", "Tempo limite ultrapassado", "Expiradas",
        "Nunca submetidas", "En curs", "En progrés", "Vençut", "Venciment",
        "No s'ha tramès mai", "Mai enviat", "Abian", "Ari da", "Egiten ari direnak",
        "Atzeratuta", "Atzeratutakoak", "Bidali gabea", "Bidali gabeak", "Avanzando",
        "Atrasada", "Nunca entregada", "Pågående", "Försenat", "Tiden har gått ut",
        "Aldrig inskickat", "Aldrig inskickad", "Nebaigta", "Pavėluota", "Dar nepateikti",
        "În desfășurare", "Depășit", "Nu au fost trimise niciodată", "Devam etmekte", "Geciken",
        "Gönderilmeyen", "Σε εξέλιξη", "Εκπρόθεσμο", "Δεν έχει υποβληθεί", "В процессе",
        "Просроченные", "Не отправленные", "В процесі", "Прострочено", "Не здано",
        "قيد التنفيذ", "مُتأخرة", "مُتأخر", "غير مسلمة أبداً", "کام جاری ہے", "زائد المیعاد",
        "کبھی جمع نہیں کروایا", "進行中", "期限切れ", "未送信",
        "진행중", "기한 만료", "제출되지 않았습니다", "进行中", "过期",
        "逾期", "从未提交",
    ),
}  # fmt: skip
"""Role of a column, or what its cells say -> words, without the number of a question."""

_NUMBERED = pattern(r"(\D*)(\d+)(\D*)")
_FOLDED: dict[str, frozenset[str]] = {}


def numbered(column: str) -> tuple[str, int]:
    """The word and the number of a question's column; 0 if there is none.

    >>> numbered("Response 12"), numbered("Правильный ответ: 3"), numbered("2 erantzuna")
    (('response', 12), ('правильныи ответ', 3), ('erantzuna', 2))
    """
    match = _NUMBERED.fullmatch(column)
    text = match[1] + match[3] if match else column
    return folded(text).strip(" :."), int(match[2]) if match else 0


def says(role: str, text: str) -> bool:
    """Whether a text is one of the words of a role.

    >>> says("state", "Κατάσταση"), says("unfinished", "EN COURS"), says("state", "Grade")
    (True, True, False)
    """
    if role not in _FOLDED:
        _FOLDED[role] = frozenset(folded(word).strip(" :.") for word in WORDS[role])
    return folded(text).strip(" :.") in _FOLDED[role]


def is_response(column: str) -> bool:
    """Whether a column holds the responses to one question, by its name."""
    word, number = numbered(column)
    return bool(number) and says("response", word)


def cells_of(role: str, cells: Mapping[str, str]) -> Iterable[str]:
    """What stands in the columns of a role, in their order, where something does."""
    return [text.strip() for name, text in cells.items() if text.strip() and says(role, name)]
