"""Inputs of the engine: facts and changes of the profile, scores, consent and lists, each with its event id."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field


def normal(value: object) -> object:
    """A value with its texts in Unicode normal form C, as the language compares them."""
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    return [normal(item) for item in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened. Make it with `fact()`, which clamps the future and normalises texts."""

    id: str
    kind: str
    ts: int  # occurred, microseconds, never after recorded_at
    recorded_at: int
    props: Mapping[str, object]


def fact(id: str, kind: str, occurred_at: int, recorded_at: int, props: Mapping[str, object]) -> Fact:
    """A fact as the engine wants it: one that claims the future occurred when it was recorded."""
    clean = {name: normal(value) for name, value in props.items()}
    return Fact(id, kind, min(occurred_at, recorded_at), recorded_at, clean)


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """An attribute of the profile has a new value; None means missing."""

    id: str
    recorded_at: int
    name: str
    value: object

    @property
    def topic(self) -> tuple[object, ...]:
        """What leaves listen to."""
        return ("attr", self.name)


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """A fit has given the customer another score; None means that there is none."""

    id: str
    recorded_at: int
    name: str
    value: object

    @property
    def topic(self) -> tuple[object, ...]:
        """What leaves listen to."""
        return ("score", self.name)


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """Consent for a channel and purpose is now `status`, until `expires_at` if that is given."""

    id: str
    recorded_at: int
    channel: str
    purpose: str
    status: str
    expires_at: int | None = None

    @property
    def topic(self) -> tuple[object, ...]:
        """What leaves listen to."""
        return ("consent", self.channel, self.purpose)


@dataclass(frozen=True, slots=True)
class ListChange:
    """The customer was put on a static list (until an instant, if given) or taken off."""

    id: str
    recorded_at: int
    list: str
    member: bool
    until: int | None = None

    @property
    def topic(self) -> tuple[object, ...]:
        """What leaves listen to."""
        return ("list", self.list)


Change = Fact | AttributeChange | ScoreChange | ConsentChange | ListChange


@dataclass(frozen=True, slots=True)
class History:
    """All that is known of a customer before the inputs at hand: facts in any order, and the present profile."""

    facts: tuple[Fact, ...] = ()
    attributes: Mapping[str, object] = field(default_factory=dict)
    consents: Mapping[tuple[str, str], tuple[str, int | None]] = field(default_factory=dict)
    lists: Mapping[str, int | None] = field(default_factory=dict)  # list → until
    scores: Mapping[str, object] = field(default_factory=dict)

    def changes(self, now: int) -> tuple[Change, ...]:
        """The history as changes that a leaf can take."""
        return (
            *self.facts,
            *(AttributeChange("", now, name, value) for name, value in self.attributes.items()),
            *(ScoreChange("", now, name, value) for name, value in self.scores.items()),
            *(ConsentChange("", now, *pair, *value) for pair, value in self.consents.items()),
            *(ListChange("", now, name, True, until) for name, until in self.lists.items()),
        )
