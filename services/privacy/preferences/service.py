"""Keep wishes, show them beside what is permitted, and change both from the page of a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from services.privacy.consents import repository as consents
from services.privacy.consents.domain.judging import judge
from services.privacy.consents.domain.ledger import Proof, for_purpose
from services.privacy.consents.service.addresses import said_by
from services.privacy.consents.service.granting import grant
from services.privacy.consents.service.withdrawals import withdraw_unless_erased
from services.privacy.identity.domain import NamedAddress, known_as
from services.privacy.notices.domain import Purpose
from services.privacy.notices.service import read_catalogue
from services.privacy.permits.domain import SERVICE_PURPOSE
from services.privacy.preferences import repository
from services.privacy.preferences.domain import Change, Preferences, strictest
from services.privacy.preferences.errors import PauseNotAhead
from services.privacy.subject_locks.service import lock_subjects
from shared.contracts.privacy import PreferencesChanged
from shared.customers.group import Group
from shared.customers.merges import groups_of
from shared.database.transaction import Tx
from shared.security.tokens import UnsubscribeToken

# The recorder named on lines that no API key wrote.
BY_PAGE = "preference-centre"
# A longer pause is a withdrawal, and should be one.
_LONGEST_PAUSE = timedelta(days=370)


@dataclass(frozen=True, slots=True)
class Offer:
    """A purpose and channel on the page: whether it is permitted now."""

    purpose: Purpose
    channel: str
    permitted: bool

    @property
    def field(self) -> str:
        """How the page's form names it."""
        return f"{self.purpose.name}:{self.channel}"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page of a link shows."""

    offers: Sequence[Offer]
    preferences: Preferences


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen on the page: the fields that were shown and those that were ticked, each with the words beside
    it; and the wishes. `evidence` is what proves it."""

    shown: frozenset[str]
    ticked: frozenset[str]
    words: Mapping[str, str]
    wording_version: str
    preferences: Preferences
    evidence: Mapping[str, object]


async def preferences_of(tx: Tx, customer_id: UUID) -> Preferences:
    """What somebody wishes, over all of their ids."""
    group = (await groups_of(tx, [customer_id]))[customer_id]
    return strictest((await repository.read(tx, group.members)).values())


async def change_preferences(tx: Tx, customer_id: UUID, wish: Preferences, changed_by: str) -> Preferences:
    """The customer wishes this from now on, under every id; other services are told. Raises PauseNotAhead."""
    group = (await groups_of(tx, [customer_id]))[customer_id]
    return await _keep(tx, group, (), replace(wish, changed_by=changed_by))


async def look_at(tx: Tx, token: UnsubscribeToken) -> Shown:
    """What whoever holds the link is asked; nothing has changed."""
    group = (await groups_of(tx, [token.customer_id]))[token.customer_id]
    address = _address(token)
    subjects = [subject for named in address for subject in named.subjects]
    wishes = await repository.read(tx, [*group.members, *subjects])
    return Shown(await _offers(tx, group, address), strictest(wishes.values()))


async def choose(tx: Tx, token: UnsubscribeToken, choice: Choice) -> Shown:
    """What was ticked is permitted and what was not is withdrawn, as far as it was shown; the wishes are kept.

    About someone erased nothing is recorded. Raises PauseNotAhead.
    """
    address = _address(token)
    subjects = [named.subjects[0] for named in address]
    locked = await lock_subjects(tx, [token.customer_id], addresses=subjects)
    group = locked.groups[token.customer_id]
    proof = Proof(
        recorded_by=BY_PAGE,
        evidence=dict(choice.evidence),
        campaign_id=token.campaign_id if token.campaign_id.int else None,
        message_id=token.message_id if token.message_id.int else None,
    )
    catalogue = await read_catalogue(tx)
    for offer in await _offers(tx, group, address):
        if offer.field not in choice.shown or (offer.field in choice.ticked) is offer.permitted:
            continue
        if offer.permitted:
            await withdraw_unless_erased(
                tx,
                token.customer_id,
                replace(proof, basis="objection", withdrawn_via="page"),
                addresses=address,
                purpose=offer.purpose.name,
                channel=offer.channel,
                locked=locked,
            )
        elif not locked.erased(token.customer_id):
            words = choice.words[offer.field]
            told = replace(proof, wording=words, wording_version=choice.wording_version)
            terms = catalogue.granted_for(offer.purpose.name, offer.channel, told.basis)
            await grant(tx, token.customer_id, address, told, offer.purpose.name, offer.channel, terms, locked)
    if not locked.erased(token.customer_id):
        await _keep(tx, group, subjects, replace(choice.preferences, changed_by=BY_PAGE))
    return await look_at(tx, token)


async def stop_everything(tx: Tx, token: UnsubscribeToken) -> None:
    """All marketing is withdrawn, over every channel, of the customer and at the address."""
    proof = Proof(recorded_by=BY_PAGE, basis="objection", withdrawn_via="page")
    await withdraw_unless_erased(tx, token.customer_id, proof, addresses=_address(token))


async def _keep(tx: Tx, group: Group, subjects: Sequence[UUID], wish: Preferences) -> Preferences:
    until = wish.paused_until
    if until is not None and not tx.now < until <= tx.now + _LONGEST_PAUSE:
        raise PauseNotAhead(
            "A pause ends later than now, and within a year.",
            cure="Withdraw consent to end it for good.",
            where="/paused_until",
        )
    await repository.store(tx, Change((*group.members, *subjects), wish))
    tx.publish(
        PreferencesChanged(
            paused_until=until,
            language=wish.language,
            frequencies={name: how_often.value for name, how_often in wish.frequencies.items()},
        ),
        subject=group.root,
    )
    return replace(wish, changed_at=tx.now)


async def _offers(tx: Tx, group: Group, address: Sequence[NamedAddress]) -> list[Offer]:
    """Purposes that have words for recipients: over the channels of the link's address, and whatever else of theirs is
    permitted at present."""
    catalogue = await read_catalogue(tx)
    heads = await consents.heads_of(tx, group.members)
    said = await said_by(tx, address)
    here = [channel for named in address for channel in named.channels]
    offers = []
    for purpose in catalogue.purposes.values():
        if purpose.name == SERVICE_PURPOSE or not purpose.labels:
            continue
        for channel in purpose.channels:
            to = said.at(address[0], purpose.name, channel) if channel in here else None
            permitted = judge(for_purpose(heads, purpose.name, channel), group, tx.now, to) is None
            if permitted or (channel in here and not purpose.archived):
                offers.append(Offer(purpose, channel, permitted))
    return offers


def _address(token: UnsubscribeToken) -> list[NamedAddress]:
    return [] if token.fingerprint is None else [known_as(token.fingerprint, token.channel)]
