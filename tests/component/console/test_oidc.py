"""Sign-in by an OpenID provider, played by a small one of our own that signs with a real key."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from pydantic import SecretStr

from console.server.oidc import Provider
from tests.component.console.conftest import ORIGIN, Console, problem

ISSUER = "https://login.firm.test"


@dataclass
class Firm:
    """The provider. `claims` go into the next ID token over those that are right."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "1"}))
    claims: dict[str, Any] = field(default_factory=dict)
    nonce: str = ""
    token_requests: list[httpx.Request] = field(default_factory=list)

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/.well-known/openid-configuration":
            return httpx.Response(200, json={
                "issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token", "jwks_uri": f"{ISSUER}/keys",
            })  # fmt: skip
        if request.url.path == "/keys":
            return httpx.Response(200, json={"keys": [self.key.as_dict(private=False)]})
        self.token_requests.append(request)
        claims = {"iss": ISSUER, "aud": "crm", "sub": "42", "email": "ada@firm.test", "roles": ["agent", "king"],
                  "exp": int(time.time()) + 60, "nonce": self.nonce, **self.claims}  # fmt: skip
        return httpx.Response(200, json={"id_token": jwt.encode({"alg": "ES256", "kid": "1"}, claims, self.key)})


@pytest.fixture
def firm() -> Firm:
    return Firm()


@pytest.fixture
def console_of_firm(console: Console, firm: Firm) -> Console:
    """The console, set up to send people to the firm's provider."""
    context = console.app.state.context
    settings = context.settings.model_copy(
        update={"oidc_issuer": ISSUER, "oidc_client_id": "crm", "oidc_client_secret": SecretStr("s3cret")}
    )
    provider = Provider(settings, context.redis, httpx.MockTransport(firm.handle))
    console.app.state.context = dataclasses.replace(context, provider=provider)
    return console


async def go(console: Console, firm: Firm) -> dict[str, str]:
    """To the provider; what it was asked."""
    answer = await console.http.get("/auth/oidc")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    firm.nonce = asked["nonce"]
    return asked


async def test_a_person_comes_back_with_the_roles_that_the_provider_states(
    console_of_firm: Console, firm: Firm
) -> None:
    """Catches a role of another application that opens a door here, and a flow without PKCE."""
    asked = await go(console_of_firm, firm)
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{ORIGIN}/auth/oidc/back"
    back = await console_of_firm.http.get("/auth/oidc/back", params={"code": "c", "state": asked["state"]})
    assert (back.status_code, back.headers["location"]) == (303, "/")
    session = (await console_of_firm.http.get("/auth/session")).json()
    assert (session["user"], session["roles"]) == ("ada@firm.test", ["agent"])
    [request] = firm.token_requests
    assert b"code_verifier=" in request.content
    assert request.headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    "claims", [{"nonce": "old"}, {"aud": "another"}, {"iss": "https://evil.test"}, {"exp": 1}, {"sub": None}]
)
async def test_a_token_for_somebody_or_somewhere_else_opens_nothing(
    console_of_firm: Console, firm: Firm, claims: dict[str, Any]
) -> None:
    """Catches a claim that is not looked at."""
    asked = await go(console_of_firm, firm)
    firm.claims = claims
    back = await console_of_firm.http.get("/auth/oidc/back", params={"code": "c", "state": asked["state"]})
    assert problem(back) == "oidc-failed"
    assert (await console_of_firm.http.get("/auth/session")).json()["user"] is None


async def test_a_token_signed_by_another_key_opens_nothing(console_of_firm: Console, firm: Firm) -> None:
    """Catches a signature that is not checked."""
    asked = await go(console_of_firm, firm)
    true_key, firm.key = firm.key, ECKey.generate_key("P-256", {"kid": "1"})
    handle = firm.handle

    def with_true_keys(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/keys":
            return httpx.Response(200, json={"keys": [true_key.as_dict(private=False)]})
        return handle(request)

    context = console_of_firm.app.state.context
    provider = Provider(context.provider._settings, context.redis, httpx.MockTransport(with_true_keys))
    console_of_firm.app.state.context = dataclasses.replace(context, provider=provider)
    back = await console_of_firm.http.get("/auth/oidc/back", params={"code": "c", "state": asked["state"]})
    assert problem(back) == "oidc-failed"


async def test_an_answer_without_a_question_opens_nothing(console_of_firm: Console, firm: Firm) -> None:
    """Catches a sign-in that another site began, and an answer that is used twice."""
    asked = await go(console_of_firm, firm)
    params = {"code": "c", "state": "made up"}
    assert problem(await console_of_firm.http.get("/auth/oidc/back", params=params)) == "oidc-failed"
    params["state"] = asked["state"]
    assert problem(await console_of_firm.http.get("/auth/oidc/back", params=params)) == "oidc-failed"
    assert firm.token_requests == []
