"""How alike two customers are: points by field, and the score that they come to.

The points are logarithms (base 2) of how much more often a field agrees so between records of one customer than between
two customers who share a key, rounded (Fellegi and Sunter 1969). They were fixed on one generated population and are
measured on others (docs/duplicates.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import OSA, JaroWinkler

from services.customers.duplicates.domain.people import Likeness, local_part
from services.customers.duplicates.domain.sounds import fold, sound

Agreement = Literal["same", "similar", "sounds_alike", "swapped", "part", "initial", "near", "moved", "different"]
# At so many points one of two such pairs is one customer.
_EVEN = 12.0
# From here on a pair is proposed; from here on it may be merged without a person.
PROPOSED = 0.5
AUTOMATIC = 0.996
_ALIKE = 0.9
# So much says a phone or an e-mail that is somebody's own.
_OWN = 5.0
# Emma and Johanna sound alike without their vowels, and are not: so many letters must be in common too.
_HEARD = 0.7


@dataclass(frozen=True, slots=True)
class FieldAgreement:
    """How one field of the two agrees, and what that says: above 0 that they are one, below 0 that they are two."""

    field: str
    agreement: Agreement
    points: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """How alike two customers are, from 0 to 1, and why."""

    score: float
    fields: tuple[FieldAgreement, ...]

    @property
    def proposed(self) -> bool:
        """Whether somebody should look at the two."""
        return self.score >= PROPOSED

    @property
    def sure(self) -> bool:
        """Whether they may be merged without anybody looking. Relatives share address and phone: a father and a son one
        name too, so that the birth date must agree; twins a birth date, so that Lena is no Lina unless they also write
        from one address."""
        agreed = {field.field: field.agreement for field in self.fields if field.points > 0}
        if self.score < AUTOMATIC:
            return False
        if "legal_name" in agreed:
            return agreed["legal_name"] in ("same", "similar")
        reached = any(field.field in ("phone", "email") and field.points >= _OWN for field in self.fields)
        given = ("same", "swapped", "similar") if reached else ("same", "swapped")
        family = ("same", "swapped", "similar")
        return "birth_date" in agreed and agreed.get("given_name") in given and agreed.get("family_name") in family


def compare(first: Likeness, second: Likeness) -> Comparison:
    """How alike the two are. A field that one of them lacks says nothing."""
    if first.kind != second.kind:
        return Comparison(0.0, ())
    names = _firm_names(first, second) if first.kind == "firm" else _person_names(first, second)
    points = sum(field.points for field in names)
    # Of most pairs that share a key the names differ, and nothing else could make up for that.
    if points <= -6.0:
        return Comparison(0.0, tuple(names))
    fields = (*names, *_others(first, second))
    points = sum(field.points for field in fields)
    return Comparison(round(1 / (1 + 2 ** (_EVEN - points)), 4), fields)


def _person_names(first: Likeness, second: Likeness) -> list[FieldAgreement]:
    family, given = _name("family_name", first.family, second.family), _name("given_name", first.given, second.given)
    straight = [field for field in (family, given) if field is not None]
    # Somebody wrote the names into each other's boxes.
    if sum(field.points for field in straight) < 5.0:
        crossed = [_name("family_name", first.family, second.given), _name("given_name", first.given, second.family)]
        fields = [field for field in crossed if field is not None]
        if len(fields) == 2 and min(field.points for field in fields) >= 2.0:
            return [FieldAgreement(field.field, "swapped", field.points - 1.0) for field in fields]
    return straight


_NAME_POINTS: dict[tuple[str, Agreement], float] = {
    ("family_name", "same"): 6.0,
    ("family_name", "similar"): 4.5,
    ("family_name", "part"): 3.5,
    ("family_name", "sounds_alike"): 3.0,
    ("family_name", "different"): -5.0,
    ("given_name", "same"): 4.5,
    ("given_name", "similar"): 3.5,
    ("given_name", "part"): 2.5,
    ("given_name", "initial"): 1.0,
    ("family_name", "initial"): 1.0,
    ("given_name", "sounds_alike"): 2.0,
    ("given_name", "different"): -8.5,
}


def _name(field: str, first: str, second: str) -> FieldAgreement | None:
    if not first or not second:
        return None
    agreement: Agreement
    if first == second:
        agreement = "same"
    elif _similar(first, second) and not (field == "given_name" and _begins(first, second)):
        agreement = "similar"
    elif _is_initial(first, second):
        agreement = "initial"
    elif _is_part(first, second):
        agreement = "part"
    elif sound(first.split()[0]) == sound(second.split()[0]) and JaroWinkler.similarity(first, second) >= _HEARD:
        agreement = "sounds_alike"
    else:
        agreement = "different"
    return FieldAgreement(field, agreement, _NAME_POINTS[field, agreement])


def _similar(first: str, second: str) -> bool:
    """A typing error: one letter in a short word, more of them in a long one."""
    shorter = min(len(first), len(second))
    if shorter < 3:
        return False
    if OSA.distance(first, second, score_cutoff=1) <= 1:
        # Uwe is no Ute.
        return shorter > 3 or len(first) != len(second)
    return shorter >= 6 and JaroWinkler.similarity(first, second, score_cutoff=_ALIKE) >= _ALIKE


def _begins(first: str, second: str) -> bool:
    """Paul is no Paula."""
    return first.startswith(second) or second.startswith(first)


def _is_part(first: str, second: str) -> bool:
    """Anna and Anna Maria, Meier and Meier Schmidt, typing errors allowed."""
    few, many = sorted((first.split(), second.split()), key=len)
    return len(few) < len(many) and all(any(word == other or _similar(word, other) for other in many) for word in few)


def _is_initial(first: str, second: str) -> bool:
    """J and Johann."""
    initial, whole = sorted((first.split()[0], second.split()[0]), key=len)
    return len(initial) == 1 and whole.startswith(initial)


def _firm_names(first: Likeness, second: Likeness) -> list[FieldAgreement]:
    words, others = sorted(first.legal.split()), sorted(second.legal.split())
    if words == others:
        return [FieldAgreement("legal_name", "same", 11.0)]
    one, other = first.legal.replace(" ", ""), second.legal.replace(" ", "")
    if one == other or _similar(one, other) or _similar(" ".join(words), " ".join(others)):
        return [FieldAgreement("legal_name", "similar", 8.5)]
    if set(words) < set(others) or set(others) < set(words):
        return [FieldAgreement("legal_name", "part", 5.0)]
    return [FieldAgreement("legal_name", "different", -8.0)]


def _others(first: Likeness, second: Likeness) -> Iterator[FieldAgreement]:
    if first.birth and second.birth:
        yield _birth(first.birth, second.birth)
    address = _address(first, second)
    if address is not None:
        yield address
    if first.phones and second.phones:
        shared = not set(first.phones).isdisjoint(second.phones)
        yield FieldAgreement("phone", "same", 6.0) if shared else FieldAgreement("phone", "different", -0.5)
    if first.mails and second.mails:
        yield _mail(first, second)
    if first.sex and second.sex and first.sex != second.sex:
        yield FieldAgreement("sex", "different", -3.0)


def _birth(first: str, second: str) -> FieldAgreement:
    if first == second:
        return FieldAgreement("birth_date", "same", 8.0)
    swapped = first[:4] == second[:4] and first[4:6] == second[6:] and first[6:] == second[4:6]
    if swapped or OSA.distance(first, second, score_cutoff=1) <= 1:
        return FieldAgreement("birth_date", "near", 4.5)
    return FieldAgreement("birth_date", "different", -7.0)


def _address(first: Likeness, second: Likeness) -> FieldAgreement | None:
    if not ((first.postal and second.postal) or (first.city and second.city)):
        return None
    near = first.postal == second.postal if first.postal and second.postal else first.city == second.city
    streets = bool(first.street and second.street)
    if streets and first.house == second.house and (near or first.city == second.city):
        if first.street == second.street:
            return FieldAgreement("address", "same", 6.0 if near else 5.0)
        if _similar(first.street, second.street):
            return FieldAgreement("address", "similar", 5.0 if near else 4.0)
    if near:
        return FieldAgreement("address", "near", 0.5 if streets and first.kind == "person" else 1.5)
    return FieldAgreement("address", "moved", -1.5)


def _mail(first: Likeness, second: Likeness) -> FieldAgreement:
    if not set(first.mails).isdisjoint(second.mails):
        return FieldAgreement("email", "same", 6.0)
    alike: list[FieldAgreement] = []
    for mail in first.mails:
        for other in second.mails:
            local, local_of_other = local_part(mail), local_part(other)
            if not local or not local_of_other:
                continue
            # One who is called so has such an address anywhere; a father has the letter before his son's.
            named = _is_named(local, first) or _is_named(local_of_other, second)
            if local == local_of_other:
                alike.append(FieldAgreement("email", "part", 2.0 if named else 5.5))
            elif OSA.distance(mail, other, score_cutoff=1) <= 1:
                alike.append(FieldAgreement("email", "similar", 2.5 if named else 5.0))
    return max(alike, key=lambda field: field.points, default=FieldAgreement("email", "different", -0.5))


def _is_named(local: str, who: Likeness) -> bool:
    words = fold(local).replace(" ", "")
    names = (*who.family.split(), *who.given.split(), *who.legal.split())
    return any(len(name) > 2 and name in words for name in names)
