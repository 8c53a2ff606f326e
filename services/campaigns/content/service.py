"""Write letters: from templates, a card and a ledger row to a message that can be handed over.

Runs in a process of its own (`streams/writer.py`): templates are other people's programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.campaigns.contacts.domain.contacts import Card, is_marketing
from services.campaigns.content.domain.addresses import wire_address
from services.campaigns.content.domain.content import (
    CannotRender,
    Content,
    Fault,
    Letter,
    LetterSource,
    Reference,
    Rendered,
    WriterSettings,
)
from services.campaigns.content.domain.links import Tracked, make_token
from services.campaigns.content.domain.mail import Sender, compose
from services.campaigns.content.domain.names import TemplateField, tree_of
from services.campaigns.content.domain.templates import Values, check, render
from services.campaigns.content.domain.trial import sample_values, try_out
from shared.security.link_keys import numbered
from shared.security.tokens import PREVIEW_TOKEN, make_unsubscribe_token

_NOBODY = UUID(int=0)


class LetterWriter:
    """Writes the messages of one installation."""

    def __init__(self, settings: WriterSettings) -> None:
        self._settings = settings
        self._sender = Sender(settings.sender_address, settings.sender_name)

    def letter(self, source: LetterSource, card: Card, reference: Reference, at: datetime) -> Letter:
        """The finished mail. Raises CannotRender."""
        recipient = wire_address(card.address) if card.address is not None else None
        if recipient is None:
            raise CannotRender("the address cannot be used", "address-unusable")
        values = self._values(source, card, reference, at)
        marketing = is_marketing(source.purpose)
        content = compose(
            render(source.content, values, marketing=marketing),
            key=reference.message_id,
            sender=self._sender,
            recipient=recipient,
            at=at,
            unsubscribe=values.unsubscribe if marketing else None,
        )
        return Letter(reference.message_id, recipient, content)

    def rendered(self, source: LetterSource, card: Card, reference: Reference, at: datetime) -> Rendered:
        """Subject, text and HTML with tracked links. Raises CannotRender."""
        values = self._values(source, card, reference, at)
        return render(source.content, values, marketing=is_marketing(source.purpose))

    def check(self, content: Content, fields: Sequence[TemplateField], at: datetime, *, marketing: bool) -> list[Fault]:
        """Everything wrong with these templates, which may speak of `fields`; an empty list means that they may be
        sent. What is written well is rendered, with made-up values and for somebody of whom nothing is known."""
        faults = check(content, marketing=marketing, tree=tree_of(fields))
        if faults:
            return faults
        source = LetterSource(_NOBODY, "Sample", "", "email", content)
        nobody = self._values(source, Card(_NOBODY, None), Reference(_NOBODY, _NOBODY, {}, trial=True), at)
        somebody = replace(nobody, shown={**nobody.shown, **sample_values(fields)})
        trials = {"with made-up values": somebody, "for a customer of whom nothing is known": nobody}
        return try_out(content, trials, marketing=marketing)

    def _values(self, source: LetterSource, card: Card, reference: Reference, at: datetime) -> Values:
        ids = (reference.customer_id, source.campaign_id, reference.message_id)
        if reference.trial:
            ids = (_NOBODY, _NOBODY, _NOBODY)
        clicks = f"{self._settings.public_url}/t/c/"

        def tracked(url: str, label: str) -> str:
            return clicks + self._tracking(Tracked("clicked", *ids, url, label))

        language = card.fields.get("language")
        return Values(
            shown={
                # A value that is null is missing, as if the attribute were not there.
                "customer": {name: value for name, value in card.fields.items() if value is not None},
                "event": dict(reference.context),
                "campaign": {"id": str(source.campaign_id), "name": source.name},
            },
            unsubscribe=f"{self._settings.unsubscribe_url}/unsubscribe/{self._unsubscribe(source, reference)}",
            track=tracked,
            pixel=f"{self._settings.public_url}/t/o/{self._tracking(Tracked('opened', *ids))}",
            now=at,
            zone=card.time_zone,
            language=language if isinstance(language, str) else None,
        )

    def _tracking(self, tracked: Tracked) -> str:
        return numbered(self._settings.link_key_id, make_token(self._settings.link_key, tracked))

    def _unsubscribe(self, source: LetterSource, reference: Reference) -> str:
        """Names the address by its hash, so that whoever follows the link is unsubscribed by that address too."""
        if reference.trial:
            return PREVIEW_TOKEN
        token = make_unsubscribe_token(
            self._settings.link_key,
            customer_id=reference.customer_id,
            purpose=source.purpose,
            channel=source.channel,
            campaign_id=source.campaign_id,
            message_id=reference.message_id,
            fingerprint=reference.address_hash,
        )
        return numbered(self._settings.link_key_id, token)
