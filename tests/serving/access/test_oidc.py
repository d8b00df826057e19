"""Tokens of an issuer: a small one of the test's own, with keys made here."""

import asyncio
import json
import logging
import time

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from serving.access import issuer
from serving.access.issuer import KEYS_SECONDS, PATIENCE_SECONDS
from serving.access.oidc import LEEWAY_SECONDS, BadTokenError, Tokens
from serving.problems import Problem
from serving.settings import Oidc
from tests.serving.builders import body
from tests.serving.test_http import problem

ISSUER, AUDIENCE = "https://login.example/realms/desk/", "fendan"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())


def public(key, kid):
    kind = jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else None
    told = (kind or jwt.algorithms.ECAlgorithm).to_jwk(key.public_key(), as_dict=True)
    return {**told, "kid": kid, "use": "sig"}


class Issuer:
    """Answers discovery and keys as an issuer does; can be away, and change its keys."""

    def __init__(self):
        self.keys = [public(RSA, "rsa"), public(CURVE, "ec")]
        self.name, self.away, self.asked, self.seconds = ISSUER, False, [], 1_000.0

    def answer(self, request):
        self.asked.append(request.url.path)
        if self.away:
            raise httpx.ConnectError("refused")
        if request.url.path.endswith("openid-configuration"):
            told = {"issuer": self.name, "jwks_uri": "https://login.example/jwks"}
            return httpx.Response(200, json=told)
        return httpx.Response(200, json={"keys": self.keys})


@pytest.fixture
def login(monkeypatch):
    """The issuer; whoever asks over HTTP reaches it."""
    found = Issuer()
    client = httpx.Client
    monkeypatch.setattr(
        issuer.httpx,
        "Client",
        lambda **more: client(transport=httpx.MockTransport(found.answer), **more),
    )
    return found


@pytest.fixture
def tokens(login):
    return Tokens(Oidc(ISSUER, AUDIENCE), lambda: login.seconds)


def claims(**changed):
    now = int(time.time())
    told = {"iss": ISSUER, "aud": AUDIENCE, "sub": "u1", "iat": now, "exp": now + 600, **changed}
    return {name: value for name, value in told.items() if value is not None}


def token(key=RSA, kid="rsa", algorithm="RS256", **changed):
    return jwt.encode(claims(**changed), key, algorithm, {"kid": kid} if kid else None)


def holder(tokens, text):
    return asyncio.run(tokens.holder(text))


@pytest.mark.parametrize(
    "granting",
    [
        {"scope": "openid refresh ops"},
        {"scope": "fendan:refresh fendan:ops other:admin"},
        {"scp": ["refresh", "ops", 7, None]},
        {"roles": ["fendan:ops"], "permissions": ["refresh"], "scope": {"admin": 1}},
    ],
)
def test_a_token_carries_the_scopes_that_its_claims_name(tokens, granting):
    found = holder(tokens, token(**granting))
    assert (found.name, found.scopes, found.tag) == ("token:u1", {"refresh", "ops"}, "token")


@pytest.mark.parametrize(
    ("key", "kid", "algorithm"), [(RSA, "rsa", "PS384"), (CURVE, "ec", "ES256")]
)
def test_every_asymmetric_signature_of_the_issuers_keys_is_taken(tokens, key, kid, algorithm):
    assert holder(tokens, token(key, kid, algorithm)).scopes == frozenset()


SECONDS = LEEWAY_SECONDS + 30


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"exp": int(time.time()) - SECONDS}, "has expired"),
        ({"nbf": int(time.time()) + SECONDS + 600}, "not valid yet"),
        ({"aud": "another"}, "another service"),
        ({"iss": "https://evil.example/"}, "another issuer"),
        ({"iss": ISSUER.rstrip("/")}, "another issuer"),
        ({"exp": None}, "refused"),
        ({"aud": None}, "refused"),
        ({"iss": None}, "refused"),
        ({"sub": None}, "refused"),
        ({"sub": 7}, "refused"),
        ({"exp": "soon"}, "refused"),
    ],
)
def test_a_token_for_another_time_place_or_person_is_refused_in_words(tokens, changed, words):
    with pytest.raises(BadTokenError, match=words):
        holder(tokens, token(**changed))


def test_a_clock_that_is_a_little_off_is_forgiven(tokens):
    assert holder(tokens, token(exp=int(time.time()) - LEEWAY_SECONDS + 10)).name == "token:u1"


def forged(head, secret=b""):
    """A token whose header says what it likes, signed with what everybody knows."""
    text = jwt.api_jws.base64url_encode
    told = text(json.dumps(head).encode()) + b"." + text(json.dumps(claims()).encode())
    sign = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    return (told + b"." + (text(sign.sign(told, secret)) if secret else b"")).decode()


def public_pem():
    return RSA.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


@pytest.mark.parametrize(
    "text",
    [
        forged({"alg": "none", "kid": "rsa"}),
        forged({"alg": "None", "kid": "rsa"}),
        forged({"alg": "HS256", "kid": "rsa"}, public_pem()),
        forged({"alg": "ES256", "kid": "rsa"}, public_pem()),
        forged({"alg": "RS256", "kid": "rsa"}, b"x"),
        forged({"alg": "RS256", "kid": "rsa", "jwk": public(OTHER, "rsa")}, b"x"),
        forged({"alg": "RS256", "kid": "rsa", "crit": ["x"]}, b"x"),
        forged({"alg": 7, "kid": "rsa"}, b"x"),
        forged({"alg": "RS256", "kid": {"a": 1}}, b"x"),
        forged(["alg"], b"x"),
        forged({"kid": "rsa"}, b"x"),
        forged({"alg": ["RS256"], "kid": "rsa"}, b"x"),
        jwt.api_jws.base64url_encode(b"[" * 40_000).decode() + ".e30.c2ln",
        token(OTHER),
        token(RSA, "ec", "RS256"),
        token(CURVE, "rsa", "ES256"),
        token(kid=None),
        token() + "AA",
        token()[:-10],
        "..",
        "a.b.c",
        "é.é.é",
    ],
    ids=lambda text: text[:12],
)
def test_a_forged_or_broken_token_is_refused(tokens, text):
    with pytest.raises(BadTokenError):
        holder(tokens, text)


def test_an_issuer_with_one_key_needs_no_key_id(tokens, login):
    login.keys = login.keys[:1]
    assert holder(tokens, token(kid=None)).name == "token:u1"


def test_a_symmetric_or_encryption_key_of_the_issuer_checks_nothing(tokens, login):
    login.keys = [
        {"kty": "oct", "kid": "rsa", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ"},
        {**public(OTHER, "enc"), "use": "enc"},
    ]
    for text in (
        forged({"alg": "HS256", "kid": "rsa"}, b"secret-secret-secret-secret-1234"),
        token(OTHER, "enc"),
    ):
        with pytest.raises(BadTokenError):
            holder(tokens, text)


def test_the_issuer_is_asked_once_and_again_only_for_new_keys_or_after_a_while(tokens, login):
    for _ in range(3):
        holder(tokens, token())
    assert login.asked == ["/realms/desk/.well-known/openid-configuration", "/jwks"]
    login.seconds += KEYS_SECONDS + 1
    holder(tokens, token())
    assert len(login.asked) == 4


def test_a_key_changed_by_the_issuer_is_fetched_with_patience(tokens, login):
    holder(tokens, token())
    login.keys = [public(OTHER, "new")]
    for _ in range(3):  # callers choose key ids: they must not choose how often it is asked
        with pytest.raises(BadTokenError, match="none of the issuer's"):
            holder(tokens, token(OTHER, "new"))
    assert len(login.asked) == 2
    login.seconds += PATIENCE_SECONDS
    assert holder(tokens, token(OTHER, "new")).name == "token:u1"
    with pytest.raises(BadTokenError):
        holder(tokens, token())


def test_while_the_issuer_is_away_known_keys_go_on_and_others_are_told_to_wait(tokens, login):
    holder(tokens, token())
    login.away = True
    login.seconds += KEYS_SECONDS + 1
    assert holder(tokens, token()).name == "token:u1"
    with pytest.raises(Problem) as told:
        holder(tokens, token(OTHER, "new"))
    assert (told.value.status, told.value.headers) == (503, (("Retry-After", "10"),))
    asked = len(login.asked)
    holder(tokens, token())
    assert len(login.asked) == asked


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b"{}", b'{"issuer": 1}'])
def test_an_issuer_that_talks_nonsense_is_away(tokens, login, answer):
    login.answer = lambda _: httpx.Response(200, content=answer)
    with pytest.raises(Problem) as told:
        holder(tokens, token())
    assert told.value.status == 503


def test_an_issuer_of_another_name_or_with_keys_over_an_open_line_is_not_believed(tokens, login):
    login.name = "https://evil.example/"
    with pytest.raises(Problem):
        holder(tokens, token())


def test_tokens_open_what_their_scopes_say(service, login):
    client = service(oidc=Oidc(ISSUER, AUDIENCE)).client

    def asked(text):
        headers = {"Authorization": f"Bearer {text}"}
        return client.post("/v1/refresh", json=body(), headers=headers)

    assert asked(token(scope="refresh")).status_code == 200
    told = problem(asked(token(scope="read")), 403)
    assert "`refresh`" in told["detail"]
    refused = asked(token(OTHER))
    assert problem(refused, 401)["type"] == "urn:fendan:problem:token-refused"
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    problem(client.get("/metrics"), 401)
    login.away = True
    problem(asked(token(OTHER, "new")), 401)  # asked a moment ago: there was no such key


@pytest.mark.usefixtures("login")
def test_no_line_of_the_log_names_the_person_behind_a_token(service, caplog):
    """Audits and moves keep who it was; logs know a token only as one."""
    client = service(oidc=Oidc(ISSUER, AUDIENCE)).client
    headers = {"Authorization": f"Bearer {token(scope='ops read', sub='zhang.san')}"}
    stale = {**headers, "If-Match": '"another"'}
    with caplog.at_level(logging.DEBUG, "fendan.serving"):
        problem(client.put("/v1/policy", json={"name": "other"}, headers=stale), 412)
        problem(client.get("/v1/policy/versions/99", headers=headers), 404)
        asked = {"version": 2, "why": "fewer late"}
        problem(client.post("/v1/model/promote", json=asked, headers=headers), 501)
    told = [(r.message, r.about) for r in caplog.records if hasattr(r, "about")]
    refused = [about["key"] for message, about in told if message.endswith("request refused")]
    assert refused == ["token", "token", "token"]
    assert "zhang" not in repr(told)
