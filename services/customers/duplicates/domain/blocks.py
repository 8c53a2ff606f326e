"""Which customers are compared at all: those that share a key. Two who are one share at least one of several."""

from __future__ import annotations

from hashlib import blake2b

from services.customers.duplicates.domain.people import Likeness, local_part
from services.customers.duplicates.domain.sounds import sound


def keys_of(who: Likeness) -> list[int]:
    """The keys of a customer, sorted. Whatever one kind of difference changes, another key does not hold."""
    if not who.comparable:
        return []
    texts = _of_firm(who) if who.kind == "firm" else _of_person(who)
    texts += [f"t|{phone}" for phone in who.phones]
    texts += [f"m|{local}" for mail in who.mails if (local := local_part(mail))]
    return sorted({_number(f"{who.kind}|{text}") for text in texts})


def _of_person(who: Likeness) -> list[str]:
    """Names stand sorted, so that those who were swapped meet."""
    given, *_ = who.given.split() or [""]
    families = [sound(word) for word in who.family.split()[:2]]
    names = sorted({sound(given), *families[:1]} - {""})
    both = "+".join(names)
    texts = []
    if who.birth:
        initials = "".join(sorted(name[:1] for name in (given, who.family) if name))
        days = "".join(sorted((who.birth[4:6], who.birth[6:])))
        # One digit of the date may be wrong, or month and day the other way round; a name may sound otherwise.
        texts += [f"y|{both}|{who.birth[:4]}", f"d|{both}|{days}", f"b|{initials}|{who.birth}"]
    if who.postal:
        texts += [f"p|{name}|{who.postal}" for name in {sound(given), *families} - {""}]
        if who.house:
            texts.append(f"a|{who.postal}|{who.house}|{sound(who.street[:6])}")
    return texts


def _of_firm(who: Likeness) -> list[str]:
    words = [sound(word) for word in who.legal.split()]
    texts = [f"w|{'+'.join(sorted(words[:2]))}"]
    if who.postal:
        texts += [f"p|{word}|{who.postal}" for word in words[:2]]
        if who.house:
            texts.append(f"a|{who.postal}|{who.house}|{sound(who.street[:6])}")
    return texts


def _number(text: str) -> int:
    """As short as the database keeps it; two keys in one number cost a comparison, never a wrong proposal."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
