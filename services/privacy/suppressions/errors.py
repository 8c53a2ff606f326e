"""Refusals of changes to the suppression list."""

from __future__ import annotations

from shared.errors import Forbidden


class ProtectedReason(Forbidden):
    """Only a key that may decide over a person's own wish takes this off the list."""

    slug, title = "protected-suppression", "This reason is protected"
