"""From a campaign, a card and a ledger row to a letter that can be handed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.campaigns.config import Settings
from services.campaigns.content.links import Tracked, make_token, track_html, track_text
from services.campaigns.content.mail import Sender, compose, is_deliverable
from services.campaigns.content.templates import CannotRender, Rendered, render
from services.campaigns.domain.campaign import Campaign
from services.campaigns.domain.channel import Letter
from services.campaigns.domain.customers import Card
from shared.security.tokens import make_unsubscribe_token


@dataclass(frozen=True, slots=True)
class Reference:
    """Whom and what a message belongs to; its links carry these ids."""

    message_id: UUID
    customer_id: UUID
    context: Mapping[str, object]


class Scribe:
    """Writes the messages of one installation."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.installation_key.get_secret_value()
        self._public_url = settings.public_url.rstrip("/")
        self._unsubscribe_url = settings.privacy_public_url.rstrip("/")
        self._sender = Sender(settings.sender_address, settings.sender_name)

    def letter(self, campaign: Campaign, card: Card, reference: Reference, at: datetime) -> Letter:
        """The finished mail. Raises CannotRender."""
        if card.address is None or not is_deliverable(card.address):
            raise CannotRender("the address cannot be used")
        unsubscribe = self._unsubscribe(campaign, reference)
        content = compose(
            self.rendered(campaign, card, reference),
            key=reference.message_id,
            sender=self._sender,
            recipient=card.address,
            at=at,
            unsubscribe=unsubscribe if campaign.definition.is_marketing else None,
        )
        return Letter(reference.message_id, card.address, content)

    def rendered(self, campaign: Campaign, card: Card, reference: Reference) -> Rendered:
        """Subject, text and HTML with tracked links. Raises CannotRender."""
        definition = campaign.definition
        unsubscribe = self._unsubscribe(campaign, reference)
        values = {
            "customer": dict(card.fields),
            "event": dict(reference.context),
            "campaign": {"id": str(campaign.id), "name": definition.name},
            "unsubscribe_url": unsubscribe,
        }
        plain = render(definition.content, values, marketing=definition.is_marketing)
        ids = (reference.customer_id, campaign.id, reference.message_id)

        def tracked(url: str) -> str:
            return f"{self._public_url}/t/c/{make_token(self._key, Tracked('clicked', *ids, url))}"

        pixel = f"{self._public_url}/t/o/{make_token(self._key, Tracked('opened', *ids))}"
        return Rendered(
            subject=plain.subject,
            text=track_text(plain.text, tracked, keep=unsubscribe),
            html=track_html(plain.html, tracked, keep=unsubscribe, pixel=pixel) if plain.html is not None else None,
        )

    def _unsubscribe(self, campaign: Campaign, reference: Reference) -> str:
        token = make_unsubscribe_token(
            self._key,
            customer_id=reference.customer_id,
            purpose=campaign.definition.purpose,
            channel=campaign.definition.channel,
            campaign_id=campaign.id,
            message_id=reference.message_id,
        )
        return f"{self._unsubscribe_url}/unsubscribe/{token}"
