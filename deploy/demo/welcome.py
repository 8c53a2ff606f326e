"""What a visitor needs: addresses, keys, and three commands to try."""

from __future__ import annotations

import json
import shlex

from deploy.demo.grocery import CURRENCY
from deploy.demo.messages import SOURCE
from deploy.demo.places import Places
from deploy.demo.progress import Progress
from deploy.demo.view import View
from deploy.local import addresses as where
from deploy.local.keys import ROLES


def addresses(places: Places, view: View) -> None:
    """Where to look."""
    view.log("Everything is up.")
    view.print(where.addresses(places.shown_urls, places.inbox_page, places.console_page, places.redis))


def commands(places: Places, progress: Progress, view: View) -> None:
    """Who may do what, and three commands that can be pasted as they are."""
    roles = [role for role in ROLES if not role.startswith("service-")]
    keys = [f"  {role:<16}{places.keys[role]}" for role in roles]
    view.print("\n".join(["", "A key for each role (Authorization: Bearer …):", *keys, "", "Try:"]))
    for command in _commands(places, progress):
        view.print(f"  {command}")
    view.print("\nCtrl-C stops; the data stays, and the next start goes on from there.\n")


def _commands(places: Places, progress: Progress) -> list[str]:
    event = {
        "type": "purchase",
        "message_id": f"try-{places.clock.now():%Y%m%d%H%M}",
        "time": places.clock.now().isoformat(timespec="seconds"),
        "customer": {"external_id": {"source": SOURCE, "id": "visitor"}, "email": "visitor@example.test"},
        "data": {
            "channel": "web",
            "currency": CURRENCY,
            "lines": [{"product_id": "apple", "quantity": 6, "amount": 450, "category": "APPLES"}],
        },
    }
    post = f"-X POST -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(event))}"
    thanks = progress.campaigns.get("Thank you", "")
    return [
        _curl(places, "storefront", "interactions", "/events", post),
        _curl(places, "marketing", "analytics", "/segments"),
        _curl(places, "marketing", "campaigns", f"/campaigns/{thanks}/report"),
    ]


def _curl(places: Places, role: str, service: str, path: str, more: str = "") -> str:
    url = f"{places.shown_urls[service]}{path}"
    return " ".join(filter(None, ["curl -s", f"-H 'Authorization: Bearer {places.keys[role]}'", more, url]))
