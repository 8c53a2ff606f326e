"""Events of `customers`: who somebody is, as far as it may leave the service."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.envelope import Fact
from shared.contracts.times import Instant

AttributeValue = str | int | float | bool | list[str] | None


class ProfileChanged(Fact):
    """The customer's record as it now stands: every attribute marked segmentable, and the names of those that changed.
    Dates are ISO strings. No direct identifiers: only whether a usable address exists (`reachable`: channels)."""

    TYPE: ClassVar[str] = "customers.profile_changed.v1"
    TOPIC: ClassVar[str] = "customers-events"

    kind: Literal["person", "firm"]
    status: Literal["prospect", "lead", "active", "lapsed", "lost", "blocked"]
    attributes: dict[str, AttributeValue]
    changed: list[str]
    reachable: list[str]
    time_zone: str
    language: str | None = None
    created_at: Instant


class CustomersMerged(Fact):
    """`absorbed` is from now on an alias of `survivor`. Published under both keys."""

    TYPE: ClassVar[str] = "customers.merged.v1"
    TOPIC: ClassVar[str] = "customers-events"

    merge_id: UUID
    survivor: UUID
    absorbed: UUID


class MergeUndone(Fact):
    """The alias is gone: `absorbed` stands for itself again. Published under both keys."""

    TYPE: ClassVar[str] = "customers.merge_undone.v1"
    TOPIC: ClassVar[str] = "customers-events"

    merge_id: UUID
    survivor: UUID
    absorbed: UUID


class IdentifierOwned(Fact):
    """The identifier is the subject's, from this event on. `fingerprint` is the keyed hash of (kind, normalised value),
    hex. `trust` says who said so: a server of the firm, or a browser, whose word changes nothing that is known.
    Said again when the trust rises, and once for all at an upgrade (origin backfill)."""

    TYPE: ClassVar[str] = "customers.identifier_owned.v1"
    TOPIC: ClassVar[str] = "customers-events"

    fingerprint: str
    kind: Literal["external_id", "card", "email"]
    generation: int
    trust: Literal["server", "browser"]


class IdentifierRetired(Fact):
    """An identifier was erased or removed: from `generation` on it derives a new customer. `fingerprint` is the keyed
    hash of (kind, normalised value), hex. `erased`: its holder was erased, so what was received before this and names
    it is about nobody any more."""

    TYPE: ClassVar[str] = "customers.identifier_retired.v1"
    TOPIC: ClassVar[str] = "customers-events"

    fingerprint: str
    generation: int
    erased: bool = False


class IdentifierFreed(Fact):
    """The identifier is nobody's, as if the subject had never had it: it derives the same customer as before. An import
    that brought it was taken back. It may be followed by word of whom it belongs to without that import."""

    TYPE: ClassVar[str] = "customers.identifier_freed.v1"
    TOPIC: ClassVar[str] = "customers-events"

    fingerprint: str
    generation: int


class CustomerRetracted(Fact):
    """The customer was known by an import only, which was taken back: there is no such customer. No erasure: whoever
    comes with one of its identifiers is known again under this id."""

    TYPE: ClassVar[str] = "customers.retracted.v1"
    TOPIC: ClassVar[str] = "customers-events"

    import_id: UUID


class CustomersErasureDone(Fact):
    """Receipt: what `customers` erased for a request, store by store, and what it still finds (must be 0)."""

    TYPE: ClassVar[str] = "customers.erasure_done.v1"
    TOPIC: ClassVar[str] = "customers-events"

    request_id: UUID
    stores: dict[str, int]
    remaining: dict[str, int]
