"""Make and change campaigns."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.campaigns.campaigns.domain.campaign import Campaign, Definition, State
from services.campaigns.campaigns.domain.terms import terms_of
from services.campaigns.campaigns.errors import (
    CampaignNotFound,
    ChangedMeanwhile,
    CustomerScopeMissing,
    NotPossible,
    ServiceScopeMissing,
)
from services.campaigns.campaigns.repository import campaigns
from services.campaigns.campaigns.service.checks import TemplateCheck
from services.campaigns.gate.service.terms import keep_terms
from shared.contracts.campaigns import CampaignChanged
from shared.database.transaction import Tx
from shared.ids import new_id
from shared.security.api_keys import Principal

# To write to people without their consent, which nothing else that a marketing key may do can.
SERVICE_SCOPE = "campaigns:service"
# Cards come by the service's own key: a caller sees of them what a key of theirs would show.
CUSTOMERS_SCOPE = "customers:read"
_CHANGEABLE = (State.DRAFT, State.PAUSED)


async def create_campaign(tx: Tx, templates: TemplateCheck, definition: Definition, caller: Principal) -> Campaign:
    """A new draft; nobody enters before it is started. Raises InvalidTemplate, ServiceUnavailable,
    ServiceScopeMissing."""
    refuse_without_scope(definition, caller)
    await templates.refuse_bad(definition)
    campaign = Campaign(
        id=new_id(),
        version=1,
        state=State.DRAFT,
        definition=definition,
        salt=new_id(),
        run_id=new_id(),
        created_at=tx.now,
    )
    await campaigns.add(tx, campaign, caller.id)
    await keep_terms(tx, campaign.id, terms_of(campaign))
    emit_state(tx, campaign)
    return campaign


async def change_campaign(
    tx: Tx,
    templates: TemplateCheck,
    campaign_id: UUID,
    definition: Definition,
    *,
    expected_version: int | None,
    caller: Principal,
) -> Campaign:
    """The campaign with a new definition and version; messages that wait are sent with it.

    A started campaign keeps its trigger and channel: who entered, entered for those. Raises CampaignNotFound,
    ChangedMeanwhile, NotPossible, InvalidTemplate, ServiceUnavailable, ServiceScopeMissing.
    """
    refuse_without_scope(definition, caller)
    # Before anything is locked: it asks others.
    await templates.refuse_bad(definition)
    campaign = await get_campaign(tx, campaign_id, lock=True)
    check_version(campaign, expected_version)
    refuse_without_scope(campaign.definition, caller)
    if campaign.state not in _CHANGEABLE:
        raise NotPossible(
            f"The campaign is {campaign.state}.", cure="Pause it first, or make a new one.", state=campaign.state.value
        )
    before = campaign.definition
    moved = (before.trigger, before.channel, before.purpose) != (
        definition.trigger,
        definition.channel,
        definition.purpose,
    )
    if campaign.state is not State.DRAFT and moved:
        raise NotPossible(
            "A started campaign keeps its trigger, channel and purpose.", cure="Make a new campaign.", where="/trigger"
        )
    changed = replace(campaign, definition=definition, version=campaign.version + 1)
    await store_changed(tx, changed, caller.id)
    return changed


async def get_campaign(tx: Tx, campaign_id: UUID, *, lock: bool = False) -> Campaign:
    """The campaign. Raises CampaignNotFound."""
    campaign = await campaigns.find(tx, campaign_id, lock=lock)
    if campaign is None:
        raise CampaignNotFound(f"There is no campaign {campaign_id}.", cure="List them with GET /campaigns.")
    return campaign


async def list_campaigns(tx: Tx, *, after: UUID | None, state: State | None, limit: int) -> list[Campaign]:
    """Campaigns in the order of their making, after the one named."""
    return await campaigns.page(tx, after=after, state=state, limit=limit)


async def store_changed(tx: Tx, campaign: Campaign, by: str) -> None:
    """The campaign has its new version, and its waiting messages are judged by it."""
    await campaigns.update(tx, campaign, by)
    await keep_terms(tx, campaign.id, terms_of(campaign))


def check_version(campaign: Campaign, expected: int | None) -> None:
    """Raises ChangedMeanwhile unless `expected` (If-Match) is None or the version of now."""
    if expected is not None and expected != campaign.version:
        raise ChangedMeanwhile(
            f"The campaign is at version {campaign.version}, not {expected}.",
            cure="Read it again and repeat the change.",
            where="header:if-match",
            version=campaign.version,
        )


def refuse_without_scope(definition: Definition, caller: Principal) -> None:
    """Raises ServiceScopeMissing when the campaign needs nobody's consent and the caller may not decide that."""
    if not definition.is_marketing and SERVICE_SCOPE not in caller.scopes:
        raise ServiceScopeMissing(
            f"A campaign of the purpose `service` needs the scope {SERVICE_SCOPE}.",
            cure=f"Use a key that has {SERVICE_SCOPE}, or another purpose.",
            where="/purpose",
            scope=SERVICE_SCOPE,
        )


def refuse_to_show_customers(caller: Principal) -> None:
    """Raises CustomerScopeMissing for a caller who may not read what a letter to a real customer shows."""
    if CUSTOMERS_SCOPE not in caller.scopes:
        raise CustomerScopeMissing(
            f"A letter to a real customer shows what is known of them, which needs {CUSTOMERS_SCOPE}.",
            cure=f"Use a key that has {CUSTOMERS_SCOPE}.",
            where="/customer_id",
            scope=CUSTOMERS_SCOPE,
        )


def emit_state(tx: Tx, campaign: Campaign) -> None:
    """The event of the campaign's state."""
    # To others a campaign that is starting runs: they know no other state.
    state = "running" if campaign.state is State.STARTING else campaign.state.value
    tx.publish(CampaignChanged(name=campaign.definition.name, state=state), subject=campaign.id)
