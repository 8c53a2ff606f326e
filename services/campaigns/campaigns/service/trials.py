"""Try a campaign before it starts: preview, test-send, dry-run. Nobody of the audience gets anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.campaigns.campaigns.domain.campaign import Campaign, CampaignState, EventTrigger
from services.campaigns.campaigns.domain.fields import fields_of
from services.campaigns.campaigns.domain.terms import terms_of
from services.campaigns.campaigns.errors import (
    CustomerHasNoCard,
    Halted,
    InvalidTemplate,
    SeedNotAllowed,
    ServiceUnavailable,
)
from services.campaigns.campaigns.service.campaigns import get_campaign
from services.campaigns.config import Settings
from services.campaigns.contacts.domain.contacts import Card
from services.campaigns.contacts.repository import copies
from services.campaigns.content.clients import LetterWriters
from services.campaigns.content.domain.content import CannotRender, Letter, Reference, Rendered
from services.campaigns.content.domain.frames import LetterJob
from services.campaigns.content.domain.trial import sample_values
from services.campaigns.delivery.clients import NoAnswer, ServiceClients
from services.campaigns.delivery.domain.hand_over import Channel, Handed
from services.campaigns.gate.domain.recipients import is_allowed
from services.campaigns.gate.domain.rules import Deferred, Facts, Refused, judge
from services.campaigns.gate.service.knowledge import Knowledge, facts_of, read_knowledge
from services.campaigns.gate.service.policies import get_policy
from services.campaigns.messages.domain.ledger import Message
from services.campaigns.settings import repository as settings_repository
from services.campaigns.settings.domain import AllowList
from services.campaigns.settings.service import test_recipients
from shared.customers.merges import groups_of
from shared.database.transaction import Tx
from shared.ids import new_id

_CHUNK = 1_000
_NOBODY = UUID(int=0)
_SAMPLE_ADDRESS = "preview@example.test"


@dataclass(frozen=True, slots=True)
class DryRun:
    """How the gate would decide now. Consent and suppression are judged by the local copies, caps and quiet hours as
    they hold now; addresses are not asked for."""

    audience: int
    would_send: int
    refused: Mapping[str, int]
    deferred: Mapping[str, int]
    complete: bool


async def preview(
    services: ServiceClients, writers: LetterWriters, campaign: Campaign, customer_id: UUID, at: datetime
) -> Rendered:
    """What this customer would get, with a made-up event and links that belong to nobody. Raises CustomerHasNoCard,
    ServiceUnavailable, InvalidTemplate."""
    card = await _card_of(services, customer_id)
    try:
        return await writers.rendered(LetterJob(terms_of(campaign).source, card, _trial(campaign)), at)
    except CannotRender as error:
        raise _invalid(error) from error


async def test_addresses(tx: Tx, settings: Settings) -> Sequence[str]:
    """The patterns of addresses that get test sends."""
    return test_recipients(settings, await settings_repository.find_allow_list(tx))


async def campaign_to_try(tx: Tx, campaign_id: UUID) -> Campaign:
    """The campaign, when a test may be sent. Raises CampaignNotFound; Halted while the stop-all switch is thrown."""
    if (await get_policy(tx)).halted:
        raise Halted("The stop-all switch is thrown.", cure="Let hand-overs go on with PUT /switch.")
    return await get_campaign(tx, campaign_id)


async def test_send(
    services: ServiceClients,
    writers: LetterWriters,
    channel: Channel,
    campaign: Campaign,
    *,
    seeds: Sequence[str],
    allowed: Sequence[str],
    customer_id: UUID | None,
    at: datetime,
) -> dict[str, Handed]:
    """The message goes to seed addresses, with a real customer's values when one is named; outside the ledger, with
    links that belong to nobody. Raises SeedNotAllowed before anything is sent."""
    for position, seed in enumerate(seeds):
        if not is_allowed(seed, allowed):
            raise SeedNotAllowed(
                "This address is not in the allow-list.",
                cure="Put it there with PUT /settings/allow-list.",
                where=f"/seeds/{position}",
            )
    card = await _card_of(services, customer_id) if customer_id else Card(_NOBODY, None)
    source = terms_of(campaign).source
    marked = replace(source, content=replace(source.content, subject=f"[Test] {source.content.subject}"))
    jobs = [LetterJob(marked, replace(card, address=seed), _trial(campaign, new_id())) for seed in seeds]
    answers = {}
    for seed, letter in zip(seeds, await writers.letters(jobs, at), strict=True):
        if not isinstance(letter, Letter):
            raise _invalid(letter or CannotRender("too much time or memory"))
        answers[seed] = await channel.hand_over(letter, lambda: True)
    return answers


async def dry_run(tx: Tx, settings: Settings, campaign: Campaign, segment_id: UUID | None, *, most: int) -> DryRun:
    """The gate's outcome for the members of a segment, as if they entered now: nothing is written or sent.

    The segment is the trigger's own unless another is named; an event's campaign needs one named.
    """
    trigger = campaign.definition.trigger
    segment = segment_id or (None if isinstance(trigger, EventTrigger) else trigger.segment_id)
    outcomes: Counter[tuple[str, str]] = Counter()
    seen: set[UUID] = set()
    complete = True
    if segment is not None:
        async for members in copies.members_of(tx, segment, _CHUNK, most):
            complete = len(seen) + len(members) < most
            outcomes.update(await _judge(tx, settings, campaign, members, seen))
    refused = {reason: count for (kind, reason), count in outcomes.items() if kind == "refused"}
    deferred = {reason: count for (kind, reason), count in outcomes.items() if kind == "deferred"}
    return DryRun(sum(outcomes.values()), outcomes["send", ""], refused, deferred, complete)


async def _judge(
    tx: Tx, settings: Settings, campaign: Campaign, members: Sequence[UUID], seen: set[UUID]
) -> Counter[tuple[str, str]]:
    found = await groups_of(tx, members)
    running = replace(campaign, state=CampaignState.RUNNING)
    about = await read_knowledge(tx, found, set(), given={campaign.id: terms_of(running)})
    # Addresses are not asked for, so none is held back here.
    about = replace(
        about, board=replace(about.board, halted=False), allow_list=AllowList((_SAMPLE_ADDRESS,), holds=True)
    )
    outcomes: Counter[tuple[str, str]] = Counter()
    for customer_id in members:
        root = found[customer_id].root
        if root not in seen:
            seen.add(root)
            outcomes[_outcome(_would_be(tx, settings, running, customer_id, about), about)] += 1
    return outcomes


def _would_be(tx: Tx, settings: Settings, campaign: Campaign, customer_id: UUID, about: Knowledge) -> Facts:
    definition = campaign.definition
    contact = about.contact_of(customer_id)
    message = Message(
        id=_NOBODY,
        customer_id=customer_id,
        campaign_id=campaign.id,
        entry_id=campaign.run_id,
        terms_id=campaign.id,
        step="send",
        channel=definition.channel,
        expires_at=tx.now + definition.expires_after,
        attempts=0,
        deferred_for=None,
        context={},
    )
    sent = about.sent[about.groups[customer_id].root]
    facts = facts_of(tx, settings, message, about, card=Card(customer_id, _SAMPLE_ADDRESS), sent=sent)
    scope = definition.purpose, definition.channel
    return replace(
        facts,
        # Whoever is in the segment now would have entered, or left, it.
        member=definition.trigger.kind != "segment_left",
        consent_denied=definition.is_marketing and scope not in contact.granted,
        has_address=definition.channel in contact.reachable,
        attempts=1_000,
        address_allowed=True,
    )


def _outcome(facts: Facts, about: Knowledge) -> tuple[str, str]:
    verdict = judge(facts)
    if isinstance(verdict, Refused):
        return "refused", verdict.reason
    if facts.terms.channel in about.contacts[facts.root].suppressed:
        return "refused", "suppressed"
    return ("deferred", verdict.reason) if isinstance(verdict, Deferred) else ("send", "")


async def _card_of(services: ServiceClients, customer_id: UUID) -> Card:
    try:
        card = (await services.cards([customer_id])).get(customer_id)
    except NoAnswer as error:
        raise ServiceUnavailable("customers does not answer.", cure="Try again in a moment.", retry_after=2) from error
    if card is None:
        raise CustomerHasNoCard(
            f"There is no customer {customer_id}.", cure="Name one who exists.", where="/customer_id"
        )
    return card


def _trial(campaign: Campaign, message_id: UUID = _NOBODY) -> Reference:
    """No link of a trial is anybody's: it can be shown, forwarded and followed."""
    event = sample_values(fields_of(campaign.definition.trigger)).get("event", {})
    return Reference(message_id, _NOBODY, event, trial=True)


def _invalid(error: CannotRender) -> InvalidTemplate:
    return InvalidTemplate(f"The template fails for this customer: {error}.", where="/content")
