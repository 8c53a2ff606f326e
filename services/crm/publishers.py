"""`crm publishers`: what became of publishers' events in the last hour and day."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import typer

from services.crm.doors import Key, Url, answer_of, open_door
from services.crm.installation import DEFAULT
from services.crm.output import AsJson, show, table
from services.crm.settings import Folder

commands = typer.Typer(help="Who sends events, and what became of them.", no_args_is_help=True)
_ROLE = "operator"
_OUTCOMES = ("accepted", "recorded", "duplicate", "refused")


@commands.command("list")
def list_(url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """List everybody who sent events within the last 24 hours.

    \b
    Example:
      crm publishers list
    """
    with open_door("interactions", _ROLE, url, key, folder) as client:
        items = answer_of(client.get("/publishers"))["items"]
    rows = [[item["publisher"], *_numbers(item["hour"]), *_numbers(item["day"])] for item in items]
    heads = [f"{name}/{period}" for period in ("hour", "day") for name in _OUTCOMES]
    show(items, table([["publisher", *heads], *rows]) if rows else "none", as_json=as_json)


@commands.command("show")
def show_(
    name: Annotated[str, typer.Argument(help="The key's id, or the name on the topic.")],
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Show what became of one publisher's events, with examples of what was refused.

    \b
    Example:
      crm publishers show web-shop
    """
    with open_door("interactions", _ROLE, url, key, folder) as client:
        activity = answer_of(client.get(f"/publishers/{quote(name, safe='')}/activity"))
    counts = [
        [count["outcome"], count["kind"], count["reason"], count["door"], str(count["hour"]), str(count["day"])]
        for count in activity["counts"]
    ]
    examples = [
        f"{example['reason']} at {example['where'] or '/'} ({example['kind'] or 'unread'}): "
        f"{example['what']}. {example['cure']}".strip()
        for example in activity["examples"]
    ]
    text = table([["outcome", "type", "reason", "door", "hour", "day"], *counts]) if counts else "nothing was sent"
    show(activity, "\n".join([text, *examples]), as_json=as_json)


def _numbers(outcomes: dict[str, Any]) -> list[str]:
    return [str(outcomes[name]) for name in _OUTCOMES]
