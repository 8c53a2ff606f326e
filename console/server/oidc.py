"""Sign-in by an OpenID provider: authorization code with PKCE, state and nonce. Roles come from a claim."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from redis.asyncio import Redis

from console.server.config import Settings
from console.server.errors import Misdirected
from console.server.roles import ROLES

_SIGNATURES = ["RS256", "ES256", "EdDSA", "PS256"]
_PREFIX = "console:oidc:"
_KEPT_S = 600


class Provider:
    """One provider, found by its issuer's discovery document at the first sign-in."""

    def __init__(self, settings: Settings, redis: Redis, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._settings = settings
        self._redis = redis
        self._transport = transport
        self._document: dict[str, Any] | None = None
        self.label = settings.oidc_name or httpx.URL(settings.oidc_issuer).host

    async def begin(self, origin: str) -> tuple[str, str]:
        """Where to send the browser, and the value of the cookie that ties the answer to it."""
        document = await self._discover()
        cookie, verifier, nonce, state = (secrets.token_urlsafe(32) for _ in range(4))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": _back(origin),
            "scope": "openid profile email",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        kept = json.dumps({"state": state, "verifier": verifier, "nonce": nonce})
        await self._redis.set(_PREFIX + cookie, kept, ex=_KEPT_S)
        address = document["authorization_endpoint"]
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", cookie

    async def finish(self, origin: str, cookie: str, answer: dict[str, str]) -> tuple[str, list[str]]:
        """Name and roles of whoever signed in. Raises Misdirected with the cause."""
        raw = await self._redis.getdel(_PREFIX + cookie) if cookie else None
        kept = json.loads(raw) if raw else None
        if kept is None or not secrets.compare_digest(kept["state"], answer.get("state", "")):
            raise Misdirected("The answer belongs to no sign-in that was begun here.", cure="Sign in again.")
        if "error" in answer:
            raise Misdirected(f"The provider says: {answer.get('error_description', answer['error'])}"[:300])
        document = await self._discover()
        try:
            token, keys = await self._exchange(document, origin, answer.get("code", ""), kept["verifier"])
            claims = self._read(token, keys, kept["nonce"], document["issuer"])
        except (httpx.HTTPError, JoseError, KeyError, ValueError) as error:
            raise Misdirected(f"The provider's answer cannot be used ({type(error).__name__}).") from error
        return self._person(claims)

    def _read(self, id_token: str, keys: Any, nonce: str, issuer: str) -> dict[str, Any]:
        token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=_SIGNATURES)
        jwt.JWTClaimsRegistry(
            leeway=30,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": self._settings.oidc_client_id},
            sub={"essential": True},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(token.claims)
        return dict(token.claims)

    def _person(self, claims: dict[str, Any]) -> tuple[str, list[str]]:
        stated = claims.get(self._settings.oidc_roles_claim) or []
        roles = [role for role in ([stated] if isinstance(stated, str) else stated) if role in ROLES]
        return str(claims.get("email") or claims.get("preferred_username") or claims["sub"])[:200], roles

    async def _exchange(self, document: dict[str, Any], origin: str, code: str, verifier: str) -> tuple[str, Any]:
        """The ID token for the code, and the keys that it may be signed with."""
        client_id, secret = self._settings.oidc_client_id, self._settings.oidc_client_secret.get_secret_value()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": _back(origin),
            "client_id": client_id,
            "code_verifier": verifier,
        }
        async with httpx.AsyncClient(timeout=10, transport=self._transport) as client:
            auth = httpx.BasicAuth(client_id, secret) if secret else httpx.USE_CLIENT_DEFAULT
            answer = (await client.post(document["token_endpoint"], data=form, auth=auth)).raise_for_status()
            keys = (await client.get(document["jwks_uri"])).raise_for_status().json()
        return str(answer.json()["id_token"]), keys

    async def _discover(self) -> dict[str, Any]:
        if self._document is None:
            address = f"{self._settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration"
            try:
                async with httpx.AsyncClient(timeout=10, transport=self._transport) as client:
                    self._document = (await client.get(address)).raise_for_status().json()
            except (httpx.HTTPError, ValueError) as error:
                raise Misdirected(
                    f"The provider does not answer ({type(error).__name__}).", cure="Try again shortly."
                ) from error
        assert self._document is not None
        return self._document


def _back(origin: str) -> str:
    return f"{origin}/auth/oidc/back"
