"""Words by which people stop messages, in the languages of our pages; and an answer as it came from a provider."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

# Without accents and in small letters. Providers of SMS have to know the English ones (CTIA), the others are what
# people write in German, French, Danish, Romanian and Czech.
_STOP = """
stop, stopp, stop all, stopall, stop it, unsubscribe, unsubscribe me, cancel, end, quit, revoke, opt out, optout,
remove, remove me, no more, stop sms, stop mail, stop email, stop e mail
abmelden, abmeldung, bitte abmelden, abbestellen, austragen, abmelden alle, keine werbung, keine nachrichten,
arret, arreter, arretez, desabonner, desabonnement, me desabonner, desinscription, desinscrire, stop pub,
afmeld, afmelding, frameld, afmeld mig, stands,
dezabonare, desabonare, dezaboneaza, dezabonez, ma dezabonez, dezabonati ma, opreste, opriti, renunt,
odhlasit, odhlaste me, odhlaseni, odhlasit odber, zrusit, konec, neposilat, nezasilat
"""
_START = """
start, unstop, subscribe, resume, anmelden, wieder anmelden, abonnieren, reprendre, inscrire, tilmeld, abonare,
aboneaza, prihlasit, prihlasit se
"""
_POLITE = frozenset({
    "please", "bitte", "pls", "thanks", "thank", "you", "danke", "merci", "svp", "tak", "venligst", "multumesc",
    "prosim", "dekuji", "va", "rog", "rugam",
})  # fmt: skip
_LETTERS = re.compile(r"[^\W_]+")
# How long it is remembered that an answer was taken, so that a provider may send it again.
REMEMBERED = timedelta(days=30)


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in text.replace("\n", ",").split(",") if phrase.strip())


STOP_WORDS, START_WORDS = _phrases(_STOP), _phrases(_START)


class Word(StrEnum):
    """What an answer asks for."""

    STOP = "stop"
    START = "start"


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answered what, on which channel. `provider` is the API key that brought it, `message_id` its own id."""

    provider: str
    message_id: str
    channel: str
    sender: str
    text: str
    received_at: datetime

    @property
    def contact_id(self) -> str:
        """The id of the contact that it becomes: the same each time, and short enough whatever the provider's id is."""
        return f"answer-{sha256(f'{self.provider} {self.message_id}'.encode()).hexdigest()[:40]}"


def word_of(text: str) -> Word | None:
    """The word that a whole answer is: its first line that says anything, without accents, case, punctuation and
    politeness. A sentence that merely begins with such a word is none."""
    for line in text.splitlines():
        words = [word for word in _LETTERS.findall(_plain(line)) if word not in _POLITE]
        if line.lstrip().startswith(">") or not words:
            continue
        phrase = " ".join(words)
        if phrase in STOP_WORDS:
            return Word.STOP
        return Word.START if phrase in START_WORDS else None
    return None


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
