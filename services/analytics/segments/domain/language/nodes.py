"""The segment language as a tree of frozen dataclasses: the form of a checked definition.

Values are normalised: durations and instants in microseconds, strings NFC, sets sorted and without repeats.
"""

from dataclasses import dataclass

from services.analytics.segments.domain.catalogue import RETURNS, Type

RETURNED = "returned_share"
"""The aggregate that divides what came back by what was bought."""

Scalar = str | int | float | bool
Value = Scalar | tuple[Scalar, ...] | None
Bound = int | float | tuple[int | float, int | float]
"""What an aggregate is compared with; fractions are of quantities only."""


@dataclass(frozen=True, slots=True)
class All:
    """True when every child is; `all: []` is everybody."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when at least one child is; `any: []` is nobody."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Classical negation: true whenever the child is not true."""

    child: "Node"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A named value against a constant. False when the value is missing, except for `missing` itself."""

    name: str
    type: Type
    op: str
    value: Value = None
    ci: bool = False


@dataclass(frozen=True, slots=True)
class Last:
    """Events at ts count for now in [ts, ts + length)."""

    length: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """Events with start <= ts < end count; both open means ever."""

    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class BetweenAgo:
    """Events at ts count for now in [ts + near, ts + far)."""

    near: int
    far: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """Events of this or the last day, week, month, quarter or year of a time zone."""

    unit: str
    which: str
    zone: str


Window = Last | Fixed | BetweenAgo | Calendar


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the profile against a constant."""

    test: Comparison


@dataclass(frozen=True, slots=True)
class Score:
    """A score of the customer, as of the last fit, against a constant."""

    test: Comparison


@dataclass(frozen=True, slots=True)
class Age:
    """Time since a date attribute: `age_gte` is now >= value + length, `age_lt` is now < value + length."""

    name: str
    op: str
    length: int


@dataclass(frozen=True, slots=True)
class Years:
    """Completed calendar years since a date attribute, in a zone: `years_gte` or `years_lt`."""

    name: str
    op: str
    years: int
    zone: str


@dataclass(frozen=True, slots=True)
class Anniversary:
    """Now is within [anniversary - before, anniversary + after) of a date attribute, in a zone."""

    name: str
    before: int
    after: int
    zone: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """Events of a kind whose properties satisfy a tree of comparisons."""

    event: str
    where: "Node | None" = None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Count, sum, avg, min, max or distinct of the matching events of a window, or the share of them that came back,
    against a constant.

    Count, sum and distinct of nothing are 0; avg, min, max and share of nothing are missing, so the comparison is
    false. Net counts and sums take off the returns of the window that satisfy the same conditions.
    """

    pattern: Pattern
    agg: str
    field: str | None
    window: Window
    op: str
    value: Bound
    type: Type | None = None  # of the field
    net: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """The events that it looks at: the pattern's own, and returns where they count against those."""
        event = self.pattern.event
        return (event, RETURNS[event]) if self.net or self.agg == RETURNED else (event,)


@dataclass(frozen=True, slots=True)
class Edge:
    """A property of the first or last matching event; of several at one instant the smallest / greatest id counts."""

    pattern: Pattern
    which: str
    test: Comparison


@dataclass(frozen=True, slots=True)
class EdgeAge:
    """Age of the first or last matching event: `within` is now < ts + length, `older_than` is now >= ts + length."""

    pattern: Pattern
    which: str
    op: str
    length: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """Some `first` at ts of the last `length` was (not) followed by a `then` in (ts, ts + within).

    With `followed` it holds as soon as the follower is there, without it from ts + within on.
    `same` names a property that both events must share.
    """

    first: Pattern
    then: Pattern
    within: int
    length: int
    followed: bool
    same: str | None = None
    type: Type | None = None  # of the property that they share


@dataclass(frozen=True, slots=True)
class Segment:
    """Membership of another segment."""

    id: str


@dataclass(frozen=True, slots=True)
class Consent:
    """The consent for a channel and purpose; after its expiry, and without a record, it is unknown."""

    channel: str
    purpose: str
    status: str


@dataclass(frozen=True, slots=True)
class ListMember:
    """Membership of a static list."""

    id: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """A stable share of all customers: start <= hash(salt, customer) mod 10,000 < end."""

    salt: str
    start: int
    end: int


Leaf = (
    Attribute
    | Score
    | Age
    | Years
    | Anniversary
    | Aggregate
    | Edge
    | EdgeAge
    | Sequence
    | Segment
    | Consent
    | ListMember
    | Bucket
)
Node = All | AnyOf | Not | Comparison | Leaf
