"""Sign-in by an OpenID provider: authorization code with PKCE, state and nonce. Roles come from a claim."""

from __future__ import annotations

import json
import secrets
from typing import Any

import httpx
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import AsyncOAuth2Client
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
        cookie, verifier, nonce = secrets.token_urlsafe(24), generate_token(48), secrets.token_urlsafe(24)
        async with self._client(origin) as client:
            address, state = client.create_authorization_url(
                document["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        kept = json.dumps({"state": state, "verifier": verifier, "nonce": nonce})
        await self._redis.set(_PREFIX + cookie, kept, ex=_KEPT_S)
        return str(address), cookie

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
            async with self._client(origin) as client:
                token = await client.fetch_token(
                    document["token_endpoint"], code=answer.get("code", ""), code_verifier=kept["verifier"]
                )
                keys = (await client.get(document["jwks_uri"], withhold_token=True)).raise_for_status().json()
            claims = self._read(token["id_token"], keys, kept["nonce"], document["issuer"])
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

    def _client(self, origin: str) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._settings.oidc_client_id,
            self._settings.oidc_client_secret.get_secret_value() or None,
            scope="openid profile email",
            redirect_uri=f"{origin}/auth/oidc/back",
            code_challenge_method="S256",
            timeout=10,
            transport=self._transport,
        )

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
