"""What learning platforms say, and what is kept of it: every text goes through the same door."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from lti_class import own_key
from lti_platform import Item, platform
from syncing_class import NOW, Fake, answers, class_on, connected, grade_of, made

from grader.errors import PlatformError, TokenError
from grader.lms import sync, tokens
from grader.lms.memory import FORMAT, Memory
from grader.lms.tokens import Token
from grader.web.lti import access_tokens, ags, keys, nrps, outcomes
from problems.texts import REPLACED, cleaned

KINDS = {
    "surrogate": "Zo\ud800 x",
    "two halves": "\ud83d\ude00",
    "nul": "Zo\x00 x",
    "only nul": "\x00",
}


def texts(found: Any) -> Iterator[str]:
    """Every text in what was read."""
    if isinstance(found, str):
        yield found
    elif is_dataclass(found):
        for field in fields(found):
            yield from texts(getattr(found, field.name))
    elif isinstance(found, dict):
        yield from texts([*found, *found.values()])
    elif isinstance(found, list | tuple | set):
        for one in found:
            yield from texts(one)


def all_clean(found: Any) -> bool:
    return all(cleaned(text) == text for text in texts(found))


@pytest.fixture(params=["moodle", "canvas"])
def fake(request: pytest.FixtureRequest) -> Iterator[Fake]:
    with class_on(request.param) as found:
        yield found


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_platform_answers_is_cleaned(fake: Fake, kind: str) -> None:
    text = KINDS[kind]
    user = fake.users[4]
    user.fullname = user.idnumber = user.email = text
    fake.hand_in(4, {f"{text}.csv": b"1"})
    fake.hand_in(5, {"b.csv": b"1"})
    fake.type_in(5, text)
    found = connected(fake)
    read = [found.people(), found.submissions(), found.grades(), found.assignment()]
    assert all_clean(read)
    assert cleaned(text) in read[0][0].names  # type: ignore[index]
    assert len(read[1]) == 2  # type: ignore[arg-type]


def test_texts_from_a_platform_stop_no_sync(fake: Fake, tmp_path: Path) -> None:
    """Nor do they reach the file that remembers it."""
    folder = made(tmp_path)
    fake.users[5].fullname = fake.users[5].idnumber = "Zo\ud800\x00"
    fake.hand_in(5, {"a\ud800\x00.csv": b"step,answer\nnet_h1,0.5\n"})
    fake.hand_in(6, {"answers.csv": b"step,answer\nnet_h1,0.5\n"})
    fake.hand_in(4, answers(folder.path, "s001"))
    plan = sync.plan(folder, connected(fake), pages=("html",))
    done = sync.apply(plan)
    for line in [*map(str, done), *sync.failures(plan, done)]:
        line.encode()
    assert grade_of(fake, 4) == 100
    for file in (folder.path / "sync").glob("*.json"):
        assert all_clean(json.loads(file.read_text("utf-8")))


def test_an_error_in_odd_letters_is_told_in_one_line(fake: Fake) -> None:
    fake.token = "another-token-than-ours"
    client = connected(fake)
    client.token = client.connection.token
    assert "\x00" not in client.connection.quoted("no\x00\ud800\u202e")
    client.connection.quoted("no\x00\ud800\u202e").encode()


def test_the_memory_of_a_sync_is_cleaned_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sync.json"
    doc = {"format": FORMAT, "people": {"4\x00": {"student": "s\ud800", "exercises": ["\x00"]}}}
    path.write_text(json.dumps(doc))
    memory = Memory(path)
    assert memory.people[f"4{REPLACED}"].student == f"s{REPLACED}"
    assert all_clean(memory.people)
    memory.note("5", student="s002")  # what was read can be written again


@pytest.mark.parametrize("kept", ["a\x00b", "t\ud800ken", "tøken", "to ken\nx", "t\u202eken"])
def test_what_is_no_token_is_not_sent(monkeypatch: pytest.MonkeyPatch, kept: str) -> None:
    monkeypatch.setattr(tokens, "_stored", lambda platform, host: kept)
    monkeypatch.delenv("BPGRADE_MOODLE_TOKEN", raising=False)
    with pytest.raises(TokenError, match=r"is none.*bpgrade moodle login") as refusal:
        tokens.find("moodle", "lms.example")
    assert kept not in str(refusal.value)


@pytest.mark.parametrize(
    "kept", ["tøken-of-a-teacher", "t\u043eken-of-a-teacher", "t\ud800ken-of-a-teacher"]
)
def test_a_token_that_was_typed_wrong_is_no_crash(fake: Fake, kept: str) -> None:
    kind = type(connected(fake))
    with pytest.raises(PlatformError):
        kind(fake.address(), Token(kept), patience=NOW).people()


# LTI -------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_services_of_a_platform_are_cleaned(kind: str) -> None:
    text = KINDS[kind]
    access_tokens.forget_tokens()
    with platform() as lms:
        own_key()
        lms.by_hand(keys=keys.public_keys())
        person = lms.person("5")
        person.name = person.email = person.sourcedid = text
        item = lms.item(label=text)
        assert isinstance(item, Item)
        row = lms.as_model()
        people = nrps.members(row, lms.members_url())
        columns = ags.line_items(row, lms.items_url())
        shown = ags.results(row, lms.item_url(item))
    assert all_clean([people, columns, shown])
    assert people[0].name == cleaned(text).strip()
    assert columns[0].label == cleaned(text)


def test_words_of_a_platform_that_are_no_json_are_told_in_plain_letters() -> None:
    from grader.support.http_client import Answer

    told = outcomes.said(Answer(500, {}, "no\x00\u202e\ud800".encode("utf-8", "surrogatepass")))
    assert told.isprintable()
