"""Which answers are a word that stops."""

from __future__ import annotations

import pytest

from services.privacy.inbound.domain import Word, word_of


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop", " Stop. ", "STOP!!!", "\"Stop\"", "stop, please", "Please stop", "STOP ALL", "Stopall",
        "unsubscribe", "Opt-out", "opt out", "END", "Ｓtop", "\n\nStop\n\nSent from my phone", "Stop 🙏",
        "STOPP", "Bitte abmelden", "Abmelden, danke", "keine Werbung",
        "ARRÊT", "arret", "Arrêtez !", "Désabonner", "Me désabonner s.v.p.".replace("s.v.p.", "svp"), "STOP PUB",
        "Afmeld", "afmeld mig, tak", "Frameld",
        "DEZABONARE", "Desabonare", "Dezabonează", "mă dezabonez",
        "ODHLÁSIT", "odhlasit", "Odhlásit odběr, prosím", "zrušit",
    ],
)  # fmt: skip
def test_a_word_that_stops_is_known_in_every_language_and_spelling(text: str) -> None:
    """Catches a withdrawal that is lost to an accent, a full stop, politeness or a signature."""
    assert word_of(text) is Word.STOP


@pytest.mark.parametrize(
    "text",
    [
        "Stop by tomorrow?", "Please do not stop sending these", "The bus stop is closed", "When does it end?",
        "I cancel my order 4711", "Can you cancel the delivery", "Endlich!", "nonstop", "> Stop", "", "  \n ", "👍",
        "...", "Bitte rufen Sie mich an", "Quitte ou double ?", "konec konců děkuji za zprávu",
    ],
)  # fmt: skip
def test_a_sentence_is_no_word(text: str) -> None:
    """Catches a customer who asks something and is written to no more, and an answer that nobody reads."""
    assert word_of(text) is None


@pytest.mark.parametrize("text", ["START", "Unstop", "anmelden!", "Reprendre", "tilmeld", "Abonează", "Přihlásit"])
def test_a_word_that_starts_is_another(text: str) -> None:
    """Catches a wish to come back that is taken for the contrary."""
    assert word_of(text) is Word.START
