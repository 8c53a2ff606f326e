"""A population in which some people stand twice, and who: for measuring how well duplicates are found.

It knows nothing of the rules that it measures: people, households and firms are made from lists of names, then
records are copied and spoilt as records are spoilt in life. Whoever may not be taken for another is made on purpose:
fathers and sons of one name, twins, partners, firms with branches, common names with one birth date.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import accumulate

from tests.lookalikes import names


@dataclass(frozen=True)
class Someone:
    """A record: the values of a profile, and phone and e-mail."""

    kind: str
    values: dict[str, object]
    email: str | None = None
    phone: str | None = None

    def value(self, name: str) -> str:
        """A text of the profile, or nothing."""
        return str(self.values.get(name, ""))

    def but(self, **values: object) -> Someone:
        """The record with other values; None takes one away."""
        kept = {**self.values, **values}
        return replace(self, values={name: value for name, value in kept.items() if value is not None})


@dataclass
class Population:
    """Records, and which pairs of them (by their places in the list) are one."""

    records: list[Someone] = field(default_factory=list)
    same: set[tuple[int, int]] = field(default_factory=set)


def a_population(size: int, seed: int) -> Population:
    """About `size` records, of which one in ten stands twice."""
    maker = _Maker(random.Random(seed), size)
    population = Population()
    while len(population.records) < size:
        for someone in maker.household() if maker.chance.random() < 0.9 else maker.firms():
            first = len(population.records)
            population.records.append(someone)
            copies = maker.chance.choices((0, 1, 2), (0.9, 0.09, 0.01))[0]
            places = [first]
            for _ in range(copies):
                places.append(len(population.records))
                population.records.append(maker.spoilt(someone))
            population.same |= {(a, b) for index, a in enumerate(places) for b in places[index + 1 :]}
    return population


class _Maker:
    def __init__(self, chance: random.Random, size: int) -> None:
        self.chance = chance
        self._emails: set[str] = set()
        self._families = [
            *names.FAMILIES,
            *sorted({b + m + e for b in names.BEGINS for m in names.MIDDLES for e in names.ENDS}),
        ]
        # Few names are common, many are rare (Zipf).
        self._weights = list(accumulate(1 / (rank + 12) for rank in range(len(self._families))))
        self._places = [self._place(number) for number in range(max(20, size // 150))]

    def household(self) -> Iterator[Someone]:
        """One to five people at one address, with what they have in common."""
        family, address = self._family(), self._address()
        born = date(1935, 1, 1) + timedelta(days=self.chance.randrange(25_500))
        phone = self._phone()
        head = self._person(family, self.chance.choice(names.MEN + names.WOMEN), born, address, phone)
        yield head
        if self.chance.random() < 0.4:
            own = family if self.chance.random() < 0.8 else self._family()
            near = born + timedelta(days=self.chance.randrange(-2_500, 2_500))
            name = self.chance.choice([one for one in names.WOMEN + names.MEN if one != head.value("given_name")])
            yield self._person(own, name, near, address, phone)
        if self.chance.random() < 0.25:
            later = born + timedelta(days=self.chance.randrange(7_300, 13_000))
            # A son who is called as his father, and twins.
            name = (
                head.value("given_name") if self.chance.random() < 0.15 else self.chance.choice(names.MEN + names.WOMEN)
            )
            yield self._person(family, name, later, address, phone)
            if self.chance.random() < 0.1:
                other = self.chance.choice([one for one in names.MEN + names.WOMEN if one != name])
                yield self._person(family, other, later, address, phone)
        if self.chance.random() < 0.01:
            # Somebody else of the same name and birth date, who lives elsewhere.
            yield self._person(family, head.value("given_name"), born, self._address(), self._phone())

    def firms(self) -> Iterator[Someone]:
        """A firm, sometimes with a branch in another town."""
        name = f"{self._family()} {self.chance.choice(names.TRADES)} {self.chance.choice(names.FORMS)}"
        if self.chance.random() < 0.3:
            brand = self.chance.choice(names.BEGINS) + self.chance.choice(names.ENDS)
            name = f"{brand}tec {self.chance.choice(names.FORMS)}"
        yield self._firm(name)
        if self.chance.random() < 0.1:
            yield self._firm(name)

    def spoilt(self, someone: Someone) -> Someone:
        """The record as somebody else has written it down."""
        phone = someone.phone if self.chance.random() < 0.7 else None
        copy = replace(someone, email=self._other_email(someone), phone=phone)
        ways = _WAYS_OF_FIRMS if someone.kind == "firm" else _WAYS_OF_PEOPLE
        for way in self.chance.choices(list(ways), list(ways.values()), k=self.chance.choice((1, 1, 2, 2, 3))):
            copy = way(self, copy)
        return copy

    # What goes wrong.

    def typo(self, someone: Someone) -> Someone:
        """One letter of a name."""
        long = [name for name in ("family_name", "given_name", "legal_name") if len(someone.value(name)) > 3]
        if not long:
            return someone
        name = self.chance.choice(long)
        return someone.but(**{name: self._typo(someone.value(name))})

    def respell(self, someone: Someone) -> Someone:
        """A name as it is heard."""
        for name in self.chance.sample(("family_name", "given_name", "legal_name"), 3):
            text = someone.value(name)
            spots = [(a, b) for a, b in names.ALIKE.items() if a in text]
            if spots:
                return someone.but(**{name: text.replace(*self.chance.choice(spots), 1)})
        return someone

    def swap(self, someone: Someone) -> Someone:
        """Names in each other's boxes."""
        return someone.but(given_name=someone.values.get("family_name"), family_name=someone.values.get("given_name"))

    def second_name(self, someone: Someone) -> Someone:
        """One more given name."""
        return someone.but(given_name=f"{someone.value('given_name')} {self.chance.choice(names.WOMEN + names.MEN)}")

    def initial(self, someone: Someone) -> Someone:
        """The first letter alone."""
        return someone.but(given_name=someone.value("given_name")[:1] + ".")

    def shout(self, someone: Someone) -> Someone:
        """Capital letters."""
        texts = ("given_name", "family_name", "legal_name", "city")
        return someone.but(**{name: someone.value(name).upper() for name in texts if someone.value(name)})

    def move(self, someone: Someone) -> Someone:
        """Another address."""
        return someone.but(**self._address())

    def misspell_street(self, someone: Someone) -> Someone:
        """The street with an error, or short."""
        lines = someone.values.get("address_lines")
        if not isinstance(lines, list) or not lines:
            return someone
        line = str(lines[0])
        short = line.replace("straße", "str.") if "straße" in line else self._typo(line)
        return someone.but(address_lines=[short])

    def near_birth(self, someone: Someone) -> Someone:
        """Month and day the other way round, or one digit."""
        born = someone.value("birth_date")
        if not born:
            return someone
        day = date.fromisoformat(born)
        if day.day <= 12 and self.chance.random() < 0.5:
            return someone.but(birth_date=day.replace(month=day.day, day=day.month).isoformat())
        return someone.but(birth_date=day.replace(day=day.day + (10 if day.day <= 10 else -10)).isoformat())

    def no_birth(self, someone: Someone) -> Someone:
        """Nobody asked."""
        return someone.but(birth_date=None)

    def no_address(self, someone: Someone) -> Someone:
        """Nobody asked."""
        return someone.but(address_lines=None, postal_code=None, city=None)

    def new_phone(self, someone: Someone) -> Someone:
        """Another phone."""
        return replace(someone, phone=self._phone())

    def other_form(self, someone: Someone) -> Someone:
        """A firm without its legal form, or with another."""
        words = someone.value("legal_name").split()
        return someone.but(
            legal_name=" ".join(words[:2]) if self.chance.random() < 0.5 else f"{' '.join(words[:2])} mbH"
        )

    # What people have.

    def _person(self, family: str, given: str, born: date, address: dict[str, object], phone: str) -> Someone:
        values: dict[str, object] = {"given_name": given, "family_name": family}
        if self.chance.random() < 0.8:
            values["birth_date"] = born.isoformat()
        if self.chance.random() < 0.9 or "birth_date" not in values:
            values |= address
        mobile = phone if self.chance.random() < 0.3 else self._phone()
        someone = Someone("person", values, phone=mobile if self.chance.random() < 0.6 else None)
        return replace(someone, email=self._email(someone) if self.chance.random() < 0.8 else None)

    def _firm(self, name: str) -> Someone:
        values: dict[str, object] = {"legal_name": name, **self._address()}
        someone = Someone("firm", values, phone=self._phone() if self.chance.random() < 0.7 else None)
        mail = f"info@{name.split()[0].lower()}.test" if self.chance.random() < 0.5 else None
        return replace(someone, email=mail)

    def _family(self) -> str:
        name = self.chance.choices(self._families, cum_weights=self._weights)[0]
        return f"{name}-{self.chance.choice(names.FAMILIES)}" if self.chance.random() < 0.02 else name

    def _place(self, number: int) -> tuple[str, str]:
        begin, middle, end = (self.chance.choice(part) for part in (names.TOWNS, names.BEGINS, names.ENDS))
        return f"{1000 + number * 83 % 98_000:05d}", f"{begin}{middle.lower()}{end}"

    def _address(self) -> dict[str, object]:
        code, town = self.chance.choice(self._places)
        street = self.chance.choice(names.STREETS) + self.chance.choice(names.WAYS)
        return {"address_lines": [f"{street} {self.chance.randrange(1, 120)}"], "postal_code": code, "city": town}

    def _phone(self) -> str:
        return f"+49{self.chance.randrange(150, 990)}{self.chance.randrange(1_000_000, 9_999_999)}"

    def _email(self, someone: Someone) -> str:
        given, family = (someone.value(name).lower() for name in ("given_name", "family_name"))
        local = self.chance.choice(
            (f"{given}.{family}", f"{given[:1]}{family}", f"{family}{self.chance.randrange(100)}", self._word(9))
        )
        return self._free(local, self.chance.choice(names.MAILERS))

    def _free(self, local: str, mailer: str) -> str:
        """No record has the address of another: one address belongs to one customer."""
        while (email := f"{local}@{mailer}") in self._emails:
            local += str(self.chance.randrange(10))
        self._emails.add(email)
        return email

    def _other_email(self, someone: Someone) -> str | None:
        way = self.chance.random()
        if someone.email is None or way < 0.4:
            return None
        local, _, mailer = someone.email.partition("@")
        if way < 0.65:
            return self._free(local, self.chance.choice([one for one in names.MAILERS if one != mailer]))
        return self._free(self._typo(local) if way < 0.8 else self._word(9), mailer)

    def _word(self, letters: int) -> str:
        return "".join(self.chance.choice(names.LETTERS) for _ in range(letters))

    def _typo(self, text: str) -> str:
        spot = self.chance.randrange(1, len(text) - 1) if len(text) > 2 else 0
        letter = self.chance.choice(names.LETTERS)
        return self.chance.choice(
            (
                text[:spot] + text[spot + 1 :],
                text[:spot] + letter + text[spot:],
                text[:spot] + letter + text[spot + 1 :],
                text[:spot] + text[spot + 1 : spot + 2] + text[spot] + text[spot + 2 :],
            )
        )


_Way = Callable[[_Maker, Someone], Someone]
_WAYS_OF_PEOPLE: dict[_Way, int] = {
    _Maker.typo: 25, _Maker.respell: 12, _Maker.swap: 5, _Maker.second_name: 4, _Maker.initial: 3, _Maker.shout: 8,
    _Maker.move: 12, _Maker.misspell_street: 12, _Maker.near_birth: 7, _Maker.no_birth: 8, _Maker.no_address: 6,
    _Maker.new_phone: 8,
}  # fmt: skip
_WAYS_OF_FIRMS: dict[_Way, int] = {
    _Maker.typo: 25, _Maker.respell: 10, _Maker.shout: 10, _Maker.misspell_street: 20, _Maker.other_form: 25,
    _Maker.new_phone: 10,
}  # fmt: skip
