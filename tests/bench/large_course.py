"""Submissions and /health while things are made for a class of five thousand, on SQLite.

Run by `make bench`; some four minutes. A class list, links, an assignment by the page and one by
the REST interface, four downloads at once, the report and the pages that list the class are asked
for one after the other, as a teacher's browser does, while students of the same class hand in and
/health is asked ten times a second. What is not made after some seconds is cancelled. Ends with 1
where a submission is lost, where 99 of 100 are not answered within a second, or where /health
takes more than a fifth of one.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests
from harm import SUPPORT, WHOLE, Harmed, Place, Student, environment, serving

COUNT = 5_000
CLIENTS = 4
PAUSE = 0.2
"""Seconds between two submissions of a client."""
SLOWEST, HEALTH = 1.0, 0.2
"""Seconds: of 99 of 100 submissions, and of any /health."""
WAITED = {
    "class list": 60.0,
    "links": 30.0,
    "assignment": 60.0,
    "by REST": 60.0,
    "pages": 20.0,
    "downloads": 25.0,
    "report": 30.0,
}
"""What is made, and seconds after which nobody wants it any more."""


def helped(data: Path, what: str) -> str:
    """What the script of `large_class` prints."""
    command = (sys.executable, str(SUPPORT / "large_class.py"), str(data), what)
    done = subprocess.run(command, capture_output=True, env=environment(), check=False)
    if done.returncode:
        print(f"  {what}: {done.stderr.decode().strip().splitlines()[-1]}")
    return done.stdout.decode()


@dataclass
class Watch:
    """Students and a supervisor; what each answer took is kept by what was being made."""

    server: Harmed
    phase: str = "nothing"
    handed: dict[str, list[float]] = field(default_factory=dict)
    health: dict[str, list[float]] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stop = threading.Event()
        threads = [threading.Thread(target=self._hand_in, args=(n,)) for n in range(CLIENTS)]
        self.threads = [*threads, threading.Thread(target=self._ask)]
        for thread in self.threads:
            thread.start()

    def _hand_in(self, n: int) -> None:
        students = self.server.place.students
        own = [Student(self.server.port, one, 30) for one in students[n::CLIENTS]]
        k = 0
        while not self.stop.wait(PAUSE):
            k += 1
            one, phase, begun = own[k % len(own)], self.phase, time.perf_counter()
            body = json.dumps({"answers": one.known["answers"]}).encode()
            status, _ = one.hand_in(f"{n}-{k}", body)
            self.handed.setdefault(phase, []).append(time.perf_counter() - begun)
            if status != 201:
                self.failed[phase] = self.failed.get(phase, 0) + 1

    def _ask(self) -> None:
        while not self.stop.wait(0.1):
            phase, begun = self.phase, time.perf_counter()
            status = self.server.health(30)
            spent = time.perf_counter() - begun
            self.health.setdefault(phase, []).append(spent if status == 200 else 30.0)

    def end(self) -> None:
        """Wait for the last answers."""
        self.stop.set()
        for thread in self.threads:
            thread.join()


class Teacher:
    """A browser in which the teacher is logged in."""

    def __init__(self, server: Harmed, link: str) -> None:
        self.url = f"http://127.0.0.1:{server.port}"
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy stands before this machine itself
        self.cancelled: set[str] = set()
        self.session.get(f"{self.url}/link/{link}/")  # sets the cookie of forms
        self.post(f"/link/{link}/", 30)

    def post(
        self, path: str, seconds: float, follow: bool = True, **sent: str
    ) -> requests.Response:
        """Send a form."""
        form = {**sent, "csrfmiddlewaretoken": self.session.cookies["csrftoken"]}
        return self.session.post(
            f"{self.url}{path}", form, timeout=seconds, allow_redirects=follow
        )

    def asked_for(self, known: dict[str, str], seconds: float) -> str:
        """A new assignment by the REST interface, with what the answer took."""
        until, begun = time.monotonic() + seconds, time.monotonic()
        headers = {"Authorization": f"Bearer {known['token']}"}
        wanted = {"course": known["course"], "title": "By REST", "family": "mazur"}
        answer = self.session.post(
            f"{self.url}/api/v1/assignments", json=wanted, headers=headers, timeout=seconds
        )
        took, about = time.monotonic() - begun, answer.json()
        while about.get("state") != "ready" and "job" in about and time.monotonic() < until:
            time.sleep(1.0)
            place = f"{self.url}/api/v1/assignments/{about['id']}"
            about = self.session.get(place, headers=headers, timeout=30).json()
        return f"answered {answer.status_code} after {took:.1f} s, {about.get('state')}"

    def looked_at(self, paths: Sequence[str], seconds: float) -> str:
        """Pages opened one after the other until the time is over, with what they took."""
        until, spent = time.monotonic() + seconds, list[float]()
        while time.monotonic() < until:
            for path in paths:
                begun = time.monotonic()
                self.session.get(f"{self.url}{path}", timeout=30).raise_for_status()
                spent.append(time.monotonic() - begun)
        return f"{len(spent)} pages, p50 {part(spent, 0.5):.0f} ms, worst {part(spent, 1):.0f} ms"

    def settled(self, answer: requests.Response, until: float) -> str:
        """What came of it: at once, or by a job that is looked at until it has ended."""
        if "/job/" not in answer.url:
            return f"at once ({answer.status_code})"
        while time.monotonic() < until:
            page = self.session.get(answer.url).text
            if 'data-live="1"' not in page:
                failed = re.search(r'message error" role="alert">([^<]*)', page)
                return f"failed: {failed[1]}" if failed else "made"
            time.sleep(1.0)
        far = re.search(r"</progress> ([\d ofx]+)", page)
        if answer.url not in self.cancelled:
            self.cancelled.add(answer.url)
            self.post(answer.url.removeprefix(self.url), 30, follow=False)
        return f"cancelled at {far[1]}" if far else "cancelled"


@contextmanager
def place() -> Iterator[tuple[Place, dict[str, str]]]:
    """The course as it is before anything is made."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        found = json.loads(helped(data, "begin"))
        yield Place(data, "", found.pop("students")), found


def works(teacher: Teacher, known: dict[str, str]) -> dict[str, Callable[[float], list[str]]]:
    """What is made: name -> does it, within so many seconds."""
    course, assignment = (
        f"/teach/course/{known['course']}/",
        f"/teach/assignment/{known['assignment']}/",
    )

    def posted(path: str, **sent: str) -> Callable[[float], list[str]]:
        def work(seconds: float) -> list[str]:
            until = time.monotonic() + seconds
            return [teacher.settled(teacher.post(path, seconds, **sent), until)]

        return work

    def fetched(*paths: str) -> Callable[[float], list[str]]:
        def one(path: str, until: float, told: list[str]) -> None:
            try:
                left = until - time.monotonic()
                answer = teacher.session.get(f"{teacher.url}{path}", timeout=left)
                told.append(teacher.settled(answer, until))
            except requests.RequestException:
                told.append("not answered, given up")

        def work(seconds: float) -> list[str]:
            told: list[str] = []
            until = time.monotonic() + seconds
            asked = [threading.Thread(target=one, args=(path, until, told)) for path in paths]
            for thread in asked:
                thread.start()
            for thread in asked:
                thread.join()
            return told

        return work

    downloads = [f"{assignment}download/worksheets.zip"] * 4
    pages = [
        *(f"{course}?page=7", f"{course}?q=student+49", f"{assignment}?sort=score&page=20"),
        *(f"{assignment}progress/", f"{assignment}?q=s123"),
    ]
    family = {"family": "mazur", "title": "Second", "exercises": "1", "practice": "1"}
    return {
        "class list": posted(f"{course}roster/", roster=roster(), action="apply"),
        "links": posted(f"{course}links/"),
        "assignment": posted(f"{course}assign/", action="make", **family),
        "by REST": lambda seconds: [teacher.asked_for(known, seconds)],
        "pages": lambda seconds: [teacher.looked_at(pages, seconds)],
        "downloads": fetched(*downloads),
        "report": fetched(f"{assignment}report/"),
    }


def roster() -> str:
    """The whole class."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["student", "name", "email"])
    writer.writerows([f"s{n}", f"Student {n}", f"s{n}@example.org"] for n in range(COUNT))
    return text.getvalue()


def measured() -> Watch:
    """Make everything, one after the other."""
    with place() as (where, known):
        server = serving(where, serve=WHOLE)
        watch = Watch(server)
        try:
            time.sleep(15)  # what the machine gives without anything to make
            teacher = Teacher(server, known["link"])
            for name, work in works(teacher, known).items():
                if name == "pages":
                    helped(where.data, "graded")
                watch.phase, begun = name, time.monotonic()
                try:
                    told = ", ".join(dict.fromkeys(work(WAITED[name])))
                except requests.RequestException as error:
                    told = f"no answer: {type(error).__name__}"
                print(f"  {name:10} {time.monotonic() - begun:6.1f} s: {told}", flush=True)
                watch.phase = f"after {name}"
        finally:
            watch.end()
            server.end()
        return watch


def part(values: list[float], share: float) -> float:
    """A percentile, in milliseconds."""
    return 1000 * sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> int:
    """Print the table; 1 where a limit is broken."""
    print(f"a class of {COUNT:,} on SQLite (load of the machine {os.getloadavg()[0]:.1f})")
    watch = measured()
    print(f"{'while':>12}  handed in    p50    p99  worst (ms)  lost | health p50  worst (ms)")
    for name in ("nothing", *WAITED):
        handed, health = watch.handed.get(name, [0.0]), watch.health.get(name, [0.0])
        print(
            f"{name:>12}  {len(handed):9} {part(handed, 0.5):6.0f} {part(handed, 0.99):6.0f} "
            f"{part(handed, 1):6.0f} {watch.failed.get(name, 0):11} | "
            f"{part(health, 0.5):10.0f} {part(health, 1):6.0f}"
        )
    handed = [one for name in WAITED for one in watch.handed.get(name, ())]
    health = [one for name in WAITED for one in watch.health.get(name, ())]
    lost = sum(watch.failed.get(name, 0) for name in WAITED)
    print(f"all: p99 {part(handed, 0.99):.0f} ms, /health {part(health, 1):.0f} ms, {lost} lost")
    return int(
        bool(lost) or part(handed, 0.99) > 1000 * SLOWEST or part(health, 1) > 1000 * HEALTH
    )


if __name__ == "__main__":
    sys.exit(main())
