"""Write letters: from templates, a card and a ledger row to a message that can be handed over."""

from __future__ import annotations

from datetime import datetime

from services.campaigns.config import Settings
from services.campaigns.contacts.domain.contacts import Card, is_marketing
from services.campaigns.content.domain.content import CannotRender, Letter, LetterSource, Reference, Rendered
from services.campaigns.content.domain.links import Tracked, make_token, track_html, track_text
from services.campaigns.content.domain.mail import Sender, compose, is_deliverable
from services.campaigns.content.domain.templates import render
from shared.contracts.interactions import Identifier
from shared.customers.identifiers import fingerprints_of
from shared.security.tokens import make_unsubscribe_token


class LetterWriter:
    """Writes the messages of one installation."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.installation_key.get_secret_value()
        self._public_url = settings.public_url.rstrip("/")
        self._unsubscribe_url = settings.privacy_public_url.rstrip("/")
        self._sender = Sender(settings.sender_address, settings.sender_name)

    def letter(self, source: LetterSource, card: Card, reference: Reference, at: datetime) -> Letter:
        """The finished mail. Raises CannotRender."""
        if card.address is None or not is_deliverable(card.address):
            raise CannotRender("the address cannot be used")
        content = compose(
            self.rendered(source, card, reference),
            key=reference.message_id,
            sender=self._sender,
            recipient=card.address,
            at=at,
            unsubscribe=self._unsubscribe(source, card, reference) if is_marketing(source.purpose) else None,
        )
        return Letter(reference.message_id, card.address, content)

    def rendered(self, source: LetterSource, card: Card, reference: Reference) -> Rendered:
        """Subject, text and HTML with tracked links. Raises CannotRender."""
        unsubscribe = self._unsubscribe(source, card, reference)
        values = {
            "customer": dict(card.fields),
            "event": dict(reference.context),
            "campaign": {"id": str(source.campaign_id), "name": source.name},
            "unsubscribe_url": unsubscribe,
        }
        plain = render(source.content, values, marketing=is_marketing(source.purpose))
        ids = (reference.customer_id, source.campaign_id, reference.message_id)

        def tracked(url: str) -> str:
            return f"{self._public_url}/t/c/{make_token(self._key, Tracked('clicked', *ids, url))}"

        pixel = f"{self._public_url}/t/o/{make_token(self._key, Tracked('opened', *ids))}"
        return Rendered(
            subject=plain.subject,
            text=track_text(plain.text, tracked, keep=unsubscribe),
            html=track_html(plain.html, tracked, keep=unsubscribe, pixel=pixel) if plain.html is not None else None,
        )

    def _unsubscribe(self, source: LetterSource, card: Card, reference: Reference) -> str:
        """The link names the address by its hash, so that who follows it is unsubscribed by that address too."""
        address = None
        if card.address is not None and source.channel == "email":
            address = fingerprints_of(self._key, Identifier(kind="email", value=card.address))[0]
        token = make_unsubscribe_token(
            self._key,
            customer_id=reference.customer_id,
            purpose=source.purpose,
            channel=source.channel,
            campaign_id=source.campaign_id,
            message_id=reference.message_id,
            fingerprint=address,
        )
        return f"{self._unsubscribe_url}/unsubscribe/{token}"
