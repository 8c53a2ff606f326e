"""Refusals of insights."""

from shared.errors import Invalid


class SpanTooLong(Invalid):
    """More periods than anybody looks at."""

    slug, title = "span-too-long", "The span has too many periods"


class SpanEmpty(Invalid):
    """A span that ends before it begins."""

    slug, title = "span-empty", "The span is empty"


class ZoneUnknown(Invalid):
    """No time zone has this name."""

    slug, title = "zone-unknown", "The time zone is not known"
