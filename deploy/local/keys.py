"""Who may do what in an installation on one machine: a key for each role and each service, made once."""

from __future__ import annotations

import hashlib
import json
import secrets
from pathlib import Path

# One key per role a person or machine has, and one per service for its calls to neighbours.
ROLES: dict[str, tuple[str, ...]] = {
    "storefront": ("interactions:write",),
    "call-centre": ("interactions:write", "interactions:read", "customers:read", "customers:write"),
    "marketing": ("customers:read", "analytics:read", "analytics:write", "campaigns:read", "campaigns:write",
                  "campaigns:send", "interactions:read"),
    "data-protection": ("privacy:read", "privacy:write", "privacy:erase", "privacy:admin", "customers:read",
                        "interactions:read"),
    "operator": ("operations", "customers:read", "customers:write", "customers:merge", "interactions:read",
                 "interactions:write", "analytics:read", "campaigns:read", "campaigns:send", "privacy:read"),
    "service-customers": (),
    "service-interactions": (),
    "service-analytics": (),
    "service-campaigns": ("customers:cards", "privacy:permits"),
    "service-privacy": (),
}  # fmt: skip


def load_keys(folder: Path) -> dict[str, str]:
    """The installation's secrets by name (each role, and `installation`), kept in `folder`, readable by its owner."""
    file = folder / "secrets.json"
    keys: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    for name in ("installation", *ROLES):
        keys.setdefault(name, secrets.token_urlsafe(32))
    file.touch(mode=0o600)
    file.write_text(json.dumps(keys, indent=1))
    return keys


def write_key_file(folder: Path, keys: dict[str, str]) -> None:
    """The file of hashes that all processes read (API_KEYS_FILE)."""
    entries = [
        {"id": role, "sha256": hashlib.sha256(keys[role].encode()).hexdigest(), "scopes": list(scopes)}
        for role, scopes in ROLES.items()
    ]
    (folder / "api-keys.json").write_text(json.dumps(entries, indent=1))
