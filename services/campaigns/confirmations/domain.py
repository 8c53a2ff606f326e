"""The letters that ask an address to confirm, in each language, and the terms by which the gate judges them.

They hold nothing that was typed into a form: a stranger could write to anybody in the firm's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from services.campaigns.contacts.domain.contacts import SERVICE_PURPOSE
from services.campaigns.content.domain.content import Content
from services.campaigns.gate.domain.terms import Terms
from services.campaigns.messages.domain.ledger import NewMessage
from shared.contracts.campaigns import CONFIRMATIONS

STEP = "confirm"
# Before all else that waits: somebody looks into their mailbox for it.
PRIORITY = 9
_DEFAULT = "en"
_LINK = "{{ customer.confirm_url }}"
_LETTERS: Mapping[str, tuple[str, str, str]] = {
    "en": (
        "Please confirm your sign-up",
        "somebody, we hope you, signed up with this address. Please confirm here:",
        "If this was not you, do nothing: the address will be deleted by itself, and you will hear no more of us.",
    ),
    "de": (
        "Bitte bestätigen Sie Ihre Anmeldung",
        "jemand, hoffentlich Sie selbst, hat sich mit dieser Adresse angemeldet. Bitte bestätigen Sie hier:",
        "Wenn Sie das nicht waren, tun Sie nichts: Die Adresse wird von selbst gelöscht, und Sie hören nichts weiter.",
    ),
    "fr": (
        "Veuillez confirmer votre inscription",
        "quelqu’un, vous-même nous l’espérons, s’est inscrit avec cette adresse. Veuillez confirmer ici :",
        "Si ce n’était pas vous, ne faites rien : l’adresse sera supprimée et vous ne recevrez plus rien de nous.",
    ),
    "da": (
        "Bekræft venligst din tilmelding",
        "nogen, forhåbentlig dig, har tilmeldt sig med denne adresse. Bekræft her:",
        "Hvis det ikke var dig, skal du ikke gøre noget: adressen slettes af sig selv, og du hører ikke mere fra os.",
    ),
    "ro": (
        "Vă rugăm să confirmați înscrierea",
        "cineva, sperăm că dumneavoastră, s-a înscris cu această adresă. Confirmați aici:",
        "Dacă nu ați fost dumneavoastră, nu faceți nimic: adresa se șterge de la sine și nu mai primiți nimic.",
    ),
    "cs": (
        "Potvrďte prosím své přihlášení",
        "někdo, doufáme že vy, se přihlásil touto adresou. Potvrďte prosím zde:",
        "Pokud jste to nebyli vy, nedělejte nic: adresa se smaže sama a víc od nás neuslyšíte.",
    ),
}
_GREETINGS = {"en": "Hello", "de": "Guten Tag", "fr": "Bonjour", "da": "Hej", "ro": "Bună ziua", "cs": "Dobrý den"}
LANGUAGES = tuple(_LETTERS)


def letter(language: str) -> Content:
    """The templates of the letter in a language; in English where there is none."""
    language = language if language in _LETTERS else _DEFAULT
    subject, why, otherwise = _LETTERS[language]
    return Content(subject, f"{_GREETINGS[language]},\n\n{why}\n\n{_LINK}\n\n{otherwise}\n")


def terms_id(language: str) -> UUID:
    """Under which the terms of letters in a language are kept."""
    return uuid5(CONFIRMATIONS, language if language in _LETTERS else _DEFAULT)


def terms(language: str) -> Terms:
    """What the gate and the letter read: a service message, so no caps and no quiet hours."""
    return Terms(CONFIRMATIONS, "Confirmation of sign-ups", SERVICE_PURPOSE, "email", letter(language))


def message(signup_id: UUID, language: str, expires_at: datetime) -> NewMessage:
    """The message of a sign-up. It stands under the sign-up's own id: nobody is a customer before they confirm."""
    return NewMessage(
        customer_id=signup_id,
        campaign_id=CONFIRMATIONS,
        entry_id=signup_id,
        step=STEP,
        channel="email",
        purpose=SERVICE_PURPOSE,
        priority=PRIORITY,
        expires_at=expires_at,
        terms_id=terms_id(language),
    )
