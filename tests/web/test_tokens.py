"""Tokens: made, shown once, listed, ended; nobody else's."""

from __future__ import annotations

import re

import pytest
from api import Caller
from django.test import Client
from service import course_of

from grader.web.accounts import new_token
from grader.web.models import Audit, Token

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Client:
    course_of("ada", "ben")
    client = Client()
    assert client.login(username="ada", password="password")
    return client


def test_a_token_is_shown_once_and_works(ada: Client) -> None:
    form = {"name": "my script", "scopes": ["read", "teach"], "days": "30"}
    page = ada.post("/tokens/", form).content.decode()
    (secret,) = re.findall(r'value="(bpg_[^"]+)"', page)
    token = Token.objects.get()
    assert secret not in token.digest
    assert token.scopes == ["read"]
    assert token.expires
    assert Audit.objects.get().action == "token.made"
    assert secret not in str(Audit.objects.get().detail)
    assert Caller(secret).get("/families").status_code == 200
    listed = ada.get("/tokens/").content.decode()
    assert "my script" in listed
    assert secret not in listed
    assert "never" not in listed


def test_what_is_missing_is_said_at_its_field(ada: Client) -> None:
    answer = ada.post("/tokens/", {"name": " ", "days": "7"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="name-problem"' in page
    assert 'id="scopes-problem"' in page
    assert Token.objects.count() == 0


def test_a_token_is_ended_by_its_owner_alone(ada: Client) -> None:
    ada.post("/tokens/", {"name": "x", "scopes": "read", "days": ""})
    token = Token.objects.get()
    ben = Client()
    ben.login(username="ben", password="password")
    assert ben.post(f"/tokens/{token.pk}/end/").status_code == 404
    assert ada.get(f"/tokens/{token.pk}/end/").status_code == 405
    assert ada.post(f"/tokens/{token.pk}/end/").status_code == 302
    assert Token.objects.count() == 0
    assert Audit.objects.filter(action="token.ended").count() == 1


def test_only_so_many(ada: Client) -> None:
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.get(username="ada")
    for n in range(20):
        new_token(user, f"t{n}", ["read"])
    answer = ada.post("/tokens/", {"name": "x", "scopes": "read", "days": ""})
    assert answer.status_code == 422


def test_only_who_teaches_is_offered_the_scope_teach(ada: Client) -> None:
    assert 'value="teach"' not in ada.get("/tokens/").content.decode()
    ada.login(username="Course-teacher", password="password")
    assert 'value="teach"' in ada.get("/tokens/").content.decode()
