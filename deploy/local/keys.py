"""Who may do what in an installation on one machine: a key for each role and each service, made once."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from shared.security.api_keys import KeyEntry, changing_key_file, hash_key, read_key_file
from shared.security.api_keys import write_key_file as write_entries

# One key per role a person or machine has, and one per service for its calls to neighbours.
ROLES: dict[str, tuple[str, ...]] = {
    "storefront": ("interactions:write", "privacy:signup"),
    "website": ("interactions:write", "privacy:signup"),
    "mail-provider": ("interactions:write", "responses:write", "privacy:inbound"),
    "call-centre": ("interactions:write", "interactions:read", "cases:read", "cases:write", "customers:read",
                    "customers:write"),
    "marketing": ("customers:read", "analytics:read", "analytics:write", "campaigns:read", "campaigns:write",
                  "campaigns:send", "interactions:read"),
    "data-protection": ("privacy:read", "privacy:write", "privacy:erase", "privacy:admin", "privacy:requests",
                        "customers:read",
                        "interactions:read"),
    "operator": ("operations", "customers:read", "customers:write", "customers:merge", "customers:import",
                 "customers:export", "interactions:define", "interactions:import", "interactions:read",
                 "interactions:write", "catalogue:read", "catalogue:write", "analytics:read", "campaigns:read",
                 "campaigns:send", "campaigns:settings", "privacy:read"),
    # What files say of consent goes to privacy; exports ask analytics for members of segments.
    "service-customers": ("privacy:write", "analytics:read"),
    "service-interactions": (),
    "service-analytics": (),
    "service-campaigns": ("customers:cards", "privacy:permits"),
    # What people answer becomes a contact of whoever has the number.
    "service-privacy": ("subjects:read", "customers:read", "interactions:write"),
    # What all people may do together; the console's roles decide what each may (console/server/roles.py).
    "service-console": (
        "customers:read", "customers:write", "customers:merge", "customers:import", "customers:export",
        "catalogue:read", "catalogue:write", "interactions:define", "interactions:import", "interactions:read",
        "interactions:write", "analytics:read", "analytics:write", "campaigns:read", "campaigns:write",
        "campaigns:send", "campaigns:settings", "privacy:read", "privacy:write", "privacy:erase", "privacy:admin",
        "privacy:requests", "operations", "cases:read", "cases:write",
    ),
}  # fmt: skip
# Their keys stand in pages that anybody reads.
IN_BROWSERS = frozenset({"website"})


def load_keys(folder: Path) -> dict[str, str]:
    """The installation's secrets by name (each role, `installation`, `links`), kept in `folder`, for its owner only."""
    file = folder / "secrets.json"
    keys: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    for name in ("installation", "links", *ROLES):
        keys.setdefault(name, secrets.token_urlsafe(32))
    file.touch(mode=0o600)
    file.write_text(json.dumps(keys, indent=1))
    return keys


def write_key_file(folder: Path, keys: dict[str, str]) -> None:
    """The file of hashes that all processes read (API_KEYS_FILE): the roles', and what `crm keys create` has added."""
    file = folder / "api-keys.json"
    with changing_key_file(file):
        _write_key_file(file, keys)


def _write_key_file(file: Path, keys: dict[str, str]) -> None:
    added = [entry for entry in read_key_file(file) if entry.id not in ROLES] if file.exists() else []
    roles = [
        KeyEntry(
            id=role,
            sha256=hash_key(keys[role]),
            scopes=list(scopes),
            trust="browser" if role in IN_BROWSERS else "server",
        )
        for role, scopes in ROLES.items()
    ]
    write_entries(file, [*roles, *added])
