"""Refusals of insights."""

from shared.errors import Invalid


class SpanTooLong(Invalid):
    """More periods than anybody looks at."""

    slug, title = "span-too-long", "The span has too many periods"


class ZoneUnknown(Invalid):
    """No time zone has this name."""

    slug, title = "zone-unknown", "The time zone is not known"
