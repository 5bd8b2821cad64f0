"""Every door of the service, and any text through it; run as a script.

text_doors.py DATA DATABASE_URL EXAMPLES: makes a class in that database, sends every kind of
text and so many texts at random through every door, looks at every page afterwards, and prints
one line of JSON: `answers`, door -> kind -> status; `pages`, address -> status; `broken`, what
answered 500 and more.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

from service import assignment_of, course_of

from grader.web import start
from templates.pages.fields import EXERCISES

KINDS = {
    "plain": "0.5",
    "surrogate": "0.5\ud800",
    "low surrogate": "\udc80 x",
    "two halves": "\ud83d\ude00",
    "nul": "0.\x005",
    "only nul": "\x00",
    "controls": "".join(map(chr, [*range(1, 32), *range(127, 160)])),
    "right to left": "\u202e5.0\u2066 \u05d0\u200f\u061c",
    "no characters": "\ufffe\uffff\ufdd0\U0010ffff",
    "long": "9" * 100_000,
    "long and wide": "\u00e4\U0001f600" * 50_000,
    "line ends": "a\r\nb\u2028c\u2029d\x0be\x0cf\x85g",
    "escapes": "\\u0000 \\ud800 _xD800_ _x0000_ &#0; &#xD800; %00 %ED%A0%80",
}
FORM = "application/x-www-form-urlencoded"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RENAMED = "/teach/course/{course}/change/"
STAFF = "/teach/course/{course}/staff/"
POLICY = 'title = "Own"\n# {text}\n'


def raw(text: str) -> bytes:
    """A text as a client may send it, no matter whether it is one."""
    return text.encode("utf-8", "surrogatepass")


def form(**fields: str) -> bytes:
    """The body of a form."""
    return b"&".join(
        name.encode() + b"=" + quote_from_bytes(raw(text)).encode()
        for name, text in fields.items()
    )


def quoted(text: str) -> str:
    """A text as part of an address."""
    return quote_from_bytes(raw(text[:2000]), safe="")


def workbook(text: str) -> bytes:
    """A table of answers, with the text as a step and as answers, escaped as workbooks do."""
    import openpyxl

    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    for row in (["step", "answer"], ["net_h1", "@TEXT@"], ["@TEXT@", 0.5], ["out_h1", 0.5]):
        sheet.append(row)
    book.save(out)
    units = text[:2000].encode("utf-16-be", "surrogatepass")
    escaped = "".join(f"_x{units[n : n + 2].hex().upper()}_" for n in range(0, len(units), 2))
    with zipfile.ZipFile(out) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    return packed({n: part.replace(b"@TEXT@", escaped.encode()) for n, part in parts.items()})


def packed(files: Mapping[str, bytes]) -> bytes:
    """A ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def table(text: str) -> bytes:
    """A table of answers with the text in a label and an answer."""
    cell = '"' + text.replace('"', '""') + '"'
    return raw(f"step,answer\nnet_h1,{cell}\n{cell},0.5\nout_h1,0.5\n")


def as_json(text: str, exercise: str = "") -> bytes:
    """A submission with the text as id, label, answer and entry of a list."""
    answers = {"net_h1": text, "out_h1": [text, 1], text: "0.5", "net_h2": "0.5"}
    doc = {"exercise": exercise or text, "answers": answers}
    return json.dumps(doc).encode()


@dataclass
class House:
    """A class, and browsers and programs in front of it."""

    course: str
    assignment: str
    task: str
    line: str
    """The exercise."""
    fields: list[str]
    """Some of its worksheet."""
    pdf: bytes
    student: Any
    teacher: Any
    stranger: Any
    tokens: Mapping[str, str]
    browser: Any
    """Of `launches`."""
    count: int = 0

    def new(self) -> str:
        """A key that was not used before."""
        self.count += 1
        return f"k{self.count}"

    def post(self, who: Any, url: str, **fields: str) -> int:
        return int(who.post(url, form(**fields), content_type=FORM).status_code)

    def sent(self, url: str, data: bytes, name: str, **fields: str) -> int:
        """A file in a form of several parts, by the teacher or, for exercises, the student."""
        edge = b"--edge\r\nContent-Disposition: form-data; name="
        parts = b"".join(
            edge + f'"{key}"\r\n\r\n'.encode() + raw(value) + b"\r\n"
            for key, value in fields.items()
        )
        head = b'"file"; filename="' + raw(name.replace('"', "'")) + b'"\r\n\r\n'
        body = parts + edge + head + data + b"\r\n--edge--\r\n"
        who = self.student if url.startswith("/learn") else self.teacher
        kind = "multipart/form-data; boundary=edge"
        return int(who.post(url, body, content_type=kind).status_code)

    def api(self, scope: str, method: str, path: str, body: bytes = b"", **more: str) -> int:
        kind = more.pop("kind", "application/json")
        headers = {"Authorization": f"Bearer {self.tokens[scope]}", **more}
        return int(
            self.stranger.generic(
                method, f"/api/v1{path}", body, content_type=kind, headers=headers
            ).status_code
        )


# the doors -----------------------------------------------------------------------------------


def _handed(house: House, data: bytes, kind: str, name: str = "") -> int:
    path = f"/exercises/{house.task}/submissions" + (f"?name={name}" if name else "")
    return house.api("submit", "POST", path, data, kind=kind, **{"Idempotency-Key": house.new()})


def _uploaded(house: House, data: bytes, name: str) -> int:
    key = house.new()
    return house.sent(f"/learn/{house.task}/upload/", data, name, key=key)


def _worksheet(house: House, text: str, do: str) -> int:
    fields = {"base": json.dumps(dict.fromkeys(house.fields, text)), "do": do}
    fields |= {"key": text if do == "save" else house.new(), "confirmed": "1"}
    fields |= dict.fromkeys(house.fields, text)
    return house.post(house.student, f"/learn/{house.task}/", **fields)


def _pdf(house: House, text: str) -> int:
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import NameObject, TextStringObject

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(house.pdf)))
    form: Any = writer.root_object["/AcroForm"]
    for one in form["/Fields"]:
        field = one.get_object()
        if field.get("/T") != EXERCISES:
            units = b"\xfe\xff" + text[:1000].encode("utf-16-be", "surrogatepass")
            value = TextStringObject("")
            value.get_original_bytes = lambda units=units: units  # type: ignore[method-assign]
            value.write_to_stream = (  # type: ignore[method-assign]
                lambda stream, *_, units=units: stream.write(b"<" + units.hex().encode() + b">")
            )
            field[NameObject("/V")] = value
    out = io.BytesIO()
    writer.write(out)
    return _uploaded(house, out.getvalue(), "worksheet.pdf")


def _question(house: House, text: str) -> int:
    exercise = json.loads(house.line) | {"id": text[:200], "student": text[:200]}
    doc = {
        "exercise": exercise,
        "answers": {"net_h1": text[:2000], text: text[:2000], "net_h2": "0.5"},
    }
    return house.api("teach", "POST", "/check", json.dumps(doc).encode())


def _plain_question(house: House, text: str) -> int:
    answers = {"net_h1": text[:2000], text[:100]: "1"}
    policy = POLICY.format(text=text[:1000])
    doc = {"exercise": json.loads(house.line), "answers": answers, "policy": policy}
    return house.api("teach", "POST", "/check", json.dumps(doc).encode())


def _launched(house: House, text: str) -> int:
    learner = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
    answer = house.browser.arrive(
        sub=house.new(),
        name=text,
        email=text,
        roles=[learner],
        lis={"person_sourcedid": text, text: text},
        custom={"user_idnumber": text, "assignment": text},
        resource_link={"id": text, "title": text},
        context={"id": "2", "title": text, "label": text},
    )
    return int(answer.status_code)


def _from(house: House, text: str) -> int:
    """The person's number itself is no text."""
    return int(house.browser.arrive(sub=text).status_code)


def _login(house: House, text: str) -> int:
    query = f"iss={quoted(text)}&login_hint={quoted(text)}&client_id={quoted(text)}"
    return int(house.stranger.get(f"/lti/login?{query}", secure=True).status_code)


def _hints(house: House, text: str) -> int:
    asked = {"iss": "https://lms.example", "client_id": "tool1", "login_hint": text}
    body = form(**asked, target_link_uri=text, lti_message_hint=text)
    return int(house.stranger.post("/lti/login", body, content_type=FORM, secure=True).status_code)


def _planned(house: House, text: str, **more: str) -> int:
    fields = {"title": "T", "family": "mazur", "policy": "default", "feedback": "at once"}
    url = f"/teach/course/{house.course}/assign/"
    return house.post(house.teacher, url, **(fields | more))


def _family(text: str) -> str:
    from problems.drawing import family

    escaped = json.dumps(text[:300])[1:-1]
    source = family.source_of("mazur").split("\n")
    lines = [f'title = "{escaped}"' if line.startswith("title") else line for line in source]
    return "\n".join(lines)


def _posted(house: House, path: str, text: str, **fields: Any) -> int:
    return house.api("teach", "POST", path, json.dumps(fields).encode())


def _roster(house: House, text: str, action: str) -> int:
    cell = '"' + text.replace('"', '""') + '"'
    rows = f"student,name,email\ns0,Ada,a@example.org\ns1,{cell},{cell}\n"
    rows += f"{cell},{cell},{cell}\n" if action != "apply" else ""
    url = f"/teach/course/{house.course}/roster/"
    return house.post(house.teacher, url, roster=rows, action=action)


def _cookie(house: House, text: str) -> int:
    from django.test import Client

    octal = "".join(f"\\{byte:03o}" for byte in raw(text[:500]))
    found = Client(raise_request_exception=False)
    return int(found.get("/learn/", HTTP_COOKIE=f'bpgrade="{octal}"').status_code)


def _class_file(house: House, text: str) -> int:
    name = text[:50].encode("utf-8", "replace").decode().strip("\x00")
    data = packed({f"{name}.csv": table(text[:500]), "s0/answers.json": as_json(text[:500])})
    path = f"/assignments/{house.assignment}/check?name={quoted(text)}.zip"
    return house.api("teach", "POST", path, data, kind="application/zip")


Door = Callable[[House, str], int]


def _address(who: str, pattern: str) -> Door:
    def knock(house: House, text: str) -> int:
        url = pattern.format(text=quoted(text[:500]), task=house.task, course=house.course,
                             assignment=house.assignment)  # fmt: skip
        return int(getattr(house, who).get(url).status_code)

    return knock


def _field(who: str, pattern: str, **fields: str) -> Door:
    def knock(house: House, text: str) -> int:
        url = pattern.format(task=house.task, course=house.course, assignment=house.assignment)
        own = {name: text if value == "@" else value for name, value in fields.items()}
        return house.post(getattr(house, who), url, **own)

    return knock


DOORS: dict[str, Door] = {
    "worksheet, saved": partial(_worksheet, do="save"),
    "worksheet, handed in": partial(_worksheet, do="hand-in"),
    "draft": lambda h, t: _script(h, f"/learn/{h.task}/draft/", t),
    "readings": lambda h, t: _script(h, f"/learn/{h.task}/read/", t),
    "practice": lambda h, t: _script(h, f"/learn/practice/{h.assignment}/check/", t),
    "file: JSON": lambda h, t: _uploaded(h, as_json(t, h.task), "a.json"),
    "file: CSV": lambda h, t: _uploaded(h, table(t), "a.csv"),
    "file: XLSX": lambda h, t: _uploaded(h, workbook(t), "a.xlsx"),
    "file: PDF": _pdf,
    "file: name": lambda h, t: _uploaded(h, as_json("0.5", h.task), f"{t[:5000]}.json"),
    "API: JSON": lambda h, t: _handed(h, as_json(t[:2000], h.task), "application/json"),
    "API: CSV": lambda h, t: _handed(h, table(t), "text/csv", quoted(t)),
    "API: XLSX": lambda h, t: _handed(h, workbook(t), XLSX),
    "API: /check": _question,
    "API: /check, good ids": _plain_question,
    "API: class file": _class_file,
    "API: course": lambda h, t: _posted(h, "/courses", t, name=t[:200]),
    "API: title": lambda h, t: _posted(
        h, "/assignments", t, course=h.course, title=t[:200], family="mazur", seed=t[:200]
    ),
    "API: family": lambda h, t: _posted(
        h, "/assignments", t, course=h.course, title="T", definition=_family(t)
    ),
    "API: policy": lambda h, t: _posted(
        h, "/assignments", t, course=h.course, title="T", family="mazur",
        policy=POLICY.format(text=t[:1000]),
    ),
    "API: address": lambda h, t: h.api("read", "GET", f"/exercises/{quoted(t)}"),
    "API: query": lambda h, t: h.api("read", "GET", f"/assignments?course={quoted(t)}"),
    "API: token": lambda h, t: int(
        h.stranger.get("/api/v1/courses", headers={"Authorization": f"Bearer {quoted(t)}"})
        .status_code
    ),
    "log in": _field("stranger", "/login/", name="@", password="@", next="@"),
    "password": _field("student", "/password/", old="@", first="@", second="@"),
    "token's name": _field("student", "/tokens/", name="@", scopes="read", days="90"),
    "personal link": lambda h, t: h.post(h.stranger, f"/link/{quoted(t)}/"),
    "session": _cookie,
    "course": _field("teacher", "/teach/", name="@"),
    "course renamed": _field("teacher", RENAMED, action="rename", name="@"),
    "class list, looked at": partial(_roster, action="look"),
    "class list": partial(_roster, action="apply"),
    "class list, file": lambda h, t: h.sent(
        f"/teach/course/{h.course}/roster/", raw(f"student,name\ns0,{t}\n"), t[:100], action="look"
    ),
    "staff": _field("teacher", STAFF, name="@", email="@", role="assistant"),
    "staff, known": _field("teacher", STAFF, account="@", role="assistant"),
    "assignment": lambda h, t: _planned(h, t, title=t, variant=t),
    "assignment, choices": lambda h, t: _planned(h, t, layers=t, decimals=t, opens=t, paper=t),
    "family": lambda h, t: _planned(h, t, family="own", definition=_family(t)),
    "family, raw": lambda h, t: _planned(h, t, family="own", definition=t),
    "policy": lambda h, t: _planned(h, t, policy="own", policy_text=POLICY.format(text=t[:1000])),
    "settings": _field(
        "teacher", "/teach/assignment/{assignment}/settings/",
        title="@", policy="default", feedback="at once", practice="1",
    ),
    "LTI: login": _login,
    "LTI: hints": _hints,
    "LTI: claims": _launched,
    "LTI: person": _from,
    "address: exercise": _address("student", "/learn/{text}/"),
    "address: submission": _address("student", "/learn/submission/{text}/"),
    "address: course": _address("teacher", "/teach/course/{text}/"),
    "address: file": _address("teacher", "/teach/assignment/{assignment}/download/{text}"),
    "address: none": _address("stranger", "/{text}"),
    "query: practice": _address("student", "/learn/practice/{assignment}/?v={text}"),
    "query: order": _address("teacher", "/teach/assignment/{assignment}/progress/?sort={text}"),
    "query: log": _address("teacher", "/teach/course/{course}/log/?page={text}"),
    "query: next": _address("stranger", "/login/?next={text}"),
    "query: admin": _address("stranger", "/admin/login/?next={text}"),
}  # fmt: skip


def _script(house: House, url: str, text: str) -> int:
    one: Any = {"text": text, "base": text, "age": 0} if url.endswith("draft/") else text
    doc = {"variant": "a" * 12, "fields": {**dict.fromkeys(house.fields, one), text: one}}
    answer = house.student.post(url, json.dumps(doc), content_type="application/json")
    return int(answer.status_code)


# the pages behind them -------------------------------------------------------------------------


def pages(house: House) -> dict[str, int]:
    """What shows, counts or sends on what came in."""
    from grader.web.models import Assignment, Submission

    found: dict[str, int] = {}

    def look(who: Any, url: str) -> None:
        answer = who.get(url)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found[url] = answer.status_code
        if answer["Content-Type"].startswith("text/html") and TURNING.search(shown(body.decode())):
            found[url] = 999

    look(house.teacher, "/teach/")
    for part in ("", "log/", "roster/", "staff/"):
        look(house.teacher, f"/teach/course/{house.course}/{part}")
    own = f"/teach/assignment/{house.assignment}/"
    files = ("worksheets.zip", "keys.zip", "answers.zip", "booklet.pdf")
    parts = ("", "progress/", "grades.csv", "grades.json", "report/", "report/?as=pdf")
    for part in (*parts, "regrade/", "mark-again/", *(f"download/{name}" for name in files)):
        look(house.teacher, own + part)
    tasks = Assignment.objects.get(pk=house.assignment).tasks
    for member in tasks.values_list("member", flat=True):
        look(house.teacher, f"{own}student/{member}/")
    for submission in Submission.objects.order_by("received").values_list("pk", flat=True)[::16]:
        look(house.student, f"/learn/submission/{submission}/")
        look(house.teacher, f"/teach/submission/{submission}/file")
    for url in ("/learn/", f"/learn/{house.task}/", f"/learn/{house.task}/worksheet.pdf"):
        look(house.student, url)
    for what in ("courses", f"assignments/{house.assignment}/reports",
                 f"assignments/{house.assignment}/grades", f"courses/{house.course}/members",
                 f"assignments/{house.assignment}/exercises"):  # fmt: skip
        found[what] = house.api("teach", "GET", f"/{what}")
    return found


TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\u200b-\u200f]")
"""Marks that turn texts or cannot be seen; a page that shows one has the status 999."""


def shown(page: str) -> str:
    """A page without what its forms send back."""
    return re.sub(r'(?s)value="[^"]*"|<textarea.*?</textarea>', "", page)


def ungraded() -> list[str]:
    """Submissions that were taken and not judged, nor left to a person at the first look."""
    from grader.web.grading import MOST_TRIES
    from grader.web.models import State, Submission

    rest = Submission.objects.exclude(state=State.GRADED)
    rest = rest.exclude(state=State.REVIEW, tries__lt=MOST_TRIES)  # nothing could be read
    return list(rest.values_list("pk", flat=True))


# as a program ----------------------------------------------------------------------------------


def built(data: Path, database: str, stack: ExitStack) -> House:
    """A class, and everybody in front of it."""
    start.configure(data, database)
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOWED_HOSTS = ["*"]
    start.prepare()
    from django.test import Client
    from launches import TOOL, Browser, platform, published

    from grader.web import limits
    from grader.web.accounts import new_token
    from grader.web.student.sheet import form_of

    settings.URL = TOOL
    limits.wait = lambda *_: 0.0
    limits.wait_for_all = lambda *_: 0.0
    limits.take = lambda *_: None
    course = course_of("s0", "s1")
    assignment = assignment_of(course)
    task = assignment.tasks.get(member__ident="s0")
    teacher = course.members.get(role="teacher").user
    platform(stack.enter_context(published()))
    clients = [Client(raise_request_exception=False) for _ in range(3)]
    clients[0].force_login(task.member.user)
    clients[1].force_login(teacher)
    browser = Browser()
    browser.arrive(name="Teacher")
    tokens = {name: new_token(task.member.user, name, [name]) for name in ("read", "submit")}
    tokens["teach"] = new_token(teacher, "teach", ["teach"])
    sheet = clients[0].get(f"/learn/{task.pk}/worksheet.pdf")
    pdf = b"".join(sheet.streaming_content) if sheet.streaming else sheet.content
    fields = list(form_of(task).fields)[:3]
    own = (course.pk, assignment.pk, task.pk, task.line, fields, pdf)
    return House(*own, *clients, tokens, browser)


def at_random(house: House, examples: int, broken: list[str]) -> None:
    """Texts of any kind through every door."""
    from hypothesis import given, settings
    from hypothesis import strategies as st

    nasty = st.sampled_from("\x00\ud800\udfff\udc80\x1b\r\n\u202e\u2028\ufeff\ufffe'\"<&,;=\\_")
    texts = st.text(nasty | st.characters(exclude_categories=()), max_size=40)

    @settings(max_examples=examples, derandomize=True, database=None, deadline=None)
    @given(texts)
    def tried(text: str) -> None:
        for name, door in DOORS.items():
            status = door(house, text)
            if status >= 500:
                broken.append(f"{name}, {text!r}: {status}")

    tried()


def main(data: str, database: str, examples: str) -> None:
    """Send, look, and say what came of it."""
    with ExitStack() as stack:
        house = built(Path(data), database, stack)
        answers: dict[str, dict[str, int]] = {}
        broken: list[str] = []
        for name, door in DOORS.items():
            answers[name] = {kind: door(house, text) for kind, text in KINDS.items()}
            broken += [f"{name}, {k}: {s}" for k, s in answers[name].items() if s >= 500]
        at_random(house, int(examples), broken)
        seen = pages(house)
        broken += [f"{url}: {status}" for url, status in seen.items() if status >= 400]
        broken += [f"submission {one}: not graded" for one in ungraded()]
    print(json.dumps({"answers": answers, "pages": seen, "broken": broken}))


if __name__ == "__main__":
    main(*sys.argv[1:])
