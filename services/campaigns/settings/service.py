"""Set who writes, over which mail server and to whom for now; in force with the next message, without a restart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from services.campaigns.config import Settings
from services.campaigns.settings import repository
from services.campaigns.settings.domain import AllowList, Changed, MailServer, SenderIdentity, SendingSettings
from services.campaigns.settings.errors import AllowListHolds, RecipientsNotConfirmed, UnsafeInProduction
from shared.database.transaction import Tx
from shared.observability.logging import get_logger
from shared.security.sealing import NotSealed, seal_text, unseal_text

log = get_logger(__name__)

_PASSWORD = "campaigns.smtp_password"
_MADE_UP = (".test", ".invalid", ".example")


async def get_settings(tx: Tx) -> SendingSettings:
    """What people have set."""
    return await repository.find(tx)


async def effective(tx: Tx, settings: Settings) -> Settings:
    """The settings that hold: what people have set over what the environment says."""
    return merged(settings, await repository.find(tx))


def merged(settings: Settings, kept: SendingSettings) -> Settings:
    """The process's settings with what people have set in their place."""
    changes: dict[str, Any] = {}
    if kept.sender is not None:
        changes |= {"sender_name": kept.sender.name, "sender_address": kept.sender.address}
    if (server := kept.server) is not None:
        changes |= {
            "smtp_host": server.host,
            "smtp_port": server.port,
            "smtp_user": server.user,
            "smtp_password": _opened(settings, server.password),
            "smtp_start_tls": server.security == "starttls",
        }
    return settings.model_copy(update=changes)


def mail_of(settings: Settings) -> tuple[Any, ...]:
    """What a sender's connections and letters are made of: another value, another sender."""
    password = settings.smtp_password
    return (
        settings.sender_name,
        settings.sender_address,
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_user,
        settings.smtp_start_tls,
        password.get_secret_value() if password is not None else None,
    )


async def set_sender(tx: Tx, settings: Settings, sender: SenderIdentity | None, *, by: str) -> SendingSettings:
    """This is who writes from now on; the environment's sender with None. Raises UnsafeInProduction."""
    if sender is not None and settings.profile == "production" and sender.address.endswith(_MADE_UP):
        raise UnsafeInProduction("The address is a made-up one.", cure="Name one that exists.", where="/sender/address")
    before = await repository.find(tx, lock=True)
    if before.sender != sender:
        await repository.save_sender(tx, sender)
        await repository.note_change(tx, "sender", by, _told(before.sender), _told(sender))
    return await repository.find(tx)


async def set_server(tx: Tx, settings: Settings, server: MailServer | None, *, by: str) -> SendingSettings:
    """Mail goes there from now on; to the environment's server with None. A password that is left out is kept for the
    same account of the same server. Outside production an allow-list holds with the first server that people set: what
    stayed on this machine until then would reach everybody at once. Raises UnsafeInProduction."""
    if server is not None and settings.profile == "production" and server.security == "none":
        raise UnsafeInProduction(
            "Mail and password would travel in the clear.", cure="Choose starttls.", where="/server/security"
        )
    before = await repository.find(tx, lock=True)
    if server is not None:
        secret = (
            None
            if server.password is None
            else seal_text(settings.installation_key.get_secret_value(), _PASSWORD, b"", server.password)
        )
        server = replace(server, password=secret).takes_over(before.server)
    if before.server != server:
        await repository.save_server(tx, server)
        await repository.note_change(tx, "server", by, _told(before.server), _told(server))
        if server is not None and before.allow_list is None and settings.profile != "production":
            held = AllowList(tuple(pattern for pattern in settings.recipient_allow if pattern != "*"), holds=True)
            await repository.save_allow_list(tx, held)
            await repository.note_change(tx, "allow-list", by, None, _told(held))
    return await repository.find(tx)


async def set_allow_list(tx: Tx, allow_list: AllowList, *, recipients: int | None, by: str) -> SendingSettings:
    """Only these are written to while it holds, from the next message on, in production too. Raises
    RecipientsNotConfirmed when it is lifted without the number of those who may then be written to."""
    before = await repository.find(tx, lock=True)
    if before.holds_back and not allow_list.holds:
        mailable = await repository.count_mailable(tx)
        if recipients != mailable:
            raise RecipientsNotConfirmed(
                f"{mailable} customers may be written to by e-mail once the list is lifted.",
                cure=f'Send "recipients": {mailable} if that is what you want.',
                where="/recipients",
                recipients=mailable,
            )
    if before.allow_list != allow_list:
        await repository.save_allow_list(tx, allow_list)
        await repository.note_change(tx, "allow-list", by, _told(before.allow_list), _told(allow_list))
    return await repository.find(tx)


def allowed_recipients(settings: Settings, allow_list: AllowList | None) -> Sequence[str] | None:
    """The patterns that the gate asks of an address, or None where everybody may be written to."""
    if allow_list is None:
        return settings.allowed_recipients
    return allow_list.patterns if allow_list.holds else None


def test_recipients(settings: Settings, allow_list: AllowList | None) -> Sequence[str]:
    """The patterns of addresses that get test sends."""
    return settings.recipient_allow if allow_list is None else allow_list.patterns


async def refuse_held_back(tx: Tx) -> None:
    """Raises AllowListHolds while one does: whoever starts a campaign then would be told of refusals, one by one."""
    if (await repository.find(tx)).holds_back:
        raise AllowListHolds(
            "Only the addresses of the allow-list are written to.",
            cure="Lift it with PUT /settings/allow-list, or start with within_allow_list=true.",
        )


async def count_mailable(tx: Tx) -> int:
    """Customers who permit anything by e-mail."""
    return await repository.count_mailable(tx)


async def note_checked(tx: Tx, settings: Settings) -> None:
    """The mail server of these settings took the sender; nothing is noted when they were changed meanwhile."""
    kept = await repository.find(tx, lock=True)
    if mail_of(merged(settings, kept)) == mail_of(settings):
        await repository.save_checked(tx, tx.now)


async def list_changes(tx: Tx, before: UUID | None, limit: int) -> list[Changed]:
    """Who set what, the newest first."""
    return await repository.changes(tx, before, limit)


def _told(kept: SenderIdentity | MailServer | AllowList | None) -> dict[str, Any] | None:
    """As the list of changes tells it: that there is a password, not which."""
    if kept is None:
        return None
    told = asdict(kept)
    if "password" in told:
        told["password"] = "set" if told["password"] is not None else None
    return told


def _opened(settings: Settings, secret: str | None) -> SecretStr | None:
    if secret is None:
        return None
    try:
        return SecretStr(unseal_text(settings.installation_key.get_secret_value(), _PASSWORD, b"", secret))
    except NotSealed:
        log.error("smtp_password_unreadable", cure="set the mail server's password again: the key was changed")
        return None
