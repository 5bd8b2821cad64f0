"""bpgrade moodle and bpgrade canvas: tables, exit status, and a token that shows nowhere."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from click.testing import CliRunner, Result
from fake_canvas import FakeCanvas
from fake_moodle import FakeMoodle
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, PasswordDeleteError
from misbehaving import Rule
from syncing_class import NOW, Fake, answers, class_on, connected, enter, grade_of, made

from grader.assignments.folder import Folder
from grader.cli import cli
from grader.errors import AddressError, BpgradeError, PlatformError
from grader.lms import connect, sync, tokens
from grader.lms.connection import PATIENCE, Connection
from grader.lms.tokens import Token
from grader.support import addresses

ROOT = Path(__file__).parents[2]
ADA, BEN, ZOE, ANN, ANN2 = 4, 5, 6, 7, 8


class Drawer(KeyringBackend):
    """A keyring in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.broken = False

    def _open(self) -> None:
        if self.broken:
            raise KeyringError("locked")

    def get_password(self, service: str, username: str) -> str | None:
        self._open()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._open()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise PasswordDeleteError("nothing there")
        del self.kept[service, username]


@pytest.fixture
def drawer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Drawer]:
    """No test touches the system's own keyring or files; none has a token in its environment."""
    monkeypatch.setattr("click.get_app_dir", lambda name: str(tmp_path / "home" / name))
    for kind in ("MOODLE", "CANVAS"):
        monkeypatch.delenv(f"BPGRADE_{kind}_TOKEN", raising=False)
    before, found = keyring.get_keyring(), Drawer()
    keyring.set_keyring(found)
    yield found
    keyring.set_keyring(before)


@pytest.fixture
def hw1(tmp_path: Path) -> Folder:
    return made(tmp_path)


@pytest.fixture(params=["moodle", "canvas"])
def fake(
    request: pytest.FixtureRequest, drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Fake]:
    """A class; its token is in the environment."""
    with class_on(request.param) as found:
        monkeypatch.setenv(f"BPGRADE_{request.param.upper()}_TOKEN", found.token)
        yield found


def kind_of(fake: Fake) -> str:
    return "moodle" if isinstance(fake, FakeMoodle) else "canvas"


def run(*words: object, typed: str = "") -> Result:
    done = CliRunner().invoke(cli, [str(word) for word in words], input=typed)
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    return done


def run_sync(fake: Fake, hw1: Folder, *more: str) -> Result:
    words = [kind_of(fake), "sync", fake.address(), "--assignment", hw1.path]
    return run(*words, "--feedback-as", "html", *more)


def everything(fake: Fake, hw1: Folder) -> None:
    """One of each kind of thing that can happen."""
    fake.hand_in(ADA, answers(hw1.path, "s001"))
    fake.hand_in(BEN, answers(hw1.path, "s002", 3))
    enter(fake, BEN, 50.0)
    fake.hand_in(ZOE, answers(hw1.path, "s001"))
    fake.hand_in(ANN, {"photo.jpg": b"\xff\xd8\xff\xe0 no text"})


# tables --------------------------------------------------------------------------------------


def test_a_dry_run_shows_and_writes_nothing(fake: Fake, hw1: Folder) -> None:
    everything(fake, hw1)
    done = run_sync(fake, hw1, "--dry-run")
    assert done.exit_code == 1
    assert fake.writes == 0
    assert not (hw1.path / "sync").exists()
    shown = " ".join(done.stdout.split())
    assert "problem" not in done.stderr  # all stand in the table
    for said in (
        "student handed in (UTC) old new what",
        "- 100.00 grade: new, hw1-feedback.html",
        "50.00 92.68 left alone: graded by somebody else",
        "NOT GRADED: answers.csv:2: exercise: this is the work of 's001'",
        "1 would be sent",
    ):
        assert said in shown
    assert max(map(len, done.output.splitlines())) <= 80


def test_the_run_shows_the_same_as_done(fake: Fake, hw1: Folder) -> None:
    everything(fake, hw1)
    done = run_sync(fake, hw1)
    assert done.exit_code == 1
    assert "1 sent, 1 left alone, 2 failed, 1 student without a submission" in done.stdout
    assert (grade_of(fake, ADA), grade_of(fake, BEN)) == (100.0, 50.0)
    again = run_sync(fake, hw1)
    assert "0 sent, 1 as they are, 1 left alone, 2 failed" in again.stdout


def test_all_well_ends_with_0(fake: Fake, hw1: Folder) -> None:
    fake.hand_in(ADA, answers(hw1.path, "s001"))
    assert run_sync(fake, hw1).exit_code == 0
    second = run_sync(fake, hw1)
    assert second.exit_code == 0
    assert "0 sent, 1 as they are" in second.stdout


def test_a_grade_that_fails_ends_with_1(fake: Fake, hw1: Folder) -> None:
    fake.hand_in(ADA, answers(hw1.path, "s001"))
    name = "mod_assign_save_grade" if isinstance(fake, FakeMoodle) else "edit"
    fake.rules = [Rule(name, n, "deny") for n in range(1, 9)]
    done = run_sync(fake, hw1)
    assert done.exit_code == 1
    assert "FAILED" in done.stdout


def test_worksheets_are_handed_out(fake: Fake, hw1: Folder) -> None:
    done = run_sync(fake, hw1, "--hand-out")
    assert done.exit_code == 0, done.output
    assert "5 sent" in done.stdout
    assert "worksheet.pdf" in done.stdout


def test_force_and_only_go_together(fake: Fake, hw1: Folder) -> None:
    everything(fake, hw1)
    done = run_sync(fake, hw1, "--force", "--only", "s002")
    assert done.exit_code == 0, done.output
    assert (grade_of(fake, ADA), grade_of(fake, BEN)) == (None, 92.68)


def test_a_policy_that_is_not_there_is_wrong_usage(fake: Fake, hw1: Folder) -> None:
    assert run_sync(fake, hw1, "--policy", "nonesuch").exit_code == 2


def test_names_cannot_act_on_the_terminal(fake: Fake, hw1: Folder) -> None:
    fake.users[ADA].fullname = "Ada \x1b[31mExample\u202e" + "x" * 300
    fake.hand_in(ADA, answers(hw1.path, "s001"))
    done = run_sync(fake, hw1)
    assert "\x1b" not in done.output
    assert max(map(len, done.output.splitlines())) <= 80


# tokens --------------------------------------------------------------------------------------


def test_without_a_token_it_is_said_how_to_give_one(drawer: Drawer, hw1: Folder) -> None:
    where = "https://lms.example/mod/assign/view.php?id=31"
    done = run("moodle", "sync", where, "--assignment", hw1.path)
    assert done.exit_code == 1
    assert "bpgrade moodle login https://lms.example" in done.output
    assert "BPGRADE_MOODLE_TOKEN" in done.output


@pytest.mark.parametrize("kind", ["moodle", "canvas"])
def test_login_keeps_the_token_and_forget_removes_it(kind: str, drawer: Drawer) -> None:
    """Typed, not shown; stored under the host."""
    done = run(kind, "login", "https://lms.example/", typed="s3cr3t-t0k3n\n")
    assert done.exit_code == 0
    assert "s3cr3t" not in done.output
    assert drawer.kept == {("bpgrade:lms.example", kind): "s3cr3t-t0k3n"}
    assert tokens.find(kind, "lms.example").reveal() == "s3cr3t-t0k3n"
    assert "forgotten" in run(kind, "login", "https://lms.example", "--forget").output
    assert drawer.kept == {}
    assert "no token" in run(kind, "login", "https://lms.example", "--forget").output


def test_the_stored_token_is_used(drawer: Drawer, hw1: Folder) -> None:
    with class_on("moodle") as fake:
        run("moodle", "login", fake.url, typed=f"{fake.token}\n")
        assert run_sync(fake, hw1).exit_code == 0


def test_login_with_a_password_keeps_the_token_only(drawer: Drawer) -> None:
    with class_on("moodle") as fake:
        assert isinstance(fake, FakeMoodle)
        words = ["moodle", "login", fake.url, "--user", "teacher"]
        done = run(*words, typed=f"{fake.password}\n")
        assert done.exit_code == 0, done.output
        assert list(drawer.kept.values()) == [fake.token]
        assert fake.password not in done.output
        wrong = run(*words, typed="some wrong password\n")
        assert wrong.exit_code == 1
        assert "gives no token" in wrong.output
        assert "some wrong password" not in wrong.output


def test_a_missing_right_in_the_system_context_is_named(drawer: Drawer, hw1: Folder) -> None:
    """Both capabilities, where they are needed, and the step of the documentation."""
    with class_on("moodle") as fake:
        assert isinstance(fake, FakeMoodle)
        fake.creates_tokens = False
        words = ["moodle", "login", fake.url, "--user", "teacher"]
        done = run(*words, typed=f"{fake.password}\n")
        said = " ".join(done.output.split())
        assert done.exit_code == 1
        for part in ("moodle/webservice:createtoken", "webservice/rest:use", "system context"):
            assert part in said
        assert drawer.kept == {}
        fake.not_in_service.add("mod_assign_get_assignments")
        run("moodle", "login", fake.url, typed=f"{fake.token}\n")
        said = " ".join(run_sync(fake, hw1).output.split())
        assert "lacks this function" in said
        assert "in the system context (step 5)" in said
    guide = (ROOT / "docs" / "moodle-sync.md").read_text("utf-8")
    step = guide.split("\n5. ")[1].split("\n## ")[0]
    assert "**in the system context**" in step
    assert "Authenticated user" in step


def test_a_system_without_a_keyring_says_so(drawer: Drawer) -> None:
    drawer.broken = True
    done = run("canvas", "login", "https://canvas.example", typed="s3cr3t-t0k3n\n")
    assert done.exit_code == 1
    assert "BPGRADE_CANVAS_TOKEN" in done.output
    assert "s3cr3t" not in done.output
    with pytest.raises(BpgradeError, match="no token"):
        tokens.find("canvas", "canvas.example")


def tokens_in(home: Path) -> dict[str, tuple[str, int]]:
    """Name of each token's file -> what is in it, and who may do what."""
    return {
        path.name: (path.read_text(), path.stat().st_mode & 0o777)
        for path in (home / "home").rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("how", ["asked", "told"])
def test_without_a_keyring_a_token_for_a_password_is_kept_in_a_file(
    drawer: Drawer, hw1: Folder, tmp_path: Path, how: str
) -> None:
    """Which only its owner may read; the next command finds it, `--forget` removes it."""
    drawer.broken = True
    with class_on("moodle") as fake:
        assert isinstance(fake, FakeMoodle)
        words = ["moodle", "login", fake.url, "--user", "teacher"]
        typed = f"{fake.password}\n" + ("y\n" if how == "asked" else "")
        done = run(*words, *(["--file"] if how == "told" else []), typed=typed)
        assert done.exit_code == 0, done.output
        assert fake.token not in done.output
        [(name, (text, mode))] = tokens_in(tmp_path).items()
        assert (text, mode) == (f"{fake.token}\n", 0o600)
        assert name in " ".join(done.output.split())
        assert run_sync(fake, hw1).exit_code == 0
        assert "forgotten" in run("moodle", "login", fake.url, "--forget").output
        assert tokens_in(tmp_path) == {}


def test_who_wants_no_file_is_told_how_to_keep_the_token(drawer: Drawer, tmp_path: Path) -> None:
    """Nothing is written that was not asked for."""
    drawer.broken = True
    done = run("canvas", "login", "https://canvas.example", typed="s3cr3t-t0k3n\nn\n")
    assert done.exit_code == 1
    assert "--file" in done.output
    assert "BPGRADE_CANVAS_TOKEN" in done.output
    assert tokens_in(tmp_path) == {}


def test_a_token_that_others_can_read_is_not_used(drawer: Drawer, tmp_path: Path) -> None:
    """As ssh does with keys."""
    run("canvas", "login", "https://canvas.example", "--file", typed="s3cr3t-t0k3n\n")
    assert tokens.find("canvas", "canvas.example").reveal() == "s3cr3t-t0k3n"
    tokens.file_of("canvas", "canvas.example").chmod(0o644)
    with pytest.raises(BpgradeError, match="chmod 600"):
        tokens.find("canvas", "canvas.example")


def test_no_option_takes_a_token() -> None:
    """A command line is seen by everybody on the machine."""
    for kind in ("moodle", "canvas"):
        for name in ("sync", "login"):
            text = run(kind, name, "--help").output
            assert "--token" not in text
            assert "--password" not in text


HARMS = ["500", "429", "cut", "lose", "deny", "html"]


@pytest.mark.parametrize("what", ["", *HARMS])
def test_the_token_shows_nowhere(
    what: str, fake: Fake, hw1: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in what is printed, logged at any level, or left in the folder."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore.connection", "httpcore.http11"):
        caplog.set_level(logging.DEBUG, logger=name)
    everything(fake, hw1)
    plan, said = None, ""
    if what:
        fake.rules = [Rule("*", n, what) for n in range(2, 40, 3)]
    try:
        plan = sync.plan(hw1, connected(fake), pages=("html",))
        said += f"{plan} {sync.apply(plan)} {[str(one) for one in plan]}"
    except BpgradeError as error:
        said += "".join(traceback.format_exception(error)) + whole(error)
    files = "".join(
        file.read_text("utf-8", "replace") for file in hw1.path.rglob("*") if file.is_file()
    )
    secret = fake.token
    assert fake.paths
    assert caplog.text
    for text in (said, caplog.text, files, repr(connected(fake)), repr(vars(connected(fake)))):
        assert secret not in text
        assert secret[-8:] not in text


def whole(error: BaseException | None) -> str:
    """An error with everything behind it, shown or not."""
    found = ""
    while error is not None:
        found += f"{error!r} {error} {vars(error)}"
        error = error.__cause__ or error.__context__
    return found


@pytest.mark.parametrize("what", HARMS)
def test_errors_hold_no_token_inside(what: str, fake: Fake) -> None:
    """A monitor that collects errors with all that is behind them learns nothing either."""
    fake.hand_in(ADA, {"answers.csv": b"a"})
    platform = connected(fake)
    [one] = platform.submissions()
    fake.rules = [Rule("*", n, what) for n in range(1, 60)]
    fake.calls.clear()
    if what not in ("html", "deny"):  # these come as files, and are found out by their size
        with pytest.raises(BpgradeError) as caught:
            platform.fetch(one.files[0])
        assert fake.token not in whole(caught.value)
    for ask in (platform.people, lambda: connected(fake).assignment()):
        with pytest.raises(BpgradeError) as caught:
            ask()
        assert fake.token not in whole(caught.value)
        assert fake.token not in "".join(traceback.format_exception(caught.value))


def test_errors_of_a_platform_that_is_gone_hold_no_token(drawer: Drawer) -> None:
    """The library's own error shows the whole address, arguments included."""
    with class_on("moodle") as fake:
        fake.hand_in(ADA, {"answers.csv": b"a"})
        platform = connected(fake)
        [one] = platform.submissions()
    with pytest.raises(BpgradeError, match="cannot be reached") as caught:
        platform.fetch(one.files[0])
    assert fake.token not in whole(caught.value)


def test_the_token_is_in_no_address_but_moodles_own_files(hw1: Folder) -> None:
    """Addresses end up in the logs of servers on the way; Moodle takes files no other way."""
    for fake in (class_on("moodle"), class_on("canvas")):
        with fake:
            everything(fake, hw1)
            sync.apply(sync.plan(hw1, connected(fake), pages=("html",)))
            for path in fake.paths:
                assert fake.token not in path or path.startswith("/webservice/pluginfile.php")
            if isinstance(fake, FakeCanvas):
                assert fake.leaked == []


def test_a_redirect_is_not_followed_with_the_token(drawer: Drawer) -> None:
    """Whoever moves the site says where it went; a teacher decides."""
    from misbehaving import Misbehaving
    from werkzeug.wrappers import Request, Response

    class Moved(Misbehaving):
        def function_of(self, request: Request) -> str:
            return request.path

        def answer(self, request: Request, function: str) -> Response:
            return Response("", 302, {"Location": f"http://localhost:{self.port}/new"})

    with Moved() as moved:
        for kind in ("moodle", "canvas"):
            where = f"{moved.url}/courses/7/assignments/12"
            platform = connect(kind, where, token="s3cr3t-t0k3n", number="12", patience=NOW)
            with pytest.raises(BpgradeError, match="sends us on to http://localhost"):
                platform.assignment()
        assert "/new" not in "".join(moved.paths)


def test_a_platform_leads_to_no_internal_network(drawer: Drawer) -> None:
    """Whoever runs it, or breaks into it, must not have our machine ask its neighbours."""
    with class_on("canvas") as fake:
        public = Connection("https://93.184.215.14", Token(fake.token), patience=NOW)
        for url in (f"{fake.url}/files/1", f"http://localhost:{fake.port}/"):
            with pytest.raises(PlatformError, match=r"internal network|not https"):
                public.download(url, {})
        assert fake.paths == []


def test_internal_addresses_are_for_platforms_that_are_internal(
    drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A campus has its own networks; nobody reaches those of a cloud's keys."""
    asked: list[tuple[str, bool]] = []

    def judge(host: str, port: int, internal: bool, seconds: float) -> list[Any]:
        asked.append((host, internal))
        raise AddressError("enough")

    monkeypatch.setattr(addresses, "judged", judge)
    inside = {"campus.example": "10.1.2.3", "lms.example": "93.184.215.14"}
    monkeypatch.setattr(
        addresses, "looked_up", lambda host, *_: [(0, 0, 0, "", (inside[host], 0))]
    )
    for base in ("https://campus.example", "https://lms.example"):
        for host in ("campus.example", "files.example"):
            with pytest.raises(PlatformError):
                Connection(base, Token("s3cr3t"), patience=NOW).download(f"https://{host}/f", {})
    assert [internal for _, internal in asked] == [True, True, False, False]


def test_a_token_hides_itself() -> None:
    token = Token(" s3cr3t-t0k3n\n")
    assert (str(token), repr(token), f"{token!s}") == ("***", "***", "***")
    assert token.reveal() == "s3cr3t-t0k3n"
    assert PATIENCE.tries > 1


def test_netrc_does_not_replace_the_token(
    drawer: Drawer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library may send a password from there in place of ours."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login x password y\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with class_on("canvas") as fake:
        platform = connected(fake)
        assert platform.assignment().name == "Homework 1"
