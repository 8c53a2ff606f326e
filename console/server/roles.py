"""What each role of the console may do: scopes of the APIs. The pages show what these allow, the proxy enforces it."""

from __future__ import annotations

from collections.abc import Iterable

_READING = frozenset({"customers:read", "interactions:read", "analytics:read"})

ROLES: dict[str, frozenset[str]] = {
    "marketer": _READING
    | {
        "catalogue:read",
        "customers:import",
        "interactions:import",
        "analytics:write",
        "campaigns:read",
        "campaigns:write",
        "campaigns:send",
    },
    "agent": _READING
    | {
        "cases:read",
        "cases:write",
        "customers:write",
        "interactions:write",
        "campaigns:read",
        "privacy:read",
        "privacy:write",
    },
    "privacy-officer": frozenset(
        {
            "customers:read",
            "interactions:read",
            "privacy:read",
            "privacy:write",
            "privacy:erase",
            "privacy:admin",
            "privacy:requests",
        }
    ),
    "operator": _READING
    | {
        "operations",
        "catalogue:read",
        "customers:write",
        "customers:merge",
        "customers:import",
        "interactions:import",
        "interactions:define",
        "catalogue:write",
        "campaigns:read",
        "campaigns:send",
        "campaigns:settings",
        "privacy:read",
    },
}
OWNER = "owner"
ROLES[OWNER] = frozenset().union(*ROLES.values())


class UnknownRole(ValueError):
    """The text names the role and those there are."""


def check_roles(names: Iterable[str]) -> list[str]:
    """The same names, once each, in order. Raises UnknownRole."""
    wanted = list(dict.fromkeys(names))
    if unknown := [name for name in wanted if name not in ROLES]:
        raise UnknownRole(f"unknown roles: {', '.join(unknown)}; there are {', '.join(ROLES)}")
    return wanted


def scopes_of(names: Iterable[str]) -> frozenset[str]:
    """All that these roles allow together; a role that is no longer known allows nothing."""
    return frozenset().union(*(ROLES.get(name, frozenset()) for name in names))
