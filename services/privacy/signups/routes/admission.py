"""What all doors of sign-ups ask before one is taken: how often one client may sign up, and from which age on."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import cast

from fastapi import Request

from services.privacy.config import Settings
from services.privacy.signups.errors import TooManySignUps
from services.privacy.signups.service.requesting import Ages
from shared.redis import RateLimit
from shared.web.addresses import client_of
from shared.web.context import AppContext

_LIMIT = "signup_limit"


def settings_of(context: AppContext) -> Settings:
    """Privacy's own settings."""
    return cast(Settings, context.settings)


@contextlib.asynccontextmanager
async def open_rate_limit(context: AppContext) -> AsyncIterator[None]:
    """The limit per client, counted in Redis over all processes."""
    minute = settings_of(context).signups_per_minute
    context.extras[_LIMIT] = RateLimit(context.redis, "signups", rate=minute / 60, burst=minute)
    yield


def client(request: Request, context: AppContext) -> str:
    """The address from which a request comes, as evidence and for counting."""
    return client_of(request.scope, context.settings.trusted_proxies)


async def admit(request: Request, context: AppContext) -> None:
    """Raises TooManySignUps for a client that signs up more people than anybody types in."""
    wait = await cast(RateLimit, context.extras[_LIMIT]).admit(client(request, context))
    if wait > 0:
        raise TooManySignUps(
            f"More than {settings_of(context).signups_per_minute:g} sign-ups a minute from one client.",
            cure="Try again later.",
            retry_after=wait,
        )


def ages_of(context: AppContext) -> Ages:
    """From which age on somebody consents, as the settings say."""
    settings = settings_of(context)
    return Ages(settings.consent_age, settings.consent_ages)
