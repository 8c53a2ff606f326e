"""Pause the sender, and let it go on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.campaigns.config import Settings
from services.campaigns.delivery import repository
from services.campaigns.delivery.channels.dkim import BadDkimFile, read_keys
from services.campaigns.delivery.domain.dkim import PublicKey
from services.campaigns.delivery.domain.hand_over import PublishedHandOver, SenderPause
from services.campaigns.gate.service.policies import get_policy
from shared.contracts.campaigns import MessageSettled
from shared.contracts.envelope import Envelope
from shared.database.transaction import Tx
from shared.observability.logging import get_logger
from shared.observability.metrics import gauge

log = get_logger(__name__)

# Doubled with each pause in a row: 1, 2, 4, 8, 15 minutes.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 60.0, 900.0

HALTED = gauge("sending_halted", "1 while the stop-all switch is thrown")
PAUSED = gauge("sender_paused", "1 while the provider refuses the sender and nothing is handed over", ["sender"])


async def pause_sender(tx: Tx, sender: str, detail: str) -> SenderPause:
    """No process hands anything over for this sender before the pause's end. Nothing is lost: messages wait."""
    return await repository.pause(tx, sender, detail, first_s=FIRST_PAUSE_S, longest_s=LONGEST_PAUSE_S)


async def resume_sender(tx: Tx, sender: str) -> bool:
    """It may hand over at once; False when it was not paused."""
    return await repository.resume(tx, sender)


async def find_pause(tx: Tx, sender: str) -> SenderPause | None:
    """The last pause, also one that is over with nothing taken since."""
    return await repository.find_pause(tx, sender)


def published_keys(settings: Settings) -> Sequence[PublicKey]:
    """What the DNS has to tell of the keys that sign mails; nothing where none are given, or where this process cannot
    read them."""
    if settings.dkim_keys_file is None:
        return ()
    try:
        return [key.public for key in read_keys(settings.dkim_keys_file)]
    except BadDkimFile as error:
        log.error("dkim_keys_not_read", error=str(error))
        return ()


def may_have_left(event: Envelope[MessageSettled]) -> bool:
    """Whether this end of a message says that it left, or may have."""
    return event.data.outcome in ("handed_over", "unknown")


async def enter_hand_overs(tx: Tx, settled: Iterable[Envelope[MessageSettled]]) -> int:
    """Messages that left, or may have, by these facts, and of which the ledger does not know that, are entered: they
    are not sent again. Returns how many."""
    published = {event.data.message_id: _published(event) for event in settled if may_have_left(event)}
    return await repository.add_hand_overs(tx, list(published.values())) if published else 0


def _published(event: Envelope[MessageSettled]) -> PublishedHandOver:
    data = event.data
    return PublishedHandOver(
        message_id=data.message_id,
        customer_id=event.subject,
        campaign_id=data.campaign_id,
        step=data.step,
        channel=data.channel,
        permit_id=data.permit_id,
        at=event.time,
        state="handed_over" if data.outcome == "handed_over" else "unknown",
        reason=data.reason,
    )


async def measure(tx: Tx, sender: str) -> None:
    """Whether the sender is paused at this moment, or all sending halted, for alarms."""
    HALTED.set((await get_policy(tx)).halted)
    PAUSED.labels(sender).set(await repository.is_paused(tx, sender))
