"""The mail server, asked whether it would take what the sender sends. Nothing is sent."""

from __future__ import annotations

import contextlib

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPException

from services.campaigns.config import Settings
from services.campaigns.settings.domain import Step

_PATIENCE_S = 10.0
_BROKEN = (SMTPException, OSError, TimeoutError)


async def check_server(settings: Settings) -> list[Step]:
    """Connect, encrypt, log in, name the sender; ends with the first step that fails."""
    client = SMTP(hostname=settings.smtp_host, port=settings.smtp_port, start_tls=False, timeout=_PATIENCE_S)
    steps: list[Step] = []
    try:
        try:
            await client.connect()
            await client.ehlo()
        except _BROKEN as error:
            return [Step("connect", ok=False, detail=type(error).__name__)]
        steps.append(Step("connect", ok=True))
        if settings.demands_start_tls:
            try:
                await client.starttls()
            except (*_BROKEN, ValueError) as error:
                return [*steps, Step("encrypt", ok=False, detail=type(error).__name__)]
            steps.append(Step("encrypt", ok=True))
        password = settings.smtp_password
        if settings.smtp_user is not None and password is not None:
            try:
                await client.login(settings.smtp_user, password.get_secret_value())
            except SMTPAuthenticationError as error:
                return [*steps, Step("log-in", ok=False, detail=f"{error.code}")]
            except _BROKEN as error:
                return [*steps, Step("log-in", ok=False, detail=type(error).__name__)]
            steps.append(Step("log-in", ok=True))
        try:
            await client.mail(settings.sender_address)
            await client.rset()
        except SMTPException as error:
            return [*steps, Step("sender", ok=False, detail=str(getattr(error, "code", type(error).__name__)))]
        except (OSError, TimeoutError) as error:
            return [*steps, Step("sender", ok=False, detail=type(error).__name__)]
        return [*steps, Step("sender", ok=True)]
    finally:
        with contextlib.suppress(*_BROKEN):
            await client.quit()
        client.close()
